#include "services/type/uscc.h"

#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/type/text.h"

namespace xince::type {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr int kModulus = 31;
// 3^(i-1) mod 31.
constexpr std::array<int, 17> kWeights = {
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
// GB 11714, over the eight characters before the inner check digit.
constexpr std::array<int, 8> kInnerWeights = {3, 7, 9, 10, 5, 8, 4, 2};
constexpr size_t kInnerStart = 8;
constexpr size_t kInnerCheck = 16;
constexpr size_t kOuterCheck = 17;

struct Authority {
  char code;
  absl::string_view kinds;
};
// GB 32100-2015, table of registering authorities with the kinds each of them registers.
constexpr std::array<Authority, 12> kAuthorities = {{
    {'1', "1239"},    // establishment office
    {'2', "19"},      // foreign affairs
    {'3', "123459"},  // justice
    {'4', "19"},      // culture
    {'5', "1239"},    // civil affairs
    {'6', "129"},     // tourism
    {'7', "129"},     // religious affairs
    {'8', "19"},      // trade unions
    {'9', "123"},     // market regulation
    {'A', "19"},      // the military's establishment office
    {'N', "1239"},    // agriculture
    {'Y', "1"},       // others
}};

int Value(char c) {
  const size_t index = kAlphabet.find(c);
  return index == absl::string_view::npos ? -1 : static_cast<int>(index);
}

char OuterCheckDigit(absl::string_view code) {
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += Value(code[i]) * kWeights[i];
  // The outer modulus matters: a remainder of 0 makes the digit 0, not the 31st.
  return kAlphabet[static_cast<size_t>((kModulus - sum % kModulus) % kModulus)];
}

char InnerCheckDigit(absl::string_view code) {
  int sum = 0;
  for (size_t i = 0; i < kInnerWeights.size(); ++i) {
    const char c = code[kInnerStart + i];
    sum += (absl::ascii_isdigit(c) ? c - '0' : c - 'A' + 10) * kInnerWeights[i];
  }
  const int digit = 11 - sum % 11;
  if (digit == 10) return 'X';
  return digit == 11 ? '0' : static_cast<char>('0' + digit);
}

bool IsKnownPrefix(absl::string_view code) {
  for (const Authority& authority : kAuthorities) {
    if (authority.code == code[0]) return authority.kinds.find(code[1]) != absl::string_view::npos;
  }
  return false;
}

/// The first character outside the alphabet. A multi-byte character is reported whole.
std::optional<UsccProblem> FindForeignCharacter(absl::string_view code) {
  const size_t start = code.find_first_not_of(kAlphabet);
  if (start == absl::string_view::npos) return std::nullopt;
  size_t end = start + 1;
  while (end < code.size() && (static_cast<unsigned char>(code[end]) & 0xC0) == 0x80) ++end;
  // Every character before it is of the alphabet, so its index is its position.
  UsccProblem problem{.kind = UsccProblemKind::kCharacter,
                      .position = start + 1,
                      .found = std::string(code.substr(start, end - start))};
  const char upper = absl::ascii_toupper(code[start]);
  if (end - start == 1 && Value(upper) >= 0) problem.expected = std::string(1, upper);
  const TextScan scan = ScanText(problem.found, LineBreaks::kRefused);
  if (!scan.valid_utf8 || scan.flaw.has_value()) problem.found.assign(1, '?');
  return problem;
}

UsccProblem At(UsccProblemKind kind, size_t index, char found, char expected) {
  return {.kind = kind,
          .position = index + 1,
          .found = std::string(1, found),
          .expected = std::string(1, expected)};
}

}  // namespace

bool IsTolerable(const UsccProblem& problem) {
  return problem.kind == UsccProblemKind::kInnerCheckDigit ||
         problem.kind == UsccProblemKind::kPrefix;
}

std::vector<UsccProblem> FindUsccProblems(absl::string_view code) {
  const size_t length = CountCodePoints(code).value_or(code.size());
  if (length != kUsccLength) {
    return {{.kind = UsccProblemKind::kLength,
             .found = absl::StrCat(length),
             .expected = absl::StrCat(kUsccLength)}};
  }
  if (auto foreign = FindForeignCharacter(code); foreign.has_value()) return {*std::move(foreign)};
  std::vector<UsccProblem> problems;
  if (const char expected = OuterCheckDigit(code); code[kOuterCheck] != expected) {
    problems.push_back(At(UsccProblemKind::kCheckDigit, kOuterCheck, code[kOuterCheck], expected));
  }
  if (const char expected = InnerCheckDigit(code); code[kInnerCheck] != expected) {
    problems.push_back(
        At(UsccProblemKind::kInnerCheckDigit, kInnerCheck, code[kInnerCheck], expected));
  }
  if (!IsKnownPrefix(code)) {
    problems.push_back(
        {.kind = UsccProblemKind::kPrefix, .position = 1, .found = std::string(code.substr(0, 2))});
  }
  return problems;
}

absl::Status ToStatus(const UsccProblem& problem, absl::string_view field) {
  std::map<std::string, std::string> metadata = {{"found", problem.found}};
  if (problem.position > 0) metadata["position"] = absl::StrCat(problem.position);
  if (!problem.expected.empty()) metadata["expected"] = problem.expected;
  const auto refuse = [&](absl::string_view reason, const std::string& en, const std::string& zh) {
    return runtime::InvalidArgument(reason, field, en, zh, metadata);
  };
  const std::string en_at =
      absl::StrCat("character ", problem.position, " of the credit code is ", problem.found);
  const std::string zh_at =
      absl::StrCat("统一社会信用代码第 ", problem.position, " 位是 ", problem.found);
  switch (problem.kind) {
    case UsccProblemKind::kLength:
      return refuse(
          "USCC_LENGTH",
          absl::StrCat("a unified social credit code has 18 characters, not ", problem.found),
          absl::StrCat("统一社会信用代码应为 18 位,现为 ", problem.found, " 位"));
    case UsccProblemKind::kCharacter:
      if (!problem.expected.empty()) {
        return refuse("USCC_CHARACTER",
                      absl::StrCat(en_at, ", write ", problem.expected),
                      absl::StrCat(zh_at, ",请写作大写 ", problem.expected));
      }
      return refuse("USCC_CHARACTER",
                    absl::StrCat(en_at,
                                 ", which no credit code contains (digits and capital "
                                 "letters except I, O, S, V, Z)"),
                    absl::StrCat(zh_at, ",代码只用数字和大写字母,且不用 I、O、S、V、Z"));
    case UsccProblemKind::kCheckDigit:
      return refuse("USCC_CHECK_DIGIT",
                    absl::StrCat(en_at, ", the check digit should be ", problem.expected),
                    absl::StrCat(zh_at, ",校验码应为 ", problem.expected, ",请核对全部字符"));
    case UsccProblemKind::kInnerCheckDigit:
      return refuse(
          "USCC_INNER_CHECK_DIGIT",
          absl::StrCat(
              en_at, ", the check digit of characters 9 to 16 should be ", problem.expected),
          absl::StrCat(zh_at, ",第 9 至 16 位(组织机构代码)的校验码应为 ", problem.expected));
    case UsccProblemKind::kPrefix:
      break;
  }
  return refuse(
      "USCC_PREFIX",
      absl::StrCat("no authority registers organisations under the prefix ", problem.found),
      absl::StrCat("统一社会信用代码前两位 ", problem.found, " 不是已知的登记管理部门和机构类别"));
}

absl::Status CheckUscc(absl::string_view code, absl::string_view field) {
  const std::vector<UsccProblem> problems = FindUsccProblems(code);
  return problems.empty() ? absl::OkStatus() : ToStatus(problems.front(), field);
}

absl::Status CheckUsccTolerantly(absl::string_view code, absl::string_view field) {
  for (const UsccProblem& problem : FindUsccProblems(code)) {
    if (!IsTolerable(problem)) return ToStatus(problem, field);
  }
  return absl::OkStatus();
}

std::string NormalizeUscc(absl::string_view text) {
  return absl::AsciiStrToUpper(TrimSpace(ToHalfWidth(TrimSpace(text))));
}

absl::StatusOr<std::string> ComputeCheckDigits(absl::string_view first_16) {
  constexpr size_t kGiven = 16;
  if (first_16.size() != kGiven) {
    return ToStatus({.kind = UsccProblemKind::kLength,
                     .found = absl::StrCat(first_16.size() + 2),
                     .expected = absl::StrCat(kUsccLength)},
                    "");
  }
  if (const auto foreign = FindForeignCharacter(first_16); foreign.has_value()) {
    return ToStatus(*foreign, "");
  }
  if (!IsKnownPrefix(first_16)) {
    return ToStatus({.kind = UsccProblemKind::kPrefix,
                     .position = 1,
                     .found = std::string(first_16.substr(0, 2))},
                    "");
  }
  std::string code(first_16);
  code.push_back(InnerCheckDigit(code));
  code.push_back(OuterCheckDigit(code));
  return code;
}

}  // namespace xince::type
