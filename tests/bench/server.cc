#include "tests/bench/server.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/runtime/errors.h"
#include "services/type/uscc.h"

namespace xince::bench {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);
constexpr int kBatch = 200;
constexpr double kAwaitSeconds = 60;

}  // namespace

std::vector<std::string> InventFirms(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    const auto code = type::ComputeCheckDigits(absl::StrFormat("91320100MB%06d", i));
    if (!code.ok()) Fail(std::string(code.status().message()));
    names.push_back(absl::StrCat("firms/", *code));
  }
  return names;
}

inspection::v1::CreateConductRequest ConductAbout(const std::string& subject, long number) {
  inspection::v1::CreateConductRequest request;
  request.set_request_id(absl::StrCat("bench-", number));
  inspection::v1::Conduct& conduct = *request.mutable_conduct();
  conduct.set_subject(subject);
  conduct.set_kind("inspection.lift-unsafe");
  conduct.set_nature(inspection::v1::Conduct::BAD);
  conduct.set_source(inspection::v1::Conduct::DECISION);
  conduct.set_description("电梯安全标志过期");
  conduct.set_occurred_date("2026-06-01");
  conduct.set_issuer("示例市住房保障和房产局");
  conduct.set_division("3201");
  conduct.mutable_document()->set_number(absl::StrCat("示例〔2026〕", number, "号"));
  conduct.mutable_document()->set_title("检查决定书");
  conduct.mutable_document()->set_issue_date("2026-06-02");
  return request;
}

RegisterProcess::RegisterProcess(const BenchOptions& options, const std::string& name, int firms)
    : firms_(InventFirms(firms)) {
  child_ = std::make_unique<Child>(
      std::vector<std::string>{options.binary_directory + "/xinced",
                               "--target=all",
                               "--register=nanjing",
                               absl::StrCat("--data-dir=", options.directory, "/", name),
                               "--grpc-address=127.0.0.1:0",
                               "--metrics-address=127.0.0.1:0"});
  const std::string& line = child_->first_line();
  const size_t at = line.find("\"address\":\"");
  if (at == std::string::npos) Fail("xinced did not start: " + line);
  address_ = line.substr(at + 11, line.find('"', at + 11) - at - 11);
  channel_ = runtime::Channel::Create(address_);
  const double began = Now();
  while (!channel_->IsServing("", absl::Seconds(1)).value_or(false)) {
    if (Now() - began > kAwaitSeconds) Fail("xinced is not serving");
  }
  for (size_t first = 0; first < firms_.size(); first += kBatch) {
    registry::v1::BatchCreateFirmsRequest batch;
    for (size_t i = first; i < std::min(firms_.size(), first + kBatch); ++i) {
      registry::v1::Firm& firm = *batch.add_requests()->mutable_firm();
      firm.set_uscc(firms_[i].substr(6));
      firm.set_display_name(absl::StrCat("示例物业", i, "有限公司"));
      firm.set_provider_kind(registry::v1::Firm::PROPERTY_FIRM);
      firm.set_division("320104001");
      firm.set_filing_date("2020-01-01");
    }
    const auto filed =
        channel_
            ->Call<registry::v1::BatchCreateFirmsRequest, registry::v1::BatchCreateFirmsResponse>(
                "xince.registry.v1.RegistryService/BatchCreateFirms", batch, {.timeout = kTimeout});
    if (!filed.ok()) Fail(std::string(filed.status().message()));
    if (filed->results(0).has_error()) Fail(filed->results(0).error().message());
  }
  AwaitScoring(firms_.size());
}

void RegisterProcess::AwaitScoring(size_t subjects) {
  const double began = Now();
  while (Now() - began < kAwaitSeconds) {
    const auto status =
        channel_->Call<credit::v1::GetIntakeStatusRequest, credit::v1::IntakeStatus>(
            "xince.credit.v1.CreditService/GetIntakeStatus", {}, {.timeout = kTimeout});
    if (!status.ok()) continue;
    bool caught_up = static_cast<size_t>(status->subjects()) >= subjects;
    for (const auto& feed : status->feeds()) caught_up = caught_up && feed.caught_up();
    if (caught_up) return;
  }
  Fail("scoring does not catch up");
}

}  // namespace xince::bench
