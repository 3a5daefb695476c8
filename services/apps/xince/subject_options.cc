#include "services/apps/xince/subject_options.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "services/runtime/errors.h"
#include "services/type/uscc.h"

namespace xince::cli {
namespace {

absl::TimeZone Shanghai() { return absl::FixedTimeZone(8 * 60 * 60); }

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp instant;
  const int64_t micros = absl::ToUnixMicros(time);
  instant.set_seconds(micros / 1'000'000);
  instant.set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
  return instant;
}

}  // namespace

std::string SubjectName(absl::string_view written) {
  if (absl::StrContains(written, "/")) return std::string(written);
  return absl::StrCat("firms/", type::NormalizeUscc(written));
}

absl::StatusOr<google::protobuf::Timestamp> ReadInstant(absl::string_view written) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, written, &time, &error)) return ToProto(time);
  for (const char* form : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"}) {
    if (absl::ParseTime(form, written, Shanghai(), &time, &error)) return ToProto(time);
  }
  if (absl::ParseTime("%Y-%m-%d", written, Shanghai(), &time, &error)) {
    return ToProto(time + absl::Hours(24) - absl::Microseconds(1));
  }
  return runtime::InvalidArgument(
      "TIME_SYNTAX",
      "known_at",
      "a time is written 2026-03-31T09:00:00+08:00, 2026-03-31 09:00 or "
      "2026-03-31",
      "时间应写作 2026-03-31 09:00 或 2026-03-31",
      {{"found", std::string(written)}});
}

std::string FormatInstant(const google::protobuf::Timestamp& instant) {
  if (instant.seconds() == 0 && instant.nanos() == 0) return "";
  return absl::FormatTime(
      "%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(instant.seconds()), Shanghai());
}

}  // namespace xince::cli
