#ifndef SERVICES_SCORING_CREDITFILE_CREDIT_STATE_H_
#define SERVICES_SCORING_CREDITFILE_CREDIT_STATE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/journal/machine.h"
#include "services/scoring/cases/case_book.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/creditfile/case_register.h"
#include "services/scoring/creditfile/document_desk.h"
#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/creditfile/past_standings.h"
#include "services/scoring/creditfile/ranking.h"
#include "services/scoring/creditfile/rulings.h"
#include "services/scoring/creditfile/set_aside.h"
#include "services/scoring/rulemaking/rule_book.h"

/// The state of the scoring service: evidence, policies, cases, and the standing of every subject.
///
/// An entry that brings evidence, a day, a policy or steps of cases makes standings due; entries of
/// StandingsChanged that follow record them, and are refused when they do not say what is computed. A
/// standing is due when it would differ from the one recorded.
namespace xince::creditfile {

/// Most changes of one StandingsChanged entry.
inline constexpr size_t kChangesPerEntryMax = 300;
/// Most bytes of them, unless one change alone has more: well below journal::kPayloadBytesMax.
inline constexpr size_t kChangesBytesMax = 512 * 1024;
/// Most causes recorded with a change.
inline constexpr size_t kCausesMax = 20;

/// Most bytes of the steps of one entry that clocks take, with their documents, unless one alone has more:
/// below journal::kPayloadBytesMax.
inline constexpr size_t kClockStepsBytesMax = 512 * 1024;
/// Most steps of one entry that clocks take.
inline constexpr int kClockStepsPerEntryMax = 100;

/// A request about a case or a document that was carried out.
struct CarriedStep {
  std::string request_digest;
  /// Name of the case and the revision of its step; or number of the document.
  std::string name;
  Revision revision = 0;
};

/// The recorded standing of a subject.
struct Standing {
  credit::v1::StandingRecord record;
  /// Revision of the StandingsChanged entry; 0 before the first.
  Revision revision = 0;
  /// Everything of the answer but the revision token, serialized as xince.credit.v1.Standing.
  std::shared_ptr<const std::string> answer;
  /// Revisions of all StandingsChanged entries of the subject, oldest first.
  std::vector<Revision> history;
};

/// The state machine. Its lock is the machine's.
class CreditState final : public journal::State {
 public:
  /// `jurisdiction`: division code of the register.
  explicit CreditState(std::string jurisdiction);

  /// Takes standings as recorded from here on, and computes none: for a check that then assesses them
  /// all, and would otherwise end at the first that differs. Never in a service.
  void TakeStandingsAsRecorded() { as_recorded_ = true; }

  absl::Status Apply(const journal::Entry& entry, journal::Undo* undo) override;
  [[nodiscard]] uint32_t SnapshotFormat() const override;
  [[nodiscard]] std::string SaveSnapshot() const override;
  absl::Status LoadSnapshot(absl::string_view bytes) override;
  void Clear() override;

  /// The next changes that are due, at most kChangesPerEntryMax and kChangesBytesMax; nothing when
  /// none is.
  [[nodiscard]] std::optional<journal::v1::StandingsChanged> Due() const;
  /// Something is due: a standing, or a step.
  [[nodiscard]] bool due() const { return !due_.empty() || DueSteps().has_value(); }

