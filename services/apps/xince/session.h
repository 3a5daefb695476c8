#ifndef SERVICES_APPS_XINCE_SESSION_H_
#define SERVICES_APPS_XINCE_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

#include "services/runtime/clock.h"

namespace xince::runtime {
class Channel;
}

/// What all commands share: the options before them, the connection, and how they answer.
namespace xince::cli {

inline constexpr int kExitDone = 0;
/// Refused by the server or by a check of this program; the reason is on standard error.
inline constexpr int kExitRefused = 1;
inline constexpr int kExitUsage = 2;

inline constexpr char kDefaultServer[] = "127.0.0.1:7300";
inline constexpr char kDefaultActor[] = "xince";

/// One run of the program.
struct Session {
  std::string server = kDefaultServer;
  /// Who acts, as the register records it; empty for kDefaultActor.
  std::string actor;
  /// `table` or `json`.
  std::string output = "table";
  /// Longest time for one call: a number of seconds, or with a unit such as `500ms`.
  std::string timeout = "30s";
  /// Directory of divisions.bin; empty for `../share/xince` from the program, then /usr/share/xince.
  std::string share_dir;
  /// Path the program was started by.
  std::string program;
  /// What the command line asks for; set by the command, run by main. Returns the exit code.
  std::function<int(Session&)> run;

  [[nodiscard]] bool json() const { return output == "json"; }
  /// INVALID_ARGUMENT `TIMEOUT_SYNTAX` unless positive and at most ten minutes.
  [[nodiscard]] absl::StatusOr<absl::Duration> TimeoutDuration() const;

  [[nodiscard]] std::string ActorName() const { return actor.empty() ? kDefaultActor : actor; }

  /// The connection, made when first asked for.
  runtime::Channel& channel();
  /// Calls a method under the session's actor and timeout.
  absl::Status Call(absl::string_view method,
                    const google::protobuf::Message& request,
                    google::protobuf::Message& reply);

  /// Where what is installed beside the program lies.
  [[nodiscard]] std::string ShareDirectory() const;

  runtime::SystemClock clock;

 private:
  std::shared_ptr<runtime::Channel> channel_;
};

/// Writes an error to standard error: reason and field, then Chinese, English and metadata. Returns
/// kExitRefused.
int Refuse(const absl::Status& status);
/// The same for a wrong command line; returns kExitUsage.
int Misuse(absl::string_view en, absl::string_view zh);

/// One line of an error: `REASON field: 中文 (English)`.
std::string ErrorLine(const absl::Status& status);

/// Protobuf JSON of a message, with line breaks.
std::string ToJson(const google::protobuf::Message& message);
/// Writes it to standard output.
void PrintJson(const google::protobuf::Message& message);

/// A file's bytes, standard input for `-`. INVALID_ARGUMENT `FILE_UNREADABLE` (metadata `path`),
/// `FILE_TOO_LARGE` (`limit`).
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t bytes_max);
/// Writes or replaces a file. FAILED_PRECONDITION `FILE_UNWRITABLE` (`path`).
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

/// An empty message of a type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);
/// Sets a text field by name; false when the message has none of that name and sort.
bool SetText(google::protobuf::Message& message, const std::string& field, absl::string_view text);
/// Text of a field by name; empty when it has none.
std::string GetText(const google::protobuf::Message& message, const std::string& field);
/// `info.revision` of a record; 0 without.
uint64_t RevisionOf(const google::protobuf::Message& record);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_SESSION_H_
