#include "services/feeds/party/evaluation_window.h"

#include "absl/strings/str_cat.h"

#include "services/feeds/checks.h"
#include "services/feeds/party/party_records.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"
#include "services/type/resource_name.h"

// Windows: when which level evaluates what.
namespace xince::party {
namespace {

using v1::EvaluationForm;
using v1::EvaluationWindow;

constexpr size_t kStreetDigits = 9;
constexpr size_t kCommunityDigits = 12;

const std::string& LockDate(const EvaluationWindow& window) {
  return window.lock_date().empty() ? window.close_date() : window.lock_date();
}

absl::Status CheckForm(const EvaluationWindow& window, const feeds::CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckReference(window, "form", context));
  const auto record = context.records.Find(window.form());
  const auto& form = static_cast<const EvaluationForm&>(*record);
  if (form.effective_date() > window.open_date()) {
    return runtime::FailedPrecondition(
        "FORM_NOT_EFFECTIVE",
        "form",
        absl::StrCat("the form may be used from ", form.effective_date()),
        absl::StrCat("该评价表自 ", form.effective_date(), " 起启用"),
        {{"effective_date", form.effective_date()}, {"open_date", window.open_date()}});
  }
  if (type::DivisionContains(form.division(), window.division())) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "FORM_OTHER_DIVISION",
      "form",
      absl::StrCat("the form is issued for division ", form.division()),
      absl::StrCat("该评价表适用于区划 ", form.division()),
      {{"form_division", form.division()}, {"division", window.division()}});
}

absl::Status CheckWindow(const EvaluationWindow& window,
                         const EvaluationWindow* before,
                         const feeds::CheckContext& context) {
  if (before != nullptr) XINCE_RETURN_IF_ERROR(CheckNotLocked(*before, context.today, "name"));
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(window));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod(feeds::Period{.start = window.open_date(), .end = window.close_date()},
                         "DATE_ORDER",
                         "close_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(window, "close_date", "lock_date"));
  const auto level = type::LevelOfDivision(window.division());
  if (level != type::DivisionLevel::kCity && level != type::DivisionLevel::kDistrict) {
    return runtime::InvalidArgument("WINDOW_DIVISION",
                                    "division",
                                    "a window is of a city (4 digits) or a county (6 digits)",
                                    "评价窗口的区划应为4位市或6位区县代码",
                                    {{"division", window.division()}});
  }
  if (window.evaluator_level() != type::v1::LEVEL_STREET &&
      window.evaluator_level() != type::v1::LEVEL_COMMUNITY) {
    return runtime::InvalidArgument("EVALUATOR_LEVEL",
                                    "evaluator_level",
                                    "streets or communities evaluate",
                                    "评价组织层级应为街道或社区");
  }
  if (window.countersign_required() && window.countersigner().empty()) {
    return feeds::RequiredWith("countersigner", "countersign_required");
  }
  return CheckForm(window, context);
}

}  // namespace

std::unique_ptr<EvaluationWindow> FindWindow(const feeds::CheckContext& context,
                                             const std::string& name) {
  std::unique_ptr<google::protobuf::Message> record = context.records.Find(name);
  if (record == nullptr || record->GetDescriptor() != EvaluationWindow::descriptor())
    return nullptr;
  return std::unique_ptr<EvaluationWindow>(static_cast<EvaluationWindow*>(record.release()));
}

absl::Status CheckOpen(const EvaluationWindow& window, type::Date today) {
  const std::string day = type::FormatDate(today);
  if (day >= window.open_date() && day < window.close_date()) return absl::OkStatus();
  const std::string last = feeds::DayBefore(window.close_date());
  return runtime::FailedPrecondition(
      "EVALUATION_WINDOW_CLOSED",
      "window",
      absl::StrCat("the window takes evaluations from ",
                   window.open_date(),
                   " to ",
                   last,
                   "; today is ",
                   day),
      absl::StrCat("评价窗口开放时间为 ", window.open_date(), " 至 ", last, ",今天是 ", day),
      {{"open_date", window.open_date()}, {"close_date", window.close_date()}, {"today", day}});
}

absl::Status CheckNotLocked(const EvaluationWindow& window,
                            type::Date today,
                            absl::string_view field) {
  const std::string day = type::FormatDate(today);
  const std::string& lock = LockDate(window);
  if (day < lock) return absl::OkStatus();
  return runtime::FailedPrecondition("WINDOW_LOCKED",
                                     field,
                                     absl::StrCat("the window is locked since ", lock),
                                     absl::StrCat("评价窗口自 ", lock, " 起已锁定"),
                                     {{"lock_date", lock}, {"today", day}});
}

size_t EvaluatorDigits(const EvaluationWindow& window) {
  return window.evaluator_level() == type::v1::LEVEL_STREET ? kStreetDigits : kCommunityDigits;
}

absl::Status CheckEvaluatorDivision(const EvaluationWindow& window, const std::string& division) {
  const size_t digits = EvaluatorDigits(window);
  if (division.size() == digits && type::DivisionContains(window.division(), division)) {
    return absl::OkStatus();
  }
  return runtime::InvalidArgument(
      "EVALUATION_DIVISION",
      "division",
      absl::StrCat(
          "the window is for organisations of ", digits, "-digit divisions in ", window.division()),
      absl::StrCat("该窗口由 ", window.division(), " 内", digits, "位区划的组织评价"),
      {{"division", division},
       {"window_division", window.division()},
       {"digits", absl::StrCat(digits)}});
}

absl::Status CheckEvaluated(const std::string& firm) {
  const absl::string_view collection = absl::string_view(firm).substr(0, firm.find('/'));
  const auto kind = type::KindOfCollection(collection);
  if (kind == type::SubjectKind::kFirm || kind == type::SubjectKind::kOrganization) {
    return absl::OkStatus();
  }
  return runtime::InvalidArgument("EVALUATION_SUBJECT",
                                  "firm",
                                  "a firm or a service organisation is evaluated",
                                  "被评价对象应为企业或其他物业服务人",
                                  {{"found", firm}});
}

absl::Status CheckProject(const EvaluationWindow& window, const std::string& project) {
  if (!window.project_required() || !project.empty()) return absl::OkStatus();
  return runtime::InvalidArgument("EVALUATION_PROJECT_REQUIRED",
                                  "project",
                                  "the window evaluates project by project",
                                  "该窗口逐项目评价,请填写项目");
}

feeds::RecordType EvaluationWindowType() {
  feeds::RecordType type = feeds::MakeRecordType(EvaluationWindow::descriptor());
  type.check = feeds::Check<EvaluationWindow>(CheckWindow);
  type.unique_keys = feeds::Of<EvaluationWindow>([](const EvaluationWindow& window) {
    return std::vector<std::string>{absl::StrCat("window:",
                                                 window.division(),
                                                 ":",
                                                 window.evaluator_level(),
                                                 ":",
                                                 window.start_date(),
                                                 ":",
                                                 window.end_date())};
  });
  type.check_void = [](const google::protobuf::Message& window,
                       const feeds::CheckContext& context) {
    return feeds::RefuseWhileReferenced(
        window, context, {{"evaluations", "window"}, {"expectedEvaluations", "window"}});
  };
  return type;
}

}  // namespace xince::party
