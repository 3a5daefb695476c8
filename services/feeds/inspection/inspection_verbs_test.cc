#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "gtest/gtest.h"
#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/inspection/overdue_orders.h"
#include "services/feeds/inspection/testing/samples.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/errors.h"

// Orders, complaints and conduct through their states, in and out of order.
namespace xince::inspection {
namespace {

using v1::Complaint;
using v1::Conduct;
using v1::RectificationOrder;
using ::xince::feeds::testdata::As;
using ::xince::feeds::testdata::kOfficer;
using ::xince::feeds::testdata::kOther;
using ::xince::feeds::testdata::Parse;
using ::xince::feeds::testdata::TestFeed;

class InspectionVerbs : public testing::Test {
 protected:
  RectificationOrder NewOrder(const std::string& id = "o1") {
    RectificationOrder order = SampleOrder();
    order.set_name("rectificationOrders/" + id);
    const auto filed = feed_.Create(order);
    EXPECT_TRUE(filed.ok()) << filed.status();
    return filed.value_or(order);
  }
  absl::StatusOr<RectificationOrder> Extend(const RectificationOrder& order,
                                            const std::string& deadline,
                                            const std::string& extend_date = "2026-04-10") {
    v1::ExtendRectificationOrderRequest request;
    request.set_deadline(deadline);
    request.set_extend_date(extend_date);
    request.set_reason("施工需要");
    request.mutable_document()->set_title("延期批复");
    return feed_.Call("ExtendRectificationOrder", order, request);
  }
  absl::StatusOr<RectificationOrder> Accept(const RectificationOrder& order,
                                            const std::string& corrected_date,
                                            const std::string& accepted_date = "") {
    v1::AcceptRectificationOrderRequest request;
    request.set_corrected_date(corrected_date);
    request.set_accepted_date(accepted_date);
    request.set_accepted_by("秦淮区房产局");
    request.set_opinion("合格");
    request.mutable_document()->set_title("验收记录");
    return feed_.Call("AcceptRectificationOrder", order, request);
  }
  absl::StatusOr<RectificationOrder> Fail(const RectificationOrder& order,
                                          const std::string& failed_date = "") {
    v1::FailRectificationOrderRequest request;
    request.set_failed_date(failed_date);
    request.set_reason("未清理");
    request.mutable_document()->set_title("复查记录");
    return feed_.Call("FailRectificationOrder", order, request);
  }
  template <class Result>
  static std::string Reason(const Result& result) {
    return runtime::ReasonOf(result.status());
  }

  TestFeed feed_{"inspection", RecordTypes(SampleKinds(), SampleRandom()), Verbs(), kSampleDay};
};

TEST_F(InspectionVerbs, AnOrderIsOpenFromItsIssue) {
  const RectificationOrder order = NewOrder();
  EXPECT_EQ(order.state(), RectificationOrder::OPEN);
  EXPECT_EQ(order.original_deadline(), "2026-04-20");
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/rectificationOrders/o1#order v1 inspection.rectification-order projects/p1 "
            "2026-03-20 秦淮区房产局(district) 320104 [m3] days-allowed=31 extensions=0 "
            "\"文书8号\"");
}

TEST_F(InspectionVerbs, AnOrderCarriedOutInTimeIsClosedOut) {
  const auto done = Accept(NewOrder(), "2026-04-20", "2026-04-25");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), RectificationOrder::ACCEPTED);
  EXPECT_EQ(done->close_out_number(), "320104-2026-0001");
  feed_.Restart();
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/rectificationOrders/o1#order v1 inspection.rectification-order projects/p1 "
            "2026-03-20 秦淮区房产局(district) 320104 [m3] days-allowed=31 extensions=0 "
            "\"文书8号\"\n"
            "inspection/rectificationOrders/o1#corrected v2 inspection.rectification-corrected "
            "projects/p1 2026-04-20>2026-04-25 corrected 2026-04-20 秦淮区房产局(district) 320104 "
            "[m3] {in-time} \"文书8号\" \"验收记录\"\n"
            "inspection/rectificationOrders/o1#order v2 inspection.rectification-order projects/p1 "
            "2026-03-20 corrected 2026-04-20 秦淮区房产局(district) 320104 [m3] days-allowed=31 "
            "extensions=0 \"文书8号\"");
}

