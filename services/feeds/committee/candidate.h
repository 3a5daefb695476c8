#ifndef SERVICES_FEEDS_COMMITTEE_CANDIDATE_H_
#define SERVICES_FEEDS_COMMITTEE_CANDIDATE_H_

#include "services/feeds/committee/rules.h"
#include "services/feeds/record_type.h"

/// Who may stand for a committee: the county's negative list and the joint review of a candidate. They
/// are about persons and give no evidence.
namespace xince::committee {

/// xince.committee.v1.NegativeList. Errors besides those of its fields: INVALID_ARGUMENT `LIST_DATES`,
/// `ITEM_REPEATED`, `ITEM_BASIS_KIND` (an item that blocks rests on something else than a law, an
/// administrative or a local regulation), `ARREARS_NEVER_BLOCK`; FAILED_PRECONDITION
/// `NEGATIVE_LIST_OVERLAP` (metadata `collides_with`), `NEGATIVE_LIST_IN_USE` (items changed that a
/// review refers to); ALREADY_EXISTS `DUPLICATE_KEY`.
feeds::RecordType NegativeListType();

/// xince.committee.v1.JointReview. Errors besides those of its fields: INVALID_ARGUMENT
/// `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`, `DATE_ORDER`, `OPINION_REPEATED` (a body gave two);
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`, `IDENTITY_CHANGED`, `REVIEW_LIST` (of another district or
/// time), `REVIEW_OPINIONS_MISSING` (a result of fewer bodies than the rules ask, never below
/// kOpinionsMin), `REVIEW_ITEM_UNKNOWN` (the list has no such item), `REVIEW_RESULT` (another result
/// than follows from the items named; metadata `follows`).
feeds::RecordType JointReviewType(const Rules& rules);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_CANDIDATE_H_
