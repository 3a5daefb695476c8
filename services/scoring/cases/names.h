#ifndef SERVICES_SCORING_CASES_NAMES_H_
#define SERVICES_SCORING_CASES_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

#include "services/type/civil_date.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

/// Who is who, and what a text says, whatever way it is typed.
namespace xince::cases {

/// The form in which names of persons and offices are told apart: letters, digits and marks alone, in
/// compatibility form (full-width letters, ideographs of compatibility, radicals that look like one), all
/// in small letters. Two spellings of one name have the same; a text that names nobody has none.
std::string NameKey(absl::string_view name);

/// Whether two texts are spellings of one name.
bool SameName(absl::string_view a, absl::string_view b);

/// Whether a text says anything: it holds a letter, a digit or an ideograph.
bool Says(absl::string_view text);

/// Whether a text names an identity number of a person: 18 digits (GB 11643) by themselves, half-width or
/// full-width, also in groups with a space, hyphen or dot between them. `own` is a number it may name: the
/// subject's code, which can look like one.
bool NamesAnIdentity(absl::string_view text, absl::string_view own, type::Date today);

/// Path of the first text of a message, at any depth, that names an identity number; empty when none does.
std::string IdentityIn(const google::protobuf::Message& message,
                       absl::string_view own,
                       type::Date today);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_NAMES_H_