TEST_F(InspectionVerbs, AnOrderCarriedOutADayLateIsOverdue) {
  const RectificationOrder order = NewOrder();
  feed_.NewEvidence();
  const auto done = Accept(order, "2026-04-21", "2026-04-25");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/rectificationOrders/o1#corrected v2 inspection.rectification-corrected "
            "projects/p1 2026-04-21>2026-04-25 corrected 2026-04-21 秦淮区房产局(district) 320104 "
            "[m3] {late} \"文书8号\" \"验收记录\"\n"
            "inspection/rectificationOrders/o1#order v2 inspection.rectification-order projects/p1 "
            "2026-03-20 corrected 2026-04-21 秦淮区房产局(district) 320104 [m3] days-allowed=31 "
            "extensions=0 \"文书8号\"\n"
            "inspection/rectificationOrders/o1#overdue v2 inspection.rectification-overdue "
            "projects/p1 2026-04-21>2026-04-25 corrected 2026-04-21 秦淮区房产局(district) 320104 "
            "[m3] days-late=1 \"文书8号\"");
}

TEST_F(InspectionVerbs, AnOrderNotCarriedOutIsOverdueUntilItIs) {
  RectificationOrder order = NewOrder();
  feed_.NewEvidence();
  const auto failed = Fail(order, "2026-04-21");
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_EQ(failed->state(), RectificationOrder::NOT_CORRECTED);
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/rectificationOrders/o1#overdue v2 inspection.rectification-overdue "
            "projects/p1 2026-04-21 秦淮区房产局(district) 320104 [m3] \"文书8号\" \"复查记录\"");
  const auto done = Accept(*failed, "2026-06-01", "2026-06-02");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->failed_date(), "2026-04-21");
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/rectificationOrders/o1#corrected v3 inspection.rectification-corrected "
            "projects/p1 2026-06-01>2026-06-02 corrected 2026-06-01 秦淮区房产局(district) 320104 "
            "[m3] {late} \"文书8号\" \"验收记录\"\n"
            "inspection/rectificationOrders/o1#order v3 inspection.rectification-order projects/p1 "
            "2026-03-20 corrected 2026-06-01 秦淮区房产局(district) 320104 [m3] days-allowed=31 "
            "extensions=0 \"文书8号\"\n"
            "inspection/rectificationOrders/o1#overdue v3 inspection.rectification-overdue "
            "projects/p1 2026-04-21 corrected 2026-06-01 秦淮区房产局(district) 320104 [m3] "
            "days-late=42 \"文书8号\" \"复查记录\"");
}

TEST_F(InspectionVerbs, AFailureThatProvesWrongTakesTheOverdueAway) {
  const auto failed = Fail(NewOrder(), "2026-04-21");
  feed_.NewEvidence();
  ASSERT_TRUE(Accept(*failed, "2026-04-20", "2026-05-02").ok());
  EXPECT_NE(feed_.NewEvidence().find("inspection/rectificationOrders/o1#overdue v3 gone"),
            std::string::npos);
}

TEST_F(InspectionVerbs, AnExtensionMovesTheDeadlineAndIsKept) {
  const RectificationOrder order = NewOrder();
  feed_.NewEvidence();
  const auto extended = Extend(order, "2026-05-20");
  ASSERT_TRUE(extended.ok()) << extended.status();
  EXPECT_EQ(extended->deadline(), "2026-05-20");
  EXPECT_EQ(extended->original_deadline(), "2026-04-20");
  ASSERT_EQ(extended->extensions_size(), 1);
  EXPECT_EQ(extended->extensions(0).old_deadline(), "2026-04-20");
  EXPECT_EQ(extended->extensions(0).extend_date(), "2026-04-10");
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/rectificationOrders/o1#order v2 inspection.rectification-order projects/p1 "
            "2026-03-20 秦淮区房产局(district) 320104 [m3] days-allowed=61 extensions=1 "
            "\"文书8号\"");
  // What the new deadline allows is in time.
  ASSERT_TRUE(Accept(*extended, "2026-05-20", "2026-05-21").ok());
  EXPECT_EQ(feed_.NewEvidence().find("overdue"), std::string::npos);
}

