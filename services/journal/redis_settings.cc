#include "services/journal/redis_settings.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using Settings = std::map<std::string, std::string>;

constexpr absl::string_view kConfigNames[] = {"appendonly",
                                              "appendfsync",
                                              "no-appendfsync-on-rewrite",
                                              "aof-load-truncated",
                                              "maxmemory-policy",
                                              "replica-serve-stale-data",
                                              "min-replicas-to-write",
                                              "min-replicas-max-lag"};
constexpr char kRole[] = "role";
constexpr char kConnected[] = "connected_slaves";

/// Adds the lines of INFO.
absl::Status FetchInfo(RedisConnection& connection, Settings& settings) {
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply, connection.Command({"INFO"}));
  XINCE_ASSIGN_OR_RETURN(const absl::string_view text, reply.value().Text());
  for (const absl::string_view line : absl::StrSplit(text, "\r\n", absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 1));
    settings.insert(parts);
  }
  return absl::OkStatus();
}

/// Adds the answers of CONFIG GET.
absl::Status FetchConfig(RedisConnection& connection, Settings& settings) {
  std::vector<absl::string_view> command = {"CONFIG", "GET"};
  command.insert(command.end(), std::begin(kConfigNames), std::end(kConfigNames));
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply, connection.Command(command));
  for (size_t i = 0; i + 1 < reply.value().Size(); i += 2) {
    XINCE_ASSIGN_OR_RETURN(const absl::string_view name, reply.value().At(i).Text());
    XINCE_ASSIGN_OR_RETURN(const absl::string_view value, reply.value().At(i + 1).Text());
    settings[std::string(name)] = std::string(value);
  }
  return absl::OkStatus();
}

/// Collects what differs.
class Assertions {
 public:
  explicit Assertions(Settings found) : found_(std::move(found)) {}

  void Is(const std::string& name, const std::string& wanted) {
    if (Found(name) != wanted) Differs(name, wanted);
  }
  /// Both bounds inclusive; anything but a number differs.
  void IsBetween(const std::string& name, int min, int max, const std::string& wanted) {
    int number = 0;
    const std::string text = Found(name);
    if (!absl::SimpleAtoi(text.substr(0, text.find('.')), &number) || number < min ||
        number > max) {
      Differs(name, wanted);
    }
  }

  [[nodiscard]] const std::map<std::string, std::string>& differences() const { return differs_; }

 private:
  [[nodiscard]] std::string Found(const std::string& name) const {
    const auto it = found_.find(name);
    return it == found_.end() ? "nothing" : it->second;
  }
  void Differs(const std::string& name, const std::string& wanted) {
    differs_[name] = absl::StrCat("found ", Found(name), ", wanted ", wanted);
  }

  Settings found_;
  std::map<std::string, std::string> differs_;
};

absl::Status SettingsError(const std::map<std::string, std::string>& differences) {
  const std::string list = absl::StrJoin(differences, "; ", absl::PairFormatter(": "));
  return runtime::FailedPrecondition(
      "REDIS_SETTINGS",
      "",
      absl::StrCat("this Redis would lose acknowledged writes (", list, "); correct its settings"),
      absl::StrCat("该 Redis 的设置会丢失已确认的写入(", list, "),请更正其设置"),
      differences);
}

bool OnlyOfAFailover(const std::map<std::string, std::string>& differences) {
  for (const auto& [name, text] : differences) {
    if (name != kRole && name != kConnected) return false;
  }
  return true;
}

constexpr int kNoMax = 1 << 30;

}  // namespace

absl::Status CheckRedisSettings(RedisConnection& connection,
                                int replicas,
                                absl::string_view journal,
                                bool in_service) {
  Settings found;
  XINCE_RETURN_IF_ERROR(FetchInfo(connection, found));
  if (found["loading"] == "1") return UnavailableError(journal, "Redis is loading its data");
  Assertions version(found);
  version.IsBetween(
      "redis_version", kRedisVersionMin, kNoMax, absl::StrCat(kRedisVersionMin, " or later"));
  // An older server does not understand the next command.
  if (!version.differences().empty()) return SettingsError(version.differences());
  XINCE_RETURN_IF_ERROR(FetchConfig(connection, found));
  Assertions assertions(std::move(found));
  assertions.Is(kRole, "master");
  assertions.IsBetween(kConnected, 0, replicas, absl::StrCat("at most ", replicas));
  assertions.Is("appendonly", "yes");
  assertions.Is("appendfsync", "always");
  assertions.Is("no-appendfsync-on-rewrite", "no");
  assertions.Is("aof-load-truncated", "no");
  assertions.Is("maxmemory-policy", "noeviction");
  assertions.Is("replica-serve-stale-data", "no");
  assertions.Is("min-replicas-to-write", absl::StrCat(replicas));
  if (replicas > 0) {
    assertions.IsBetween("min-replicas-max-lag",
                         1,
                         kRedisReplicaLagSecondsMax,
                         absl::StrCat("1 to ", kRedisReplicaLagSecondsMax));
  }
  if (assertions.differences().empty()) return absl::OkStatus();
  if (in_service && OnlyOfAFailover(assertions.differences())) {
    return UnavailableError(journal, "this Redis is not the primary with its declared replicas");
  }
  return SettingsError(assertions.differences());
}

}  // namespace xince::journal
