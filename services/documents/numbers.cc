#include "services/documents/numbers.h"

#include "absl/strings/str_cat.h"

#include "services/documents/document.h"
#include "services/runtime/errors.h"

namespace xince::documents {

absl::Status NumberAllocator::Take(int year, absl::string_view kind, uint32_t number) {
  if (number == 0 || number > kDocumentNumberMax) {
    return runtime::InvalidArgument("DOCUMENT_NUMBER",
                                    "number",
                                    absl::StrCat("a number is 1 to ", kDocumentNumberMax),
                                    absl::StrCat("序号为 1 至 ", kDocumentNumberMax),
                                    {{"limit", absl::StrCat(kDocumentNumberMax)}});
  }
  if (!series_[{year, std::string(kind)}].emplace(number, "").second) {
    return runtime::AlreadyExists(
        "DOCUMENT_NUMBER_TAKEN",
        "number",
        absl::StrCat("another document of ", year, " has the number ", number),
        absl::StrCat(year, " 年的 ", number, " 号已被使用"),
        {{"year", absl::StrCat(year)},
         {"kind", std::string(kind)},
         {"number", absl::StrCat(number)}});
  }
  return absl::OkStatus();
}

absl::Status NumberAllocator::Void(int year,
                                   absl::string_view kind,
                                   uint32_t number,
                                   absl::string_view reason) {
  if (reason.empty()) {
    return runtime::InvalidArgument(
        "FIELD_REQUIRED", "reason", "a number is voided for a reason", "作废文号须说明理由");
  }
  const auto series = series_.find({year, std::string(kind)});
  if (series != series_.end()) {
    const auto found = series->second.find(number);
    if (found != series->second.end() && found->second.empty()) {
      found->second = std::string(reason);
      return absl::OkStatus();
    }
  }
  return runtime::FailedPrecondition(
      "DOCUMENT_NUMBER_UNKNOWN",
      "number",
      absl::StrCat("no standing document of ", year, " has the number ", number),
      absl::StrCat(year, " 年没有 ", number, " 号的有效文书"),
      {{"year", absl::StrCat(year)},
       {"kind", std::string(kind)},
       {"number", absl::StrCat(number)}});
}

absl::StatusOr<uint32_t> NumberAllocator::Next(int year, absl::string_view kind) const {
  const auto series = series_.find({year, std::string(kind)});
  if (series == series_.end() || series->second.empty()) return 1;
  const uint32_t last = series->second.rbegin()->first;
  if (last >= kDocumentNumberMax) {
    return runtime::FailedPrecondition("DOCUMENT_NUMBERS_USED_UP",
                                       "number",
                                       absl::StrCat("the numbers of ", year, " are used up"),
                                       absl::StrCat(year, " 年的文号已用完"),
                                       {{"year", absl::StrCat(year)}, {"kind", std::string(kind)}});
  }
  return last + 1;
}

std::vector<NumberGap> NumberAllocator::Gaps(int year, absl::string_view kind) const {
  std::vector<NumberGap> gaps;
  const auto series = series_.find({year, std::string(kind)});
  if (series == series_.end()) return gaps;
  uint32_t expected = 1;
  for (const auto& [number, reason] : series->second) {
    for (; expected < number; ++expected) gaps.push_back({.number = expected});
    expected = number + 1;
    if (!reason.empty()) gaps.push_back({.number = number, .reason = reason});
  }
  return gaps;
}

}  // namespace xince::documents