TEST_F(InspectionVerbs, AnExtensionIsLaterAndGrantedInTime) {
  const RectificationOrder order = NewOrder();
  EXPECT_EQ(Reason(Extend(order, "2026-04-20")), "EXTENSION_NOT_LATER");
  EXPECT_EQ(Reason(Extend(order, "2026-05-20", "2026-04-21")), "EXTENSION_AFTER_DEADLINE");
  EXPECT_EQ(Reason(Extend(order, "2026-05-20", "")), "EXTENSION_AFTER_DEADLINE");
  EXPECT_EQ(Reason(Extend(order, "2026-05-20", "2026-03-19")), "DATE_ORDER");
  EXPECT_EQ(Reason(Extend(order, "2029-03-21")), "DEADLINE_TOO_FAR");
  EXPECT_TRUE(Extend(order, "2029-03-20", "2026-04-20").ok());
}

TEST_F(InspectionVerbs, ExtensionsEnd) {
  RectificationOrder order = NewOrder();
  for (int i = 0; i < kExtensionsMax; ++i) {
    const auto extended = Extend(order, absl::StrCat("2026-05-", 10 + i));
    ASSERT_TRUE(extended.ok()) << extended.status();
    order = *extended;
  }
  EXPECT_EQ(Reason(Extend(order, "2026-06-01")), "TOO_MANY_EXTENSIONS");
}

TEST_F(InspectionVerbs, AnOrderThatIsDoneIsNeitherExtendedNorFailedNorAcceptedAgain) {
  const auto done = Accept(NewOrder(), "2026-04-10");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->accepted_date(), kSampleDay);
  EXPECT_EQ(Extend(*done, "2026-05-20").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(Extend(*done, "2026-05-20")), "RECTIFICATION_NOT_OPEN");
  EXPECT_EQ(Reason(Fail(*done)), "RECTIFICATION_NOT_OPEN");
  EXPECT_EQ(Reason(Accept(*done, "2026-04-10")), "RECTIFICATION_CLOSED");
}

TEST_F(InspectionVerbs, AnOrderThatFailedIsNeitherExtendedNorFailedAgain) {
  const auto failed = Fail(NewOrder());
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_EQ(failed->failed_date(), kSampleDay);
  EXPECT_EQ(Reason(Extend(*failed, "2026-05-20")), "RECTIFICATION_NOT_OPEN");
  EXPECT_EQ(Reason(Fail(*failed)), "RECTIFICATION_NOT_OPEN");
}

TEST_F(InspectionVerbs, AnOrderFailsOnlyAfterItsDeadline) {
  const RectificationOrder order = NewOrder();
  EXPECT_EQ(Reason(Fail(order, "2026-04-20")), "RECTIFICATION_NOT_DUE");
  EXPECT_TRUE(Fail(order, "2026-04-21").ok());
}

TEST_F(InspectionVerbs, AnOrderIsCarriedOutAfterItsIssueAndAcceptedAfterThat) {
  const RectificationOrder order = NewOrder();
  EXPECT_EQ(Reason(Accept(order, "2026-03-19")), "DATE_ORDER");
  EXPECT_EQ(Reason(Accept(order, "2026-04-10", "2026-04-09")), "DATE_ORDER");
  EXPECT_EQ(Reason(Accept(order, "2026-11-22")), "DATE_IN_FUTURE");
  EXPECT_TRUE(Accept(order, "2026-03-20", "2026-03-20").ok());
}

TEST_F(InspectionVerbs, TheDeadlineMovesByExtensionOnly) {
  RectificationOrder order = NewOrder();
  order.set_deadline("2026-05-20");
  EXPECT_EQ(Reason(feed_.Update(order)), "DEADLINE_BY_EXTENSION");
  order.set_deadline("2026-04-20");
  order.set_facts("消防通道、楼道被占用,限期清理");
  const auto changed = feed_.Update(order);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->state(), RectificationOrder::OPEN);
  EXPECT_EQ(changed->original_deadline(), "2026-04-20");
}

TEST_F(InspectionVerbs, AChangeOfWordsKeepsWhatTheVerbsHaveSet) {
  const auto extended = Extend(NewOrder(), "2026-05-20");
  RectificationOrder done = *Accept(*extended, "2026-05-01");
  done.set_facts("消防通道、楼道被占用,限期清理");
  done.clear_state();
  done.clear_extensions();
  done.clear_close_out_number();
  const auto changed = feed_.Update(done);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->state(), RectificationOrder::ACCEPTED);
  EXPECT_EQ(changed->extensions_size(), 1);
  EXPECT_EQ(changed->close_out_number(), "320104-2026-0001");
}

