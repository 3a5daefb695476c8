#include "services/type/field_formats.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "xince/type/v1/options.pb.h"

#include "services/runtime/errors.h"
#include "services/type/divisions.h"
#include "services/type/field_rules.h"
#include "services/type/resident_id.h"
#include "services/type/resource_name.h"
#include "services/type/uscc.h"

namespace xince::type {
namespace {

constexpr size_t kSha256Digits = 64;

absl::Status CheckPastDate(absl::string_view text, Date today) {
  XINCE_ASSIGN_OR_RETURN(const Date date, ParseDate(text, ""));
  if (date <= today) return absl::OkStatus();
  return runtime::InvalidArgument("DATE_IN_FUTURE",
                                  "",
                                  absl::StrCat("the date is later than today, ", FormatDate(today)),
                                  absl::StrCat("日期晚于今天(", FormatDate(today), ")"),
                                  {{"found", std::string(text)}, {"today", FormatDate(today)}});
}

absl::Status CheckDivision(absl::string_view text, uint32_t digits, const Divisions* divisions) {
  if (divisions != nullptr) return divisions->Validate(text, digits, "");
  // Any tree gives the same answer about the form of a code.
  static const Divisions* const empty = new Divisions(*Divisions::FromList({}));
  const absl::Status status = empty->Validate(text, digits, "");
  return runtime::ReasonOf(status) == "UNKNOWN_DIVISION" ? absl::OkStatus() : status;
}

}  // namespace

bool IsKind(absl::string_view text) {
  if (text.empty() || !absl::ascii_islower(text[0])) return false;
  bool word_open = false;
  for (const char c : text) {
    const bool joint = c == '-' || c == '.';
    if (joint ? !word_open : !absl::ascii_islower(c) && !absl::ascii_isdigit(c)) return false;
    word_open = !joint;
  }
  return word_open;
}

bool IsSha256(absl::string_view text) {
  return text.size() == kSha256Digits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

absl::Status CheckFormat(absl::string_view text,
                         const v1::FieldRule& rule,
                         const FieldContext& context) {
  switch (rule.format()) {
    case v1::FORMAT_DATE:
      return ParseDate(text, "").status();
    case v1::FORMAT_PAST_DATE:
      return CheckPastDate(text, context.today);
    case v1::FORMAT_USCC:
      return context.tolerate_uscc ? CheckUsccTolerantly(text, "") : CheckUscc(text, "");
    case v1::FORMAT_DIVISION:
      return CheckDivision(text, rule.digits(), context.divisions);
    case v1::FORMAT_SUBJECT:
      return ParseSubject(text, "").status();
    case v1::FORMAT_KIND:
      if (IsKind(text)) return absl::OkStatus();
      return runtime::InvalidArgument(
          "KIND_SYNTAX",
          "",
          "a kind is written in lower-case words joined by hyphens and dots, such as "
          "inspection.overdue-rectification",
          "类别应由小写单词以连字符和点连接,例如 inspection.overdue-rectification");
    case v1::FORMAT_SHA256:
      if (IsSha256(text)) return absl::OkStatus();
      return runtime::InvalidArgument("SHA256_SYNTAX",
                                      "",
                                      "a SHA-256 is written in 64 lower-case hexadecimal digits",
                                      "SHA-256 摘要应为 64 位小写十六进制数字");
    case v1::FORMAT_RESOURCE:
      return ParseResource(text, rule.collection(), "").status();
    case v1::FORMAT_ID:
      return CheckId(text, "");
    case v1::FORMAT_RESIDENT_ID:
      return CheckResidentId(text, context.today, "");
    default:
      return absl::OkStatus();
  }
}

}  // namespace xince::type
