#include "services/feeds/feed_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/committee/v1/committee.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/feeds/committee/committee_feed.h"
#include "services/feeds/evidence_service.h"
#include "services/feeds/registry/registry_feed.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/server.h"

// The methods all feeds have alike and the evidence stream, called through the door.
namespace xince::feeds {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::HasSubstr;
using ::xince::evidence::v1::StreamEvidenceRequest;
using ::xince::evidence::v1::StreamEvidenceResponse;
using ::xince::registry::v1::BatchCreateOrganizationsRequest;
using ::xince::registry::v1::BatchCreateOrganizationsResponse;
using ::xince::registry::v1::CreateFirmRequest;
using ::xince::registry::v1::CreateOrganizationRequest;
using ::xince::registry::v1::Division;
using ::xince::registry::v1::Firm;
using ::xince::registry::v1::GetDivisionRequest;
using ::xince::registry::v1::GetFirmRequest;
using ::xince::registry::v1::ListDivisionsRequest;
using ::xince::registry::v1::ListDivisionsResponse;
using ::xince::registry::v1::ListFirmsRequest;
using ::xince::registry::v1::ListFirmsResponse;
using ::xince::registry::v1::Organization;
using ::xince::registry::v1::SearchDivisionsRequest;
using ::xince::registry::v1::SearchDivisionsResponse;
using ::xince::registry::v1::UpdateFirmRequest;
using ::xince::registry::v1::VoidRecordRequest;
using ::xince::registry::v1::VoidRecordResponse;

constexpr char kFirm[] = "firms/91350100M000100Y43";

// The registry and the committee feed behind one server.
class FeedServiceTest : public ::testing::Test {
 protected:
  FeedServiceTest()
      : registry_definition_(registry::RegistryFeed()),
        committee_definition_(committee::CommitteeFeed()),
        registry_("registry", registry_definition_.types),
        committee_("committee", committee_definition_.types),
        registry_service_(Service(registry_definition_.service)),
        committee_service_(Service(committee_definition_.service)),
        evidence_service_(Service(StreamEvidenceRequest::descriptor()->file()->FindServiceByName(
            "EvidenceFeedService"))) {
    Register(registry_definition_, registry_, *registry_service_);
    Register(committee_definition_, committee_, *committee_service_);
    RegisterEvidenceStream(
        {&registry_.feed(), &committee_.feed()}, *evidence_service_, registry_.clock());
    auto started = runtime::Server::Start(
        {}, {registry_service_.get(), committee_service_.get(), evidence_service_.get()});
    if (!started.ok()) ADD_FAILURE() << started.status();
    server_ = *std::move(started);
    channel_ = server_->InProcess();
  }
  ~FeedServiceTest() override {
    server_->Stop(absl::ZeroDuration(), absl::ZeroDuration());
    workers_.Stop();
  }

  template <class Res, class Req>
  absl::StatusOr<Res> Call(const std::string& method, const Req& request) {
    return channel_->Call<Req, Res>("xince.registry.v1.RegistryService/" + method,
                                    request,
                                    {.timeout = absl::Seconds(20),
                                     .actor = "officer",
                                     .min_revision = min_revision_,
                                     .revision = &revision_});
  }
  auto Read(const std::string& feed, uint64_t after) {
    StreamEvidenceRequest request;
    request.set_feed(feed);
    request.set_after_sequence(after);
    return channel_->Read<StreamEvidenceRequest, StreamEvidenceResponse>(
        "xince.evidence.v1.EvidenceFeedService/StreamEvidence",
        request,
        {.timeout = absl::Seconds(20)});
  }
  // Reads one batch, `OK` or the reason the stream ended with.
  static StreamEvidenceResponse Next(runtime::ReadStream<StreamEvidenceResponse>& stream) {
    const auto batch = stream.Next();
    if (batch.ok() && batch->has_value()) return **batch;
    ADD_FAILURE() << batch.status();
    return {};
  }