TEST_F(InspectionVerbs, AnOrderHasADeadlineInReasonAndReferencesThatAreFiled) {
  RectificationOrder order = SampleOrder();
  order.set_deadline("2026-03-19");
  EXPECT_EQ(Reason(feed_.Create(order)), "DATE_ORDER");
  order.set_deadline("2029-03-21");
  EXPECT_EQ(Reason(feed_.Create(order)), "DEADLINE_TOO_FAR");
  order = SampleOrder();
  order.set_inspection("inspections/i1");
  EXPECT_EQ(Reason(feed_.Create(order)), "REFERENCE_UNKNOWN");
  order = SampleOrder();
  order.set_finding("findings/f1");
  EXPECT_EQ(Reason(feed_.Create(order)), "REFERENCE_UNKNOWN");
  ASSERT_TRUE(feed_.Create(SampleFinding()).ok());
  EXPECT_TRUE(feed_.Create(order).ok());
}

TEST_F(InspectionVerbs, CloseOutNumbersHaveNoGapsAcrossVoidsAndRestarts) {
  const auto number = [&](const std::string& id, const std::string& accepted_date) {
    const auto done = Accept(NewOrder(id), "2026-04-10", accepted_date);
    EXPECT_TRUE(done.ok()) << done.status();
    return *done;
  };
  EXPECT_EQ(number("a", "2026-04-11").close_out_number(), "320104-2026-0001");
  const RectificationOrder second = number("b", "2026-04-11");
  EXPECT_EQ(second.close_out_number(), "320104-2026-0002");
  // A refused acceptance takes no number.
  EXPECT_EQ(Reason(Accept(second, "2026-04-10")), "RECTIFICATION_CLOSED");
  ASSERT_TRUE(feed_.Void(second).ok());
  EXPECT_EQ(number("c", "2026-04-12").close_out_number(), "320104-2026-0003");
  feed_.Restart();
  EXPECT_EQ(number("d", "2026-04-13").close_out_number(), "320104-2026-0004");
  feed_.Restart(/*forget_snapshots=*/true);
  EXPECT_EQ(number("e", "2026-04-13").close_out_number(), "320104-2026-0005");
  feed_.SetToday("2027-01-05");
  EXPECT_EQ(number("f", "").close_out_number(), "320104-2027-0001");
  // Recorded late, numbered in the year it was accepted in.
  EXPECT_EQ(number("g", "2026-12-31").close_out_number(), "320104-2026-0006");
  EXPECT_EQ(number("h", "2027-01-05").close_out_number(), "320104-2027-0002");
}

TEST_F(InspectionVerbs, CloseOutNumbersAreCountedInEveryDivisionByItself) {
  const auto number = [&](const std::string& id, const std::string& division) {
    RectificationOrder order = SampleOrder();
    order.set_name("rectificationOrders/" + id);
    order.set_division(division);
    const auto filed = feed_.Create(order);
    EXPECT_TRUE(filed.ok()) << filed.status();
    const auto done = Accept(*filed, "2026-04-10", "2026-04-11");
    EXPECT_TRUE(done.ok()) << done.status();
    return *done;
  };
  EXPECT_EQ(number("a", "320104").close_out_number(), "320104-2026-0001");
  EXPECT_EQ(number("b", "3201").close_out_number(), "3201-2026-0001");
  RectificationOrder moved = number("c", "320104");
  EXPECT_EQ(moved.close_out_number(), "320104-2026-0002");
  // A corrected division keeps the number where it was given, and the series without a gap.
  moved.set_division("3201");
  const auto changed = feed_.Update(moved);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->close_out_number(), "320104-2026-0002");
  EXPECT_EQ(number("d", "3201").close_out_number(), "3201-2026-0002");
  EXPECT_EQ(number("e", "320104").close_out_number(), "320104-2026-0003");
}

