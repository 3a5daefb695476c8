#include "services/feeds/registry/registry_records.h"

#include "services/feeds/registry/firm.h"
#include "services/feeds/registry/manager.h"
#include "services/feeds/registry/project.h"

namespace xince::registry {

std::vector<feeds::RecordType> RegistryRecordTypes() {
  return {FirmType(),
          FilingBreachType(),
          OrganizationType(),
          ManagerType(),
          EmploymentType(),
          ManagerTrainingType(),
          QualificationType(),
          EstateType(),
          ProjectType(),
          EngagementType(),
          ChargeType()};
}

}  // namespace xince::registry
