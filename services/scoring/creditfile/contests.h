#ifndef SERVICES_SCORING_CREDITFILE_CONTESTS_H_
#define SERVICES_SCORING_CREDITFILE_CONTESTS_H_

#include <vector>

#include "absl/strings/string_view.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/scoring/cases/case_book.h"
#include "services/scoring/evaluate/fact.h"

/// Objections to standings themselves, which contest no piece.
namespace xince::creditfile {

/// The objections by which the standing of a day is contested, as known at a revision, oldest first: those
/// to a standing of the subject that are pending on the day, which was the one contested or a later one;
/// and those to the standing of that very day that are still pending as known.
std::vector<credit::v1::StandingContest> ContestsOf(const cases::CaseBook& cases,
                                                    absl::string_view subject,
                                                    evaluate::Day day,
                                                    cases::Revision known);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_CONTESTS_H_
