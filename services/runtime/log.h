#ifndef SERVICES_RUNTIME_LOG_H_
#define SERVICES_RUNTIME_LOG_H_

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

/// Structured logs: one JSON object per line on stderr, keys `time` (UTC), `level`, `message` and
/// the fields of the caller. Never log a request, a reply, an identity number or a document.
///
///   Log(LogLevel::kInfo, "listening", {{"address", address}, {"port", port}});
namespace xince::runtime {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Longest string value written; the rest is cut and marked with "…".
inline constexpr size_t kLogValueBytesMax = 2048;

/// One key and value. Keys are lower_snake_case and are not escaped.
struct LogField {
  LogField(absl::string_view key, absl::string_view value);
  LogField(absl::string_view key, const char* value) : LogField(key, absl::string_view(value)) {}
  LogField(absl::string_view key, const std::string& value)
      : LogField(key, absl::string_view(value)) {}
  LogField(absl::string_view key, bool value);
  template <std::integral Int>
  LogField(absl::string_view key, Int value) : LogField(key, Number{static_cast<int64_t>(value)}) {}

  std::string key;
  /// The value as JSON.
  std::string json;

 private:
  struct Number {
    int64_t value;
  };
  LogField(absl::string_view key, Number value);
};

/// Writes one line. Safe from any thread; a line is never torn by another.
void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});

/// Lines below `level` are dropped. kInfo until called.
void SetLogLevel(LogLevel level);

/// `debug`, `info`, `warning` or `error`; false for anything else.
bool ParseLogLevel(absl::string_view text, LogLevel& level);

/// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string JsonString(absl::string_view text);

/// Sends all lines to a string instead of stderr while it lives, for tests.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Ends the process with a log line when `condition` does not hold: for errors of the programmer,
/// such as a handler registered for a method that does not exist. Never for input.
void Check(bool condition, absl::string_view message);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_LOG_H_
