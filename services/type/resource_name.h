#ifndef SERVICES_TYPE_RESOURCE_NAME_H_
#define SERVICES_TYPE_RESOURCE_NAME_H_

#include <compare>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// Resource names: `{collection}/{id}`, the collection in lower camel case. A subject, who has a
/// credit file, is referred to by its name.
namespace xince::type {

/// Longest identifier.
inline constexpr size_t kIdLengthMax = 63;

/// Who can have a credit file. The numbers are stored; none is ever reused.
enum class SubjectKind {
  /// `firms/{uscc}`, a property service firm.
  kFirm = 1,
  /// `managers/{id}`, a project manager.
  kManager = 2,
  /// `projects/{id}`, one firm serving one estate under one contract.
  kProject = 3,
  /// `committees/{id}`, an owners' committee of any kind.
  kCommittee = 4,
  /// `organizations/{id}`, a service organisation without a filing as a firm.
  kOrganization = 5,
};

/// A subject's name taken apart.
struct Subject {
  SubjectKind kind = SubjectKind::kFirm;
  /// The credit code of a firm, the identifier of any other.
  std::string id;

  friend auto operator<=>(const Subject&, const Subject&) = default;
};

/// The collection of a kind, such as `firms`.
absl::string_view CollectionOf(SubjectKind kind);

/// The kind of a collection, nothing when its members have no credit file.
std::optional<SubjectKind> KindOfCollection(absl::string_view collection);

/// Parses a subject's name. Errors, INVALID_ARGUMENT about `field`: SUBJECT_SYNTAX; for a firm the
/// USCC_ reason of a code that is wrong beyond what an operator may accept (see IsTolerable).
absl::StatusOr<Subject> ParseSubject(absl::string_view name, absl::string_view field = "subject");

/// The name of a subject, `firms/91350100M000100Y43`.
std::string FormatSubject(const Subject& subject);

/// OK for 1 to 63 of `[a-z0-9-]`, first and last not `-`; else INVALID_ARGUMENT ID_SYNTAX.
absl::Status CheckId(absl::string_view id, absl::string_view field = "id");

/// The identifier in `name`, which must be `{collection}/{id}` of the collection given; any collection
/// when `collection` is empty. Identifiers of `firms` are credit codes. Errors: INVALID_ARGUMENT
/// RESOURCE_SYNTAX (metadata `collection`), or the USCC_ reason of a firm's code.
absl::StatusOr<std::string> ParseResource(absl::string_view name,
                                          absl::string_view collection,
                                          absl::string_view field = "name");

/// `{collection}/{id}`.
std::string FormatResource(absl::string_view collection, absl::string_view id);

}  // namespace xince::type

#endif  // SERVICES_TYPE_RESOURCE_NAME_H_
