#include <string>
#include <typeinfo>

#include "gtest/gtest.h"
#include "services/journal/conformance.h"
#include "services/journal/redis_log.h"
#include "services/runtime/errors.h"
#include "tests/redis/redis_test_journal.h"

namespace xince::journal {
namespace {

using testing_redis::JournalOptions;
using testing_redis::kTestJournal;
using testing_redis::RedisServer;

/// A journal on a server of its own.
class RedisUnderTest final : public EngineUnderTest {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override {
    if (server_ == nullptr) {
      XINCE_ASSIGN_OR_RETURN(server_, RedisServer::Start({}));
    }
    return OpenRedisJournal(JournalOptions(*server_));
  }

  [[nodiscard]] bool ManyHandles() const override { return true; }

  /// A stream's entry cannot be changed: the stream is written anew, with the same ids.
  absl::Status CorruptEntry(Revision revision) override {
    XINCE_ASSIGN_OR_RETURN(const auto connection, RedisConnection::Connect(server_->endpoint()));
    const RedisKeys keys(kTestJournal);
    XINCE_ASSIGN_OR_RETURN(const RedisReply all,
                           connection->Command({"XRANGE", keys.log, "-", "+"}));
    XINCE_RETURN_IF_ERROR(connection->Command({"DEL", keys.log}).status());
    for (size_t i = 0; i < all.value().Size(); ++i) {
      const RedisValue item = all.value().At(i);
      const RedisValue fields = item.At(1);
      XINCE_ASSIGN_OR_RETURN(const absl::string_view id, item.At(0).Text());
      XINCE_ASSIGN_OR_RETURN(const absl::string_view chain, fields.At(1).Text());
      XINCE_ASSIGN_OR_RETURN(const absl::string_view stored, fields.At(3).Text());
      std::string bytes(stored);
      if (i + 1 == revision) bytes.back() ^= 1;
      XINCE_RETURN_IF_ERROR(
          connection->Command({"XADD", keys.log, id, "c", chain, "e", bytes}).status());
    }
    return absl::OkStatus();
  }

 private:
  std::unique_ptr<RedisServer> server_;
};

/// Names something of the suite's library, so that the linker takes the tests along with it.
[[gnu::used]] const std::type_info* const kSuite = &typeid(JournalConformance);

INSTANTIATE_TEST_SUITE_P(Redis,
                         JournalConformance,
                         testing::Values(ConformanceParam{
                             .engine = "Redis",
                             .make = [] { return std::make_unique<RedisUnderTest>(); }}),
                         ConformanceName);

}  // namespace
}  // namespace xince::journal
