// What only xinced as a process can show: what it refuses to start on, and how it ends.
#include "tests/steel/xinced.h"

#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/credit/v1/credit.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/journal/fsck.h"
#include "services/runtime/app.h"
#include "services/runtime/errors.h"
#include "services/type/uscc.h"
#include "tests/redis/redis_server_fixture.h"
#include "tests/steel/http_get.h"
#include "tests/steel/register.h"
#include "tests/steel/test_build.h"

namespace xince::steel {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

constexpr absl::Duration kCallTimeout = absl::Seconds(10);
constexpr absl::Duration kEndTimeout = absl::Seconds(20);
constexpr int kUsage = 2;
constexpr char kMetricsGolden[] = "tests/steel/metrics.txt";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string CodeOf(int number) {
  return type::ComputeCheckDigits(absl::StrCat("91320104MAX", 10000 + number)).value();
}

absl::Status FileFirm(runtime::Channel& channel, int number) {
  registry::v1::CreateFirmRequest request;
  request.set_request_id(absl::StrCat("firm-", number));
  registry::v1::Firm& firm = *request.mutable_firm();
  firm.set_uscc(CodeOf(number));
  firm.set_display_name(absl::StrCat("示例物业", number, "号有限公司"));
  firm.set_provider_kind(registry::v1::Firm::PROPERTY_FIRM);
  firm.set_division("320104002");
  firm.set_filing_date("2020-01-01");
  return channel
      .Call<registry::v1::CreateFirmRequest, registry::v1::Firm>(
          "xince.registry.v1.RegistryService/CreateFirm", request, {.timeout = kCallTimeout})
      .status();
}

absl::Status ReadFirm(runtime::Channel& channel, int number) {
  registry::v1::GetFirmRequest request;
  request.set_name(absl::StrCat("firms/", CodeOf(number)));
  return channel
      .Call<registry::v1::GetFirmRequest, registry::v1::Firm>(
          "xince.registry.v1.RegistryService/GetFirm", request, {.timeout = kCallTimeout})
      .status();
}

int64_t SubjectsOf(runtime::Channel& channel) {
  const auto status = channel.Call<credit::v1::GetIntakeStatusRequest, credit::v1::IntakeStatus>(
      "xince.credit.v1.CreditService/GetIntakeStatus", {}, {.timeout = kCallTimeout});
  return status.ok() ? status->subjects() : -1;
}

class XincedTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Data(const std::string& name) const {
    return absl::StrCat(directory_.path(), "/", name);
  }
  // Starts one that must not come up; what it says.
  std::string Refused(const XincedOptions& options, int code) {
    Xinced xinced(options);
    EXPECT_EQ(xinced.child().Wait(kEndTimeout), code);
    return xinced.child().Log();
  }
  void RemoveSnapshots(const std::string& data) {
    for (const auto& entry : fs::directory_iterator(data)) {
      if (absl::StrContains(entry.path().filename().string(), ".snapshot-")) {
        fs::remove(entry.path());
      }
    }
  }

  testing_redis::TemporaryDirectory directory_;
};

TEST_F(XincedTest, ASecondProcessOnTheSameDataIsRefused) {
  Xinced first({.data_dir = Data("a")});
  ASSERT_TRUE(first.AwaitServing());
  EXPECT_THAT(Refused({.data_dir = Data("a")}, runtime::kExitNotStarted),
              HasSubstr("JOURNAL_LOCKED"));
  EXPECT_EQ(FileFirm(*first.channel(), 1), absl::OkStatus()) << "the first goes on";
}

TEST_F(XincedTest, APortInUseIsRefused) {
  Xinced first({.data_dir = Data("a")});
  ASSERT_TRUE(first.AwaitServing());
  const std::string said =
      Refused({.data_dir = Data("b"), .flags = {"--grpc-address=" + first.address()}},
              runtime::kExitNotStarted);
  EXPECT_THAT(said, HasSubstr("LISTEN_FAILED"));
  EXPECT_THAT(said, HasSubstr(first.address()));
}

