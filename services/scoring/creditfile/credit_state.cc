#include "services/scoring/creditfile/credit_state.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include <google/protobuf/arena.h>
#include <google/protobuf/unknown_field_set.h>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/journal/flat_bytes.h"
#include "services/runtime/errors.h"
#include "services/scoring/creditfile/same_standing.h"
#include "services/scoring/evaluate/calendar.h"
#include "services/type/civil_date.h"

namespace xince::creditfile {
namespace {

using ::xince::credit::v1::StandingRecord;
using ::xince::evidence::v1::Evidence;
using ::xince::journal::v1::DayOpened;
using ::xince::journal::v1::EvidenceTaken;
using ::xince::journal::v1::PolicyLoaded;
using ::xince::journal::v1::RulemakingStep;
using ::xince::journal::v1::ScoringEntry;
using ::xince::journal::v1::StandingsChanged;

constexpr uint32_t kSnapshotFormat = 6;
// Where the message of an entry is read into.
constexpr size_t kPayloadBlockBytes = 8192;
// Where a filing is read into.
constexpr size_t kFilingBlockBytes = 2048;
// Jurisdiction of national packs.
constexpr char kNation[] = "0";

absl::Status Mismatch(Revision revision, absl::string_view what, absl::string_view subject = "") {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kDataLoss,
      .reason = "REPLAY_MISMATCH",
      .en = absl::StrCat("replaying the journal does not give what it records: ", what),
      .zh = "重放流水的结果与记录不一致",
      .metadata = {{"revision", absl::StrCat(revision)}, {"subject", std::string(subject)}}});
}

absl::Status Unreadable() {
  return runtime::ToStatus(runtime::Problem{.code = absl::StatusCode::kDataLoss,
                                            .reason = "SNAPSHOT_UNREADABLE",
                                            .en = "the snapshot cannot be read",
                                            .zh = "快照无法读取"});
}

// Which piece it is that is refused.
absl::Status NamePiece(const absl::Status& status, uint64_t sequence, const Evidence& piece) {
  runtime::Problem problem = runtime::ToProblem(status);
  problem.metadata["evidence"] = ShownId(piece.id());
  problem.metadata["sequence"] = absl::StrCat(sequence);
  problem.metadata["digest"] = DigestOfPiece(piece);
  return runtime::ToStatus(problem);
}

bool NothingUnknown(const google::protobuf::Message& message) {
  return message.GetReflection()->GetUnknownFields(message).empty();
}

// The answer with a record in it, which it borrows instead of copying.
std::string AnswerWith(credit::v1::Standing answer, StandingRecord& record, Revision revision) {
  answer.unsafe_arena_set_allocated_record(&record);
  answer.set_changed_at_revision(revision);
  std::string bytes = answer.SerializeAsString();
  (void)answer.unsafe_arena_release_record();
  return bytes;
}

}  // namespace

credit::v1::Standing DescribeSubject(const EvidenceBook& book, SubjectId subject, Revision known) {
  credit::v1::Standing standing;
  const SubjectEvidence& about = book.subject(subject);
  standing.set_subject(std::string(about.name));
  const Piece* piece = book.FilingAt(about, known);
  if (piece == nullptr) return standing;
  // Read for every standing, without asking for memory.
  alignas(std::max_align_t) char block[kFilingBlockBytes];
  google::protobuf::Arena arena(block, sizeof(block));
  Evidence& evidence = *google::protobuf::Arena::CreateMessage<Evidence>(&arena);
  evidence.ParseFromArray(piece->bytes.data(), static_cast<int>(piece->bytes.size()));
  standing.set_display_name(evidence.filing().display_name());
  standing.set_division(evidence.filing().division());
  *standing.mutable_former_names() = evidence.filing().former_names();
  standing.set_withdrawn(evidence.filing().withdrawn());
  return standing;
}

