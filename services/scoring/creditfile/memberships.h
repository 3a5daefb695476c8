#ifndef SERVICES_SCORING_CREDITFILE_MEMBERSHIPS_H_
#define SERVICES_SCORING_CREDITFILE_MEMBERSHIPS_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/policy/v1/procedure.pb.h"

#include "services/scoring/cases/case_book.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/symbols.h"

/// On which lists a subject is, as its cases add up: on any day, as known at any revision.
namespace xince::creditfile {

/// What a case does to the lists, as known at a revision.
struct ListEntry {
  std::shared_ptr<const cases::CaseRecord> record;
  /// Days on which it is entered, and on which it holds: it rests while the case is suspended. A last
  /// span ends with the clock that ends it, where there is one.
  std::vector<cases::Span> entered;
  std::vector<cases::Span> in_force;
  /// Days on which it is shown.
  std::vector<cases::Span> published;
};

/// The entry of a case; nothing for one that never put anybody on a list.
std::optional<ListEntry> EntryOf(std::shared_ptr<const cases::CaseRecord> record,
                                 cases::Revision known);

/// The span that holds on a day; null for none.
const cases::Span* SpanOn(const std::vector<cases::Span>& spans, type::Date day);

/// Whether an objection to the entry is pending on a day.
bool EntryContested(const cases::CaseBook& cases,
                    const cases::CaseRecord& record,
                    type::Date day,
                    cases::Revision known);

/// For conditions: every span of every list that has a number in the vocabulary.
std::vector<evaluate::Listed> ListsOf(const cases::CaseBook& cases,
                                      const evaluate::Vocabulary& vocabulary,
                                      absl::string_view subject,
                                      cases::Revision known);

/// The lists one subject is on on a day.
struct Memberships {
  /// In the order of their cases.
  std::vector<credit::v1::Membership> told;
  /// Earliest later day on which it changes by itself.
  evaluate::Day next_change = evaluate::kForever;
};
Memberships MembershipsOf(const cases::CaseBook& cases,
                          absl::string_view subject,
                          evaluate::Day day,
                          cases::Revision known);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_MEMBERSHIPS_H_
