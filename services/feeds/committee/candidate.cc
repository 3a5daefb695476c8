#include "services/feeds/committee/candidate.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/candidate.pb.h"

#include "services/feeds/checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::google::protobuf::Message;
using ::xince::committee::v1::JointReview;
using ::xince::committee::v1::NegativeList;
using ::xince::committee::v1::ReviewOpinion;
using ::xince::feeds::CheckContext;
using ::xince::feeds::RecordType;

absl::Status CheckList(const NegativeList& list,
                       const NegativeList* /*before*/,
                       const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(
      {.start = list.start_date(), .end = list.end_date()}, "LIST_DATES", "end_date"));
  if (list.bases_size() != list.items_size()) {
    return runtime::InvalidArgument(
        "BASIS_MISSING",
        "bases",
        "every item of the list rests on a law or regulation",
        "清单每一情形均须有对应的法律依据",
        {{"items", absl::StrCat(list.items_size())}, {"bases", absl::StrCat(list.bases_size())}});
  }
  return feeds::RefuseOverlap(
      list, context, {"negativeLists", "division"}, "NEGATIVE_LIST_OVERLAP", [](const Message&) {
        return true;
      });
}

absl::Status CheckOpinions(const JointReview& review) {
  std::set<std::string> bodies;
  for (int i = 0; i < review.opinions_size(); ++i) {
    const ReviewOpinion& opinion = review.opinions(i);
    const std::string path = absl::StrCat("opinions[", i, "].");
    if (!bodies.insert(opinion.body()).second) {
      return runtime::InvalidArgument("OPINION_REPEATED",
                                      path + "body",
                                      absl::StrCat(opinion.body(), " has given an opinion already"),
                                      absl::StrCat(opinion.body(), " 已有意见"),
                                      {{"body", opinion.body()}});
    }
    if (opinion.stance() == ReviewOpinion::OBJECTS && opinion.comment().empty()) {
      return feeds::RequiredWith(path + "comment", "stance OBJECTS");
    }
    XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
        path + "opinion_date", opinion.opinion_date(), "request_date", review.request_date()));
    if (!review.result_date().empty()) {
      XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
          "result_date", review.result_date(), path + "opinion_date", opinion.opinion_date()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckResult(const JointReview& review, const CheckContext& context) {
  const bool open = review.result() == JointReview::RESULT_UNSPECIFIED;
  if (open && !review.result_date().empty()) return feeds::NotApplicable("result_date", "result");
  if (!open && review.result_date().empty()) return feeds::RequiredWith("result_date", "result");
  XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
      "result_date", review.result_date(), "request_date", review.request_date()));
  if (review.result() != JointReview::FAILED) {
    if (!review.failed_item().empty()) return feeds::NotApplicable("failed_item", "result FAILED");
  } else if (review.failed_item().empty()) {
    return feeds::RequiredWith("failed_item", "result FAILED");
  }
  const bool decided =
      review.result() == JointReview::PASSED || review.result() == JointReview::FAILED;
  if (decided && review.opinions().empty()) {
    return runtime::FailedPrecondition("REVIEW_OPINIONS_MISSING",
                                       "opinions",
                                       "a review is decided after the bodies asked have answered",
                                       "征求意见的单位答复之后方可作出结论");
  }
  const auto found = context.records.Find(review.negative_list());
  const auto& items = static_cast<const NegativeList&>(*found).items();
  const bool known = review.failed_item().empty() ||
                     std::find(items.begin(), items.end(), review.failed_item()) != items.end();
  if (known) return absl::OkStatus();
  return runtime::FailedPrecondition("REVIEW_ITEM_UNKNOWN",
                                     "failed_item",
                                     "the negative list has no such item, as worded there",
                                     "负面清单中没有这一情形",
                                     {{"negative_list", review.negative_list()}});
}

absl::Status CheckJointReview(const JointReview& review,
                              const JointReview* before,
                              const CheckContext& context) {
  const std::string& hash = review.candidate().identity_hash();
  if (hash.empty()) {
    return feeds::RequiredWith("candidate.identity_number", "candidate.display_name");
  }
  if (before != nullptr && before->candidate().identity_hash() != hash) {
    return runtime::FailedPrecondition(
        "IDENTITY_CHANGED",
        "candidate.identity_number",
        "the number is another person's: void this record and file that person",
        "身份证号与原登记不是同一人,请作废后重新登记");
  }
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", review.committee()));
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "negative_list", review.negative_list()));
  XINCE_RETURN_IF_ERROR(CheckOpinions(review));
  return CheckResult(review, context);
}

}  // namespace

RecordType NegativeListType() {
  RecordType type = feeds::MakeRecordType(NegativeList::descriptor());
  type.check = feeds::Check<NegativeList>(CheckList);
  type.check_void = [](const Message& list, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(list, context, {{"jointReviews", "negative_list"}});
  };
  type.unique_keys = feeds::Of<NegativeList>([](const NegativeList& list) {
    return std::vector<std::string>{
        absl::StrCat("negative-list:", list.division(), "/", list.version())};
  });
  type.indexed = {"division"};
  return type;
}

RecordType JointReviewType() {
  RecordType type = feeds::MakeRecordType(JointReview::descriptor());
  type.check = feeds::Check<JointReview>(CheckJointReview);
  type.check_void = [](const Message& review, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(review, context, {{"members", "joint_review"}});
  };
  return type;
}

}  // namespace xince::committee