CreditState::CreditState(std::string jurisdiction)
    : book_(vocabulary_),
      policies_(vocabulary_),
      rulings_(book_, cases_),
      case_register_({.evidence = &book_,
                      .policies = &policies_,
                      .rulings = &rulings_,
                      .vocabulary = &vocabulary_,
                      .jurisdiction = jurisdiction,
                      .proposes =
                          [this](const std::string& subject, const std::string& list) {
                            const SubjectId id = book_.Find(subject);
                            const Standing* standing = id == kNone ? nullptr : Find(id);
                            if (standing == nullptr) return false;
                            const auto& proposals = standing->record.proposals();
                            return std::find(proposals.begin(), proposals.end(), list) !=
                                   proposals.end();
                          },
                      .today = [this] { return today_; }}),
      cases_(case_register_, case_register_),
      assessor_({.evidence = book_,
                 .policies = policies_,
                 .ranks = ranks_,
                 .cases = cases_,
                 .rulings = rulings_,
                 .past = past_,
                 .vocabulary = vocabulary_},
                std::move(jurisdiction)),
      desk_({.evidence = book_,
             .policies = policies_,
             .cases = cases_,
             .packs = case_register_,
             .assessor = assessor_}) {}

absl::Status CreditState::Apply(const journal::Entry& entry, journal::Undo* undo) {
  if (undo == nullptr && SettleByBytes(entry)) return absl::OkStatus();
  // Most entries are small: they are read without asking for memory.
  alignas(std::max_align_t) char block[kPayloadBlockBytes];
  google::protobuf::Arena arena(block, sizeof(block));
  ScoringEntry& payload = *google::protobuf::Arena::CreateMessage<ScoringEntry>(&arena);
  if (!payload.ParseFromString(entry.payload))
    return Mismatch(entry.revision, "unreadable payload");
  const Revision before = std::exchange(revision_, entry.revision);
  if (undo != nullptr) undo->Add([this, before] { revision_ = before; });
  switch (payload.event_case()) {
    case ScoringEntry::kPolicyLoaded:
      return LoadPolicy(payload.policy_loaded(), entry, undo);
    case ScoringEntry::kDayOpened:
      return OpenDay(payload.day_opened(), entry.revision, undo);
    case ScoringEntry::kEvidenceTaken:
      return Take(payload.evidence_taken(), entry.revision, undo);
    case ScoringEntry::kStandingsChanged:
      return Settle(payload.standings_changed(), entry.revision, undo);
    case ScoringEntry::kRulemakingStep:
      return MakeRules(payload.rulemaking_step(), entry, undo);
    case ScoringEntry::kCaseSteps:
      return TakeSteps(payload.case_steps(), entry, undo);
    case ScoringEntry::kEvidenceSetAside:
      return set_aside_.Apply(
          payload.evidence_set_aside(), entry, CursorOf(payload.evidence_set_aside().feed()), undo);
    case ScoringEntry::kDocumentStep:
      return TakeDocumentStep(payload.document_step(), entry, undo);
    case ScoringEntry::EVENT_NOT_SET:
      return Mismatch(entry.revision, "unknown event");
  }
  return absl::OkStatus();
}

void CreditState::NoteFiling(PieceId id, journal::Undo* undo) {
  const Piece& piece = book_.piece(id);
  if (piece.relation != RelationKind::kFiling) return;
  const absl::string_view name = book_.subject(piece.about).name;
  const bool was_filed = filed_.contains(name);
  if (piece.voided == !was_filed) return;
  const SubjectId subject = piece.about;
  if (piece.voided) {
    filed_.erase(name);
  } else {
    filed_.emplace(name, subject);
  }
  if (undo == nullptr) return;
  undo->Add([this, name, subject, was_filed] {
    if (was_filed) {
      filed_.emplace(name, subject);
    } else {
      filed_.erase(name);
    }
  });
}

void CreditState::RefreshAnswer(PieceId id, journal::Undo* undo) {
  const Piece& piece = book_.piece(id);
  const auto found = standings_.find(piece.about);
  if (piece.relation != RelationKind::kFiling || found == standings_.end()) return;
  Standing& standing = found->second;
  if (undo != nullptr) {
    undo->Add([this, subject = piece.about, before = standing.answer] {
      standings_.at(subject).answer = before;
    });
  }
  standing.answer = std::make_shared<const std::string>(AnswerWith(
      DescribeSubject(book_, piece.about, piece.known), standing.record, standing.revision));
}