TEST_F(XincedTest, RedisWithoutReplicasIsServedAndWarnedOf) {
  const auto redis = testing_redis::RedisServer::Start({.tcp = true}).value();
  const std::string address = absl::StrCat("--redis-address=127.0.0.1:", redis->port());
  constexpr char kWarning[] = "on one machine only";
  {
    Xinced alone({.data_dir = Data("a"), .flags = {address, "--redis-replicas=0"}});
    ASSERT_TRUE(alone.AwaitServing());
    EXPECT_EQ(FileFirm(*alone.channel(), 1), absl::OkStatus());
    EXPECT_THAT(alone.child().Log(), HasSubstr(kWarning));
    // Its journal is checked beside it.
    ASSERT_TRUE(WaitUntil(kEndTimeout, [&] { return SubjectsOf(*alone.channel()) == 1; }));
    ChildProcess recheck(
        {.command = {XinceBinary(),
                     "journal",
                     "recheck",
                     absl::StrCat(
                         "redis://127.0.0.1:", redis->port(), "/", kRegisterName, "/scoring")},
         .log = Data("recheck.log")});
    EXPECT_EQ(recheck.Wait(kEndTimeout), 0) << recheck.Log();
    EXPECT_EQ(alone.Stop(), 0);
  }
  // Nobody has chosen it: a replica is missing.
  EXPECT_THAT(Refused({.data_dir = Data("b"), .flags = {address}}, runtime::kExitNotStarted),
              ::testing::AllOf(HasSubstr("REDIS_SETTINGS"), ::testing::Not(HasSubstr(kWarning))));
}

TEST_F(XincedTest, AnUnknownFieldOfTheConfigurationIsNamedByItsPlace) {
  std::ofstream(Data("c.conf")) << "# comment\nlimits {\n  drain_milliseconds: 5\n}\n";
  const std::string said =
      Refused({.data_dir = Data("a"), .flags = {"--config=" + Data("c.conf")}}, kUsage);
  EXPECT_THAT(said, HasSubstr("CONFIG_INVALID"));
  EXPECT_THAT(said, HasSubstr("c.conf:3:"));
  EXPECT_THAT(said, HasSubstr("drain_milliseconds"));
}

TEST_F(XincedTest, APackThatDoesNotParseIsNamedByItsPlace) {
  fs::copy("policies", Data("policies"), fs::copy_options::recursive);
  const std::string pack = Data("policies/nanjing/2012-01-01.textproto");
  std::string text = ReadFile(pack);
  const size_t at = text.find("effective_from");
  text.replace(at, 14, "effective-from");
  std::ofstream(pack) << text;
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const std::string said =
      Refused({.data_dir = Data("a"), .flags = {"--policies-dir=" + Data("policies")}},
              runtime::kExitNotStarted);
  EXPECT_THAT(said, HasSubstr("2012-01-01.textproto"));
  EXPECT_THAT(said, HasSubstr(absl::StrCat("line: ", line + 1)));
  EXPECT_THAT(said, HasSubstr("column: "));
}

TEST_F(XincedTest, AFlippedByteIsNamedByItsRevision) {
  const std::string journal = Data("a") + "/registry.journal";
  {
    Xinced xinced({.data_dir = Data("a")});
    ASSERT_TRUE(xinced.AwaitServing());
    for (int i = 1; i <= 9; ++i) ASSERT_EQ(FileFirm(*xinced.channel(), i), absl::OkStatus());
    ASSERT_EQ(xinced.Stop(), runtime::kExitOk);
  }
  std::string bytes = ReadFile(journal);
  const size_t at = bytes.find("示例物业5号");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 2] ^= 1;
  std::ofstream(journal, std::ios::binary) << bytes;

  // What is older than the snapshot is not read at the start: the audit finds it.
  const auto report = journal::Fsck(journal, {});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_NE(report->First(), nullptr);
  EXPECT_EQ(report->First()->revision, 5U);

  RemoveSnapshots(Data("a"));
  const std::string said = Refused({.data_dir = Data("a")}, runtime::kExitNotStarted);
  EXPECT_THAT(said, HasSubstr("JOURNAL_CORRUPT"));
  EXPECT_THAT(said, HasSubstr("revision 5"));
}

