#include "services/type/resource_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/type/uscc.h"

namespace xince::type {
namespace {

constexpr absl::string_view kFirms = "firms";
constexpr std::array<std::pair<SubjectKind, absl::string_view>, 5> kCollections = {{
    {SubjectKind::kFirm, kFirms},
    {SubjectKind::kManager, "managers"},
    {SubjectKind::kProject, "projects"},
    {SubjectKind::kCommittee, "committees"},
    {SubjectKind::kOrganization, "organizations"},
}};

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > kIdLengthMax || id.front() == '-' || id.back() == '-') return false;
  for (const char c : id) {
    if (!absl::ascii_isdigit(c) && !absl::ascii_islower(c) && c != '-') return false;
  }
  return true;
}

bool IsCollection(absl::string_view name) {
  return !name.empty() && name.size() <= kIdLengthMax && absl::ascii_islower(name[0]) &&
         std::all_of(name.begin(), name.end(), absl::ascii_isalnum);
}

/// Collection and identifier; an identifier without a slash has no collection.
std::pair<absl::string_view, absl::string_view> Split(absl::string_view name) {
  const size_t slash = name.find('/');
  if (slash == absl::string_view::npos) return {"", name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

absl::Status NotASubject(absl::string_view field) {
  return runtime::InvalidArgument(
      "SUBJECT_SYNTAX",
      field,
      "a subject is named firms/{credit code}, managers/{id}, projects/{id}, committees/{id} or "
      "organizations/{id}",
      "信用主体应写作 firms/{统一社会信用代码}、managers/{编号}、projects/{编号}、"
      "committees/{编号} 或 organizations/{编号}");
}

absl::Status NotOfCollection(absl::string_view collection, absl::string_view field) {
  const absl::string_view shown = collection.empty() ? "{collection}" : collection;
  const absl::string_view id = collection == kFirms ? "{uscc}" : "{id}";
  return runtime::InvalidArgument("RESOURCE_SYNTAX",
                                  field,
                                  absl::StrCat("the name is written ", shown, "/", id),
                                  absl::StrCat("资源名称应写作 ", shown, "/", id),
                                  {{"collection", std::string(collection)}});
}

}  // namespace

absl::string_view CollectionOf(SubjectKind kind) {
  for (const auto& [known, collection] : kCollections) {
    if (known == kind) return collection;
  }
  return "";
}

std::optional<SubjectKind> KindOfCollection(absl::string_view collection) {
  for (const auto& [kind, known] : kCollections) {
    if (known == collection) return kind;
  }
  return std::nullopt;
}

absl::StatusOr<Subject> ParseSubject(absl::string_view name, absl::string_view field) {
  const auto [collection, id] = Split(name);
  const std::optional<SubjectKind> kind = KindOfCollection(collection);
  if (!kind.has_value()) return NotASubject(field);
  if (*kind == SubjectKind::kFirm) {
    XINCE_RETURN_IF_ERROR(CheckUsccTolerantly(id, field));
  } else if (!IsId(id)) {
    return NotASubject(field);
  }
  return Subject{.kind = *kind, .id = std::string(id)};
}

std::string FormatSubject(const Subject& subject) {
  return FormatResource(CollectionOf(subject.kind), subject.id);
}

absl::Status CheckId(absl::string_view id, absl::string_view field) {
  if (IsId(id)) return absl::OkStatus();
  return runtime::InvalidArgument(
      "ID_SYNTAX",
      field,
      "an identifier is 1 to 63 lower-case letters, digits and hyphens, "
      "without a hyphen at either end",
      "编号由 1 至 63 个小写字母、数字和连字符组成,首尾不能是连字符");
}

absl::StatusOr<std::string> ParseResource(absl::string_view name,
                                          absl::string_view collection,
                                          absl::string_view field) {
  const auto [found, id] = Split(name);
  const bool right = collection.empty() ? IsCollection(found) : found == collection;
  if (!right) return NotOfCollection(collection, field);
  if (found == kFirms) {
    XINCE_RETURN_IF_ERROR(CheckUsccTolerantly(id, field));
  } else if (!IsId(id)) {
    return NotOfCollection(collection, field);
  }
  return std::string(id);
}

std::string FormatResource(absl::string_view collection, absl::string_view id) {
  return absl::StrCat(collection, "/", id);
}

}  // namespace xince::type
