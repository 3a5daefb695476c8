#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "xince/inspection/v1/draw.pb.h"

#include "services/feeds/inspection/draw.h"
#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

// Draws as records: when the seed is taken, when a round counts as drawn, publication.
namespace xince::inspection {
namespace {

using v1::InspectionDraw;
using v1::PublishInspectionDrawRequest;

constexpr size_t kSeedBytes = 32;

absl::StatusOr<std::string> NewSeed(const RandomBytes& random) {
  std::string bytes(kSeedBytes, '\0');
  if (!random(absl::MakeSpan(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()))) {
    return runtime::ToStatus({.code = absl::StatusCode::kInternal,
                              .reason = "RANDOM_UNAVAILABLE",
                              .en = "no random bytes to make a seed from",
                              .zh = "无法取得产生种子所需的随机数"});
  }
  return absl::BytesToHexString(bytes);
}

// Draws within the decision that files the draw. What was asked stays without the seed, so that the
// same request is known again.
absl::Status CompleteDraw(InspectionDraw& draw,
                          const InspectionDraw* before,
                          const feeds::CheckContext& context,
                          const RandomBytes& random) {
  if (before != nullptr) return absl::OkStatus();
  XINCE_RETURN_IF_ERROR(CheckDraw(draw, context.today));
  draw.set_seed_by_server(draw.seed().empty());
  if (draw.seed().empty()) {
    XINCE_ASSIGN_OR_RETURN(*draw.mutable_seed(), NewSeed(random));
  }
  draw.set_draw_date(type::FormatDate(context.today));
  Draw(draw);
  return absl::OkStatus();
}

absl::Status Publish(const PublishInspectionDrawRequest& request,
                     InspectionDraw& draw,
                     const feeds::CheckContext& context) {
  if (draw.published()) {
    return runtime::FailedPrecondition("DRAW_PUBLISHED",
                                       "name",
                                       "the draw was already made public",
                                       "抽取结果已公开",
                                       {{"publish_date", draw.publish_date()}});
  }
  draw.set_published(true);
  draw.set_publish_date(request.publish_date().empty() ? type::FormatDate(context.today)
                                                       : request.publish_date());
  draw.set_publish_uri(request.publish_uri());
  return feeds::CheckDateOrder(draw, "draw_date", "publish_date");
}

}  // namespace

feeds::RecordType InspectionDrawType(RandomBytes random) {
  feeds::RecordType type = feeds::MakeRecordType(InspectionDraw::descriptor());
  type.complete = feeds::Complete<InspectionDraw>(
      [random = std::move(random)](
          InspectionDraw& draw, const InspectionDraw* before, const feeds::CheckContext& context) {
        return CompleteDraw(draw, before, context, random);
      });
  type.unique_keys = feeds::Of<InspectionDraw>([](const InspectionDraw& draw) {
    return std::vector<std::string>{absl::StrCat("inspection-draw:",
                                                 draw.division(),
                                                 ":",
                                                 draw.year(),
                                                 ":",
                                                 draw.round(),
                                                 ":",
                                                 static_cast<int>(draw.population()))};
  });
  return type;
}

std::vector<feeds::FeedVerb> DrawVerbs() {
  return {{.method = "PublishInspectionDraw",
           .change = feeds::Change<PublishInspectionDrawRequest, InspectionDraw>(Publish)}};
}

}  // namespace xince::inspection
