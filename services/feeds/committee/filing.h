#ifndef SERVICES_FEEDS_COMMITTEE_FILING_H_
#define SERVICES_FEEDS_COMMITTEE_FILING_H_

#include "services/feeds/committee/rules.h"
#include "services/feeds/record_type.h"

/// Committees as filed, and who sits on them.
namespace xince::committee {

/// xince.committee.v1.Committee. Errors besides those of its fields: INVALID_ARGUMENT `DIVISION_LEVEL`
/// (not a street or community), `TERM_DATES`, `DATE_ORDER`, `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`;
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`, `SUCCESSION` (the predecessor is the committee itself or of
/// another estate), `COMMITTEE_OVERLAP` (the estate has another body of the kind at the time, metadata
/// `collides_with`), `FILING_LATE`, `FILING_DOCUMENT_MISSING` (where the rules block); ALREADY_EXISTS
/// `DUPLICATE_KEY`.
feeds::RecordType CommitteeType(const Rules& rules);

/// xince.committee.v1.Member. Errors besides those of its fields: FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN`, `IDENTITY_CHANGED`, `MEMBER_OVERLAP`, `CHAIR_OVERLAP`, `REVIEW_MISMATCH` (the
/// joint review is another person's or did not let the person stand), those of CheckOffice;
/// INVALID_ARGUMENT `MEMBER_DATES`, `DATE_ORDER`, `FIELD_REQUIRED`.
feeds::RecordType MemberType(const Rules& rules);

/// xince.committee.v1.MemberConduct. Gives evidence only with a lawful basis. Errors besides those of its
/// fields: FAILED_PRECONDITION `REFERENCE_UNKNOWN`; INVALID_ARGUMENT `LAWFUL_BASIS_KIND` (the basis is no
/// law, administrative or local regulation).
feeds::RecordType MemberConductType();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_FILING_H_
