#ifndef SERVICES_SCORING_QUERY_CREDIT_FILE_H_
#define SERVICES_SCORING_QUERY_CREDIT_FILE_H_

#include "xince/credit/v1/credit.pb.h"

#include "services/scoring/creditfile/credit_state.h"

/// A credit file written out.
namespace xince::query {

/// Steps of history and of what is ahead in one file.
inline constexpr size_t kHistoryMax = 200;
inline constexpr int kAheadMax = 12;
/// How far ahead a file looks.
inline constexpr int kAheadYears = 3;

/// Everything of a file but its history, which is read from the journal. Call under the machine's
/// lock.
credit::v1::CreditFile WriteFile(const creditfile::CreditState& state,
                                 creditfile::SubjectId subject,
                                 creditfile::Day day,
                                 creditfile::Revision known);

/// The step of the subject that an entry of StandingsChanged records; nothing when it records none.
std::optional<credit::v1::StandingStep> StepOf(const journal::Entry& entry,
                                               const std::string& subject);

}  // namespace xince::query

#endif  // SERVICES_SCORING_QUERY_CREDIT_FILE_H_