  /// The calendar that deadlines are reckoned by; applying what was decided needs none. It outlives the
  /// state; without one no case is opened and no clock runs.
  void SetCalendar(const type::WorkingDays* calendar) { calendar_ = calendar; }
  [[nodiscard]] const type::WorkingDays* calendar() const { return calendar_; }
  /// The entry of opening a case, with what rules do because of it. Errors as ListingService.OpenCase
  /// says; FAILED_PRECONDITION `DAY_NOT_OPEN`, `CALENDAR_MISSING`.
  [[nodiscard]] absl::StatusOr<journal::v1::CaseSteps> DecideOpening(
      const listing::v1::Opening& opening,
      const listing::v1::StepParty& party,
      const listing::v1::StepDetails& details) const;
  /// The same of a step. Errors as ListingService.TakeStep says.
  [[nodiscard]] absl::StatusOr<journal::v1::CaseSteps> DecideStep(
      const std::string& name,
      const std::string& step,
      const listing::v1::StepParty& party,
      const listing::v1::StepDetails& details,
      Revision expected) const;
  /// The next steps that clocks or rules take, nothing when there are none; and who takes them. Only
  /// from where commands are decided.
  struct StepsDue {
    journal::v1::CaseSteps steps;
    const char* actor = "";
  };
  [[nodiscard]] std::optional<StepsDue> DueSteps() const;
  /// What documents are made with; applying what was made needs nothing. It outlives the state; without,
  /// no documents are made.
  void SetDocumentWords(const documents::DocumentWords* words) { desk_.SetWords(words); }
  /// The entry of a points notice. Errors as ListingService.IssuePointsNotice says.
  [[nodiscard]] absl::StatusOr<journal::v1::DocumentStep> DecidePointsNotice(
      const listing::v1::IssuePointsNoticeRequest& request) const;
  /// The entry of a voiding. Errors as ListingService.VoidDocument says.
  [[nodiscard]] absl::StatusOr<journal::v1::DocumentStep> DecideVoiding(
      const listing::v1::VoidDocumentRequest& request) const;
  [[nodiscard]] const DocumentDesk& desk() const { return desk_; }
  [[nodiscard]] const cases::CaseBook& cases() const { return cases_; }
  [[nodiscard]] const CaseRegister& case_register() const { return case_register_; }
  [[nodiscard]] const RulingBook& rulings() const { return rulings_; }
  /// What a request of an actor did; null when it did nothing yet.
  [[nodiscard]] const CarriedStep* FindStepRequest(const std::string& actor,
                                                   const std::string& request_id) const;
  /// Whether the subject's recorded standing is behind.
  [[nodiscard]] bool IsDue(SubjectId subject) const;

  /// Sequence up to which a feed was taken in.
  [[nodiscard]] uint64_t CursorOf(const std::string& feed) const;
  /// Pieces of evidence that cannot be read and were set aside.
  [[nodiscard]] const SetAsideBook& set_aside() const { return set_aside_; }
  /// The open day; kNoDay before the first.
  [[nodiscard]] Day today() const { return today_; }
  [[nodiscard]] const EvidenceBook& book() const { return book_; }
  [[nodiscard]] const PolicyBook& policies() const { return policies_; }
  /// Every version of a pack the register has heard of; those in use are also in policies().
  [[nodiscard]] const rulemaking::RuleBook& rules() const { return rules_; }
  /// The words that policies and evidence meet in.
  [[nodiscard]] const evaluate::Vocabulary& vocabulary() const { return vocabulary_; }
  [[nodiscard]] const Assessor& assessor() const { return assessor_; }
  /// Null when the subject is not filed.
  [[nodiscard]] const Standing* Find(SubjectId subject) const;
  /// Filed subjects by name.
  [[nodiscard]] const absl::btree_map<absl::string_view, SubjectId>& filed() const {
    return filed_;
  }
  /// The newest revision at which anything happened.
  [[nodiscard]] Revision revision() const { return revision_; }

 private:
  struct DueChange {
    SubjectId subject = kNone;
    credit::v1::StandingRecord after;
    std::vector<std::string> causes;
  };
  using Causes = std::map<SubjectId, std::vector<std::string>>;

