#ifndef SERVICES_FEEDS_COMMITTEE_CANDIDATE_H_
#define SERVICES_FEEDS_COMMITTEE_CANDIDATE_H_

#include "services/feeds/record_type.h"

/// Who may stand for a committee: the county's negative list and the joint review of a candidate. They
/// are about persons and give no evidence.
namespace xince::committee {

/// xince.committee.v1.NegativeList. Errors besides those of its fields: INVALID_ARGUMENT `LIST_DATES`,
/// `BASIS_MISSING` (not one basis for each item); FAILED_PRECONDITION `NEGATIVE_LIST_OVERLAP` (metadata
/// `collides_with`); ALREADY_EXISTS `DUPLICATE_KEY`.
feeds::RecordType NegativeListType();

/// xince.committee.v1.JointReview. Errors besides those of its fields: INVALID_ARGUMENT
/// `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`, `DATE_ORDER`, `OPINION_REPEATED` (a body gave two);
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`, `IDENTITY_CHANGED`, `REVIEW_OPINIONS_MISSING` (a result
/// without an opinion), `REVIEW_ITEM_UNKNOWN` (the list has no such item).
feeds::RecordType JointReviewType();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_CANDIDATE_H_
