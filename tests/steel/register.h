#ifndef TESTS_STEEL_REGISTER_H_
#define TESTS_STEEL_REGISTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/runtime/client.h"

/// A whole register under test: four feeds and scoring over stores of their own, in one of the shapes
/// it is run in.
namespace xince::steel {

/// How the services are run.
enum class Shape {
  /// One server in this process, called within the process; scoring reads the feeds there too.
  kOneServer,
  /// Five servers in this process, each on a port of its own; scoring is given the addresses.
  kFiveServers,
  /// One xinced.
  kOneProcess,
  /// Five of them.
  kFiveProcesses,
};

/// Where the journals are.
enum class Store { kSqlite, kRedis };

struct Arrangement {
  Shape shape = Shape::kOneServer;
  Store store = Store::kSqlite;
};

/// Such as `OneServerSqlite`.
std::string NameOf(const Arrangement& arrangement);

/// Every service, in the order they start.
inline constexpr const char* kServices[] = {
    "registry", "inspection", "party", "committee", "scoring"};
inline constexpr char kRegisterName[] = "nanjing";
inline constexpr char kDivision[] = "3201";

/// Whose register it is.
struct Place {
  std::string name = kRegisterName;
  std::string division = kDivision;
};

class Register {
 public:
  virtual ~Register() = default;
  /// Starts everything and waits until it serves.
  virtual absl::Status Start() = 0;
  /// Stops everything in order. Start may follow, on the same data.
  virtual absl::Status Stop() = 0;
  /// Calls to a service of kServices.
  virtual std::shared_ptr<runtime::Channel> ChannelTo(const std::string& service) = 0;
  /// Whether the services' clock can be set.
  [[nodiscard]] virtual bool HasClock() const = 0;
  /// Sets the clock, which goes on from there. Only with HasClock.
  virtual void SetClock(absl::Time now) = 0;
  /// What the services' clock says.
  [[nodiscard]] virtual absl::Time Now() const = 0;
  /// The metrics of the process with the service.
  virtual absl::StatusOr<std::string> Metrics(const std::string& service) = 0;
  /// What the services have logged until now.
  virtual std::string Logs() = 0;
  /// Directories with everything that is stored.
  [[nodiscard]] virtual std::vector<std::string> DataDirectories() const = 0;
};

/// Whether the services of such a register run on a clock that can be set.
bool HasClock(const Arrangement& arrangement);

/// A register with nothing filed, its clock at `now` where it has one. Not started.
std::unique_ptr<Register> MakeRegister(const Arrangement& arrangement,
                                       absl::Time now,
                                       const Place& place = {});

/// Waits until `condition` holds, asking it a hundred times a second; false after `limit`.
template <class Condition>
bool WaitUntil(absl::Duration limit, Condition condition);

/// A pause of a WaitUntil.
void Pause(absl::Duration wait);
/// Time that only goes forward, for limits.
absl::Duration Elapsed();

template <class Condition>
bool WaitUntil(absl::Duration limit, Condition condition) {
  const absl::Duration until = Elapsed() + limit;
  while (!condition()) {
    if (Elapsed() > until) return false;
    Pause(absl::Milliseconds(10));
  }
  return true;
}

/// Waits until scoring has taken in everything the feeds have recorded, which each feed's own stream
/// says. Errors: DEADLINE_EXCEEDED; those of the calls.
absl::Status AwaitScoring(Register& services);

}  // namespace xince::steel

#endif  // TESTS_STEEL_REGISTER_H_