  absl::Status Take(const journal::v1::EvidenceTaken& taken,
                    Revision revision,
                    journal::Undo* undo);
  absl::Status OpenDay(const journal::v1::DayOpened& opened,
                       Revision revision,
                       journal::Undo* undo);
  /// Keeps the standings recorded on last days of scoring years between two days.
  void EndYears(Day before, Revision revision, journal::Undo* undo);
  /// Whether a scoring year for a kind of subject ends with a day: by the version then in force, or by
  /// the one in force on the next day.
  [[nodiscard]] bool EndsYear(type::SubjectKind kind, Day last) const;
  absl::Status LoadPolicy(const journal::v1::PolicyLoaded& loaded,
                          const journal::Entry& entry,
                          journal::Undo* undo);
  absl::Status MakeRules(const journal::v1::RulemakingStep& step,
                         const journal::Entry& entry,
                         journal::Undo* undo);
  absl::Status TakeSteps(const journal::v1::CaseSteps& steps,
                         const journal::Entry& entry,
                         journal::Undo* undo);
  void BringEffects(const cases::CaseRecord& record, Revision revision, journal::Undo* undo);
  void CauseStep(const cases::CaseRecord& record, Causes& causes) const;
  /// A request is carried out: about a case, or a document, of a name.
  void NoteRequest(const std::string& request_digest,
                   const std::string& name,
                   const journal::Entry& entry,
                   journal::Undo* undo);
  absl::Status TakeDocumentStep(const journal::v1::DocumentStep& step,
                                const journal::Entry& entry,
                                journal::Undo* undo);
  /// The steps with the documents that are made of them.
  absl::StatusOr<journal::v1::CaseSteps> WithDocuments(
      absl::StatusOr<journal::v1::CaseSteps> steps) const;
  /// Standings propose entries that rules make: by subject and list.
  void NoteProposals(const std::string& subject,
                     const credit::v1::StandingRecord* record,
                     journal::Undo* undo);
  /// A step that a rule takes because of another, in the same entry.
  struct Consequence {
    std::string name;
    std::string step;
    listing::v1::Reasons reasons;
    /// It ends the case of the event itself, in which nobody is left to be told again.
    bool closes = false;
  };
  /// What rules do when the event, not yet applied, is taken: entries that a repair ends; what rests on
  /// what is undone; and the end of a case in which everybody was told again. In this order.
  [[nodiscard]] std::vector<Consequence> ConsequencesOf(const journal::v1::CaseEvent& event) const;
  void AddRepaired(const cases::CaseRecord& record, std::vector<Consequence>& out) const;
  void AddUndone(const cases::CaseRecord& record,
                 const journal::v1::CaseEvent& event,
                 std::vector<Consequence>& out) const;
  /// What is wrong with what an entry records after an event, from `next` on, and about the event's
  /// causes; empty when all is as it must be.
  [[nodiscard]] std::string FaultOf(const journal::v1::CaseEvent& event,
                                    const std::vector<Consequence>& follows,
                                    const journal::v1::CaseSteps& steps,
                                    int next) const;
  absl::StatusOr<journal::v1::CaseSteps> WithConsequences(
      const journal::v1::CaseEvent& event) const;
  /// The case proposed because `finder` found the order of another not met.
  [[nodiscard]] std::optional<journal::v1::CaseEvent> NextProposed(
      const cases::CaseRecord& record, const listing::v1::StepParty& finder) const;
  [[nodiscard]] std::optional<journal::v1::CaseEvent> EnteredByRule(const std::string& subject,
                                                                    const std::string& list) const;
  /// An entry (year and number of its case) and the condition of its list's terms that ends it.
  using Leaving = std::tuple<uint32_t, uint32_t, std::string>;
  /// Notes that an entry is to end by a condition, or no longer is.
  void Leave(const cases::CaseRecord& record,
             const std::string& exit,
             bool leaves,
             journal::Undo* undo);
  /// A standing is about to be recorded: entries end whose list it no longer proposes, and did before.
  void NoteOutcome(const std::string& subject,
                   const credit::v1::StandingRecord& after,
                   journal::Undo* undo);
  /// Something happened to a subject: entries end for which enough has.
  void NoteHappened(SubjectId subject, journal::Undo* undo);
  /// What is no longer in force is not to end any more.
  void NoteLeft(const cases::CaseRecord& record, journal::Undo* undo);
  [[nodiscard]] std::optional<journal::v1::CaseEvent> LeftByRule(const Leaving& leaving) const;
  /// Whether a rule enters the subject again after this entry: its term or its outcome ended it, not a
  /// person, a repair or what happened.
  [[nodiscard]] static bool EntersAgain(const cases::CaseRecord& record);
  absl::Status MayDecide() const;
  /// The same as DueSteps, without documents.
  [[nodiscard]] std::optional<StepsDue> StepsThatAreDue() const;
  void SaveCases(journal::FlatWriter& out) const;
  [[nodiscard]] bool LoadCases(journal::FlatReader& in, Day today);
  /// `policy:<digest>` of the versions that came into force for the register between two days.
  [[nodiscard]] std::vector<std::string> ComeIntoForce(Day before, Day after) const;
  absl::Status Settle(const journal::v1::StandingsChanged& changed,
                      Revision revision,
                      journal::Undo* undo);
  /// In replay: settles everything that is due when the entry's payload is, byte for byte, what records it;
  /// else does nothing and says no, whatever the entry is.
  bool SettleByBytes(const journal::Entry& entry);
  absl::Status SettleAsRecorded(const journal::v1::StandingsChanged& changed, Revision revision);
  [[nodiscard]] journal::v1::StandingChange ChangeOf(absl::string_view name,
                                                     const DueChange& due) const;
  /// Whether a change is the one that is due for the subject of the name.
  [[nodiscard]] bool Says(const journal::v1::StandingChange& change,
                          absl::string_view name,
                          const DueChange& due) const;
  /// Whether it is what Due() gives. It may say no when it is.
  [[nodiscard]] bool SaysWhatIsDue(const journal::v1::StandingsChanged& changed) const;
  /// DATA_LOSS `REPLAY_MISMATCH` when it is not.
  [[nodiscard]] absl::Status CompareWithDue(const journal::v1::StandingsChanged& changed,
                                            Revision revision) const;
  void SetStanding(SubjectId subject,
                   credit::v1::StandingRecord after,
                   Revision revision,
                   journal::Undo* undo);
  /// Passes over the populations whose policy has quotas; adds those whose row changed to `causes`.
  void Rank(Revision revision, journal::Undo* undo, Causes& causes);
  void Reassess(const Causes& causes, Revision revision, journal::Undo* undo);
  void MakeDue(SubjectId subject, std::optional<DueChange> change, journal::Undo* undo);
  void NoteFiling(PieceId piece, journal::Undo* undo);
  void RefreshAnswer(PieceId piece, journal::Undo* undo);
  void Restore(SubjectId subject, std::optional<Standing> standing);
  void Schedule(SubjectId subject, const std::string& before, const std::string& after);

