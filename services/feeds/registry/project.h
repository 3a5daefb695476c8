#ifndef SERVICES_FEEDS_REGISTRY_PROJECT_H_
#define SERVICES_FEEDS_REGISTRY_PROJECT_H_

#include "services/feeds/record_type.h"

/// What is served, and by whom from when to when.
namespace xince::registry {

/// xince.registry.v1.Estate. Errors besides those of its fields: INVALID_ARGUMENT `DIVISION_LEVEL` (not
/// a street or community), `FIELD_REQUIRED`; ALREADY_EXISTS `DUPLICATE_KEY` (the division has an estate
/// of that name, or the district that ledger number).
feeds::RecordType EstateType();

/// xince.registry.v1.Project. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `DIVISION_MISMATCH` (the estate lies elsewhere); INVALID_ARGUMENT
/// `PROJECT_DATES`, `FIELD_REQUIRED`; ALREADY_EXISTS `DUPLICATE_KEY` (the estate has that contract).
feeds::RecordType ProjectType();

/// xince.registry.v1.Engagement. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `ENGAGEMENT_OVERLAP` (metadata `collides_with`); INVALID_ARGUMENT
/// `ENGAGEMENT_DATES`, `FIELD_REQUIRED`.
feeds::RecordType EngagementType();

/// xince.registry.v1.Charge. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `CHARGE_OVERLAP` (metadata `collides_with`); INVALID_ARGUMENT `CHARGE_DATES`.
feeds::RecordType ChargeType();

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_PROJECT_H_
