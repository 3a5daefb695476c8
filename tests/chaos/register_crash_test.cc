// A whole register is killed at random while eight writers write, started again on the same data,
// and asked for everything it acknowledged.
//
//   register_crash_test [--rounds=N] [--seed=N]
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/credit/v1/credit.pb.h"
#include "xince/inspection/v1/inspection.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/runtime/app.h"
#include "services/runtime/errors.h"
#include "services/type/uscc.h"
#include "tests/redis/redis_server_fixture.h"
#include "tests/steel/register.h"
#include "tests/steel/xinced.h"

namespace xince::steel {
namespace {

using ::xince::inspection::v1::Conduct;
using ::xince::inspection::v1::CreateConductRequest;

constexpr int kWriters = 8;
constexpr int kFirms = 8;
constexpr int kPageSize = 1000;
constexpr absl::Duration kCallTimeout = absl::Seconds(10);
constexpr absl::Duration kCatchUpTimeout = absl::Seconds(30);
constexpr char kAsOf[] = "2026-06-30";

int rounds = 25;
uint32_t seed = 20260101;

std::string FirmName(int number) {
  return absl::StrCat(
      "firms/", type::ComputeCheckDigits(absl::StrCat("91320104MAX", 20000 + number)).value());
}

// What one writer was told. A write whose outcome it does not know is sent again under the same
// request id until it does.
struct Writer {
  int number = 0;
  int next = 0;
  // Request id → name and revision as acknowledged.
  std::map<std::string, std::pair<std::string, uint64_t>> acknowledged;
  std::pair<std::string, uint64_t> last;
  std::string refused;

  [[nodiscard]] std::string RequestId() const { return absl::StrCat("w", number, "-", next); }

  // Writes until a call fails.
  void Write(const std::string& address) {
    const auto channel = runtime::Channel::Create(address);
    while (true) {
      CreateConductRequest request;
      request.set_request_id(RequestId());
      Conduct& conduct = *request.mutable_conduct();
      conduct.set_subject(FirmName(next % kFirms));
      conduct.set_kind("inspection.lift-unsafe");
      conduct.set_nature(Conduct::BAD);
      conduct.set_source(Conduct::DECISION);
      conduct.set_description(RequestId());
      conduct.set_occurred_date("2026-01-05");
      conduct.set_issuer("示例市住房保障和房产局");
      conduct.set_division("3201");
      const auto filed = channel->Call<CreateConductRequest, Conduct>(
          "xince.inspection.v1.InspectionService/CreateConduct",
          request,
          {.timeout = kCallTimeout, .actor = "clerk"});
      if (!filed.ok()) {
        const bool gone = filed.status().code() == absl::StatusCode::kUnavailable;
        if (!gone) refused = filed.status().ToString();
        return;
      }
      last = {filed->name(), filed->info().revision()};
      acknowledged[RequestId()] = last;
      ++next;
    }
  }
};

class RegisterCrash : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Data() const { return absl::StrCat(directory_.path(), "/data"); }

  void FileFirms(runtime::Channel& channel) {
    registry::v1::BatchCreateFirmsRequest batch;
    for (int i = 0; i < kFirms; ++i) {
      registry::v1::Firm& firm = *batch.add_requests()->mutable_firm();
      firm.set_uscc(std::string(absl::StripPrefix(FirmName(i), "firms/")));
      firm.set_display_name(absl::StrCat("示例物业", i, "号有限公司"));
      firm.set_provider_kind(registry::v1::Firm::PROPERTY_FIRM);
      firm.set_division("320104002");
      firm.set_filing_date("2020-01-01");
    }
    const auto filed =
        channel.Call<registry::v1::BatchCreateFirmsRequest, registry::v1::BatchCreateFirmsResponse>(
            "xince.registry.v1.RegistryService/BatchCreateFirms", batch, {.timeout = kCallTimeout});
    ASSERT_TRUE(filed.ok()) << filed.status();
    for (const auto& result : filed->results()) ASSERT_FALSE(result.has_error());
  }

  // What each writer was told last, just before the kill, is there.
  void CheckLastWrites(runtime::Channel& channel, const std::vector<Writer>& writers) {
    for (const Writer& writer : writers) {
      if (writer.next == 0) continue;
      const auto& [name, revision] = writer.last;
      inspection::v1::GetConductRequest request;
      request.set_name(name);
      const auto found = channel.Call<inspection::v1::GetConductRequest, Conduct>(
          "xince.inspection.v1.InspectionService/GetConduct", request, {.timeout = kCallTimeout});
      ASSERT_TRUE(found.ok()) << name << " was acknowledged and is lost: " << found.status();
      EXPECT_EQ(found->info().revision(), revision);
    }
  }

  // Every acknowledged write is there once, at the revision that was told, and nothing else is there
  // but at most one write of each writer whose outcome nobody was told.
  void CheckWrites(runtime::Channel& channel, const std::vector<Writer>& writers) {
    std::map<std::string, std::pair<std::string, uint64_t>> stored;
    inspection::v1::ListConductsRequest page;
    page.set_page_size(kPageSize);
    do {
      const auto list =
          channel.Call<inspection::v1::ListConductsRequest, inspection::v1::ListConductsResponse>(
              "xince.inspection.v1.InspectionService/ListConducts",
              page,
              {.timeout = kCallTimeout});
      ASSERT_TRUE(list.ok()) << list.status();
      for (const Conduct& conduct : list->conducts()) {
        const bool first = stored
                               .emplace(conduct.description(),
                                        std::make_pair(conduct.name(), conduct.info().revision()))
                               .second;
        EXPECT_TRUE(first) << conduct.description() << " is there twice";
        EXPECT_EQ(conduct.info().version(), 1U);
      }
      page.set_page_token(list->next_page_token());
    } while (!page.page_token().empty());
    size_t acknowledged = 0;
    for (const Writer& writer : writers) {
      acknowledged += writer.acknowledged.size();
      for (const auto& [id, told] : writer.acknowledged) {
        const auto found = stored.find(id);
        ASSERT_NE(found, stored.end()) << id << " was acknowledged and is lost";
        EXPECT_EQ(found->second, told) << id;
      }
    }
    EXPECT_LE(stored.size(), acknowledged + writers.size());
    stored_ = stored.size();
  }