  evaluate::Vocabulary vocabulary_;
  EvidenceBook book_;
  PolicyBook policies_;
  rulemaking::RuleBook rules_;
  RankBook ranks_;
  RulingBook rulings_;
  PastStandings past_;
  CaseRegister case_register_;
  cases::CaseBook cases_;
  Assessor assessor_;
  DocumentDesk desk_;
  const type::WorkingDays* calendar_ = nullptr;
  bool as_recorded_ = false;
  Day today_ = evaluate::kNoDay;
  Revision revision_ = 0;
  std::map<std::string, uint64_t> cursors_;
  SetAsideBook set_aside_;
  absl::btree_map<absl::string_view, SubjectId> filed_;
  absl::flat_hash_map<SubjectId, Standing> standings_;
  /// By name, as StandingsChanged records them.
  absl::btree_map<absl::string_view, DueChange> due_;
  std::map<std::pair<std::string, std::string>, CarriedStep> step_requests_;
  /// Subject and list.
  std::set<std::pair<std::string, std::string>> automatic_;
  /// Entries that are to end by rule.
  std::set<Leaving> leaving_;
  /// Subjects that no rule could enter although their outcome proposes it, with the day on which it was
  /// tried. Not part of the state.
  mutable std::map<std::pair<std::string, std::string>, Day> tried_;
  /// Subjects by the day on which their standing may change by itself.
  std::set<std::pair<std::string, SubjectId>> scheduled_;
};

/// Answer for a subject as filed at a revision: everything of a Standing but `record` and tokens.
credit::v1::Standing DescribeSubject(const EvidenceBook& book, SubjectId subject, Revision known);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_CREDIT_STATE_H_
