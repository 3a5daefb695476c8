#ifndef SERVICES_FEEDS_COMMITTEE_REVIEW_H_
#define SERVICES_FEEDS_COMMITTEE_REVIEW_H_

#include "services/feeds/record_type.h"

/// What others say about a committee: audits and evaluations.
namespace xince::committee {

/// xince.committee.v1.Audit. Errors besides those of its fields: INVALID_ARGUMENT `AUDIT_DATES`,
/// `DATE_ORDER`, `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`; FAILED_PRECONDITION `REFERENCE_UNKNOWN`.
feeds::RecordType AuditType();

/// xince.committee.v1.CommitteeEvaluation. Errors besides those of its fields: INVALID_ARGUMENT
/// `MEASURE_REPEATED`; FAILED_PRECONDITION `REFERENCE_UNKNOWN`; ALREADY_EXISTS `DUPLICATE_KEY` (the
/// evaluator has evaluated the period).
feeds::RecordType CommitteeEvaluationType();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_REVIEW_H_
