#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/services.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"

// `xince order`: the ledger of rectification orders 整改台账, as an officer keeps it.
namespace xince::cli {
namespace {

namespace iv = ::xince::inspection::v1;
using iv::RectificationOrder;

std::string Method(const char* name) {
  return absl::StrCat("xince.inspection.v1.InspectionService/", name);
}

std::string NameOf(const std::string& id) {
  return absl::StrContains(id, "/") ? id : absl::StrCat("rectificationOrders/", id);
}

std::string StateZh(const RectificationOrder& order) {
  return LabelOf(*RectificationOrder::State_descriptor()->FindValueByNumber(order.state()));
}

// Orders of a list, a row each.
std::string OrdersText(const google::protobuf::RepeatedPtrField<RectificationOrder>& orders) {
  Table table({{.text = "整改通知", .columns_max = 60},
               {.text = "信用主体", .columns_max = 60},
               {.text = "行政区划"},
               {.text = "下达日期"},
               {.text = "整改期限"},
               {.text = "延期", .right = true},
               {.text = "状态"},
               {.text = "销号编号"},
               {.text = "版本号", .right = true}});
  for (const RectificationOrder& order : orders) {
    table.Add({order.name(),
               order.subject(),
               order.division(),
               order.issue_date(),
               order.deadline(),
               absl::StrCat(order.extensions_size()),
               StateZh(order),
               order.close_out_number(),
               absl::StrCat(order.info().revision())});
  }
  return table.ToText();
}

void PrintOrder(const Session& session, const RectificationOrder& order) {
  if (session.json()) return PrintJson(order);
  google::protobuf::RepeatedPtrField<RectificationOrder> one;
  *one.Add() = order;
  std::cout << OrdersText(one) << "事实 " << order.facts() << "\n";
  for (const iv::RectificationExtension& extension : order.extensions()) {
    std::cout << "延期 " << extension.old_deadline() << " → " << extension.new_deadline() << " ("
              << extension.extend_date() << " 批准): " << extension.reason() << "\n";
  }
  if (!order.failed_date().empty()) {
    std::cout << "未整改 " << order.failed_date() << " 认定: " << order.failure_reason() << "\n";
  }
  if (!order.accepted_date().empty()) {
    std::cout << "整改完成 " << order.corrected_date() << ",验收 " << order.accepted_date() << " "
              << order.accepted_by() << " " << order.acceptance_opinion() << "\n";
  }
  if (order.info().has_voiding())
    std::cout << "已作废: " << order.info().voiding().reason() << "\n";
}

absl::StatusOr<RectificationOrder> Fetch(Session& session, const std::string& name) {
  iv::GetRectificationOrderRequest request;
  request.set_name(name);
  RectificationOrder order;
  const absl::Status status = session.Call(Method("GetRectificationOrder"), request, order);
  if (!status.ok()) return status;
  return order;
}

int Get(Session& session, const std::string& id) {
  const absl::StatusOr<RectificationOrder> order = Fetch(session, NameOf(id));
  if (!order.ok()) return Refuse(order.status());
  PrintOrder(session, *order);
  return kExitDone;
}

// What every step is given besides its own.
struct Step {
  std::string name, request_id, document_title, document_number;
  uint64_t expected_revision = 0;
};

// Takes the step at the revision given, or at the one read now.
template <class Request>
int Take(Session& session, const char* method, const Step& step, Request request) {
  request.set_request_id(step.request_id);
  request.set_name(NameOf(step.name));
  request.set_expected_revision(step.expected_revision);
  if (step.expected_revision == 0) {
    const absl::StatusOr<RectificationOrder> read = Fetch(session, request.name());
    if (!read.ok()) return Refuse(read.status());
    request.set_expected_revision(read->info().revision());
  }
  if (!step.document_title.empty()) request.mutable_document()->set_title(step.document_title);
  if (!step.document_number.empty()) request.mutable_document()->set_number(step.document_number);
  RectificationOrder order;
  const absl::Status status = session.Call(Method(method), request, order);
  if (!status.ok()) return Refuse(status);
  PrintOrder(session, order);
  return kExitDone;
}

Command AddStep(Command& group, const std::string& name, const std::string& what, Step& step) {
  Command command = group.Add(name, what);
  command.Argument("NAME", step.name, "rectificationOrders/…, or its id")
      .Option("--document-title", step.document_title, "title of the document that settles it")
      .Option("--document-number", step.document_number, "its number")
      .Option(
          "--expected-revision", step.expected_revision, "as it was read; as it is unless given")
      .Option(
          "--request-id", step.request_id, "makes the call repeatable; with --expected-revision");
  return command;
}

void AddExtend(Command& group) {
  struct Given : Step {
    std::string deadline, date, reason;
  };
  const auto given = std::make_shared<Given>();
  AddStep(group, "extend", "moves the deadline, before it has passed", *given)
      .Required("--deadline", given->deadline, "new deadline, YYYY-MM-DD")
      .Required("--reason", given->reason, "why")
      .Option("--date", given->date, "day it was granted; today unless given")
      .Run([given](Session& session) {
        iv::ExtendRectificationOrderRequest request;
        request.set_deadline(given->deadline);
        request.set_extend_date(given->date);
        request.set_reason(given->reason);
        return Take(session, "ExtendRectificationOrder", *given, request);
      });
}

void AddAccept(Command& group) {
  struct Given : Step {
    std::string corrected, date, by, opinion;
  };
  const auto given = std::make_shared<Given>();
  AddStep(
      group, "accept", "accepts what was put right, and closes out under the next number", *given)
      .Required("--corrected", given->corrected, "day it was put right, YYYY-MM-DD")
      .Required("--by", given->by, "who accepted")
      .Option("--date", given->date, "day of acceptance; today unless given")
      .Option("--opinion", given->opinion, "what was found")
      .Run([given](Session& session) {
        iv::AcceptRectificationOrderRequest request;
        request.set_corrected_date(given->corrected);
        request.set_accepted_date(given->date);
        request.set_accepted_by(given->by);
        request.set_opinion(given->opinion);
        return Take(session, "AcceptRectificationOrder", *given, request);
      });
}

void AddFail(Command& group) {
  struct Given : Step {
    std::string date, reason;
  };
  const auto given = std::make_shared<Given>();
  AddStep(group, "fail", "finds that it was not carried out, after the deadline", *given)
      .Required("--reason", given->reason, "what was found")
      .Option("--date", given->date, "day it was found; today unless given")
      .Run([given](Session& session) {
        iv::FailRectificationOrderRequest request;
        request.set_failed_date(given->date);
        request.set_reason(given->reason);
        return Take(session, "FailRectificationOrder", *given, request);
      });
}

// What narrows a list of orders.
struct Asked {
  std::string division, subject, year, state;
  bool show_voided = false;
};

int List(Session& session, const Asked& asked) {
  iv::ListRectificationOrdersRequest request;
  request.set_division(asked.division);
  request.set_subject(asked.subject);
  request.set_close_out_year(asked.year);
  request.set_show_voided(asked.show_voided);
  request.set_page_size(1000);
  iv::ListRectificationOrdersResponse all;
  for (;;) {
    iv::ListRectificationOrdersResponse page;
    const absl::Status status = session.Call(Method("ListRectificationOrders"), request, page);
    if (!status.ok()) return Refuse(status);
    for (RectificationOrder& order : *page.mutable_rectification_orders()) {
      const bool wanted =
          asked.state == "all" ||
          (asked.state == "closed") == (order.state() == RectificationOrder::ACCEPTED);
      if (wanted) *all.add_rectification_orders() = std::move(order);
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.json()) {
    PrintJson(all);
  } else {
    std::cout << OrdersText(all.rectification_orders());
  }
  return kExitDone;
}

int Overdue(Session& session, const std::string& division, const std::string& subject) {
  iv::ListOverdueRectificationOrdersRequest request;
  request.set_division(division);
  request.set_subject(subject);
  request.set_page_size(1000);
  iv::ListOverdueRectificationOrdersResponse all;
  for (;;) {
    iv::ListOverdueRectificationOrdersResponse page;
    const absl::Status status =
        session.Call(Method("ListOverdueRectificationOrders"), request, page);
    if (!status.ok()) return Refuse(status);
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.json()) {
    PrintJson(all);
  } else {
    std::cout << "截至 " << all.today() << "\n" << OrdersText(all.rectification_orders());
  }
  return kExitDone;
}

}  // namespace

void AddOrders(Command& app) {
  Command group = app.AddGroup("order", "rectification orders 整改台账");
  const auto name = std::make_shared<std::string>();
  group.Add("get", "one order with its extensions and its end")
      .Argument("NAME", *name, "rectificationOrders/…, or its id")
      .Run([name](Session& session) { return Get(session, *name); });
  const auto asked = std::make_shared<Asked>();
  asked->state = "all";
  group.Add("list", "the ledger: all orders in the order of their names")
      .Option("--division", asked->division, "only in this division")
      .Option("--subject", asked->subject, "only about this subject")
      .Option("--close-out-year", asked->year, "only those closed out in this year")
      .Choice("--state", asked->state, {"all", "open", "closed"}, "open: not closed out")
      .Flag("--show-voided", asked->show_voided, "also what was voided")
      .Run([asked](Session& session) { return List(session, *asked); });
  const auto division = std::make_shared<std::string>();
  const auto subject = std::make_shared<std::string>();
  group.Add("overdue", "orders not closed out whose deadline has passed")
      .Option("--division", *division, "only in this division")
      .Option("--subject", *subject, "only about this subject")
      .Run([division, subject](Session& session) { return Overdue(session, *division, *subject); });
  AddExtend(group);
  AddAccept(group);
  AddFail(group);
}

}  // namespace xince::cli
