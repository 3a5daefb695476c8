#include "services/scoring/backtest/recorded.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/policy/pack.h"
#include "services/type/civil_date.h"

namespace xince::backtest {

using credit::v1::StandingRecord;

namespace {

// Jurisdiction of national packs.
constexpr char kNation[] = "0";
// Entries between two words on how far a check is.
constexpr creditfile::Revision kProgressEntries = 1000;

// The bytes of one field.
std::string Only(StandingRecord record, int index) {
  record.DiscardUnknownFields();
  const google::protobuf::Descriptor& type = *StandingRecord::descriptor();
  for (int i = 0; i < type.field_count(); ++i)
    if (i != index) StandingRecord::GetReflection()->ClearField(&record, type.field(i));
  return record.SerializeAsString();
}

std::vector<std::string> FieldsThatDiffer(const StandingRecord& one, const StandingRecord& other) {
  std::vector<std::string> names;
  const google::protobuf::Descriptor& type = *StandingRecord::descriptor();
  for (int i = 0; i < type.field_count(); ++i)
    if (Only(one, i) != Only(other, i)) names.push_back(type.field(i)->name());
  return names;
}

}  // namespace

RecordedCheck::RecordedCheck(const creditfile::EvidenceBook& book,
                             const creditfile::Assessor& assessor,
                             PackOf pack_of)
    : book_(book), assessor_(assessor), pack_of_(std::move(pack_of)) {}

absl::Status RecordedCheck::Take(const journal::Entry& entry) {
  journal::v1::ScoringEntry payload;
  if (!payload.ParseFromString(entry.payload)) {
    return runtime::ToStatus(
        runtime::Problem{.code = absl::StatusCode::kDataLoss,
                         .reason = "REPLAY_MISMATCH",
                         .en = "an entry of the scoring journal cannot be read",
                         .zh = "评分流水中有一条记录无法读取",
                         .metadata = {{"revision", absl::StrCat(entry.revision)}}});
  }
  for (const auto& change : payload.standings_changed().changes())
    Check(change.subject(), entry.revision, change.after());
  return absl::OkStatus();
}

void RecordedCheck::Check(const std::string& subject,
                          creditfile::Revision revision,
                          const StandingRecord& recorded) {
  ++standings_;
  const creditfile::SubjectId id = book_.Find(subject);
  const absl::StatusOr<type::Date> day = type::ParseDate(recorded.day());
  StandingRecord computed;
  if (id != evaluate::kNone && day.ok()) {
    const evaluate::CompiledPack* pack = pack_of_(recorded.policy_digest(), day->days(), revision);
    computed =
        assessor_.Record(assessor_.AssessUnder(pack, id, day->days(), revision), day->days());
  }
  if (computed.SerializeAsString() == recorded.SerializeAsString()) return;
  ++different_;
  if (differences_.size() == kDifferencesMax) return;
  differences_.push_back({.subject = subject,
                          .revision = revision,
                          .day = recorded.day(),
                          .fields = FieldsThatDiffer(recorded, computed),
                          .recorded = recorded.ShortDebugString(),
                          .computed = computed.ShortDebugString()});
}

RecordedCheck::PackOf PacksOf(const creditfile::PolicyBook& packs) {
  return [&packs](const std::string& digest,
                  creditfile::Day /*day*/,
                  creditfile::Revision /*known*/) -> const evaluate::CompiledPack* {
    for (const policy::Pack& pack : packs.packs().packs()) {
      if (policy::FormatDigest(pack.digest()) == digest) return packs.PackOf(pack.digest());
    }
    return nullptr;
  };
}

void PacksInForce::Note(creditfile::Revision revision) {
  // What is taken up or taken back comes in an entry of its own.
  const policy::PackSet& now = packs_.packs();
  if (!in_use_.empty() && in_use_.back().second.packs().size() == now.packs().size()) return;
  in_use_.emplace_back(revision, now);
}

const evaluate::CompiledPack* PacksInForce::On(creditfile::Day day,
                                               creditfile::Revision known) const {
  const auto next = std::partition_point(
      in_use_.begin(), in_use_.end(), [&](const auto& since) { return since.first <= known; });
  if (next == in_use_.begin()) return nullptr;
  const policy::Pack* pack =
      std::prev(next)->second.InForceFor(jurisdiction_, type::Date::FromDays(day));
  return pack == nullptr ? nullptr : packs_.PackOf(pack->digest());
}

namespace {

// Division of the register whose journal it is.
absl::StatusOr<std::string> JurisdictionOf(journal::Journal& journal) {
  std::string jurisdiction;
  XINCE_RETURN_IF_ERROR(journal.Read(0, SIZE_MAX, [&](const journal::Entry& entry) {
    journal::v1::ScoringEntry payload;
    if (!jurisdiction.empty() || !payload.ParseFromString(entry.payload) ||
        !payload.has_policy_loaded())
      return absl::OkStatus();
    XINCE_ASSIGN_OR_RETURN(
        const policy::Pack pack,
        policy::LoadPack(payload.policy_loaded().content(), payload.policy_loaded().file()));
    if (pack.proto().jurisdiction() != kNation) jurisdiction = pack.proto().jurisdiction();
    return absl::OkStatus();
  }));
  if (jurisdiction.empty()) {
    return runtime::FailedPrecondition("JOURNAL_NOT_SCORING",
                                       "",
                                       "the journal has no policy pack: it is not scoring's",
                                       "该流水没有评分标准,不是评分服务的流水");
  }
  return jurisdiction;
}

}  // namespace

absl::StatusOr<Recheck> RecheckJournal(
    journal::Journal& journal,
    std::string jurisdiction,
    const std::function<void(uint64_t done, uint64_t all)>& done) {
  if (jurisdiction.empty()) {
    XINCE_ASSIGN_OR_RETURN(jurisdiction, JurisdictionOf(journal));
  }
  XINCE_ASSIGN_OR_RETURN(const journal::Head head, journal.StableHead());
  const auto tell = [&](uint64_t entries) {
    if (done && (entries % kProgressEntries == 0 || entries == 2 * head.revision))
      done(entries, 2 * head.revision);
  };
  creditfile::CreditState state(jurisdiction);
  state.TakeStandingsAsRecorded();
  PacksInForce packs(state.policies(), jurisdiction);
  XINCE_RETURN_IF_ERROR(journal.Read(0, head.revision, [&](const journal::Entry& entry) {
    const absl::Status applied = state.Apply(entry, nullptr);
    packs.Note(entry.revision);
    tell(entry.revision);
    return applied;
  }));
  RecordedCheck check(
      state.book(),
      state.assessor(),
      [&packs](const std::string& /*digest*/, creditfile::Day day, creditfile::Revision known) {
        return packs.On(day, known);
      });
  XINCE_RETURN_IF_ERROR(journal.Read(0, head.revision, [&](const journal::Entry& entry) {
    tell(head.revision + entry.revision);
    return check.Take(entry);
  }));
  return Recheck{.revision = head.revision,
                 .standings = check.standings(),
                 .different = check.different(),
                 .differences = check.differences()};
}

}  // namespace xince::backtest
