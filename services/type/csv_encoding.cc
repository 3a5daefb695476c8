#include "services/type/csv_encoding.h"

#include <errno.h>
#include <iconv.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/type/text.h"

namespace xince::type {
namespace {

constexpr absl::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr absl::string_view kUtf16Marks[] = {"\xFF\xFE", "\xFE\xFF"};
constexpr size_t kChunkBytes = 64 * 1024;

/// Text, or how many bytes could be decoded before the first that could not.
struct Decoded {
  std::optional<std::string> text;
  size_t good_bytes = 0;
};

Decoded AsUtf8(absl::string_view bytes) {
  if (CountCodePoints(bytes).has_value()) return {std::string(bytes), bytes.size()};
  // Only for the message: the longest front that is UTF-8, line by line.
  size_t good = 0;
  while (good < bytes.size()) {
    const size_t end = std::min(bytes.find('\n', good), bytes.size() - 1) + 1;
    if (!CountCodePoints(bytes.substr(good, end - good)).has_value()) break;
    good = end;
  }
  return {std::nullopt, good};
}

Decoded AsGb18030(absl::string_view bytes) {
  const iconv_t converter = iconv_open("UTF-8", "GB18030");
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};
  std::string text;
  std::string chunk(kChunkBytes, '\0');
  char* in = const_cast<char*>(bytes.data());
  size_t in_left = bytes.size();
  bool sound = true;
  while (sound && in_left > 0) {
    char* out = chunk.data();
    size_t out_left = chunk.size();
    const size_t result = iconv(converter, &in, &in_left, &out, &out_left);
    text.append(chunk.data(), chunk.size() - out_left);
    sound = result != static_cast<size_t>(-1) || errno == E2BIG;
  }
  iconv_close(converter);
  if (!sound) return {std::nullopt, bytes.size() - in_left};
  return {std::move(text), bytes.size()};
}

size_t LineAt(absl::string_view bytes, size_t offset) {
  return static_cast<size_t>(
             std::count(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(offset), '\n')) +
         1;
}

absl::Status Undecodable(size_t line, absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("CSV_ENCODING",
                                  "",
                                  absl::StrCat("line ", line, " ", en),
                                  absl::StrCat("第 ", line, " 行", zh),
                                  {{"line", absl::StrCat(line)}});
}

absl::StatusOr<CsvText> Finish(absl::string_view bytes, CsvEncoding encoding, Decoded decoded) {
  if (!decoded.text.has_value()) {
    return Undecodable(LineAt(bytes, decoded.good_bytes),
                       "is neither UTF-8 nor GB18030, save the file as CSV UTF-8",
                       "既不是 UTF-8 也不是 GB18030 编码,请另存为 CSV UTF-8 格式");
  }
  if (const size_t nul = decoded.text->find('\0'); nul != std::string::npos) {
    return Undecodable(LineAt(*decoded.text, nul),
                       "has NUL bytes, the file is not text or is UTF-16, save it as CSV UTF-8",
                       "含有空字节,文件不是文本或为 UTF-16 编码,请另存为 CSV UTF-8 格式");
  }
  return CsvText{encoding, *std::move(decoded.text)};
}

}  // namespace

absl::StatusOr<CsvText> DecodeCsv(absl::string_view bytes, std::optional<CsvEncoding> encoding) {
  for (const absl::string_view mark : kUtf16Marks) {
    if (absl::StartsWith(bytes, mark)) {
      return Undecodable(1,
                         "begins like UTF-16, save the file as CSV UTF-8",
                         "显示文件为 UTF-16 编码,请另存为 CSV UTF-8 格式");
    }
  }
  const bool marked = absl::StartsWith(bytes, kUtf8Mark);
  if (encoding == CsvEncoding::kGb18030) return Finish(bytes, *encoding, AsGb18030(bytes));
  if (marked) bytes.remove_prefix(kUtf8Mark.size());
  const CsvEncoding utf8_kind = marked ? CsvEncoding::kUtf8Bom : CsvEncoding::kUtf8;
  Decoded utf8 = AsUtf8(bytes);
  if (utf8.text.has_value() || marked || encoding.has_value()) {
    return Finish(bytes, utf8_kind, std::move(utf8));
  }
  Decoded gb = AsGb18030(bytes);
  // The encoding that got further is the likelier one, and its line the one to look at.
  if (!gb.text.has_value()) gb.good_bytes = std::max(gb.good_bytes, utf8.good_bytes);
  return Finish(bytes, CsvEncoding::kGb18030, std::move(gb));
}

}  // namespace xince::type
