#ifndef SERVICES_RUNTIME_CONFIG_H_
#define SERVICES_RUNTIME_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/config/v1/config.pb.h"

/// The configuration of a process: read from a text proto, completed with defaults, checked.
///
///   XINCE_ASSIGN_OR_RETURN(Config config, ReadConfigFile(path));      // when --config is given
///   XINCE_RETURN_IF_ERROR(SetConfigField(config, "listen.grpc_address", flag));   // flags win
///   XINCE_RETURN_IF_ERROR(CompleteConfig(config));                    // defaults, then ranges
namespace xince::runtime {

using xince::config::v1::Config;

/// Largest configuration, in bytes.
inline constexpr size_t kConfigBytesMax = 1024 * 1024;

/// Reads a text proto. `file` names it in errors. Errors: CONFIG_INVALID with the place as
/// `file:line:column` and what is wrong there, such as a field that does not exist.
absl::StatusOr<Config> ParseConfig(absl::string_view text, absl::string_view file);

/// Reads a file. Errors: CONFIG_UNREADABLE, CONFIG_INVALID.
absl::StatusOr<Config> ReadConfigFile(const std::string& path);

/// Replaces one field, named by its path with dots, by a value as in the text format but without
/// quotes. A repeated field takes values separated by commas and is replaced as a whole. Errors:
/// CONFIG_INVALID naming the field.
absl::Status SetConfigField(Config& config, absl::string_view path, absl::string_view value);

/// Fills in every default and checks every range; all defaults and ranges of config.proto are here.
/// Errors: CONFIG_INVALID naming the first field that is out of range.
absl::Status CompleteConfig(Config& config);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CONFIG_H_