absl::Status CreditState::Take(const EvidenceTaken& taken, Revision revision, journal::Undo* undo) {
  if (taken.batches().empty()) return Mismatch(revision, "no evidence");
  uint64_t cursor = CursorOf(taken.feed());
  if (undo != nullptr) {
    undo->Add([this, feed = taken.feed(), cursor] {
      if (cursor == 0) {
        cursors_.erase(feed);
      } else {
        cursors_[feed] = cursor;
      }
    });
  }
  Causes causes;
  for (const auto& batch : taken.batches()) {
    if (batch.sequence() <= cursor) return Mismatch(revision, "evidence taken twice");
    cursor = batch.sequence();
    for (const Evidence& evidence : batch.evidence()) {
      const absl::StatusOr<std::optional<PieceId>> piece_taken =
          book_.Take(evidence, revision, undo);
      if (!piece_taken.ok()) return NamePiece(piece_taken.status(), batch.sequence(), evidence);
      const std::optional<PieceId>& piece = *piece_taken;
      if (!piece.has_value()) continue;
      rulings_.NoteVersion(*piece, revision, undo);
      NoteFiling(*piece, undo);
      RefreshAnswer(*piece, undo);
      for (const SubjectId subject : book_.Upward(book_.piece(*piece).about)) {
        std::vector<std::string>& of_subject = causes[subject];
        if (of_subject.size() < kCausesMax) of_subject.push_back(evidence.id());
      }
    }
  }
  cursors_[taken.feed()] = cursor;
  Reassess(causes, revision, undo);
  return absl::OkStatus();
}

absl::Status CreditState::OpenDay(const DayOpened& opened, Revision revision, journal::Undo* undo) {
  const absl::StatusOr<type::Date> date = type::ParseDate(opened.date());
  if (!date.ok() || (today_ != evaluate::kNoDay && date->days() <= today_)) {
    return Mismatch(revision, "days open in order");
  }
  const Day before = std::exchange(today_, date->days());
  if (undo != nullptr) undo->Add([this, before] { today_ = before; });
  EndYears(before, revision, undo);
  cases_.OpenDay(*date, undo);
  const std::string cause = absl::StrCat("day:", opened.date());
  Causes causes;
  std::vector<std::string> because = ComeIntoForce(before, today_);
  if (before == evaluate::kNoDay || !because.empty()) {
    because.insert(because.begin(), cause);
    for (const auto& [name, subject] : filed_) causes[subject] = because;
  } else {
    for (const auto& [day, subject] : scheduled_) {
      if (day > opened.date()) break;
      causes[subject] = {cause};
    }
  }
  Rank(revision, undo, causes);
  Reassess(causes, revision, undo);
  return absl::OkStatus();
}

bool CreditState::EndsYear(type::SubjectKind kind, Day last) const {
  for (const Day day : {last, last + 1}) {
    const evaluate::CompiledSubjectPolicy* policy =
        policies_.For(assessor_.jurisdiction(), kind, day);
    if (policy == nullptr) continue;
    const evaluate::Calendar calendar(policy->tables().year_month);
    if (calendar.YearHolding(last).end == last + 1) return true;
  }
  return false;
}

void CreditState::EndYears(Day before, Revision revision, journal::Undo* undo) {
  if (before == evaluate::kNoDay) return;
  const evaluate::Calendar months(1);
  // A register that was left alone for longer than is kept.
  const int least = months.MonthOf(today_) - static_cast<int>(kPastStandingsMax) * 12;
  for (int month = std::max(months.MonthOf(before), least) + 1; month <= months.MonthOf(today_);
       ++month) {
    const Day last = months.MonthStart(month) - 1;
    std::map<type::SubjectKind, bool> ends;
    for (const auto& [name, subject] : filed_) {
      const Standing* standing = Find(subject);
      if (standing == nullptr || !standing->record.rated()) continue;
      const type::SubjectKind kind = book_.subject(subject).kind;
      const auto [found, added] = ends.try_emplace(kind, false);
      if (added) found->second = EndsYear(kind, last);
      if (!found->second) continue;
      past_.Add(subject,
                {.on = last,
                 .score = standing->record.score_hundredths(),
                 .grade = vocabulary_.names.Intern(standing->record.grade())},
                revision,
                undo);
    }
  }
}

