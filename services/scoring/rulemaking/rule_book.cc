#include "services/scoring/rulemaking/rule_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "xince/journal/v1/scoring.pb.h"
#include "xince/policy/v1/pack.pb.h"

#include "services/runtime/errors.h"

namespace xince::rulemaking {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::xince::journal::v1::RulemakingStep;
using ::xince::policy::v1::PackComment;
using ::xince::policy::v1::PackDetails;
using ::xince::policy::v1::PackStep;
using ::xince::policy::v1::PackVersion;
namespace pv = ::xince::policy::v1;

absl::Status Mismatch(const Stamp& stamp, absl::string_view what) {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kDataLoss,
      .reason = "REPLAY_MISMATCH",
      .en = absl::StrCat("replaying the journal does not give what it records: ", what),
      .zh = "重放流水的结果与记录不一致",
      .metadata = {{"revision", absl::StrCat(stamp.revision)}}});
}

PackStep& AddStep(pv::PackAction action,
                  const std::string& reason,
                  const Stamp& stamp,
                  PackVersion& version) {
  PackStep& step = *version.add_history();
  step.set_action(action);
  step.set_actor(stamp.actor);
  *step.mutable_time() = TimeUtil::MicrosecondsToTimestamp(stamp.time_us);
  step.set_reason(reason);
  step.set_revision(stamp.revision);
  version.set_revision(stamp.revision);
  return step;
}

pv::PackState StateAfter(const PackVersion& version) {
  for (int i = version.history_size() - 1; i >= 0; --i) {
    switch (version.history(i).action()) {
      case pv::PACK_ACTION_PROPOSED:
        return pv::PACK_STATE_DRAFT;
      case pv::PACK_ACTION_CONSULTED:
        return pv::PACK_STATE_CONSULTATION;
      case pv::PACK_ACTION_INSTALLED:
      case pv::PACK_ACTION_APPROVED:
        return pv::PACK_STATE_APPROVED;
      case pv::PACK_ACTION_WITHDRAWN:
        return pv::PACK_STATE_WITHDRAWN;
      case pv::PACK_ACTION_REFUSED:
        return pv::PACK_STATE_REFUSED;
      default:
        break;
    }
  }
  return pv::PACK_STATE_UNSPECIFIED;
}

bool IsOpen(pv::PackState state) {
  return state == pv::PACK_STATE_DRAFT || state == pv::PACK_STATE_CONSULTATION;
}

void RecordComment(const journal::v1::CommentRecorded& recorded,
                   const Stamp& stamp,
                   PackDetails& details) {
  PackComment& comment = *details.add_comments();
  comment.set_number(static_cast<uint32_t>(details.comments_size()));
  comment.set_from(recorded.from());
  comment.set_text(recorded.text());
  comment.set_received_on(recorded.received_on());
  comment.set_recorded_by(stamp.actor);
  *comment.mutable_record_time() = TimeUtil::MicrosecondsToTimestamp(stamp.time_us);
  comment.set_revision(stamp.revision);
  PackVersion& version = *details.mutable_version();
  version.set_revision(stamp.revision);
  version.set_comments(version.comments() + 1);
  version.set_comments_unanswered(version.comments_unanswered() + 1);
}

bool AnswerComment(const journal::v1::CommentAnswered& answered,
                   const Stamp& stamp,
                   PackDetails& details) {
  const uint32_t number = answered.number();
  if (number == 0 || number > static_cast<uint32_t>(details.comments_size())) return false;
  PackComment& comment = *details.mutable_comments(static_cast<int>(number) - 1);
  if (comment.answer_revision() != 0) return false;
  comment.set_outcome(answered.outcome());
  comment.set_answer(answered.answer());
  comment.set_answered_by(stamp.actor);
  *comment.mutable_answer_time() = TimeUtil::MicrosecondsToTimestamp(stamp.time_us);
  comment.set_answer_revision(stamp.revision);
  PackVersion& version = *details.mutable_version();
  version.set_revision(stamp.revision);
  version.set_comments_unanswered(version.comments_unanswered() - 1);
  return true;
}

void StoreBacktest(const RulemakingStep& step, const Stamp& stamp, PackDetails& details) {
  const pv::BacktestSummary& summary = step.backtest_stored().summary();
  AddStep(pv::PACK_ACTION_BACKTESTED, step.reason(), stamp, *details.mutable_version())
      .set_backtest_digest(summary.digest());
  *details.mutable_backtest() = summary;
  details.set_backtest_revision(stamp.revision);
}