TEST_F(InspectionVerbs, ALookBackIsAtAnOrderOfTheSameSubjectThatWasSettled) {
  RectificationOrder order = NewOrder();
  v1::Inspection visit = SampleInspection();
  visit.set_method(v1::Inspection::LOOK_BACK);
  visit.set_rectification_order(order.name());
  visit.set_inspection_date("2026-06-01");
  visit.set_notice_date("");
  EXPECT_EQ(Reason(feed_.Create(visit)), "LOOK_BACK_TOO_EARLY");
  ASSERT_TRUE(Accept(order, "2026-04-19", "2026-04-25").ok());
  visit.set_inspection_date("2026-04-24");
  EXPECT_EQ(Reason(feed_.Create(visit)), "LOOK_BACK_TOO_EARLY");
  visit.set_inspection_date("2026-04-25");
  visit.set_subject("projects/p2");
  EXPECT_EQ(Reason(feed_.Create(visit)), "LOOK_BACK_SUBJECT");
  visit.set_subject(order.subject());
  visit.clear_result();
  EXPECT_EQ(Reason(feed_.Create(visit)), "FIELD_REQUIRED");
  visit.set_result(v1::Inspection::FAILED);
  visit.set_method(v1::Inspection::ON_SITE);
  EXPECT_EQ(Reason(feed_.Create(visit)), "FIELD_NOT_APPLICABLE");
  visit.set_method(v1::Inspection::LOOK_BACK);
  visit.set_rectification_order("rectificationOrders/none");
  EXPECT_EQ(Reason(feed_.Create(visit)), "REFERENCE_UNKNOWN");
  visit.set_rectification_order(order.name());
  const auto filed = feed_.Create(visit);
  EXPECT_TRUE(filed.ok()) << filed.status();
}

TEST_F(InspectionVerbs, ALookBackMayFollowAnOrderThatFailed) {
  const RectificationOrder order = NewOrder();
  ASSERT_TRUE(Fail(order, "2026-04-21").ok());
  v1::Inspection visit = SampleInspection();
  visit.set_method(v1::Inspection::LOOK_BACK);
  visit.set_rectification_order(order.name());
  visit.set_inspection_date("2026-04-21");
  visit.set_notice_date("");
  const auto filed = feed_.Create(visit);
  EXPECT_TRUE(filed.ok()) << filed.status();
}

TEST_F(InspectionVerbs, OverdueOrdersAreThoseOpenOrFailedAfterTheirDeadline) {
  NewOrder("open");
  ASSERT_TRUE(Fail(NewOrder("failed")).ok());
  ASSERT_TRUE(Accept(NewOrder("accepted"), "2026-04-30").ok());
  ASSERT_TRUE(feed_.Void(NewOrder("voided")).ok());
  RectificationOrder today = SampleOrder();
  today.set_name("rectificationOrders/today");
  today.set_deadline(kSampleDay);
  ASSERT_TRUE(feed_.Create(today).ok());
  const auto overdue = [&](const std::string& division) {
    v1::ListOverdueRectificationOrdersRequest request;
    request.set_division(division);
    request.set_page_size(1);
    std::vector<std::string> names;
    do {
      const auto page =
          ListOverdueOrders(feed_.feed(), request, feed_.today(), 0, absl::InfiniteFuture());
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const auto& order : page->response.rectification_orders()) {
        names.push_back(order.name());
      }
      request.set_page_token(page->response.next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  EXPECT_EQ(overdue("3201"),
            (std::vector<std::string>{"rectificationOrders/failed", "rectificationOrders/open"}));
  EXPECT_EQ(overdue("320106"), std::vector<std::string>());
  feed_.SetToday("2026-11-22");
  EXPECT_EQ(overdue("").size(), 3u);
}

TEST_F(InspectionVerbs, AComplaintCountsOnceItIsSubstantiated) {
  Complaint complaint = SampleComplaint();
  complaint.clear_verdict();
  Complaint filed = *feed_.Create(complaint);
  EXPECT_EQ(filed.state(), Complaint::IN_HAND);
  EXPECT_EQ(feed_.NewEvidence(), "");
  filed.set_verdict(Complaint::SUBSTANTIATED);
  const auto settled = feed_.Update(filed);
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/complaints/c1#complaint v2 inspection.complaint projects/p1 2026-03-10 "
            "秦淮区房产局(district) 320104 [m4] {hotline-12345 repeated group late} "
            "days-to-reply=9 occurrences=3 \"文书8号\"");
  v1::CloseComplaintRequest request;
  request.set_resolved(true);
  request.set_closed_date("2026-03-25");
  ASSERT_TRUE(feed_.Call("CloseComplaint", *settled, request).ok());
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/complaints/c1#complaint v3 inspection.complaint projects/p1 2026-03-10 "
            "corrected 2026-03-25 秦淮区房产局(district) 320104 [m4] {hotline-12345 repeated group "
            "late resolved} days-to-reply=9 occurrences=3 \"文书8号\"");
}

