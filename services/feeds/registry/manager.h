#ifndef SERVICES_FEEDS_REGISTRY_MANAGER_H_
#define SERVICES_FEEDS_REGISTRY_MANAGER_H_

#include "services/feeds/record_type.h"

/// Project managers: one file for one person, whoever the employer is.
namespace xince::registry {

/// xince.registry.v1.Manager. Errors besides those of its fields: INVALID_ARGUMENT `FIELD_REQUIRED`
/// (`identity_number`, when the record is new), `DATE_ORDER`; FAILED_PRECONDITION `IDENTITY_CHANGED`;
/// ALREADY_EXISTS `DUPLICATE_KEY` (the person is filed, metadata `collides_with`).
feeds::RecordType ManagerType();

/// xince.registry.v1.Employment. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `EMPLOYMENT_OVERLAP`; INVALID_ARGUMENT `EMPLOYMENT_DATES`.
feeds::RecordType EmploymentType();

/// xince.registry.v1.ManagerTraining. Error besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`.
feeds::RecordType ManagerTrainingType();

/// xince.registry.v1.Qualification. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`; INVALID_ARGUMENT `QUALIFICATION_DATES`, `DATE_ORDER`, `FIELD_NOT_APPLICABLE`;
/// ALREADY_EXISTS `DUPLICATE_KEY` (the issuer's number is filed).
feeds::RecordType QualificationType();

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_MANAGER_H_
