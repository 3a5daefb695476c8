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

/// A procedure with the pack that holds it.
struct ProcedureSeen {
  /// Null when there is none.
  std::shared_ptr<const Procedure> procedure;
  /// Of the pack, in hexadecimal.
  std::string policy_digest;
};

/// Finds procedures. Answers do not change for a digest and an id.
class ProcedureBook {
 public:
  virtual ~ProcedureBook() = default;
  /// The procedure of that id in force on a day, here or in the nation.
  [[nodiscard]] virtual ProcedureSeen Find(const std::string& id, type::Date day) const = 0;
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

  /// The case as an event leaves it, after checking every guard again: what Apply keeps. At a revision
  /// later than its others; 0: the one after the newest of them. `base`: the case before it, where that is
  /// not the one that is kept. DATA_LOSS `REPLAY_MISMATCH` as there.
  [[nodiscard]] absl::StatusOr<CaseRecord> After(const journal::v1::CaseEvent& event,
                                                 type::Date today,
                                                 Revision revision = 0,
                                                 int64_t time_us = 0,
                                                 const std::string& actor = "",
                                                 const CaseRecord* base = nullptr) const;

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

  /// The law may have changed: what it no longer lets be shown on the day is due to end.
  void LookAtLaw(type::Date day);

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

  /// Open cases for a list whose newest proposal names a piece of evidence, oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const CaseRecord>> RestingOn(
      absl::string_view evidence) const;
  /// All of them, ended ones too.
  [[nodiscard]] std::vector<std::shared_ptr<const CaseRecord>> EverRestingOn(
      absl::string_view evidence) const;
  /// Cases that a rule proposed from a case, oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const CaseRecord>> Following(
      absl::string_view name) const;
  /// Who was told of what the case undid or corrected: of itself where it is an entry; with an objection
  /// of the contested case and of every case that rests, or rested, on evidence it decided about; and of
  /// those proposed from these, unless they had ended before. docs/procedures.md, *Told again*.
  [[nodiscard]] std::vector<listing::v1::ToldBefore> ToldOfUndone(const CaseRecord& record) const;
  /// The step by which a rule ends a case in which everybody was told again; null when it is not that far.
  [[nodiscard]] const StepRow* ClosingStep(const CaseRecord& record, type::Date today) const;
  /// The event of that step in a case as After gives it.
  absl::StatusOr<journal::v1::CaseEvent> DecideClosing(const CaseRecord& record,
                                                       type::Date today,
                                                       const type::WorkingDays& calendar) const;

  /// The case in full, with what may happen next on a day.
  [[nodiscard]] listing::v1::Case Describe(const CaseRecord& record,
                                           type::Date today,
                                           const type::WorkingDays& calendar,
                                           bool with_next) const;

  void Clear();

 private:
  using Key = std::pair<uint32_t, uint32_t>;

  void DescribeObjections(const CaseRecord& record, listing::v1::Case& out) const;
  [[nodiscard]] std::vector<std::shared_ptr<const CaseRecord>> At(
      const std::map<std::string, std::set<Key>>& index, absl::string_view by) const;
  /// First day on which the case is no longer shown, as the law of the day has it: kDateMax for never, or
  /// for a case that was never shown.
  [[nodiscard]] type::Date PublishedUntil(const CaseRecord& record, type::Date day) const;
  /// The running clock of a publication that the law of the day no longer allows; kNoIndex for none.
  [[nodiscard]] ClockIndex ShortenedByLaw(const CaseRecord& record, type::Date day) const;
  /// Whether a clock that takes the step has run out, or the law has. Nobody else is the clock.
  [[nodiscard]] bool ClockCalls(const CaseRecord& record, StepIndex step, type::Date day) const;
  void LookAtPlaces(const std::set<Key>& on_list,
                    const CaseRecord& record,
                    Circumstances& circumstances) const;
  void LookAtOwnEntries(const CaseRecord& record, Circumstances& circumstances) const;
  /// The newest day on which an entry of the subject on the list of the case ended; kDateMin for none.
  [[nodiscard]] type::Date OffListSince(const CaseRecord& record) const;
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
  /// By a fact of the proposal, and by the case they were proposed from.
  std::map<std::string, std::set<Key>> rests_on_;
  std::map<std::string, std::set<Key>> follows_;
  std::map<std::string, std::set<Key>> on_list_;
  std::set<Key> open_;
  /// Earliest last day of a clock that runs, of each open case.
  std::set<std::pair<int32_t, Key>> timers_;
  /// Cases with a clock that has run out and a step to take.
  std::set<Key> ripe_;
  /// Open cases that are shown, and those of them that the law of the day no longer lets be shown. The
  /// latter follow from packs and day, and are not part of the state.
  std::set<Key> published_;
  std::set<Key> shortened_;
};

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_CASE_BOOK_H_
