#include "services/scoring/query/intake_desk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "services/runtime/page_token.h"

namespace xince::query {
namespace {

using ::xince::credit::v1::GetIntakeStatusRequest;
using ::xince::credit::v1::IntakeStatus;
using ::xince::credit::v1::ListSetAsideEvidenceRequest;
using ::xince::credit::v1::ListSetAsideEvidenceResponse;
using ::xince::credit::v1::SetAsideEvidence;
using ::xince::credit::v1::SetEvidenceAsideRequest;
using ::xince::runtime::CallContext;

SetAsideEvidence Describe(const creditfile::SetAsidePiece& piece) {
  SetAsideEvidence described;
  described.set_feed(piece.feed);
  described.mutable_piece()->set_sequence(piece.sequence);
  described.mutable_piece()->set_place(piece.place);
  described.mutable_piece()->set_digest(piece.digest);
  described.mutable_piece()->set_evidence(piece.evidence);
  described.mutable_piece()->set_fault(piece.fault);
  described.set_reason(piece.reason);
  described.set_actor(piece.actor);
  *described.mutable_record_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(piece.record_time_us);
  described.set_revision(piece.revision);
  return described;
}

}  // namespace

IntakeDesk::IntakeDesk(creditfile::CreditState& state,
                       journal::Machine& machine,
                       const std::vector<std::unique_ptr<intake::FeedReader>>& readers)
    : state_(state), machine_(machine), readers_(readers) {}

void IntakeDesk::Register(runtime::RpcService& service) {
  service.Unary("GetIntakeStatus", this, &IntakeDesk::GetIntakeStatus);
  service.Unary("SetEvidenceAside", this, &IntakeDesk::SetEvidenceAside);
  service.Unary("ListSetAsideEvidence", this, &IntakeDesk::ListSetAsideEvidence);
}

absl::StatusOr<journal::Revision> IntakeDesk::AtLeast(const CallContext& context) const {
  if (context.min_revision().empty()) return journal::Revision{0};
  return machine_.ParseToken(context.min_revision());
}

absl::StatusOr<IntakeStatus> IntakeDesk::GetIntakeStatus(CallContext& context,
                                                         const GetIntakeStatusRequest&) {
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  IntakeStatus status;
  XINCE_ASSIGN_OR_RETURN(const journal::Revision revision,
                         machine_.Read(at_least, context.deadline(), [&] {
                           status.Clear();
                           for (const auto& reader : readers_) {
                             auto* feed = status.add_feeds();
                             feed->set_feed(reader->feed());
                             feed->set_sequence(state_.CursorOf(reader->feed()));
                           }
                           status.set_today(creditfile::DayText(state_.today()));
                           status.set_held_evidence(state_.book().held());
                           status.set_subjects(static_cast<int64_t>(state_.filed().size()));
                           return machine_.applied();
                         }));
  for (size_t i = 0; i < readers_.size(); ++i) {
    auto& feed = *status.mutable_feeds(static_cast<int>(i));
    feed.set_connected(readers_[i]->connected());
    feed.set_caught_up(readers_[i]->caught_up());
    const std::optional<intake::StuckPiece> stuck = readers_[i]->stuck();
    // Another replica may have gone on.
    if (!stuck.has_value() || stuck->sequence <= feed.sequence()) continue;
    feed.mutable_stuck()->set_sequence(stuck->sequence);
    feed.mutable_stuck()->set_place(stuck->place);
    feed.mutable_stuck()->set_digest(stuck->digest);
    feed.mutable_stuck()->set_evidence(stuck->evidence);
    feed.mutable_stuck()->set_fault(stuck->fault);
  }
  status.set_revision(machine_.Token(revision));
  context.set_revision(status.revision());
  return status;
}

absl::StatusOr<SetAsideEvidence> IntakeDesk::SetEvidenceAside(
    CallContext& context, const SetEvidenceAsideRequest& request) {
  const auto reader = std::find_if(readers_.begin(), readers_.end(), [&](const auto& candidate) {
    return candidate->feed() == request.feed();
  });
  if (reader == readers_.end()) {
    return runtime::NotFound("FEED_UNKNOWN",
                             "feed",
                             absl::StrCat("scoring does not read a feed ", request.feed()),
                             absl::StrCat("评分服务不读取来源 ", request.feed()),
                             {{"feed", request.feed()}});
  }
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision decided,
      (*reader)->SetAside(context.actor(), request.sequence(), request.digest(), request.reason()));
  SetAsideEvidence described;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision, machine_.Read(decided, context.deadline(), [&] {
        const creditfile::SetAsidePiece* piece =
            state_.set_aside().Find(request.feed(), request.sequence(), request.digest());
        if (piece != nullptr) described = Describe(*piece);
        return described.revision();
      }));
  runtime::Log(runtime::LogLevel::kWarning,
               "a piece of evidence is set aside",
               {{"feed", request.feed()},
                {"sequence", absl::StrCat(request.sequence())},
                {"digest", request.digest()},
                {"fault", described.piece().fault()},
                {"revision", absl::StrCat(described.revision())}});
  context.set_revision(machine_.Token(revision));
  return described;
}

absl::StatusOr<ListSetAsideEvidenceResponse> IntakeDesk::ListSetAsideEvidence(
    CallContext& context, const ListSetAsideEvidenceRequest& request) {
  const std::string arguments = runtime::WithoutPage(request).SerializeAsString();
  XINCE_ASSIGN_OR_RETURN(
      const std::string last,
      runtime::ReadPageToken(request.page_size(), request.page_token(), arguments));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  journal::Revision before = UINT64_MAX;
  if (!last.empty()) (void)absl::SimpleAtoi(last, &before);
  const int size = request.page_size() == 0 ? kSetAsidePageDefault
                                            : std::min(request.page_size(), kSetAsidePageMax);
  ListSetAsideEvidenceResponse response;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision, machine_.Read(at_least, context.deadline(), [&] {
        response.Clear();
        const auto& all = state_.set_aside().all();
        for (auto piece = all.rbegin(); piece != all.rend(); ++piece) {
          if (piece->revision >= before) continue;
          if (!request.feed().empty() && piece->feed != request.feed()) continue;
          if (response.pieces_size() == size) {
            const auto& shown = response.pieces(size - 1);
            response.set_next_page_token(
                runtime::NextPageToken(arguments, absl::StrCat(shown.revision())));
            break;
          }
          *response.add_pieces() = Describe(*piece);
        }
        return machine_.applied();
      }));
  response.set_revision(machine_.Token(revision));
  context.set_revision(response.revision());
  return response;
}

}  // namespace xince::query
