#include "services/feeds/page_token.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/runtime/page_token.h"

namespace xince::feeds {
namespace {

std::string ArgumentsOf(const RecordType& type, const ListQuery& query) {
  std::string text = absl::StrCat(type.collection, query.show_voided ? "+" : "-");
  for (const auto& [field, value] : query.filters) absl::StrAppend(&text, "\n", field, "=", value);
  return text;
}

}  // namespace

absl::StatusOr<PageStart> StartOfPage(const RecordType& type, const ListQuery& query) {
  PageStart start;
  XINCE_ASSIGN_OR_RETURN(
      start.after,
      runtime::ReadPageToken(query.page_size, query.page_token, ArgumentsOf(type, query)));
  start.size = query.page_size == 0 ? kPageSizeDefault : std::min(query.page_size, kPageSizeMax);
  return start;
}

std::string NextPageToken(const RecordType& type, const ListQuery& query, absl::string_view last) {
  return runtime::NextPageToken(ArgumentsOf(type, query), last);
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
