#include "services/feeds/party/evaluation_answers.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/runtime/errors.h"

namespace xince::party {
namespace {

using v1::Evaluation;
using v1::EvaluationForm;

constexpr size_t kWholeDigitsMax = 4;
constexpr size_t kDecimalsMax = 2;

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isdigit(c);
  });
}

// "8.5" is 850; nothing for anything but 1 to 4 digits and at most two decimals.
std::optional<int64_t> Hundredths(absl::string_view text) {
  const size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  std::string decimals;
  if (point != absl::string_view::npos) {
    decimals = std::string(text.substr(point + 1));
    if (!AllDigits(decimals) || decimals.size() > kDecimalsMax) return std::nullopt;
  }
  if (!AllDigits(whole) || whole.size() > kWholeDigitsMax) return std::nullopt;
  decimals.resize(kDecimalsMax, '0');
  int64_t value = 0;
  if (!absl::SimpleAtoi(absl::StrCat(whole, decimals), &value)) return std::nullopt;
  return value;
}

std::string Decimal(int64_t hundredths) {
  return absl::StrFormat("%d.%02d", hundredths / 100, hundredths % 100);
}

absl::Status BadAnswer(const std::string& field,
                       absl::string_view en,
                       absl::string_view zh,
                       std::map<std::string, std::string> metadata) {
  return runtime::InvalidArgument("EVALUATION_ANSWER", field, en, zh, std::move(metadata));
}

}  // namespace

absl::StatusOr<int64_t> SumOfAnswers(const Evaluation& evaluation, const EvaluationForm& form) {
  std::map<std::string, int64_t> open;
  for (const v1::FormItem& item : form.items()) open[item.code()] = item.max_hundredths();
  int64_t sum = 0;
  for (int i = 0; i < evaluation.answers_size(); ++i) {
    const std::string field = absl::StrCat("answers[", i, "]");
    const std::string& answer = evaluation.answers(i);
    const size_t equals = answer.find('=');
    const std::string code = answer.substr(0, equals);
    const auto points = equals == std::string::npos
                            ? std::nullopt
                            : Hundredths(absl::string_view(answer).substr(equals + 1));
    if (!points.has_value()) {
      return BadAnswer(field,
                       "an answer is {code}={points} with at most two decimals",
                       "评分应写作「项目编号=分值」,至多两位小数",
                       {{"answer", answer}});
    }
    const auto item = open.find(code);
    if (item == open.end()) {
      return BadAnswer(field,
                       absl::StrCat("the form has no item ", code, ", or it is answered twice"),
                       absl::StrCat("评价表没有项目 ", code, ",或重复评分"),
                       {{"code", code}});
    }
    if (*points > item->second) {
      return runtime::InvalidArgument(
          "EVALUATION_SCORE",
          field,
          absl::StrCat("item ", code, " has at most ", Decimal(item->second), " points"),
          absl::StrCat("项目 ", code, " 满分为 ", Decimal(item->second)),
          {{"code", code}, {"limit", Decimal(item->second)}, {"found", Decimal(*points)}});
    }
    sum += *points;
    open.erase(item);
  }
  if (open.empty()) return sum;
  return BadAnswer("answers",
                   absl::StrCat("item ", open.begin()->first, " is not answered"),
                   absl::StrCat("项目 ", open.begin()->first, " 未评分"),
                   {{"code", open.begin()->first}});
}

absl::Status CheckScore(const Evaluation& evaluation, const EvaluationForm& form) {
  XINCE_ASSIGN_OR_RETURN(const int64_t sum, SumOfAnswers(evaluation, form));
  if (!evaluation.has_score_hundredths()) {
    return runtime::InvalidArgument("FIELD_REQUIRED",
                                    "score_hundredths",
                                    "the form has no items: the score is required",
                                    "评价表无评价项目,必须填写总分");
  }
  const int64_t score = evaluation.score_hundredths();
  if (form.items_size() > 0 && score != sum) {
    return runtime::InvalidArgument(
        "SCORE_MISMATCH",
        "score_hundredths",
        absl::StrCat("the answers sum to ", Decimal(sum), ", the score says ", Decimal(score)),
        absl::StrCat("各项评分之和为 ", Decimal(sum), ",总分填写为 ", Decimal(score)),
        {{"sum", Decimal(sum)}, {"found", Decimal(score)}});
  }
  if (score <= form.max_hundredths()) return absl::OkStatus();
  return runtime::InvalidArgument(
      "EVALUATION_SCORE",
      "score_hundredths",
      absl::StrCat("the full score is ", Decimal(form.max_hundredths())),
      absl::StrCat("评价表满分为 ", Decimal(form.max_hundredths())),
      {{"limit", Decimal(form.max_hundredths())}, {"found", Decimal(score)}});
}

}  // namespace xince::party