// Takes a step with a version that is there; false when it cannot follow.
bool Take(const RulemakingStep& step, const Stamp& stamp, PackDetails& details) {
  PackVersion& version = *details.mutable_version();
  const pv::PackState state = version.state();
  switch (step.step_case()) {
    case RulemakingStep::kConsultationOpened:
      if (state != pv::PACK_STATE_DRAFT) return false;
      *version.mutable_consultation() = step.consultation_opened().consultation();
      *AddStep(pv::PACK_ACTION_CONSULTED, step.reason(), stamp, version).mutable_document() =
          version.consultation().document();
      break;
    case RulemakingStep::kCommentRecorded:
      if (state != pv::PACK_STATE_CONSULTATION) return false;
      RecordComment(step.comment_recorded(), stamp, details);
      break;
    case RulemakingStep::kCommentAnswered:
      if (state != pv::PACK_STATE_CONSULTATION) return false;
      if (!AnswerComment(step.comment_answered(), stamp, details)) return false;
      break;
    case RulemakingStep::kBacktestStored:
      if (!IsOpen(state)) return false;
      StoreBacktest(step, stamp, details);
      break;
    case RulemakingStep::kApproved: {
      if (state != pv::PACK_STATE_CONSULTATION) return false;
      PackStep& approved = AddStep(pv::PACK_ACTION_APPROVED, step.reason(), stamp, version);
      if (step.approved().has_document()) *approved.mutable_document() = step.approved().document();
      break;
    }
    case RulemakingStep::kClosed:
      if (!IsOpen(state) && state != pv::PACK_STATE_APPROVED) return false;
      AddStep(step.closed().refused() ? pv::PACK_ACTION_REFUSED : pv::PACK_ACTION_WITHDRAWN,
              step.reason(),
              stamp,
              version);
      break;
    case RulemakingStep::kProposed:
    case RulemakingStep::STEP_NOT_SET:
      return false;
  }
  version.set_state(StateAfter(version));
  return true;
}

}  // namespace

Stamp StampOf(const journal::Entry& entry) {
  return {.revision = entry.revision,
          .time_us = entry.record_time_us,
          .actor = entry.actor,
          .request_id = entry.request_id};
}

void Describe(const policy::v1::Pack& pack, PackVersion& version) {
  version.set_pack(pack.id());
  version.set_zh(pack.zh());
  version.set_en(pack.en());
  version.set_jurisdiction(pack.jurisdiction());
  version.set_effective_from(pack.effective_from());
  version.set_effective_until(pack.effective_until());
}

std::string AuthorOf(const PackVersion& version) {
  const bool proposed =
      version.history_size() > 0 && version.history(0).action() == pv::PACK_ACTION_PROPOSED;
  return proposed ? version.history(0).actor() : "";
}

absl::Status RuleBook::Install(const journal::v1::PolicyLoaded& loaded,
                               const Stamp& stamp,
                               journal::Undo* undo) {
  XINCE_ASSIGN_OR_RETURN(const policy::Pack pack,
                         policy::LoadPack(loaded.content(), loaded.file()));
  auto details = std::make_shared<Details>();
  PackVersion& version = *details->mutable_version();
  version.set_digest(policy::FormatDigest(pack.digest()));
  version.set_file(loaded.file());
  Describe(pack.proto(), version);
  AddStep(pv::PACK_ACTION_INSTALLED, "", stamp, version);
  version.set_state(StateAfter(version));
  details->set_content(loaded.content());
  const std::string digest = version.digest();
  Put(digest, std::move(details), undo);
  return absl::OkStatus();
}

absl::Status RuleBook::Apply(const RulemakingStep& step, const Stamp& stamp, journal::Undo* undo) {
  const auto found = versions_.find(step.digest());
  std::shared_ptr<Details> details;
  if (step.has_proposed()) {
    if (found != versions_.end()) return Mismatch(stamp, "a text proposed twice");
    const journal::v1::PackProposed& proposed = step.proposed();
    XINCE_ASSIGN_OR_RETURN(const policy::Pack pack,
                           policy::LoadPack(proposed.content(), proposed.file()));
    details = std::make_shared<Details>();
    PackVersion& version = *details->mutable_version();
    version.set_digest(policy::FormatDigest(pack.digest()));
    if (version.digest() != step.digest()) return Mismatch(stamp, "another text");
    version.set_file(proposed.file());
    Describe(pack.proto(), version);
    AddStep(pv::PACK_ACTION_PROPOSED, step.reason(), stamp, version);
    version.set_state(StateAfter(version));
    details->set_content(proposed.content());
    *details->mutable_findings() = proposed.findings();
  } else {
    if (found == versions_.end()) return Mismatch(stamp, "a step of an unknown version");
    details = std::make_shared<Details>(*found->second);
    if (!Take(step, stamp, *details)) return Mismatch(stamp, "a step that cannot follow");
  }
  Put(step.digest(), std::move(details), undo);
  Note(step, stamp, undo);
  return absl::OkStatus();
}