  static Firm AFirm() {
    return Parse<Firm>(R"pb(
      uscc: "91350100M000100Y43"
      display_name: "示例物业(虚构)"
      provider_kind: PROPERTY_FIRM
      division: "320104"
      filing_date: "2026-01-05"
    )pb");
  }
  static CreateFirmRequest FileFirm() {
    CreateFirmRequest request;
    *request.mutable_firm() = AFirm();
    return request;
  }
  static CreateOrganizationRequest FileOrganization(const std::string& name) {
    CreateOrganizationRequest request;
    request.mutable_organization()->set_display_name(name);
    request.mutable_organization()->set_division("320104");
    request.mutable_organization()->set_filing_date("2026-01-05");
    return request;
  }

  std::unique_ptr<runtime::RpcService> Service(const google::protobuf::ServiceDescriptor* service) {
    return std::make_unique<runtime::RpcService>(
        service, workers_, system_clock_, metrics_, runtime::RpcLimits{}, [] { return "trace"; });
  }
  void Register(FeedDefinition& definition, TestFeed& harness, runtime::RpcService& service) {
    RegisterFeedMethods(harness.feed(), service, definition.verbs);
    definition.more(harness.feed(), service, harness.divisions(), harness.clock());
  }

  FeedDefinition registry_definition_;
  FeedDefinition committee_definition_;
  TestFeed registry_;
  TestFeed committee_;
  runtime::SystemClock system_clock_;
  runtime::Metrics metrics_;
  runtime::Workers workers_{{.threads = 4, .in_flight_max = 64}};
  std::unique_ptr<runtime::RpcService> registry_service_;
  std::unique_ptr<runtime::RpcService> committee_service_;
  std::unique_ptr<runtime::RpcService> evidence_service_;
  std::unique_ptr<runtime::Server> server_;
  std::shared_ptr<runtime::Channel> channel_;
  std::string min_revision_;
  std::string revision_;
};

TEST_F(FeedServiceTest, EveryMethodHasAHandlerAndAnAccessRule) {
  EXPECT_TRUE(registry_service_->Seal().ok()) << registry_service_->Seal();
  EXPECT_TRUE(committee_service_->Seal().ok()) << committee_service_->Seal();
  EXPECT_TRUE(evidence_service_->Seal().ok()) << evidence_service_->Seal();
}

TEST_F(FeedServiceTest, FilesReadsChangesListsAndVoids) {
  const auto filed = Call<Firm>("CreateFirm", FileFirm());
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->name(), kFirm);
  EXPECT_THAT(filed->info().actor(), HasSubstr("officer"));
  min_revision_ = revision_;
  ASSERT_NE(min_revision_, "");

  GetFirmRequest get;
  get.set_name(kFirm);
  EXPECT_EQ(Call<Firm>("GetFirm", get)->ShortDebugString(), filed->ShortDebugString());

  UpdateFirmRequest update;
  *update.mutable_firm() = *filed;
  update.mutable_firm()->set_address("某路1号");
  update.set_expected_revision(filed->info().revision());
  EXPECT_EQ(Call<Firm>("UpdateFirm", update)->info().version(), 2);

  ListFirmsRequest list;
  list.set_division("3201");
  EXPECT_EQ(Call<ListFirmsResponse>("ListFirms", list)->firms_size(), 1);

  VoidRecordRequest voiding;
  voiding.set_name(kFirm);
  voiding.set_expected_revision(2);
  voiding.mutable_voiding()->set_reason("重复登记");
  const auto voided = Call<VoidRecordResponse>("VoidRecord", voiding);
  ASSERT_TRUE(voided.ok()) << voided.status();
  EXPECT_EQ(voided->name(), kFirm);
  EXPECT_EQ(voided->info().voiding().reason(), "重复登记");
  EXPECT_EQ(Call<ListFirmsResponse>("ListFirms", list)->firms_size(), 0);
}