TEST_F(InspectionVerbs, AComplaintClosedUnresolvedSaysSo) {
  const Complaint filed = *feed_.Create(SampleComplaint());
  feed_.NewEvidence();
  const auto closed = feed_.Call("CloseComplaint", filed, v1::CloseComplaintRequest());
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->closed_date(), kSampleDay);
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/complaints/c1#complaint v2 inspection.complaint projects/p1 2026-03-10 "
            "秦淮区房产局(district) 320104 [m4] {hotline-12345 repeated group late unresolved} "
            "days-to-reply=9 occurrences=3 \"文书8号\"");
}

TEST_F(InspectionVerbs, AComplaintWithoutGroundsNeverCounts) {
  Complaint complaint = SampleComplaint();
  complaint.set_verdict(Complaint::UNSUBSTANTIATED);
  const Complaint filed = *feed_.Create(complaint);
  ASSERT_TRUE(feed_.Call("CloseComplaint", filed, v1::CloseComplaintRequest()).ok());
  EXPECT_EQ(feed_.NewEvidence(), "");
}

TEST_F(InspectionVerbs, AComplaintIsClosedOnceAfterReplyAndVerdict) {
  Complaint complaint = SampleComplaint();
  complaint.clear_replied_date();
  complaint.clear_verdict();
  Complaint filed = *feed_.Create(complaint);
  EXPECT_EQ(Reason(feed_.Call("CloseComplaint", filed, v1::CloseComplaintRequest())),
            "COMPLAINT_NOT_REPLIED");
  filed.set_replied_date("2026-03-19");
  filed = *feed_.Update(filed);
  EXPECT_EQ(Reason(feed_.Call("CloseComplaint", filed, v1::CloseComplaintRequest())),
            "COMPLAINT_NOT_VERIFIED");
  filed.set_verdict(Complaint::SUBSTANTIATED);
  filed = *feed_.Update(filed);
  v1::CloseComplaintRequest early;
  early.set_closed_date("2026-03-18");
  EXPECT_EQ(Reason(feed_.Call("CloseComplaint", filed, early)), "DATE_ORDER");
  const Complaint closed = *feed_.Call("CloseComplaint", filed, v1::CloseComplaintRequest());
  EXPECT_EQ(Reason(feed_.Call("CloseComplaint", closed, v1::CloseComplaintRequest())),
            "COMPLAINT_CLOSED");
  EXPECT_EQ(Reason(feed_.Update(closed)), "COMPLAINT_CLOSED");
}

TEST_F(InspectionVerbs, AComplaintKeepsItsDatesInOrderAndItsNumberToItself) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"accepted_date: '2026-03-09'", "accepted_date"},
      {"due_date: '2026-03-09'", "due_date"},
      {"accepted_date: '2026-03-15' handled_date: '2026-03-14'", "handled_date"},
      {"handled_date: '2026-03-19' replied_date: '2026-03-18'", "replied_date"},
  };
  for (const auto& [change, field] : cases) {
    Complaint complaint = SampleComplaint();
    complaint.MergeFrom(Parse<Complaint>(change));
    const absl::Status status = feed_.Create(complaint).status();
    EXPECT_EQ(runtime::ReasonOf(status), "DATE_ORDER") << change;
    EXPECT_EQ(runtime::ToProblem(status).field, field);
  }
  ASSERT_TRUE(feed_.Create(SampleComplaint()).ok());
  Complaint again = SampleComplaint();
  again.set_name("complaints/c2");
  EXPECT_EQ(Reason(feed_.Create(again)), "DUPLICATE_KEY");
  again.set_channel(Complaint::HOTLINE_12319);
  EXPECT_TRUE(feed_.Create(again).ok());
}

