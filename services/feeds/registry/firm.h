#ifndef SERVICES_FEEDS_REGISTRY_FIRM_H_
#define SERVICES_FEEDS_REGISTRY_FIRM_H_

#include "services/feeds/record_type.h"

/// Who provides property services: firms with their branches and filing commitments, breaches of such
/// commitments, and service organisations that are no firms.
namespace xince::registry {

/// xince.registry.v1.Firm. Errors besides those of its fields: INVALID_ARGUMENT `RECORD_NAME` (the name
/// is not the code's), `FIELD_NOT_APPLICABLE`, `DATE_ORDER`, `BRANCH_DATES`; FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `PARENT_IS_BRANCH` (the parent is a branch or the firm itself),
/// `FIRM_HAS_BRANCHES`; ALREADY_EXISTS `DUPLICATE_KEY` (an organisation has the code).
feeds::RecordType FirmType();

/// xince.registry.v1.FilingBreach. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `COMMITMENT_MISSING` (the firm has no commitment on file, or signed it after the
/// breach); INVALID_ARGUMENT `DATE_ORDER`.
feeds::RecordType FilingBreachType();

/// xince.registry.v1.Organization. Errors besides those of its fields: INVALID_ARGUMENT `DATE_ORDER`;
/// ALREADY_EXISTS `DUPLICATE_KEY`.
feeds::RecordType OrganizationType();

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_FIRM_H_