std::vector<std::string> CreditState::ComeIntoForce(Day before, Day after) const {
  std::vector<std::string> causes;
  if (before == evaluate::kNoDay) return causes;
  const policy::PackSet& packs = policies_.packs();
  bool ended = false;
  for (const policy::Pack& pack : packs.packs()) {
    const std::string& jurisdiction = pack.proto().jurisdiction();
    if (jurisdiction != assessor_.jurisdiction() && jurisdiction != kNation) continue;
    const auto in_force = [&](Day day) {
      return packs.InForce(pack.proto().id(), type::Date::FromDays(day)) == &pack;
    };
    const bool was = in_force(before);
    const bool is = in_force(after);
    ended |= was && !is;
    if (is && !was) {
      causes.push_back(absl::StrCat("policy:", policy::FormatDigest(pack.digest())));
    }
  }
  if (ended && causes.empty()) causes.emplace_back("policy:none");
  return causes;
}

absl::Status CreditState::MakeRules(const RulemakingStep& step,
                                    const journal::Entry& entry,
                                    journal::Undo* undo) {
  const rulemaking::RuleBook::Details* before = rules_.Find(step.digest());
  const bool in_use =
      before != nullptr && before->version().state() == policy::v1::PACK_STATE_APPROVED;
  XINCE_RETURN_IF_ERROR(rules_.Apply(step, rulemaking::StampOf(entry), undo));
  const rulemaking::RuleBook::Details& after = *rules_.Find(step.digest());
  // Neither changes a standing today: an approved version begins later, and one that has begun stays.
  if (step.has_approved()) {
    XINCE_RETURN_IF_ERROR(policies_.Add(after.version().file(), after.content()));
    if (undo != nullptr) undo->Add([this] { policies_.RemoveLast(); });
  } else if (step.has_closed() && in_use) {
    std::function<void()> back = policies_.Remove(policy::DigestOf(after.content()));
    if (undo != nullptr && back != nullptr) undo->Add(std::move(back));
  }
  return absl::OkStatus();
}

absl::Status CreditState::LoadPolicy(const PolicyLoaded& loaded,
                                     const journal::Entry& entry,
                                     journal::Undo* undo) {
  const Revision revision = entry.revision;
  XINCE_RETURN_IF_ERROR(policies_.Add(loaded.file(), loaded.content()));
  if (undo != nullptr) undo->Add([this] { policies_.RemoveLast(); });
  XINCE_RETURN_IF_ERROR(rules_.Install(loaded, rulemaking::StampOf(entry), undo));
  const std::string cause =
      absl::StrCat("policy:", policy::FormatDigest(policy::DigestOf(loaded.content())));
  if (today_ != evaluate::kNoDay) cases_.LookAtLaw(type::Date::FromDays(today_));
  Causes causes;
  for (const auto& [name, subject] : filed_) causes[subject] = {cause};
  Rank(revision, undo, causes);
  Reassess(causes, revision, undo);
  return absl::OkStatus();
}

void CreditState::Rank(Revision revision, journal::Undo* undo, Causes& causes) {
  if (today_ == evaluate::kNoDay) return;
  for (const SubjectId subject : ranks_.Pass(filed_, book_, assessor_, today_, revision, undo))
    causes[subject].push_back(absl::StrCat("rank:", DayText(today_)));
}

void CreditState::Reassess(const Causes& causes, Revision revision, journal::Undo* undo) {
  if (today_ == evaluate::kNoDay || as_recorded_) return;
  for (const auto& [subject, because] : causes) {
    if (!filed_.contains(book_.subject(subject).name)) {
      MakeDue(subject, std::nullopt, undo);
      continue;
    }
    DueChange change{.subject = subject};
    change.after = assessor_.Record(assessor_.Assess(subject, today_, revision), today_);
    const Standing* now = Find(subject);
    const bool changed =
        now == nullptr || now->revision == 0 || !SameStanding(now->record, change.after);
    const auto already = due_.find(book_.subject(subject).name);
    if (already != due_.end()) change.causes = already->second.causes;
    for (const std::string& cause : because) {
      if (change.causes.size() < kCausesMax) change.causes.push_back(cause);
    }
    MakeDue(subject, changed ? std::optional<DueChange>(std::move(change)) : std::nullopt, undo);
    NoteHappened(subject, undo);
  }
}