TEST_F(InspectionVerbs, ADecidedConductCountsAtOnceAndIsNotVerified) {
  const Conduct filed = *feed_.Create(SampleConduct());
  EXPECT_EQ(filed.state(), Conduct::EFFECTIVE);
  v1::VerifyConductRequest request;
  request.set_opinion("属实");
  EXPECT_EQ(Reason(feed_.Call("VerifyConduct", filed, request, As(kOther))),
            "CONDUCT_ALREADY_EFFECTIVE");
}

TEST_F(InspectionVerbs, AReportedConductCountsOnceSomebodyElseVerifiedIt) {
  for (const Conduct::Source source :
       {Conduct::ESTATE_BRANCH_REPORT, Conduct::FIRM_REPORT, Conduct::RESIDENT_REPORT}) {
    Conduct report = SampleConduct();
    report.clear_name();
    report.set_source(source);
    report.clear_decided_points_hundredths();
    report.clear_decision();
    report.clear_determined_date();
    report.clear_document();
    const Conduct filed = *feed_.Create(report);
    EXPECT_EQ(filed.state(), Conduct::REPORTED);
    EXPECT_EQ(filed.recorded_by(), kOfficer);
    EXPECT_EQ(feed_.NewEvidence(), "");
    v1::VerifyConductRequest request;
    EXPECT_EQ(Reason(feed_.Call("VerifyConduct", filed, request, As(kOther))), "FIELD_REQUIRED");
    request.set_opinion("属实");
    request.mutable_document()->set_title("核实记录");
    EXPECT_EQ(Reason(feed_.Call("VerifyConduct", filed, request)), "SAME_ACTOR");
    const auto verified = feed_.Call("VerifyConduct", filed, request, As(kOther));
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->verified_by(), kOther);
    EXPECT_EQ(
        feed_.NewEvidence(),
        absl::StrCat("inspection/",
                     filed.name(),
                     "#conduct v2 inspection.handover-refused firms/91350100M000100Y43 "
                     "2026-03-10>2026-11-21 corrected 2026-07-15 秦淮区房产局(district) 320104 "
                     "[m7] {bad} \"核实记录\""));
  }
}

TEST_F(InspectionVerbs, WhoeverChangedAReportDoesNotVerifyIt) {
  Conduct report = SampleConduct();
  report.set_source(Conduct::FIRM_REPORT);
  Conduct filed = *feed_.Create(report);
  filed.set_description("合同终止后逾期撤出");
  const Conduct changed = *feed_.Update(filed, As(kOther));
  v1::VerifyConductRequest request;
  request.set_opinion("属实");
  EXPECT_EQ(Reason(feed_.Call("VerifyConduct", changed, request, As(kOther))), "SAME_ACTOR");
  EXPECT_EQ(Reason(feed_.Call("VerifyConduct", changed, request, As(kOfficer))), "SAME_ACTOR");
  EXPECT_TRUE(feed_.Call("VerifyConduct", changed, request, As("officer-c")).ok());
}

TEST_F(InspectionVerbs, GoodConductHasNoNegativePoints) {
  Conduct conduct = SampleConduct();
  conduct.set_kind("inspection.old-estate-participation");
  conduct.set_nature(Conduct::GOOD);
  EXPECT_EQ(Reason(feed_.Create(conduct)), "DECIDED_POINTS_SIGN");
  conduct.set_decided_points_hundredths(200);
  EXPECT_TRUE(feed_.Create(conduct).ok());
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/conducts/c1#conduct v1 inspection.old-estate-participation "
            "firms/91350100M000100Y43 2026-03-10>2026-06-30 corrected 2026-07-15 "
            "秦淮区房产局(district) 320104 [m7] {good} decided=2 \"文书8号\" "
            "\"信用信息评审会纪要2\"");
}

TEST_F(InspectionVerbs, AConductIsNotDeterminedOrCorrectedBeforeItOccurred) {
  Conduct conduct = SampleConduct();
  conduct.set_determined_date("2026-03-09");
  EXPECT_EQ(Reason(feed_.Create(conduct)), "DATE_ORDER");
  conduct = SampleConduct();
  conduct.set_corrected_date("2026-03-09");
  EXPECT_EQ(Reason(feed_.Create(conduct)), "DATE_ORDER");
  conduct = SampleConduct();
  conduct.clear_decision();
  EXPECT_EQ(Reason(feed_.Create(conduct)), "DECISION_DOCUMENT_REQUIRED");
}

}  // namespace
}  // namespace xince::inspection
