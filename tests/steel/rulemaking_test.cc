// A version of a city's rules goes the whole way in a running register, and standings follow it from its
// first day on.
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/credit/v1/credit.pb.h"
#include "xince/policy/v1/policy.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/runtime/errors.h"
#include "services/type/civil_date.h"
#include "tests/steel/explained.h"
#include "tests/steel/register.h"

namespace xince::steel {
namespace {

namespace pv = ::xince::policy::v1;

constexpr char kPolicy[] = "xince.policy.v1.PolicyService/";
constexpr char kFirm[] = "firms/91320104MAX0000156";
constexpr absl::Duration kPatience = absl::Seconds(20);

absl::Time Noon(const std::string& date) {
  return absl::FromUnixSeconds(int64_t{type::ParseDate(date)->days()} * 86400) + absl::Hours(4);
}

// The city's rules of 2022 from another day on, with 90 points to begin with.
std::string Draft() {
  std::ifstream in("policies/nanjing/2022-10-26.textproto");
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto replace = [&text](const std::string& from, const std::string& to) {
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  replace("effective_from: \"2022-10-26\"", "effective_from: \"2026-08-01\"");
  replace("points: \"100\"", "points: \"90\"");
  return text;
}

class RulemakingSteel : public ::testing::TestWithParam<Arrangement> {
 protected:
  void SetUp() override {
    services_ = MakeRegister(GetParam(), Noon("2026-06-01"));
    ASSERT_EQ(services_->Start(), absl::OkStatus());
    registry::v1::CreateFirmRequest request;
    auto& firm = *request.mutable_firm();
    firm.set_uscc("91320104MAX0000156");
    firm.set_display_name("示例物业服务有限公司");
    firm.set_provider_kind(registry::v1::Firm::PROPERTY_FIRM);
    firm.set_division("320104002");
    firm.set_filing_date("2020-01-01");
    ASSERT_TRUE((Call<registry::v1::Firm>(
                     "registry", "xince.registry.v1.RegistryService/CreateFirm", request, "clerk"))
                    .ok());
    ASSERT_EQ(AwaitScoring(*services_), absl::OkStatus());
  }
  void TearDown() override {
    if (HasFailure()) std::fprintf(stderr, "%s\n", services_->Logs().c_str());
    EXPECT_EQ(services_->Stop(), absl::OkStatus());
  }

  template <class Res, class Req>
  absl::StatusOr<Res> Call(const std::string& service,
                           const std::string& method,
                           const Req& request,
                           const std::string& actor) {
    return services_->ChannelTo(service)->Call<Req, Res>(
        method, request, {.timeout = kPatience, .actor = actor});
  }
  template <class Req>
  pv::PackVersion Step(const std::string& method, const Req& request, const std::string& actor) {
    const auto version = Call<pv::PackVersion>("scoring", kPolicy + method, request, actor);
    EXPECT_TRUE(version.ok()) << runtime::ReasonOf(version.status()) << " " << version.status();
    return version.ok() ? *version : pv::PackVersion();
  }
  credit::v1::Standing Standing(const std::string& as_of = "") {
    credit::v1::GetStandingRequest request;
    request.set_subject(kFirm);
    request.set_as_of(as_of);
    const auto standing = Call<credit::v1::Standing>(
        "scoring", "xince.credit.v1.CreditService/GetStanding", request, "reader");
    EXPECT_TRUE(standing.ok()) << standing.status();
    return standing.ok() ? *standing : credit::v1::Standing();
  }
  // Sets the clock and waits until the day is open.
  void GoTo(const std::string& date) {
    services_->SetClock(Noon(date));
    ASSERT_TRUE(WaitUntil(kPatience, [&] { return Standing().as_of() == date; })) << date;
  }
  void Backtest(const std::string& digest) {
    pv::BacktestPackRequest request;
    request.set_digest(digest);
    request.set_store(true);
    auto stream =
        services_->ChannelTo("scoring")->Read<pv::BacktestPackRequest, pv::BacktestPackResponse>(
            std::string(kPolicy) + "BacktestPack", request, {.timeout = kPatience, .actor = "c"});
    ASSERT_TRUE(stream.ok()) << stream.status();
    bool stored = false;
    for (auto part = stream->Next(); part.ok() && part->has_value(); part = stream->Next()) {
      stored |= (*part)->has_stored();
    }
    EXPECT_TRUE(stored);
  }

  std::unique_ptr<Register> services_;
};

TEST_P(RulemakingSteel, AVersionIsMadeAndStandingsFollowItFromItsDay) {
  const std::string old = Standing().record().policy_digest();
  EXPECT_EQ(Standing().record().score_hundredths(), 10000);
  pv::ProposePackRequest propose;
  propose.set_content(Draft());
  propose.set_reason("年度调整");
  const std::string digest = Step("ProposePack", propose, "author").digest();
  ASSERT_FALSE(digest.empty());
  pv::OpenConsultationRequest consult;
  consult.set_digest(digest);
  consult.mutable_document()->set_title("征求意见公告");
  consult.mutable_document()->set_number("2号");
  // The pack defines adverse lists.
  EXPECT_EQ(Step("OpenConsultation", consult, "author").consultation().closes_on(), "2026-07-01");
  Backtest(digest);
  GoTo("2026-07-02");
  pv::GetPackRequest get;
  get.set_digest(digest);
  const auto details =
      Call<pv::PackDetails>("scoring", std::string(kPolicy) + "GetPack", get, "approver");
  ASSERT_TRUE(details.ok()) << details.status();
  pv::ApprovePackRequest approve;
  approve.set_digest(digest);
  approve.set_expected_revision(details->version().revision());
  approve.set_reason("会议通过");
  EXPECT_EQ(Step("ApprovePack", approve, "approver").state(), pv::PACK_STATE_APPROVED);
  GoTo("2026-07-31");
  EXPECT_EQ(Standing().record().policy_digest(), old);
  GoTo("2026-08-01");
  EXPECT_EQ(Standing().record().policy_digest(), digest);
  EXPECT_EQ(Standing().record().score_hundredths(), 9000);
  EXPECT_EQ(Standing("2026-07-31").record().score_hundredths(), 10000);
  credit::v1::GetCreditFileRequest file;
  file.set_subject(kFirm);
  const auto answer = Call<credit::v1::CreditFile>(
      "scoring", "xince.credit.v1.CreditService/GetCreditFile", file, "reader");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->history(0).causes(),
              ::testing::ElementsAre("day:2026-08-01", "policy:" + digest));
  CheckAllExplained(*services_);
  // All of it is in the journal.
  ASSERT_EQ(services_->Stop(), absl::OkStatus());
  ASSERT_EQ(services_->Start(), absl::OkStatus());
  EXPECT_EQ(Standing().record().score_hundredths(), 9000);
  EXPECT_EQ(Standing("2026-07-31").record().policy_digest(), old);
}

INSTANTIATE_TEST_SUITE_P(Everywhere,
                         RulemakingSteel,
                         ::testing::Values(Arrangement{Shape::kOneServer, Store::kSqlite},
                                           Arrangement{Shape::kFiveServers, Store::kRedis}),
                         [](const auto& info) { return NameOf(info.param); });

}  // namespace
}  // namespace xince::steel
