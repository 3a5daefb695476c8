// Identity numbers are nowhere in clear: not in a journal, snapshot, log or metric, whoever sends them
// and whether they are taken or refused.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/committee/v1/committee.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/runtime/errors.h"
#include "tests/steel/register.h"

namespace xince::steel {
namespace {

namespace fs = std::filesystem;

using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::Duration kCallTimeout = absl::Seconds(10);
// Sound numbers of nobody, and one whose check digit is wrong.
constexpr char kManager[] = "320104198001010019";
constexpr char kLegal[] = "320104198001010027";
constexpr char kMember[] = "320104198001010035";
constexpr char kRefused[] = "320104198001010040";
// What is known to be stored: without it the search would find nothing anywhere.
constexpr char kStored[] = "示例经理甲乙丙";

template <class Record, class Request>
absl::Status Send(Register& services, const std::string& method, const Request& request) {
  const std::string service = method.substr(6, method.find('.', 6) - 6);
  return services.ChannelTo(service)
      ->Call<Request, Record>(method, request, {.timeout = kCallTimeout})
      .status();
}

absl::Status FileManager(Register& services, const std::string& name, const std::string& number) {
  registry::v1::CreateManagerRequest request;
  request.set_request_id(name);
  auto& manager = *request.mutable_manager();
  manager.set_name("managers/" + name);
  manager.set_display_name(kStored);
  manager.set_identity_number(number);
  manager.set_division("320104");
  manager.set_filing_date("2020-01-01");
  return Send<registry::v1::Manager>(
      services, "xince.registry.v1.RegistryService/CreateManager", request);
}

absl::Status FileFirm(Register& services) {
  registry::v1::CreateFirmRequest request;
  auto& firm = *request.mutable_firm();
  firm.set_uscc("91320104MAX0000156");
  firm.set_display_name("示例物业服务有限公司");
  firm.set_provider_kind(registry::v1::Firm::PROPERTY_FIRM);
  firm.set_division("320104002");
  firm.set_filing_date("2020-01-01");
  firm.mutable_legal_representative()->set_display_name("示例法人");
  firm.mutable_legal_representative()->set_identity_number(kLegal);
  return Send<registry::v1::Firm>(
      services, "xince.registry.v1.RegistryService/CreateFirm", request);
}

absl::Status FileMember(Register& services) {
  committee::v1::CreateCommitteeRequest body;
  auto& committee = *body.mutable_committee();
  committee.set_name("committees/k1");
  committee.set_display_name("示例小区业主委员会");
  committee.set_kind(committee::v1::Committee::OWNERS_COMMITTEE);
  committee.set_division("320104002001");
  committee.set_estate("estates/e1");
  committee.set_formed_date("2022-05-01");
  committee.set_filing_date("2022-06-01");
  committee.set_term_start_date("2022-05-01");
  committee.set_term_end_date("2027-05-01");
  XINCE_RETURN_IF_ERROR(Send<committee::v1::Committee>(
      services, "xince.committee.v1.CommitteeService/CreateCommittee", body));
  committee::v1::CreateMemberRequest request;
  auto& member = *request.mutable_member();
  member.set_committee("committees/k1");
  member.mutable_person()->set_display_name("示例委员");
  member.mutable_person()->set_identity_number(kMember);
  member.set_post(committee::v1::Member::MEMBER);
  member.set_start_date("2022-05-01");
  return Send<committee::v1::Member>(
      services, "xince.committee.v1.CommitteeService/CreateMember", request);
}

// Files that hold the text, and "log" and "metrics" where those do.
std::vector<std::string> PlacesOf(const std::string& text,
                                  Register& services,
                                  const std::string& logs,
                                  const std::string& metrics) {
  std::vector<std::string> places;
  for (const std::string& directory : services.DataDirectories()) {
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      if (absl::StrContains(bytes, text)) places.push_back(entry.path().string());
    }
  }
  if (absl::StrContains(logs, text)) places.emplace_back("log");
  if (absl::StrContains(metrics, text)) places.emplace_back("metrics");
  return places;
}

class IdentityNumbers : public ::testing::TestWithParam<Arrangement> {};

TEST_P(IdentityNumbers, AreNowhereInClear) {
  const auto services =
      MakeRegister(GetParam(), absl::FromCivil(absl::CivilDay(2024, 6, 1), absl::UTCTimeZone()));
  ASSERT_EQ(services->Start(), absl::OkStatus());
  EXPECT_EQ(FileManager(*services, "m1", kManager), absl::OkStatus());
  EXPECT_EQ(FileFirm(*services), absl::OkStatus());
  EXPECT_EQ(FileMember(*services), absl::OkStatus());
  // Refused: a wrong check digit, the same person twice, a repeat under the same id with another
  // number. What is said of them repeats no number.
  for (const auto& [name, number] :
       {std::pair<std::string, std::string>{"m2", kRefused}, {"m3", kManager}, {"m1", kLegal}}) {
    const absl::Status status = FileManager(*services, name, number);
    EXPECT_FALSE(status.ok()) << name;
    EXPECT_FALSE(absl::StrContains(status.ToString(), number)) << name;
  }
  ASSERT_EQ(AwaitScoring(*services), absl::OkStatus());
  std::string metrics;
  for (const char* service : kServices) metrics += services->Metrics(service).value();
  std::string logs = services->Logs();
  // Stopping stores snapshots.
  EXPECT_EQ(services->Stop(), absl::OkStatus());
  logs += services->Logs();
  for (const char* number : {kManager, kLegal, kMember, kRefused}) {
    EXPECT_THAT(PlacesOf(number, *services, logs, metrics), IsEmpty());
  }
  EXPECT_THAT(PlacesOf(kStored, *services, "", ""), Not(IsEmpty())) << "the search finds nothing";
  EXPECT_THAT(PlacesOf("RESIDENT_ID_CHECK_DIGIT", *services, logs, metrics), Not(IsEmpty()))
      << "the log is not searched";
}

INSTANTIATE_TEST_SUITE_P(Everywhere,
                         IdentityNumbers,
                         ::testing::Values(Arrangement{Shape::kOneServer, Store::kSqlite},
                                           Arrangement{Shape::kOneServer, Store::kRedis},
                                           Arrangement{Shape::kOneProcess, Store::kSqlite}),
                         [](const auto& info) { return NameOf(info.param); });

}  // namespace
}  // namespace xince::steel