TEST_F(XincedTest, AFullDiskRefusesWritesAndGoesOnReading) {
  Xinced xinced({.data_dir = Data("a")});
  ASSERT_TRUE(xinced.AwaitServing());
  ASSERT_EQ(FileFirm(*xinced.channel(), 0), absl::OkStatus());
  // No file grows beyond what the greatest has now.
  uintmax_t largest = 0;
  for (const auto& entry : fs::directory_iterator(Data("a"))) {
    if (entry.is_regular_file()) largest = std::max(largest, entry.file_size());
  }
  xinced.child().LimitFiles(largest);
  absl::Status refused;
  int filed = 1;
  for (; filed < 2000 && refused.ok(); ++filed) refused = FileFirm(*xinced.channel(), filed);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
  EXPECT_EQ(runtime::ReasonOf(refused), "JOURNAL_DISK_FULL");
  EXPECT_EQ(ReadFirm(*xinced.channel(), filed - 2), absl::OkStatus()) << "reads go on";
  xinced.child().LimitFiles(0);
  EXPECT_EQ(FileFirm(*xinced.channel(), filed - 1), absl::OkStatus()) << "writes work again";
  EXPECT_EQ(ReadFirm(*xinced.channel(), filed - 1), absl::OkStatus());
  EXPECT_TRUE(WaitUntil(kEndTimeout, [&] { return SubjectsOf(*xinced.channel()) == filed; }))
      << "scoring had to wait as well";
  EXPECT_EQ(xinced.Stop(), runtime::kExitOk);
}

TEST_F(XincedTest, CallsInFlightAreAnsweredBeforeItEnds) {
  constexpr int kWriters = 4;
  std::vector<int> acknowledged[kWriters];
  std::vector<std::string> failures[kWriters];
  std::atomic<int> started{0};
  {
    Xinced xinced({.data_dir = Data("a")});
    ASSERT_TRUE(xinced.AwaitServing());
    std::vector<std::thread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w, channel = runtime::Channel::Create(xinced.address())] {
        for (int i = w; failures[w].empty(); i += kWriters) {
          const absl::Status status = FileFirm(*channel, i);
          ++started;
          if (status.ok()) {
            acknowledged[w].push_back(i);
          } else {
            failures[w].push_back(runtime::ReasonOf(status));
          }
        }
      });
    }
    EXPECT_TRUE(WaitUntil(kEndTimeout, [&] { return started > 40; }));
    EXPECT_EQ(xinced.Stop(), runtime::kExitOk);
    for (std::thread& writer : writers) writer.join();
  }
  for (const auto& reasons : failures) {
    // Refused, or nobody there any more; never cut off in the middle.
    EXPECT_THAT(reasons.front(), ::testing::AnyOf("SHUTTING_DOWN", "UNREACHABLE", "NOT_READY"));
  }
  Xinced again({.data_dir = Data("a")});
  ASSERT_TRUE(again.AwaitServing());
  for (const auto& firms : acknowledged) {
    for (const int firm : firms) EXPECT_EQ(ReadFirm(*again.channel(), firm), absl::OkStatus());
  }
}

TEST_F(XincedTest, TheNamesOfItsMetricsAreTheListedOnes) {
  Xinced xinced({.data_dir = Data("a")});
  ASSERT_TRUE(xinced.AwaitServing());
  ASSERT_EQ(FileFirm(*xinced.channel(), 1), absl::OkStatus());
  const auto text = HttpGet(xinced.metrics_address(), "/metrics");
  ASSERT_TRUE(text.ok()) << text.status();
  std::set<std::string> names;
  for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() > 3 && words[0] == "#" && words[1] == "TYPE") {
      names.insert(absl::StrCat(words[2], " ", words[3]));
    }
  }
  std::string list;
  for (const std::string& name : names) absl::StrAppend(&list, name, "\n");
  if (std::getenv("XINCE_REGENERATE") != nullptr) std::ofstream(kMetricsGolden) << list;
  EXPECT_EQ(ReadFile(kMetricsGolden), list);
}

}  // namespace
}  // namespace xince::steel
