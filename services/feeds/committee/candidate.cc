#include "services/feeds/committee/candidate.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "xince/committee/v1/candidate.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::google::protobuf::Message;
using ::xince::committee::v1::JointReview;
using ::xince::committee::v1::LawfulBasis;
using ::xince::committee::v1::NegativeList;
using ::xince::committee::v1::NegativeListItem;
using ::xince::committee::v1::ReviewOpinion;
using ::xince::committee::v1::Warning;
using ::xince::feeds::CheckContext;
using ::xince::feeds::RecordType;

absl::Status CheckItem(const NegativeListItem& item, const std::string& path) {
  if (item.severity() != NegativeListItem::BLOCK) return absl::OkStatus();
  if (item.category() == NegativeListItem::PROPERTY_FEE_ARREARS) {
    return runtime::InvalidArgument("ARREARS_NEVER_BLOCK",
                                    path + "severity",
                                    "arrears of property fees bar nobody from standing: write WARN",
                                    "欠缴物业费不得作为禁止参选的情形,请改为 WARN(提示)",
                                    {{"item", item.id()}});
  }
  if (MayLimitRights(item.basis().kind())) return absl::OkStatus();
  return runtime::InvalidArgument(
      "ITEM_BASIS_KIND",
      path + "basis.kind",
      "an item that blocks rests on a law, an administrative or a local regulation: name one, or "
      "write severity WARN",
      "禁止参选的情形须以法律、行政法规或地方性法规为依据;否则请改为 WARN(提示)",
      {{"item", item.id()}, {"kind", LawfulBasis::Kind_Name(item.basis().kind())}});
}

absl::Status CheckItems(const NegativeList& list) {
  std::set<std::string> ids;
  for (int i = 0; i < list.items_size(); ++i) {
    const std::string path = absl::StrCat("items[", i, "].");
    if (!ids.insert(list.items(i).id()).second) {
      return runtime::InvalidArgument("ITEM_REPEATED",
                                      path + "id",
                                      "an id names one item of the list: give this one another",
                                      "情形编号在清单内不得重复,请另取编号",
                                      {{"item", list.items(i).id()}});
    }
    XINCE_RETURN_IF_ERROR(CheckItem(list.items(i), path));
  }
  return absl::OkStatus();
}

bool SameItems(const NegativeList& a, const NegativeList& b) {
  return std::equal(a.items().begin(),
                    a.items().end(),
                    b.items().begin(),
                    b.items().end(),
                    [](const NegativeListItem& one, const NegativeListItem& other) {
                      return one.SerializeAsString() == other.SerializeAsString();
                    });
}

// What candidates were held against stays as it was.
absl::Status CheckFixed(const NegativeList& list,
                        const NegativeList* before,
                        const CheckContext& context) {
  if (before == nullptr || SameItems(list, *before)) return absl::OkStatus();
  const auto reviews = context.records.Where("jointReviews", "negative_list", list.name());
  if (reviews.empty()) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "NEGATIVE_LIST_IN_USE",
      "items",
      "candidates were reviewed against these items: end this list and file the next version",
      "已有联审依据该清单,请终止本清单并登记新版本",
      {{"referenced_by", static_cast<const JointReview&>(*reviews.front()).name()}});
}

absl::Status CheckList(const NegativeList& list,
                       const NegativeList* before,
                       const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(
      {.start = list.start_date(), .end = list.end_date()}, "LIST_DATES", "end_date"));
  XINCE_RETURN_IF_ERROR(CheckItems(list));
  XINCE_RETURN_IF_ERROR(CheckFixed(list, before, context));
  return feeds::RefuseOverlap(
      list, context, {"negativeLists", "division"}, "NEGATIVE_LIST_OVERLAP", [](const Message&) {
        return true;
      });
}

const NegativeListItem* FindItem(const NegativeList& list, absl::string_view id) {
  for (const NegativeListItem& item : list.items()) {
    if (item.id() == id) return &item;
  }
  return nullptr;
}

absl::Status CheckNamedItems(const ReviewOpinion& opinion,
                             const NegativeList& list,
                             const std::string& path) {
  if (opinion.stance() != ReviewOpinion::OBJECTS && !opinion.items().empty()) {
    return feeds::NotApplicable(path + "items", "stance OBJECTS");
  }
  for (int j = 0; j < opinion.items_size(); ++j) {
    if (FindItem(list, opinion.items(j)) != nullptr) continue;
    return runtime::FailedPrecondition(
        "REVIEW_ITEM_UNKNOWN",
        absl::StrCat(path, "items[", j, "]"),
        "the negative list has no item of this id: what is not on it bars nobody",
        "负面清单中没有该编号的情形,清单以外的情形不得作为禁止参选的理由",
        {{"negative_list", list.name()}, {"item", opinion.items(j)}});
  }
  return absl::OkStatus();
}

absl::Status CheckOpinions(const JointReview& review, const NegativeList& list) {
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
    XINCE_RETURN_IF_ERROR(CheckNamedItems(opinion, list, path));
    XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
        path + "opinion_date", opinion.opinion_date(), "request_date", review.request_date()));
    if (!review.result_date().empty()) {
      XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
          "result_date", review.result_date(), path + "opinion_date", opinion.opinion_date()));
    }
  }
  return absl::OkStatus();
}