TEST_F(FeedServiceTest, ARefusalNamesTheFieldOfTheRequest) {
  CreateFirmRequest request;
  EXPECT_EQ(Refusal(Call<Firm>("CreateFirm", request)), "FIELD_REQUIRED firm");
  request = FileFirm();
  request.mutable_firm()->set_uscc("91350100M000100Y44");
  const auto refused = Call<Firm>("CreateFirm", request);
  EXPECT_EQ(Refusal(refused), "USCC_CHECK_DIGIT firm.uscc");
  EXPECT_EQ(Said(refused, "expected"), "3");
  request = FileFirm();
  request.set_request_id("a b");
  EXPECT_EQ(Refusal(Call<Firm>("CreateFirm", request)), "REQUEST_ID_SYNTAX request_id");
  UpdateFirmRequest update;
  *update.mutable_firm() = AFirm();
  update.mutable_firm()->set_name(kFirm);
  EXPECT_EQ(Refusal(Call<Firm>("UpdateFirm", update)), "RECORD_UNKNOWN firm.name");
  ASSERT_TRUE(Call<Firm>("CreateFirm", FileFirm()).ok());
  EXPECT_EQ(Refusal(Call<Firm>("UpdateFirm", update)),
            "EXPECTED_REVISION_REQUIRED expected_revision");
  VoidRecordRequest voiding;
  voiding.set_name("firms/91110000600037341L");
  voiding.set_expected_revision(1);
  EXPECT_EQ(Refusal(Call<VoidRecordResponse>("VoidRecord", voiding)),
            "FIELD_REQUIRED voiding.reason");
  voiding.mutable_voiding()->set_reason("重复登记");
  EXPECT_EQ(Refusal(Call<VoidRecordResponse>("VoidRecord", voiding)), "RECORD_UNKNOWN name");
}

TEST_F(FeedServiceTest, FiltersAndNamesAreChecked) {
  ListFirmsRequest list;
  list.set_division("999999");
  EXPECT_EQ(Refusal(Call<ListFirmsResponse>("ListFirms", list)), "UNKNOWN_DIVISION division");
  list.set_division("");
  list.set_page_size(-1);
  EXPECT_EQ(Refusal(Call<ListFirmsResponse>("ListFirms", list)), "PAGE_SIZE page_size");
  GetFirmRequest get;
  EXPECT_EQ(Refusal(Call<Firm>("GetFirm", get)), "FIELD_REQUIRED name");
  get.set_name("managers/a");
  EXPECT_EQ(Refusal(Call<Firm>("GetFirm", get)), "RESOURCE_SYNTAX name");
  get.set_name(kFirm);
  EXPECT_EQ(Refusal(Call<Firm>("GetFirm", get)), "RECORD_UNKNOWN name");
}

TEST_F(FeedServiceTest, BytesThatAreNotUtf8AreRefusedAtTheDoor) {
  // firm.display_name = "\xff", written by hand: the generated code would not.
  const std::string request("\x12\x03\x22\x01\xff", 5);
  const auto refused = channel_->CallBytes(
      "xince.registry.v1.RegistryService/CreateFirm", request, {.timeout = absl::Seconds(20)});
  EXPECT_EQ(Refusal(refused), "BAD_UTF8 firm.display_name");
}

TEST_F(FeedServiceTest, ValidatingWritesNothing) {
  CreateFirmRequest request = FileFirm();
  request.set_validate_only(true);
  const auto valid = Call<Firm>("CreateFirm", request);
  ASSERT_TRUE(valid.ok()) << valid.status();
  EXPECT_EQ(valid->name(), kFirm);
  EXPECT_TRUE(registry_.Entries().empty());
}

