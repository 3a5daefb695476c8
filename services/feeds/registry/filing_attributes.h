#ifndef SERVICES_FEEDS_REGISTRY_FILING_ATTRIBUTES_H_
#define SERVICES_FEEDS_REGISTRY_FILING_ATTRIBUTES_H_

#include <string>

#include "xince/evidence/v1/evidence.pb.h"

/// What a filing says besides, as rules ask for it by name (docs/policy-language.md).
namespace xince::registry {

/// `estate-kind`: a project's estate, as a word such as `self-managed`.
inline constexpr char kEstateKind[] = "estate-kind";
/// `five-haves`: how many of the five 五有 the estate had, where they were assessed.
inline constexpr char kFiveHaves[] = "five-haves";
/// `basic-information-published`: the first day on which the basic information was public.
inline constexpr char kBasicInformationPublished[] = "basic-information-published";

/// Adds `basic-information-published`, unless the date is empty.
inline void TellPublication(const std::string& date, evidence::v1::Filing& filing) {
  if (date.empty()) return;
  evidence::v1::FilingAttribute& attribute = *filing.add_attributes();
  attribute.set_name(kBasicInformationPublished);
  attribute.set_date(date);
}

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_FILING_ATTRIBUTES_H_
