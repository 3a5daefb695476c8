#ifndef SERVICES_DOCUMENTS_WORDS_H_
#define SERVICES_DOCUMENTS_WORDS_H_

#include <map>
#include <string>

#include "services/documents/fields.h"
#include "services/documents/template.h"

/// What the documents of a register are made with, besides what the register knows.
namespace xince::documents {

/// Templates, and the words of the configuration (xince.config.v1.Documents). Asked for by what
/// decides, never by what applies.
struct DocumentWords {
  TemplateSet templates;
  /// As in Draft.
  std::string verification_base;
  /// The register as documents name it.
  std::string register_name;
  /// Organ of what no office's step made; its mark is that of every office that is not listed.
  OrganNames organ;
  /// By the form in which names of offices are told apart (cases::NameKey).
  std::map<std::string, OrganNames> offices;

  /// The organ of an office, which `key` tells apart: as listed, else its own name with the mark of
  /// `organ`.
  [[nodiscard]] OrganNames OrganOf(const std::string& office, const std::string& key) const {
    const auto found = offices.find(key);
    return found == offices.end() ? OrganNames{.name = office, .mark = organ.mark} : found->second;
  }
};

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_WORDS_H_
