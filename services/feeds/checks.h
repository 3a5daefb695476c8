#ifndef SERVICES_FEEDS_CHECKS_H_
#define SERVICES_FEEDS_CHECKS_H_

#include <initializer_list>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/feeds/record_type.h"

/// Checks that the records of several feeds share. Dates are texts `YYYY-MM-DD` that CheckFields has
/// passed, so that they compare as texts.
namespace xince::feeds {

/// OK when the record named exists and was not voided, or the name is empty. Else FAILED_PRECONDITION
/// `REFERENCE_UNKNOWN` about `field`, metadata `name`.
absl::Status RequireRecord(const CheckContext& context,
                           absl::string_view field,
                           const std::string& name);

/// INVALID_ARGUMENT `FIELD_REQUIRED` about `field`, because of `because`, another field.
absl::Status RequiredWith(absl::string_view field, absl::string_view because);

/// INVALID_ARGUMENT `FIELD_NOT_APPLICABLE` about `field`: it may only be set together with, or for, what
/// `needs` says, a field with or without a value.
absl::Status NotApplicable(absl::string_view field, absl::string_view needs);

/// OK when one of the dates is empty or `later` is not before `earlier`. Else INVALID_ARGUMENT
/// `DATE_ORDER` about `later_field`, metadata `earlier_field` and `earlier`.
absl::Status CheckNotBefore(absl::string_view later_field,
                            absl::string_view later,
                            absl::string_view earlier_field,
                            absl::string_view earlier);

/// Days from the first to the second day, of a half-open period that may go on for ever.
struct Period {
  absl::string_view start;
  /// First day after it; empty while it goes on.
  absl::string_view end;
};

/// OK when the period has a day at least. Else INVALID_ARGUMENT `reason` about `end_field`, metadata
/// `start` and `end`.
absl::Status CheckPeriod(const Period& period,
                         absl::string_view reason,
                         absl::string_view end_field);

/// Whether the periods have a day in common.
bool Overlap(const Period& a, const Period& b);

/// Where a record may be referred to: a string field that is indexed.
struct Reference {
  const char* collection;
  const char* field;
};

/// FAILED_PRECONDITION `reason` about `field`, because of the record `other` and its period: metadata
/// `collides_with`, `start`, `end`.
absl::Status Collides(absl::string_view reason,
                      absl::string_view field,
                      absl::string_view other,
                      const Period& period);

/// OK when the period from `start_date` to `end_date` of the record overlaps that of no other record
/// that counts, is in `among.collection`, has the same value in `among.field` and `concerns` this one.
/// Else the status of Collides, about `start_date`.
absl::Status RefuseOverlap(
    const google::protobuf::Message& record,
    const CheckContext& context,
    const Reference& among,
    absl::string_view reason,
    absl::FunctionRef<bool(const google::protobuf::Message& other)> concerns);

/// OK when no record that counts refers to this one in any of the places given. Else
/// FAILED_PRECONDITION `RECORD_REFERENCED` about `name`, metadata `referenced_by` (one of them).
absl::Status RefuseWhileReferenced(const google::protobuf::Message& record,
                                   const CheckContext& context,
                                   std::initializer_list<Reference> places);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_CHECKS_H_
