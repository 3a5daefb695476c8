#include "services/feeds/page_token.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::feeds {
namespace {

constexpr size_t kDigestDigits = 16;

std::string ArgumentsDigest(const RecordType& type, const ListQuery& query) {
  std::string text = absl::StrCat(type.collection, query.show_voided ? "+" : "-");
  for (const auto& [field, value] : query.filters) absl::StrAppend(&text, "\n", field, "=", value);
  return journal::Sha256Hex(text).substr(0, kDigestDigits);
}

}  // namespace

absl::StatusOr<PageStart> StartOfPage(const RecordType& type, const ListQuery& query) {
  if (query.page_size < 0) {
    return runtime::InvalidArgument(
        "PAGE_SIZE", "page_size", "a page size is not negative", "每页条数不得为负");
  }
  PageStart start;
  start.size = query.page_size == 0 ? kPageSizeDefault : std::min(query.page_size, kPageSizeMax);
  if (query.page_token.empty()) return start;
  std::string plain;
  if (!absl::WebSafeBase64Unescape(query.page_token, &plain) || plain.size() < kDigestDigits) {
    return runtime::InvalidArgument("PAGE_TOKEN",
                                    "page_token",
                                    "send next_page_token back as it was received",
                                    "请原样送回 next_page_token");
  }
  if (plain.substr(0, kDigestDigits) != ArgumentsDigest(type, query)) {
    return runtime::InvalidArgument("PAGE_TOKEN_ARGUMENTS",
                                    "page_token",
                                    "the page token belongs to a list with other arguments",
                                    "翻页凭证属于参数不同的列表");
  }
  start.after = plain.substr(kDigestDigits);
  return start;
}

std::string NextPageToken(const RecordType& type, const ListQuery& query, absl::string_view last) {
  return absl::WebSafeBase64Escape(absl::StrCat(ArgumentsDigest(type, query), last));
}

IndexedFilter ChooseIndexed(const RecordType& type, const ListQuery& query) {
  for (const auto* field : IndexedFields(type)) {
    for (const auto& [name, value] : query.filters) {
      if (name == field->name() && name != "division") return {.field = name, .value = value};
    }
  }
  return {};
}

bool Matches(const google::protobuf::Message& record, const ListQuery& query) {
  return std::all_of(query.filters.begin(), query.filters.end(), [&](const auto& filter) {
    const std::string value = StringField(record, filter.first);
    if (filter.first != "division") return value == filter.second;
    return type::DivisionContains(filter.second, value);
  });
}

}  // namespace xince::feeds