TEST_F(FeedServiceTest, EachItemOfABatchHasItsOwnOutcome) {
  BatchCreateOrganizationsRequest batch;
  batch.set_request_id("batch-1");
  *batch.add_requests() = FileOrganization("甲(虚构)");
  *batch.add_requests() = FileOrganization("");
  batch.add_requests();
  *batch.add_requests() = FileOrganization("乙(虚构)");
  batch.mutable_requests(3)->set_request_id("own");
  const auto answer = Call<BatchCreateOrganizationsResponse>("BatchCreateOrganizations", batch);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->results_size(), 4);
  EXPECT_EQ(answer->results(0).organization().display_name(), "甲(虚构)");
  EXPECT_EQ(Refusal<int>(runtime::FromRpcStatus(answer->results(1).error())),
            "FIELD_REQUIRED requests[1].organization.display_name");
  EXPECT_EQ(Refusal<int>(runtime::FromRpcStatus(answer->results(2).error())),
            "FIELD_REQUIRED requests[2].organization");
  EXPECT_EQ(answer->results(3).organization().display_name(), "乙(虚构)");
  EXPECT_NE(revision_, "");
  // Sent again, what was filed is answered again.
  EXPECT_EQ(
      Call<BatchCreateOrganizationsResponse>("BatchCreateOrganizations", batch)->ShortDebugString(),
      answer->ShortDebugString());
  EXPECT_THAT(registry_.Entries(), testing::SizeIs(2));
  EXPECT_EQ(registry_.Entries()[0].request_id, "batch-1/0");
  EXPECT_EQ(registry_.Entries()[1].request_id, "own");
}

TEST_F(FeedServiceTest, ABatchHasOneToFiveHundredItems) {
  BatchCreateOrganizationsRequest batch;
  EXPECT_EQ(Refusal(Call<BatchCreateOrganizationsResponse>("BatchCreateOrganizations", batch)),
            "BATCH_EMPTY requests");
  for (int i = 0; i < kBatchItemsMax; ++i) {
    *batch.add_requests() = FileOrganization(absl::StrCat("组织", i));
  }
  const auto answer = Call<BatchCreateOrganizationsResponse>("BatchCreateOrganizations", batch);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->results_size(), kBatchItemsMax);
  for (const auto& result : answer->results()) EXPECT_TRUE(result.has_organization());
  *batch.add_requests() = FileOrganization("多一个");
  const auto refused = Call<BatchCreateOrganizationsResponse>("BatchCreateOrganizations", batch);
  EXPECT_EQ(Refusal(refused), "BATCH_TOO_LARGE requests");
  EXPECT_EQ(Said(refused, "limit"), "500");
  EXPECT_EQ(registry_.Entries().size(), size_t{kBatchItemsMax});
}

TEST_F(FeedServiceTest, DivisionsAreLookedUpByCodeAndName) {
  GetDivisionRequest get;
  get.set_code("320104002");
  const auto street = Call<Division>("GetDivision", get);
  ASSERT_TRUE(street.ok()) << street.status();
  EXPECT_EQ(street->display_name(), "夫子庙街道");
  EXPECT_EQ(street->parent(), "320104");
  EXPECT_EQ(street->level(), type::v1::LEVEL_STREET);
  EXPECT_EQ(street->full_name(), "江苏省南京市秦淮区夫子庙街道");
  get.set_code("320199");
  EXPECT_EQ(Refusal(Call<Division>("GetDivision", get)), "DIVISION_NOT_FOUND code");
  get.set_code("12345");
  EXPECT_EQ(Refusal(Call<Division>("GetDivision", get)), "DIVISION_SYNTAX code");

  ListDivisionsRequest list;
  list.set_parent("320104");
  list.set_page_size(1);
  auto page = Call<ListDivisionsResponse>("ListDivisions", list);
  ASSERT_EQ(page->divisions_size(), 1);
  EXPECT_EQ(page->divisions(0).code(), "320104002");
  list.set_page_token(page->next_page_token());
  page = Call<ListDivisionsResponse>("ListDivisions", list);
  EXPECT_EQ(page->divisions(0).code(), "320104003");
  EXPECT_EQ(page->next_page_token(), "");
  list.set_page_token("1");
  EXPECT_EQ(Refusal(Call<ListDivisionsResponse>("ListDivisions", list)), "PAGE_TOKEN page_token");
  list.set_page_size(-1);
  EXPECT_EQ(Refusal(Call<ListDivisionsResponse>("ListDivisions", list)), "PAGE_SIZE page_size");
  list.set_parent("999999");
  EXPECT_EQ(Refusal(Call<ListDivisionsResponse>("ListDivisions", list)), "UNKNOWN_DIVISION parent");

  SearchDivisionsRequest search;
  search.set_display_name("建邺区");
  const auto found = Call<SearchDivisionsResponse>("SearchDivisions", search);
  ASSERT_EQ(found->divisions_size(), 1);
  EXPECT_EQ(found->divisions(0).code(), "320105");
  search.set_within("51");
  EXPECT_EQ(Call<SearchDivisionsResponse>("SearchDivisions", search)->divisions_size(), 0);
}

