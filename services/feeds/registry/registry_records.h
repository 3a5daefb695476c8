#ifndef SERVICES_FEEDS_REGISTRY_REGISTRY_RECORDS_H_
#define SERVICES_FEEDS_REGISTRY_REGISTRY_RECORDS_H_

#include <vector>

#include "services/feeds/record_type.h"

namespace xince::registry {

/// Record types of the register, what a type refers to before it.
std::vector<feeds::RecordType> RegistryRecordTypes();

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_REGISTRY_RECORDS_H_