void RuleBook::Put(const std::string& digest,
                   std::shared_ptr<const Details> details,
                   journal::Undo* undo) {
  std::shared_ptr<const Details>& place = versions_[digest];
  if (undo != nullptr) {
    undo->Add([this, digest, before = place] {
      if (before == nullptr) {
        versions_.erase(digest);
      } else {
        versions_[digest] = before;
      }
    });
  }
  place = std::move(details);
}

void RuleBook::Note(const RulemakingStep& step, const Stamp& stamp, journal::Undo* undo) {
  if (stamp.request_id.empty()) return;
  const std::pair key(stamp.actor, stamp.request_id);
  const bool added = requests_
                         .emplace(key,
                                  Carried{.request_digest = step.request_digest(),
                                          .digest = step.digest(),
                                          .revision = stamp.revision})
                         .second;
  if (added && undo != nullptr) undo->Add([this, key] { requests_.erase(key); });
}

const RuleBook::Details* RuleBook::Find(const std::string& digest) const {
  const auto found = versions_.find(digest);
  return found == versions_.end() ? nullptr : found->second.get();
}

std::shared_ptr<const RuleBook::Details> RuleBook::Share(const std::string& digest) const {
  const auto found = versions_.find(digest);
  return found == versions_.end() ? nullptr : found->second;
}

size_t RuleBook::open() const {
  return static_cast<size_t>(
      std::count_if(versions_.begin(), versions_.end(), [](const auto& version) {
        return IsOpen(version.second->version().state());
      }));
}

const Carried* RuleBook::FindRequest(const std::string& actor,
                                     const std::string& request_id) const {
  if (request_id.empty()) return nullptr;
  const auto found = requests_.find({actor, request_id});
  return found == requests_.end() ? nullptr : &found->second;
}

void RuleBook::Save(journal::FlatWriter& out) const {
  out.U32(static_cast<uint32_t>(versions_.size()));
  for (const auto& [digest, details] : versions_) out.Text(details->SerializeAsString());
  out.U32(static_cast<uint32_t>(requests_.size()));
  for (const auto& [key, carried] : requests_) {
    out.Text(key.first);
    out.Text(key.second);
    out.Text(carried.request_digest);
    out.Text(carried.digest);
    out.U64(carried.revision);
  }
}

bool RuleBook::Load(journal::FlatReader& in) {
  Clear();
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    auto details = std::make_shared<Details>();
    if (!details->ParseFromString(std::string(in.Text()))) return false;
    const std::string digest = details->version().digest();
    versions_[digest] = std::move(details);
  }
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    const std::string actor(in.Text());
    const std::string request_id(in.Text());
    Carried& carried = requests_[{actor, request_id}];
    carried.request_digest = std::string(in.Text());
    carried.digest = std::string(in.Text());
    carried.revision = in.U64();
  }
  return in.ok();
}

void RuleBook::Clear() {
  versions_.clear();
  requests_.clear();
}

PackVersion VersionAt(const PackDetails& details, journal::Revision revision) {
  PackVersion version = details.version();
  if (version.revision() <= revision) return version;
  while (version.history_size() > 0 &&
         version.history(version.history_size() - 1).revision() > revision) {
    version.mutable_history()->RemoveLast();
  }
  journal::Revision newest =
      version.history().empty() ? 0 : version.history(version.history_size() - 1).revision();
  uint32_t comments = 0;
  uint32_t answered = 0;
  for (const PackComment& comment : details.comments()) {
    if (comment.revision() > revision) continue;
    ++comments;
    newest = std::max(newest, comment.revision());
    if (comment.answer_revision() == 0 || comment.answer_revision() > revision) continue;
    ++answered;
    newest = std::max(newest, comment.answer_revision());
  }
  version.set_comments(comments);
  version.set_comments_unanswered(comments - answered);
  version.set_revision(newest);
  version.set_state(StateAfter(version));
  const bool consulted =
      std::any_of(version.history().begin(), version.history().end(), [](const PackStep& step) {
        return step.action() == pv::PACK_ACTION_CONSULTED;
      });
  if (!consulted) version.clear_consultation();
  return version;
}

pv::PackState StateOn(const PackVersion& version, type::Date day, const policy::PackSet& in_use) {
  if (version.state() != pv::PACK_STATE_APPROVED) return version.state();
  const auto from = type::ParseDate(version.effective_from());
  if (from.ok() && day < *from) return pv::PACK_STATE_APPROVED;
  const policy::Pack* pack = in_use.InForce(version.pack(), day);
  const bool in_force = pack != nullptr && policy::FormatDigest(pack->digest()) == version.digest();
  return in_force ? pv::PACK_STATE_IN_FORCE : pv::PACK_STATE_SUPERSEDED;
}

}  // namespace xince::rulemaking
