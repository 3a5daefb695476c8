#ifndef SERVICES_FEEDS_COMMITTEE_CORRECTION_H_
#define SERVICES_FEEDS_COMMITTEE_CORRECTION_H_

#include "services/feeds/record_type.h"

/// What a committee decides, what is wrong with it, and what it is ordered to put right.
namespace xince::committee {

/// xince.committee.v1.PriorReview. Errors besides those of its fields: INVALID_ARGUMENT `DATE_ORDER`;
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`.
feeds::RecordType PriorReviewType();

/// xince.committee.v1.DecisionDefect. Errors besides those of its fields: INVALID_ARGUMENT
/// `DATE_ORDER`; FAILED_PRECONDITION `REFERENCE_UNKNOWN`.
feeds::RecordType DecisionDefectType();

/// xince.committee.v1.CorrectionOrder. Errors besides those of its fields: INVALID_ARGUMENT
/// `DATE_ORDER`, `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`; FAILED_PRECONDITION `REFERENCE_UNKNOWN`.
feeds::RecordType CorrectionOrderType();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_CORRECTION_H_
