#include "absl/strings/str_cat.h"

#include "xince/party/v1/party.pb.h"

#include "services/feeds/party/evaluation_window.h"
#include "services/feeds/party/party_records.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

// Which evaluations are owed in a window.
namespace xince::party {
namespace {

using v1::ExpectedEvaluation;

absl::Status CheckExpected(const ExpectedEvaluation& record,
                           const ExpectedEvaluation*,
                           const feeds::CheckContext& context) {
  const auto window = FindWindow(context, record.window());
  if (window == nullptr) return feeds::CheckReference(record, "window", context);
  XINCE_RETURN_IF_ERROR(CheckNotLocked(*window, context.today, "window"));
  XINCE_RETURN_IF_ERROR(CheckEvaluated(record.firm()));
  XINCE_RETURN_IF_ERROR(CheckProject(*window, record.project()));
  return CheckEvaluatorDivision(*window, record.division());
}

}  // namespace

feeds::RecordType ExpectedEvaluationType() {
  feeds::RecordType type = feeds::MakeRecordType(ExpectedEvaluation::descriptor());
  type.check = feeds::Check<ExpectedEvaluation>(CheckExpected);
  type.unique_keys = feeds::Of<ExpectedEvaluation>([](const ExpectedEvaluation& record) {
    return std::vector<std::string>{absl::StrCat("expected:",
                                                 record.window(),
                                                 ":",
                                                 record.division(),
                                                 ":",
                                                 record.firm(),
                                                 ":",
                                                 record.project())};
  });
  return type;
}

}  // namespace xince::party
