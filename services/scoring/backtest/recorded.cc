#include "services/scoring/backtest/recorded.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/runtime/errors.h"
#include "services/type/civil_date.h"

namespace xince::backtest {

using credit::v1::StandingRecord;

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
    const evaluate::CompiledPack* pack =
        recorded.policy_digest().empty() ? nullptr : pack_of_(recorded.policy_digest());
    computed =
        assessor_.Record(assessor_.AssessUnder(pack, id, day->days(), revision), day->days());
  }
  if (computed.SerializeAsString() == recorded.SerializeAsString()) return;
  ++different_;
  if (differences_.size() == kDifferencesMax) return;
  differences_.push_back({.subject = subject,
                          .revision = revision,
                          .day = recorded.day(),
                          .recorded = recorded.ShortDebugString(),
                          .computed = computed.ShortDebugString()});
}

RecordedCheck::PackOf PacksOf(const creditfile::PolicyBook& packs) {
  return [&packs](const std::string& digest) -> const evaluate::CompiledPack* {
    for (const policy::Pack& pack : packs.packs().packs()) {
      if (policy::FormatDigest(pack.digest()) == digest) return packs.PackOf(pack.digest());
    }
    return nullptr;
  };
}

}  // namespace xince::backtest