  // Scoring has every write: its cursor is the feed's end, which counts nothing but the writes.
  void CheckScoring(runtime::Channel& channel) {
    credit::v1::IntakeStatus status;
    const bool caught_up = WaitUntil(kCatchUpTimeout, [&] {
      auto answer = channel.Call<credit::v1::GetIntakeStatusRequest, credit::v1::IntakeStatus>(
          "xince.credit.v1.CreditService/GetIntakeStatus", {}, {.timeout = kCallTimeout});
      if (answer.ok()) status = *std::move(answer);
      for (const auto& feed : status.feeds()) {
        if (feed.feed() == "inspection" && feed.sequence() == stored_) return true;
      }
      return false;
    });
    EXPECT_TRUE(caught_up) << stored_ << " " << status.ShortDebugString();
    EXPECT_EQ(status.subjects(), kFirms);
    EXPECT_EQ(status.held_evidence(), 0);
  }

  // The files of all firms on one day, with every digest; without the token, which names the newest
  // revision.
  std::vector<std::string> Files(runtime::Channel& channel) {
    std::vector<std::string> files;
    size_t lines = 0;
    for (int i = 0; i < kFirms; ++i) {
      credit::v1::GetCreditFileRequest request;
      request.set_subject(FirmName(i));
      request.set_as_of(kAsOf);
      auto file = channel.Call<credit::v1::GetCreditFileRequest, credit::v1::CreditFile>(
          "xince.credit.v1.CreditService/GetCreditFile", request, {.timeout = kCallTimeout});
      EXPECT_TRUE(file.ok()) << file.status();
      if (!file.ok()) continue;
      lines += static_cast<size_t>(file->lines_size()) - 1;
      file->mutable_standing()->clear_revision();
      files.push_back(file->SerializeAsString());
    }
    EXPECT_EQ(lines, stored_) << "each write is one line of one file";
    return files;
  }

  testing_redis::TemporaryDirectory directory_;
  size_t stored_ = 0;
};

TEST_F(RegisterCrash, KeepsEveryAcknowledgedWriteOnce) {
  std::mt19937 random(seed);
  std::vector<Writer> writers(kWriters);
  for (int i = 0; i < kWriters; ++i) writers[i].number = i;
  {
    Xinced xinced({.data_dir = Data()});
    ASSERT_TRUE(xinced.AwaitServing()) << xinced.child().Log();
    FileFirms(*xinced.channel());
  }
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round, " of seed ", seed));
    Xinced xinced({.data_dir = Data()});
    ASSERT_TRUE(xinced.AwaitServing()) << xinced.child().Log();
    CheckLastWrites(*xinced.channel(), writers);
    std::vector<std::thread> threads;
    for (Writer& writer : writers) {
      threads.emplace_back([&writer, &xinced] { writer.Write(xinced.address()); });
    }
    Pause(absl::Milliseconds(std::uniform_int_distribution<int>(100, 400)(random)));
    xinced.Kill();
    for (std::thread& thread : threads) thread.join();
    for (const Writer& writer : writers) EXPECT_EQ(writer.refused, "");
  }
  std::vector<std::string> files;
  {
    Xinced xinced({.data_dir = Data()});
    ASSERT_TRUE(xinced.AwaitServing()) << xinced.child().Log();
    CheckWrites(*xinced.channel(), writers);
    CheckScoring(*xinced.channel());
    files = Files(*xinced.channel());
    EXPECT_EQ(xinced.Stop(), runtime::kExitOk);
  }
  // Without snapshots everything is computed again, and must come out as it was recorded.
  for (const auto& entry : std::filesystem::directory_iterator(Data())) {
    if (absl::StrContains(entry.path().filename().string(), ".snapshot-")) {
      std::filesystem::remove(entry.path());
    }
  }
  Xinced xinced({.data_dir = Data()});
  ASSERT_TRUE(xinced.AwaitServing()) << xinced.child().Log();
  CheckWrites(*xinced.channel(), writers);
  CheckScoring(*xinced.channel());
  EXPECT_EQ(Files(*xinced.channel()), files);
  std::printf("%d kills, %zu writes kept\n", rounds, stored_);
  EXPECT_GT(stored_, static_cast<size_t>(rounds) * kWriters);
}

}  // namespace
}  // namespace xince::steel

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    const bool known = (absl::ConsumePrefix(&argument, "--rounds=") &&
                        absl::SimpleAtoi(argument, &xince::steel::rounds)) ||
                       (absl::ConsumePrefix(&argument, "--seed=") &&
                        absl::SimpleAtoi(argument, &xince::steel::seed));
    if (known) continue;
    std::fprintf(stderr, "usage: register_crash_test [--rounds=N] [--seed=N]\n");
    return 2;
  }
  return RUN_ALL_TESTS();
}
