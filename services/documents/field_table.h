#ifndef SERVICES_DOCUMENTS_FIELD_TABLE_H_
#define SERVICES_DOCUMENTS_FIELD_TABLE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

/// The fields there are, and which kind of document has which.
namespace xince::documents {

/// A field of a document: a text, or a list of texts.
struct FieldValue {
  std::string text;
  std::vector<std::string> items;

  [[nodiscard]] bool given() const { return !text.empty() || !items.empty(); }
};

/// Fields by name. One that is empty is not given.
using Fields = std::map<std::string, FieldValue, std::less<>>;

/// A row of the table.
struct FieldRow {
  const char* name;
  /// Name in Chinese.
  const char* zh;
  /// A list of texts.
  bool list;
  /// Ids of the templates that have it, each between blanks; `*` for all.
  const char* templates;
};

/// All fields, by name.
const std::vector<FieldRow>& FieldTable();

/// The field of a kind of document; null when it has none of that name. A template whose id is not in
/// the table (a city's own kind of document) has every field.
const FieldRow* FindField(absl::string_view template_id, absl::string_view name);

/// The fields of a kind of document, by name.
std::vector<const FieldRow*> FieldsOf(absl::string_view template_id);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_FIELD_TABLE_H_