void CreditState::MakeDue(SubjectId subject, std::optional<DueChange> change, journal::Undo* undo) {
  const absl::string_view name = book_.subject(subject).name;
  const auto found = due_.find(name);
  if (found == due_.end() && !change.has_value()) return;
  if (undo != nullptr) {
    std::optional<DueChange> before;
    if (found != due_.end()) before = std::move(found->second);
    undo->Add([this, subject, before = std::move(before)] { MakeDue(subject, before, nullptr); });
  }
  if (change.has_value()) {
    due_[name] = *std::move(change);
  } else {
    due_.erase(found);
  }
}

journal::v1::StandingChange CreditState::ChangeOf(absl::string_view name,
                                                  const DueChange& due) const {
  journal::v1::StandingChange change;
  change.set_subject(std::string(name));
  const Standing* now = Find(due.subject);
  if (now != nullptr && now->revision > 0) *change.mutable_before() = now->record;
  *change.mutable_after() = due.after;
  for (const std::string& cause : due.causes) change.add_causes(cause);
  return change;
}

std::optional<StandingsChanged> CreditState::Due() const {
  if (due_.empty()) return std::nullopt;
  StandingsChanged changed;
  size_t bytes = 0;
  for (const auto& [name, due] : due_) {
    if (static_cast<size_t>(changed.changes_size()) == kChangesPerEntryMax) break;
    journal::v1::StandingChange change = ChangeOf(name, due);
    bytes += change.ByteSizeLong();
    if (bytes > kChangesBytesMax && !changed.changes().empty()) break;
    *changed.add_changes() = std::move(change);
  }
  return changed;
}

bool CreditState::Says(const journal::v1::StandingChange& change,
                       absl::string_view name,
                       const DueChange& due) const {
  const Standing* now = Find(due.subject);
  const bool first = now == nullptr || now->revision == 0;
  return change.subject() == name && NothingUnknown(change) && change.has_before() == !first &&
         (first || SameRecord(change.before(), now->record)) && change.has_after() &&
         SameRecord(change.after(), due.after) &&
         std::equal(
             change.causes().begin(), change.causes().end(), due.causes.begin(), due.causes.end());
}

bool CreditState::SaysWhatIsDue(const StandingsChanged& changed) const {
  const auto size = static_cast<size_t>(changed.changes_size());
  if (size == 0 || size > kChangesPerEntryMax || !NothingUnknown(changed)) return false;
  auto due = due_.begin();
  size_t bytes = 0;
  for (const auto& change : changed.changes()) {
    if (due == due_.end() || !Says(change, due->first, due->second)) return false;
    bytes += change.ByteSizeLong();
    if (bytes > kChangesBytesMax && due != due_.begin()) return false;
    ++due;
  }
  return due == due_.end() || size == kChangesPerEntryMax ||
         bytes + ChangeOf(due->first, due->second).ByteSizeLong() > kChangesBytesMax;
}

// The same as bytes, to name what differs.
absl::Status CreditState::CompareWithDue(const StandingsChanged& changed, Revision revision) const {
  const StandingsChanged expected = Due().value_or(StandingsChanged());
  if (expected.SerializeAsString() == changed.SerializeAsString()) return absl::OkStatus();
  for (int i = 0; i < std::min(expected.changes_size(), changed.changes_size()); ++i) {
    if (expected.changes(i).SerializeAsString() != changed.changes(i).SerializeAsString()) {
      return Mismatch(revision, "another standing", changed.changes(i).subject());
    }
  }
  return Mismatch(revision, "another number of standings");
}

