#ifndef SERVICES_SCORING_CASES_CASE_BOOK_H_
#define SERVICES_SCORING_CASES_CASE_BOOK_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/journal/v1/cases.pb.h"
#include "xince/listing/v1/case.pb.h"

#include "services/journal/machine.h"
#include "services/scoring/cases/case_record.h"
#include "services/scoring/cases/clocks.h"
#include "services/scoring/cases/examine.h"
#include "services/scoring/cases/register_view.h"

/// All cases of a register: deciding on steps, applying them, and what the calendar does.
namespace xince::cases {

/// Most open cases of a register.
inline constexpr size_t kOpenCasesMax = 100'000;
/// Most open cases of one subject.
inline constexpr size_t kOpenCasesOfSubjectMax = 100;

/// Finds procedures and lists. Answers do not change for a digest and an id.
class ProcedureBook {
 public:
  virtual ~ProcedureBook() = default;
  /// The procedure of that id in force on a day, here or in the nation; null when there is none.
  [[nodiscard]] virtual std::shared_ptr<const Procedure> Find(const std::string& id,
                                                              type::Date day) const = 0;
};

/// The cases. Its lock is the machine's.
class CaseBook {
 public:
  /// Keeps references, which outlive it.
  CaseBook(const RegisterView& view, const ProcedureBook& procedures)
      : view_(view), procedures_(procedures) {}

  /// The event of opening a case, checked. Errors as ListingService.OpenCase says.
  absl::StatusOr<journal::v1::CaseEvent> DecideOpen(const listing::v1::Opening& opening,
                                                    const listing::v1::StepParty& party,
                                                    const listing::v1::StepDetails& details,
                                                    type::Date today,
                                                    const type::WorkingDays& calendar) const;

  /// The event of a step in a case, checked. Errors as ListingService.TakeStep says.
  absl::StatusOr<journal::v1::CaseEvent> DecideStep(const std::string& name,
                                                    const std::string& step,
                                                    const listing::v1::StepParty& party,
                                                    const listing::v1::StepDetails& details,
                                                    Revision expected,
                                                    type::Date today,
                                                    const type::WorkingDays& calendar) const;

  /// The steps that clocks are to take now, in the order of the cases; one per case. Nothing when none
  /// can. To be decided, applied and asked for again until it is empty.
  [[nodiscard]] std::vector<journal::v1::CaseEvent> DueSteps(
      type::Date today, const type::WorkingDays& calendar) const;

  /// Applies an event after checking every guard again. DATA_LOSS `REPLAY_MISMATCH` (metadata
  /// `revision`, `case`, `step`) when a guard does not hold.
  absl::Status Apply(const journal::v1::CaseEvent& event,
                     type::Date today,
                     Revision revision,
                     int64_t time_us,
                     const std::string& actor,
                     xince::journal::Undo* undo);

  /// A day opens: clocks that ended before it are over.
  void OpenDay(type::Date day, xince::journal::Undo* undo);

  /// Puts in a case that was kept with its steps, their guards not being asked again: `record` says
  /// year, number, opening, procedure, list and steps. False when its steps are not of the procedure, or
  /// a case of the number is there.
  [[nodiscard]] bool Restore(const CaseRecord& record, type::Date today);

  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const CaseRecord> Find(absl::string_view name) const;
  /// Cases of a subject, oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const CaseRecord>> OfSubject(
      absl::string_view subject) const;
  /// All, by year and number.
  [[nodiscard]] const std::map<std::pair<uint32_t, uint32_t>, std::shared_ptr<const CaseRecord>>&
  all() const {
    return cases_;
  }
  /// Cases about a piece of evidence (objections and repairs), oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const CaseRecord>> AboutEvidence(
      absl::string_view evidence) const;

  /// The case in full, with what may happen next on a day.
  [[nodiscard]] listing::v1::Case Describe(const CaseRecord& record,
                                           type::Date today,
                                           const type::WorkingDays& calendar,
                                           bool with_next) const;

  void Clear();

 private:
  using Key = std::pair<uint32_t, uint32_t>;

  [[nodiscard]] Circumstances CircumstancesOf(const CaseRecord& record, type::Date today) const;
  absl::StatusOr<CaseRecord> Begin(const listing::v1::Opening& opening, type::Date today) const;
  absl::Status SetClocks(const CaseRecord& record,
                         const StepRow& step,
                         type::Date today,
                         const type::WorkingDays& calendar,
                         journal::v1::CaseEvent& event) const;
  absl::StatusOr<journal::v1::CaseEvent> Decide(CaseRecord record,
                                                journal::v1::CaseEvent event,
                                                type::Date today,
                                                const type::WorkingDays& calendar) const;
  absl::Status CheckDetails(const CaseRecord& record,
                            const StepRow& step,
                            const journal::v1::CaseEvent& event,
                            type::Date today,
                            const type::WorkingDays& calendar) const;
  absl::Status CheckExtension(const CaseRecord& record,
                              const StepRow& step,
                              const journal::v1::CaseEvent& event,
                              const type::WorkingDays& calendar) const;
  /// Puts in, replaces or (null) takes out a case, and everything that finds it.
  void Store(Key key, std::shared_ptr<const CaseRecord> record);
  void Index(Key key, const CaseRecord& record, bool in);

  const RegisterView& view_;
  const ProcedureBook& procedures_;
  std::map<Key, std::shared_ptr<const CaseRecord>> cases_;
  /// Names by subject, by matter (open ones, and decided ones), by evidence that is their target.
  std::map<std::string, std::set<Key>> of_subject_;
  std::map<std::string, std::set<Key>> of_matter_;
  std::map<std::string, std::set<Key>> of_evidence_;
  std::map<std::string, std::set<Key>> on_list_;
  std::set<Key> open_;
  /// Earliest last day of a clock that runs, of each open case.
  std::set<std::pair<int32_t, Key>> timers_;
  /// Cases with a clock that has run out and a step to take.
  std::set<Key> ripe_;
};

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_CASE_BOOK_H_
