#ifndef SERVICES_DOCUMENTS_TEMPLATE_H_
#define SERVICES_DOCUMENTS_TEMPLATE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/document.pb.h"

/// Templates of official documents: read from policy data, checked, found by id.
namespace xince::documents {

/// Largest file of a template in bytes.
inline constexpr size_t kTemplateBytesMax = 256 * 1024;
/// Most paragraphs of a template.
inline constexpr int kTemplateParagraphsMax = 200;
/// Most copies of a document.
inline constexpr int kCopiesMax = 9;

/// A template that is well formed. Immutable; copies share the contents.
class Template {
 public:
  /// Reads a template from textproto. `file` is only named in messages. Errors, all INVALID_ARGUMENT
  /// with the metadata `file`: DOCUMENT_TEMPLATE_SYNTAX (also `line`, `column`), and
  /// DOCUMENT_TEMPLATE_INVALID (also `why`) for the first of: more than a limit above, an id that is
  /// none, a missing name, title, number format or signature, braces that do not pair, a slot or a
  /// condition that names no field of this kind of document (FieldsOf), a list where a text stands or
  /// the reverse, a source of no document.
  static absl::StatusOr<Template> Load(absl::string_view bytes, absl::string_view file);

  [[nodiscard]] const policy::v1::DocumentTemplate& proto() const { return *proto_; }
  /// SHA-256 of the file, in lower-case hexadecimal.
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  Template() = default;
  std::shared_ptr<const policy::v1::DocumentTemplate> proto_;
  std::string digest_;
};

/// Templates by id.
class TemplateSet {
 public:
  /// Later ones stand for earlier ones of the same id: first the nation's, then a city's own.
  static TemplateSet Make(std::vector<Template> templates);
  /// Null when there is none.
  [[nodiscard]] const Template* Find(absl::string_view id) const;
  /// NOT_FOUND DOCUMENT_TEMPLATE_UNKNOWN (metadata `template`) when there is none.
  [[nodiscard]] absl::StatusOr<const Template*> Get(absl::string_view id) const;
  [[nodiscard]] const std::map<std::string, Template, std::less<>>& all() const {
    return templates_;
  }

 private:
  std::map<std::string, Template, std::less<>> templates_;
};

/// The templates of a directory, `*.textproto` in the order of their names; none when there is no such
/// directory. Errors: those of Template::Load, and INVALID_ARGUMENT DOCUMENT_TEMPLATE_SYNTAX for a
/// file that cannot be read.
absl::StatusOr<std::vector<Template>> LoadTemplates(const std::string& directory);

/// A part of a text with slots.
struct TextPart {
  bool slot = false;
  /// The text, or the name of the slot.
  std::string text;
};

/// The parts of a text. INVALID_ARGUMENT DOCUMENT_TEMPLATE_INVALID (metadata `why`) when braces do not
/// pair, or a slot is not `[a-z][a-z_]*`.
absl::StatusOr<std::vector<TextPart>> PartsOf(absl::string_view text);

/// Names of all slots and conditions of a template, each once, without `item` and `index`.
std::vector<std::string> NamesUsed(const policy::v1::DocumentTemplate& proto);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_TEMPLATE_H_