absl::Status CreditState::Settle(const StandingsChanged& changed,
                                 Revision revision,
                                 journal::Undo* undo) {
  if (as_recorded_) return SettleAsRecorded(changed, revision);
  if (due_.empty()) return Mismatch(revision, "no standing was due");
  if (!SaysWhatIsDue(changed)) XINCE_RETURN_IF_ERROR(CompareWithDue(changed, revision));
  for (const auto& change : changed.changes()) {
    NoteProposals(change.subject(), &change.after(), undo);
    NoteOutcome(change.subject(), change.after(), undo);
    DueChange& due = due_.find(change.subject())->second;
    const SubjectId subject = due.subject;
    // The one that is due goes away, unless it comes back.
    SetStanding(subject, undo == nullptr ? std::move(due.after) : due.after, revision, undo);
    MakeDue(subject, std::nullopt, undo);
  }
  return absl::OkStatus();
}

absl::Status CreditState::SettleAsRecorded(const StandingsChanged& changed, Revision revision) {
  for (const auto& change : changed.changes()) {
    const SubjectId subject = book_.Find(change.subject());
    if (subject == kNone) return Mismatch(revision, "an unknown subject", change.subject());
    NoteProposals(change.subject(), &change.after(), nullptr);
    NoteOutcome(change.subject(), change.after(), nullptr);
    SetStanding(subject, change.after(), revision, nullptr);
  }
  return absl::OkStatus();
}

void CreditState::SetStanding(SubjectId subject,
                              StandingRecord after,
                              Revision revision,
                              journal::Undo* undo) {
  const auto [found, first] = standings_.try_emplace(subject);
  Standing& standing = found->second;
  Schedule(subject, standing.record.next_change_on(), after.next_change_on());
  if (undo != nullptr && first) {
    undo->Add([this, subject] { Restore(subject, std::nullopt); });
  } else if (undo != nullptr) {
    undo->Add([this,
               subject,
               record = std::move(standing.record),
               before = standing.revision,
               answer = standing.answer] {
      Standing& back = standings_.at(subject);
      Schedule(subject, back.record.next_change_on(), record.next_change_on());
      back.record = record;
      back.revision = before;
      back.answer = answer;
      back.history.pop_back();
    });
  }
  standing.history.push_back(revision);
  standing.record = std::move(after);
  standing.revision = revision;
  standing.answer = std::make_shared<const std::string>(
      AnswerWith(DescribeSubject(book_, subject, revision), standing.record, revision));
}

void CreditState::Restore(SubjectId subject, std::optional<Standing> standing) {
  const auto found = standings_.find(subject);
  const std::string before = found == standings_.end() ? "" : found->second.record.next_change_on();
  Schedule(subject, before, standing.has_value() ? standing->record.next_change_on() : "");
  if (standing.has_value()) {
    standings_[subject] = *std::move(standing);
  } else if (found != standings_.end()) {
    standings_.erase(found);
  }
}

void CreditState::Schedule(SubjectId subject, const std::string& before, const std::string& after) {
  if (before == after) return;
  if (!before.empty()) scheduled_.erase({before, subject});
  if (!after.empty()) scheduled_.emplace(after, subject);
}

bool CreditState::IsDue(SubjectId subject) const {
  return due_.contains(book_.subject(subject).name);
}

uint64_t CreditState::CursorOf(const std::string& feed) const {
  const auto found = cursors_.find(feed);
  return found == cursors_.end() ? 0 : found->second;
}

const Standing* CreditState::Find(SubjectId subject) const {
  const auto found = standings_.find(subject);
  return found == standings_.end() ? nullptr : &found->second;
}

uint32_t CreditState::SnapshotFormat() const { return kSnapshotFormat; }

