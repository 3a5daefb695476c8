#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "xince/party/v1/party.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/party/party_records.h"
#include "services/runtime/errors.h"

// Forms: versions of the standard by which party organisations evaluate.
namespace xince::party {
namespace {

using v1::EvaluationForm;

int64_t SumOf(const EvaluationForm& form) {
  int64_t sum = 0;
  for (const v1::FormItem& item : form.items()) sum += item.max_hundredths();
  return sum;
}

bool IsCode(const std::string& code) {
  return std::all_of(code.begin(), code.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.';
  });
}

absl::Status BadItems(absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("FORM_ITEMS", "items", en, zh);
}

absl::Status CompleteForm(EvaluationForm& form, const EvaluationForm*, const feeds::CheckContext&) {
  if (form.items_size() > 0 && form.max_hundredths() == 0) form.set_max_hundredths(SumOf(form));
  return absl::OkStatus();
}

absl::Status CheckForm(const EvaluationForm& form,
                       const EvaluationForm* before,
                       const feeds::CheckContext& context) {
  if (before != nullptr &&
      !context.records.Where("evaluationWindows", "form", before->name()).empty()) {
    return runtime::FailedPrecondition("FORM_IN_USE",
                                       "name",
                                       "a window uses the form: file a new one",
                                       "评价表已被评价窗口使用,请另行登记新版本");
  }
  if (form.max_hundredths() == 0) {
    return runtime::InvalidArgument("FORM_EMPTY",
                                    "max_hundredths",
                                    "a form has items, or a full score",
                                    "评价表应有评价项目或满分");
  }
  std::set<std::string> codes;
  for (const v1::FormItem& item : form.items()) {
    if (!IsCode(item.code())) {
      return BadItems(absl::StrCat("a code is letters, digits, - and .: ", item.code()),
                      absl::StrCat("项目编号只能含字母、数字、-和.:", item.code()));
    }
    if (!codes.insert(item.code()).second) {
      return BadItems(absl::StrCat("two items have the code ", item.code()),
                      absl::StrCat("项目编号重复:", item.code()));
    }
  }
  if (form.items_size() == 0) return absl::OkStatus();
  const int64_t sum = SumOf(form);
  if (sum == form.max_hundredths() && sum <= kFullScoreHundredthsMax) return absl::OkStatus();
  return BadItems(absl::StrCat("the items sum to ",
                               sum,
                               " hundredths, the form says ",
                               form.max_hundredths(),
                               ", at most ",
                               kFullScoreHundredthsMax,
                               " are allowed"),
                  absl::StrCat("各项满分之和为",
                               sum,
                               ",评价表满分为",
                               form.max_hundredths(),
                               ",至多",
                               kFullScoreHundredthsMax));
}

}  // namespace

feeds::RecordType EvaluationFormType() {
  feeds::RecordType type = feeds::MakeRecordType(EvaluationForm::descriptor());
  type.complete = feeds::Complete<EvaluationForm>(CompleteForm);
  type.check = feeds::Check<EvaluationForm>(CheckForm);
  type.check_void = [](const google::protobuf::Message& form, const feeds::CheckContext& context) {
    return feeds::RefuseWhileReferenced(form, context, {{"evaluationWindows", "form"}});
  };
  return type;
}

}  // namespace xince::party