// The list holds where and when the review began.
absl::Status CheckListFits(const JointReview& review, const NegativeList& list) {
  const bool here = absl::StartsWith(review.division(), list.division());
  const bool then = list.start_date() <= review.request_date() &&
                    (list.end_date().empty() || review.request_date() < list.end_date());
  if (here && then) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "REVIEW_LIST",
      "negative_list",
      "the list is of another district, or did not hold when the bodies were asked: name the one "
      "that did",
      "该清单不属于本区县,或在发起日期不生效,请填写当时生效的清单",
      {{"division", list.division()}, {"start", list.start_date()}, {"end", list.end_date()}});
}

// A result follows from what the opinions name, and is given once enough bodies have answered.
absl::Status CheckDecided(const JointReview& review, const v1::CommitteeRules& rules) {
  const int32_t needed = OpinionsNeeded(rules);
  if (review.opinions_size() < needed) {
    return runtime::FailedPrecondition(
        "REVIEW_OPINIONS_MISSING",
        "opinions",
        absl::StrCat("a review is decided on the opinions of ", needed, " bodies at least"),
        absl::StrCat("至少", needed, "个单位答复之后方可作出结论"),
        {{"found", absl::StrCat(review.opinions_size())}, {"required", absl::StrCat(needed)}});
  }
  const JointReview::Result follows =
      review.barring_items().empty() ? JointReview::PASSED : JointReview::FAILED;
  if (review.result() == follows) return absl::OkStatus();
  const std::string items = absl::StrJoin(review.barring_items(), ", ");
  return runtime::FailedPrecondition(
      "REVIEW_RESULT",
      "result",
      items.empty()
          ? std::string("no opinion names an item that blocks: the result is PASSED")
          : absl::StrCat("opinions name items that block (", items, "): the result is FAILED"),
      items.empty() ? std::string("各单位意见均未指出禁止参选的情形,结论应为 PASSED")
                    : absl::StrCat("意见指出禁止参选的情形(", items, "),结论应为 FAILED"),
      {{"follows", JointReview::Result_Name(follows)}, {"items", items}});
}

absl::Status CheckResult(const JointReview& review, const v1::CommitteeRules& rules) {
  const bool open = review.result() == JointReview::RESULT_UNSPECIFIED;
  if (open && !review.result_date().empty()) return feeds::NotApplicable("result_date", "result");
  if (!open && review.result_date().empty()) return feeds::RequiredWith("result_date", "result");
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(review, "request_date", "result_date"));
  const bool decided =
      review.result() == JointReview::PASSED || review.result() == JointReview::FAILED;
  return decided ? CheckDecided(review, rules) : absl::OkStatus();
}

// Says what of the opinions bars the candidate and what only speaks against one.
void TellReview(JointReview& review, const NegativeList& list) {
  review.clear_barring_items();
  review.clear_warnings();
  std::set<std::string> named;
  for (const ReviewOpinion& opinion : review.opinions()) {
    named.insert(opinion.items().begin(), opinion.items().end());
  }
  for (const NegativeListItem& item : list.items()) {
    if (!named.contains(item.id())) continue;
    if (item.severity() == NegativeListItem::BLOCK) {
      review.add_barring_items(item.id());
      continue;
    }
    Warning& warning = *review.add_warnings();
    warning =
        MakeWarning(Warning::WARNING_ITEM,
                    BasisText(item.basis()),
                    absl::StrCat("meets ", item.id(), " of the negative list, which only warns"),
                    absl::StrCat("符合负面清单中的提示情形:", item.text()));
    warning.set_record(list.name());
    warning.set_item(item.id());
  }
  for (const ReviewOpinion& opinion : review.opinions()) {
    if (opinion.stance() != ReviewOpinion::OBJECTS || !opinion.items().empty()) continue;
    Warning& warning = *review.add_warnings();
    warning = MakeWarning(Warning::OBJECTION,
                          "",
                          "a body objects without naming an item of the negative list",
                          "有单位提出意见,但未指出负面清单中的情形");
    warning.set_item(opinion.body());
  }
}

absl::Status CheckJointReview(const JointReview& review,
                              const JointReview* before,
                              const CheckContext& context,
                              const v1::CommitteeRules& rules) {
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
  const auto found = context.records.Find(review.negative_list());
  const auto& list = static_cast<const NegativeList&>(*found);
  XINCE_RETURN_IF_ERROR(CheckListFits(review, list));
  XINCE_RETURN_IF_ERROR(CheckOpinions(review, list));
  return CheckResult(review, rules);
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

RecordType JointReviewType(const Rules& rules) {
  RecordType type = feeds::MakeRecordType(JointReview::descriptor());
  type.complete = feeds::Complete<JointReview>(
      [](JointReview& review, const JointReview*, const CheckContext& context) {
        const auto found = context.records.Find(review.negative_list());
        if (found != nullptr) TellReview(review, static_cast<const NegativeList&>(*found));
        return absl::OkStatus();
      });
  type.check = feeds::Check<JointReview>(
      [rules](const JointReview& now, const JointReview* before, const CheckContext& context) {
        return CheckJointReview(now, before, context, *rules);
      });
  type.check_void = [](const Message& review, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(review, context, {{"members", "joint_review"}});
  };
  return type;
}

}  // namespace xince::committee
