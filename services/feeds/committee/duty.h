#ifndef SERVICES_FEEDS_COMMITTEE_DUTY_H_
#define SERVICES_FEEDS_COMMITTEE_DUTY_H_

#include "services/feeds/record_type.h"

/// What a committee does as it should: trainings, disclosures, duty reports.
namespace xince::committee {

/// xince.committee.v1.Training. Errors besides those of its fields: INVALID_ARGUMENT `FIELD_REQUIRED`,
/// `FIELD_NOT_APPLICABLE`, `TRAINING_DATE` (before the term but not before the member's first day, or
/// during it but outside the membership); FAILED_PRECONDITION `REFERENCE_UNKNOWN`, `MEMBER_MISMATCH`
/// (a member of another committee).
feeds::RecordType TrainingType();

/// xince.committee.v1.Disclosure. Errors besides those of its fields: INVALID_ARGUMENT
/// `CHANNEL_MISSING` (made public nowhere), `FIELD_REQUIRED`, `FIELD_NOT_APPLICABLE`, `DATE_ORDER`;
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`; ALREADY_EXISTS `DUPLICATE_KEY` (the category has a record
/// for the period).
feeds::RecordType DisclosureType();

/// xince.committee.v1.DutyReport. Errors besides those of its fields: INVALID_ARGUMENT `DATE_ORDER`;
/// FAILED_PRECONDITION `REFERENCE_UNKNOWN`, `MEMBER_MISMATCH`; ALREADY_EXISTS `DUPLICATE_KEY` (the year
/// has one).
feeds::RecordType DutyReportType();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_DUTY_H_