TEST_F(FeedServiceTest, TheStreamGivesEvidenceInOrderAndSaysWhenItHasCaughtUp) {
  ASSERT_TRUE(Call<Firm>("CreateFirm", FileFirm()).ok());
  // An entry without evidence is passed over.
  UpdateFirmRequest update;
  *update.mutable_firm() = AFirm();
  update.mutable_firm()->set_name(kFirm);
  update.mutable_firm()->set_address("某路1号");
  update.set_expected_revision(1);
  ASSERT_TRUE(Call<Firm>("UpdateFirm", update).ok());
  ASSERT_TRUE(Call<Organization>("CreateOrganization", FileOrganization("甲(虚构)")).ok());

  auto stream = Read("registry", 0);
  ASSERT_TRUE(stream.ok()) << stream.status();
  const StreamEvidenceResponse first = Next(*stream);
  EXPECT_EQ(first.feed(), "registry");
  EXPECT_EQ(first.sequence(), 1);
  EXPECT_THAT(first.actor(), HasSubstr("officer"));
  EXPECT_EQ(first.record_time().seconds(), absl::ToUnixSeconds(registry_.clock().Now()));
  ASSERT_EQ(first.evidence_size(), 1);
  EXPECT_EQ(first.evidence(0).id(), "registry/firms/91350100M000100Y43#subject");
  EXPECT_EQ(Next(*stream).sequence(), 3);
  const StreamEvidenceResponse idle = Next(*stream);
  EXPECT_TRUE(idle.caught_up());
  EXPECT_EQ(idle.sequence(), 3);
  EXPECT_EQ(idle.evidence_size(), 0);

  // What is recorded while the stream is open follows.
  ASSERT_TRUE(Call<Organization>("CreateOrganization", FileOrganization("乙(虚构)")).ok());
  EXPECT_EQ(Next(*stream).sequence(), 4);
  EXPECT_TRUE(Next(*stream).caught_up());
  stream->Cancel();
}

TEST_F(FeedServiceTest, TheStreamResumesAfterASequence) {
  for (const char* name : {"甲", "乙", "丙"}) {
    ASSERT_TRUE(Call<Organization>("CreateOrganization", FileOrganization(name)).ok());
  }
  auto stream = Read("registry", 2);
  EXPECT_EQ(Next(*stream).sequence(), 3);
  EXPECT_TRUE(Next(*stream).caught_up());
  stream->Cancel();
  auto at_end = Read("registry", 3);
  EXPECT_TRUE(Next(*at_end).caught_up());
  at_end->Cancel();
}

TEST_F(FeedServiceTest, AnIdleStreamShowsThatItLives) {
  auto stream = Read("committee", 0);
  EXPECT_TRUE(Next(*stream).caught_up());
  // The stream asks the fake clock, which only this test moves.
  registry_.clock().AdvanceTime(kHeartbeat);
  const StreamEvidenceResponse heartbeat = Next(*stream);
  EXPECT_TRUE(heartbeat.caught_up());
  EXPECT_EQ(heartbeat.evidence_size(), 0);
  stream->Cancel();
}

TEST_F(FeedServiceTest, AStreamFromElsewhereIsRefused) {
  auto beyond = Read("registry", 1);
  EXPECT_EQ(Refusal(beyond->Next()), "SEQUENCE_UNKNOWN after_sequence");
  auto unknown = Read("inspection", 0);
  EXPECT_EQ(Refusal(unknown->Next()), "FEED_UNKNOWN feed");
  auto unnamed = Read("", 0);
  EXPECT_EQ(Refusal(unnamed->Next()), "FEED_UNKNOWN feed");
}

}  // namespace
}  // namespace xince::feeds