std::string CreditState::SaveSnapshot() const {
  journal::FlatWriter out;
  out.U64(revision_);
  out.I64(today_);
  rules_.Save(out);
  out.U32(static_cast<uint32_t>(policies_.sources().size()));
  for (const auto& source : policies_.sources()) {
    out.Text(policy::FormatDigest(policy::DigestOf(source.second)));
  }
  out.U32(static_cast<uint32_t>(cursors_.size()));
  for (const auto& [feed, sequence] : cursors_) {
    out.Text(feed);
    out.U64(sequence);
  }
  set_aside_.Save(out);
  out.U64(book_.size());
  for (size_t i = 0; i < book_.size(); ++i) {
    out.U64(book_.piece(static_cast<PieceId>(i)).known);
    out.Text(book_.piece(static_cast<PieceId>(i)).bytes);
  }
  SaveCases(out);
  // By name: the numbers of subjects depend on what was undone.
  std::vector<std::pair<absl::string_view, const Standing*>> standings;
  for (const auto& [subject, standing] : standings_) {
    standings.emplace_back(book_.subject(subject).name, &standing);
  }
  std::sort(standings.begin(), standings.end());
  out.U64(standings.size());
  for (const auto& [name, standing] : standings) {
    out.Text(name);
    out.Text(standing->record.SerializeAsString());
    out.U64(standing->revision);
    out.Text(*standing->answer);
    out.U32(static_cast<uint32_t>(standing->history.size()));
    for (const Revision revision : standing->history) out.U64(revision);
  }
  out.U64(due_.size());
  for (const auto& [name, due] : due_) {
    out.Text(name);
    out.Text(due.after.SerializeAsString());
    out.U32(static_cast<uint32_t>(due.causes.size()));
    for (const std::string& cause : due.causes) out.Text(cause);
  }
  ranks_.Save(book_, out);
  past_.Save(book_, vocabulary_, out);
  return std::move(out).Finish();
}

absl::Status CreditState::LoadSnapshot(absl::string_view bytes) {
  Clear();
  journal::FlatReader in(bytes);
  revision_ = in.U64();
  const Day today = static_cast<Day>(in.I64());
  if (!rules_.Load(in)) return Unreadable();
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    const rulemaking::RuleBook::Details* details = rules_.Find(std::string(in.Text()));
    if (details == nullptr) return Unreadable();
    XINCE_RETURN_IF_ERROR(policies_.Add(details->version().file(), details->content()));
  }
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    const std::string feed(in.Text());
    cursors_[feed] = in.U64();
  }
  if (!set_aside_.Load(in)) return Unreadable();
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    const Revision known = in.U64();
    const absl::string_view piece = in.Text();
    Evidence evidence;
    if (!evidence.ParseFromArray(piece.data(), static_cast<int>(piece.size()))) return Unreadable();
    XINCE_ASSIGN_OR_RETURN(const std::optional<PieceId> id, book_.Take(evidence, known, nullptr));
    if (!id.has_value()) return Unreadable();
    NoteFiling(*id, nullptr);
  }
  if (!LoadCases(in, today)) return Unreadable();
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    const SubjectId subject = book_.Find(in.Text());
    if (subject == kNone) return Unreadable();
    Standing standing;
    standing.record.ParseFromString(std::string(in.Text()));
    standing.revision = in.U64();
    standing.answer = std::make_shared<const std::string>(in.Text());
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) standing.history.push_back(in.U64());
    Restore(subject, std::move(standing));
  }
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    DueChange due;
    due.subject = book_.Find(in.Text());
    if (due.subject == kNone) return Unreadable();
    due.after.ParseFromString(std::string(in.Text()));
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) due.causes.emplace_back(in.Text());
    MakeDue(due.subject, std::move(due), nullptr);
  }
  XINCE_RETURN_IF_ERROR(ranks_.Load(book_, in));
  if (!past_.Load(book_, vocabulary_, in)) return Unreadable();
  today_ = today;
  return in.ok() && in.left() == 0 ? absl::OkStatus() : Unreadable();
}

void CreditState::Clear() {
  revision_ = 0;
  today_ = evaluate::kNoDay;
  cursors_.clear();
  set_aside_.Clear();
  due_.clear();
  scheduled_.clear();
  standings_.clear();
  filed_.clear();
  ranks_.Clear();
  past_.Clear();
  rulings_.Clear();
  cases_.Clear();
  case_register_.Clear();
  desk_.Clear();
  step_requests_.clear();
  automatic_.clear();
  leaving_.clear();
  tried_.clear();
  policies_.Clear();
  rules_.Clear();
  book_.Clear();
}

}  // namespace xince::creditfile
