#include "services/runtime/log.h"

#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/utf8.h"
#include "spdlog/logger.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/base_sink.h"

namespace xince::runtime {
namespace {

constexpr char kPattern[] = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

/// Writes to stderr, or to a string while a capture is set.
class SwitchSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  SwitchSink()
      : base_sink(std::make_unique<spdlog::pattern_formatter>(kPattern,
                                                              spdlog::pattern_time_type::utc)) {}

  std::string* Redirect(std::string* capture) {
    std::lock_guard lock(mutex_);
    return std::exchange(capture_, capture);
  }
  std::string Copy(const std::string& capture) {
    std::lock_guard lock(mutex_);
    return capture;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (capture_ != nullptr) {
      capture_->append(line.data(), line.size());
    } else {
      // One write per line, so that lines of several processes on one pipe are not torn either.
      (void)!write(STDERR_FILENO, line.data(), line.size());
    }
  }
  void flush_() override {}

 private:
  std::string* capture_ = nullptr;
};

struct Sinks {
  std::shared_ptr<SwitchSink> sink = std::make_shared<SwitchSink>();
  spdlog::logger logger{"xince", sink};
};

/// Never freed: it outlives every thread.
Sinks& Out() {
  static auto* sinks = new Sinks;
  return *sinks;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void AppendRune(std::string& json, char32_t rune, absl::string_view bytes) {
  switch (rune) {
    case '"':
      json += "\\\"";
      return;
    case '\\':
      json += "\\\\";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      break;
  }
  if (rune < 0x20 || rune == 0x7F) {
    absl::StrAppend(&json, "\\u", absl::Hex(static_cast<uint32_t>(rune), absl::kZeroPad4));
  } else {
    absl::StrAppend(&json, bytes);
  }
}

}  // namespace

std::string JsonString(absl::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const absl::string_view before = text;
    if (const std::optional<char32_t> rune = TakeRune(text); rune.has_value()) {
      AppendRune(json, *rune, before.substr(0, before.size() - text.size()));
    } else {
      json += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    }
  }
  json += '"';
  return json;
}

LogField::LogField(absl::string_view key, absl::string_view value) : key(key) {
  json = value.size() <= kLogValueBytesMax
             ? JsonString(value)
             : JsonString(absl::StrCat(value.substr(0, kLogValueBytesMax), "…"));
}
LogField::LogField(absl::string_view key, bool value) : key(key), json(value ? "true" : "false") {}
LogField::LogField(absl::string_view key, Number value)
    : key(key), json(absl::StrCat(value.value)) {}

void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields) {
  spdlog::logger& logger = Out().logger;
  if (!logger.should_log(ToSpdlog(level))) return;
  std::string body = absl::StrCat("\"message\":", JsonString(message));
  for (const LogField& field : fields) absl::StrAppend(&body, ",\"", field.key, "\":", field.json);
  logger.log(ToSpdlog(level), spdlog::string_view_t(body.data(), body.size()));
}

void SetLogLevel(LogLevel level) { Out().logger.set_level(ToSpdlog(level)); }

bool ParseLogLevel(absl::string_view text, LogLevel& level) {
  if (text == "debug")
    level = LogLevel::kDebug;
  else if (text == "info")
    level = LogLevel::kInfo;
  else if (text == "warning")
    level = LogLevel::kWarning;
  else if (text == "error")
    level = LogLevel::kError;
  else
    return false;
  return true;
}

struct LogCapture::Impl {
  std::string lines;
  std::string* before = nullptr;
};

LogCapture::LogCapture() : impl_(std::make_unique<Impl>()) {
  impl_->before = Out().sink->Redirect(&impl_->lines);
}

LogCapture::~LogCapture() { Out().sink->Redirect(impl_->before); }

std::string LogCapture::text() const { return Out().sink->Copy(impl_->lines); }

void Check(bool condition, absl::string_view message) {
  if (condition) return;
  Log(LogLevel::kError, "programming error", {{"what", message}});
  std::abort();
}

}  // namespace xince::runtime
