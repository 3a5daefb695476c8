#ifndef SERVICES_FEEDS_RECORD_CHECKS_H_
#define SERVICES_FEEDS_RECORD_CHECKS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "services/feeds/record_type.h"

/// Checks of checks.h on fields named as in the proto, checks of counts, and what evidence is made
/// with.
namespace xince::feeds {

/// CheckNotBefore for two fields of a record: INVALID_ARGUMENT `DATE_ORDER` about `later`.
absl::Status CheckDateOrder(const google::protobuf::Message& record,
                            const std::string& earlier,
                            const std::string& later);

/// The half-open period `start_date` to `end_date` of a record: it has at least one day
/// (`DATE_ORDER`). When both are empty it is OK.
absl::Status CheckPeriod(const google::protobuf::Message& record);

/// The same, and the period is over today: `end_date` is at most tomorrow, else INVALID_ARGUMENT
/// `PERIOD_NOT_OVER`.
absl::Status CheckPastPeriod(const google::protobuf::Message& record, type::Date today);

/// OK when the number in `part` is at most the one in `whole`; else INVALID_ARGUMENT
/// `COUNT_EXCEEDS_TOTAL` about `part`. Both are int64 fields.
absl::Status CheckPart(const google::protobuf::Message& record,
                       const std::string& part,
                       const std::string& whole);

/// RequireRecord for a field of a record: FAILED_PRECONDITION `REFERENCE_UNKNOWN` about `field`.
absl::Status CheckReference(const google::protobuf::Message& record,
                            const std::string& field,
                            const CheckContext& context);

/// Label of a field in Chinese; its name when it has none.
std::string LabelOf(const google::protobuf::Message& record, const std::string& field);

/// `part` of `whole` in hundredths of a percent, rounded half up: 131 of 140 is 9357. `whole` is
/// positive, `part` is 0 to `whole`, both at most 10^14.
int64_t PercentHundredths(int64_t part, int64_t whole);

/// Name of an enum value in kebab case, as tags are written: MYSTERY_VISIT is `mystery-visit`.
std::string TagOf(const google::protobuf::EnumDescriptor& type, int number);

/// The day before a date of the form `YYYY-MM-DD`, and the day after it.
std::string DayBefore(const std::string& date);
std::string DayAfter(const std::string& date);

/// Adds a named number to a piece of evidence.
void AddMeasure(evidence::v1::Evidence& piece, absl::string_view name, int64_t value_hundredths);

/// The same for a count or a truth: 3 is 300 hundredths, true is 100.
void AddCount(evidence::v1::Evidence& piece, absl::string_view name, int64_t value);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_RECORD_CHECKS_H_
