#ifndef SERVICES_FEEDS_COMMITTEE_FILING_H_
#define SERVICES_FEEDS_COMMITTEE_FILING_H_

#include "services/feeds/record_type.h"

/// Committees as filed, and who sits on them.
namespace xince::committee {

/// xince.committee.v1.Committee. Errors besides those of its fields: INVALID_ARGUMENT `DIVISION_LEVEL`
/// (not a street or community), `TERM_DATES`, `DATE_ORDER`, `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`;
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`, `SUCCESSION` (the predecessor is the committee itself or of
/// another estate), `COMMITTEE_OVERLAP` (the estate has another body of the kind at the time, metadata
/// `collides_with`); ALREADY_EXISTS `DUPLICATE_KEY`.
feeds::RecordType CommitteeType();

/// xince.committee.v1.Member. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `IDENTITY_CHANGED`, `MEMBER_OVERLAP`, `CHAIR_OVERLAP`, `REVIEW_MISMATCH` (the
/// joint review is another person's or did not let the person stand); INVALID_ARGUMENT `MEMBER_DATES`,
/// `DATE_ORDER`, `FIELD_REQUIRED`.
feeds::RecordType MemberType();

/// xince.committee.v1.MemberConduct. Error besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`.
feeds::RecordType MemberConductType();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_FILING_H_
