#include "services/scoring/query/intake_desk.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/credit/v1/credit.pb.h"

#include "services/runtime/client.h"
#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "services/runtime/metrics.h"
#include "services/runtime/server.h"
#include "services/scoring/creditfile/test_register.h"
#include "services/scoring/intake/testing/scripted_feed.h"
#include "services/scoring/query/credit_service.h"

namespace xince::query {
namespace {

using credit::v1::GetIntakeStatusRequest;
using credit::v1::IntakeStatus;
using credit::v1::ListSetAsideEvidenceRequest;
using credit::v1::ListSetAsideEvidenceResponse;
using credit::v1::SetAsideEvidence;
using credit::v1::SetEvidenceAsideRequest;
using evidence::v1::Evidence;

constexpr char kFirm[] = "firms/91320104MAX0000156";
constexpr char kService[] = "xince.credit.v1.CreditService/";

// A piece without a subject, whose id could be an identity number.
Evidence Bad(int number) {
  Evidence piece;
  piece.set_id(absl::StrCat("foreign/", 320104198001010000 + number));
  piece.set_version(1);
  return piece;
}

// Two feeds, and the desk behind the door.
class IntakeDeskTest : public ::testing::Test {
 protected:
  IntakeDeskTest() {
    feed_.Send(1, {creditfile::FiledEvidence(kFirm)});
    readers_.push_back(Reader("registry", quiet_));
    readers_.push_back(Reader("foreign", feed_));
    queries_.Register(service_);
    desk_.Register(service_);
    auto started = runtime::Server::Start({}, {&service_});
    EXPECT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    channel_ = server_->InProcess();
    for (const auto& reader : readers_) reader->Start();
  }
  ~IntakeDeskTest() override {
    server_->Stop(absl::ZeroDuration(), absl::ZeroDuration());
    workers_.Stop();
    readers_.clear();
  }

  std::unique_ptr<intake::FeedReader> Reader(const std::string& name, intake::ScriptedFeed& feed) {
    return std::make_unique<intake::FeedReader>(
        name, feed.Open(), register_.state(), register_.machine(), [](const auto&, const auto&) {});
  }
  template <class Reply, class Request>
  absl::StatusOr<Reply> Call(const std::string& method, const Request& request) {
    return channel_->Call<Request, Reply>(
        kService + method, request, {.timeout = absl::Seconds(20), .actor = "li"});
  }
  IntakeStatus Status() {
    auto status = Call<IntakeStatus>("GetIntakeStatus", GetIntakeStatusRequest());
    EXPECT_TRUE(status.ok()) << status.status();
    return status.value_or(IntakeStatus());
  }
  credit::v1::FeedStatus AwaitStuck(uint64_t sequence) {
    credit::v1::FeedStatus feed;
    intake::Await([&] {
      feed = Status().feeds(1);
      return feed.stuck().sequence() == sequence;
    });
    return feed;
  }
  absl::StatusOr<SetAsideEvidence> SetAside(const std::string& feed,
                                            const credit::v1::StuckEvidence& piece) {
    SetEvidenceAsideRequest request;
    request.set_feed(feed);
    request.set_sequence(piece.sequence());
    request.set_digest(piece.digest());
    request.set_reason("来函说明作废");
    return Call<SetAsideEvidence>("SetEvidenceAside", request);
  }

  runtime::LogCapture logs_;
  creditfile::TestRegister register_{{}, "2024-03-01"};
  intake::ScriptedFeed quiet_;
  intake::ScriptedFeed feed_;
  std::vector<std::unique_ptr<intake::FeedReader>> readers_;
  runtime::SystemClock clock_;
  runtime::Metrics metrics_;
  runtime::Workers workers_{{.threads = 2, .in_flight_max = 16}};
  runtime::RpcService service_{
      GetIntakeStatusRequest::descriptor()->file()->service(0), workers_, clock_, metrics_, {}, [] {
        return "trace";
      }};
  CreditQueries queries_{register_.state(), register_.machine()};
  IntakeDesk desk_{register_.state(), register_.machine(), readers_};
  std::unique_ptr<runtime::Server> server_;
  std::shared_ptr<runtime::Channel> channel_;
};

TEST_F(IntakeDeskTest, AFeedThatStandsStillIsToldAndGoesOnWhenThePieceIsSetAside) {
  intake::Await([&] { return Status().feeds(1).caught_up(); });
  EXPECT_FALSE(Status().feeds(1).has_stuck());
  feed_.Send(2, {Bad(1)});
  feed_.Send(3, {creditfile::FiledEvidence("projects/p1")});
  const credit::v1::FeedStatus feed = AwaitStuck(2);
  EXPECT_EQ(feed.sequence(), 1);
  EXPECT_FALSE(feed.caught_up());
  EXPECT_EQ(feed.stuck().place(), 0);
  EXPECT_EQ(feed.stuck().digest(), creditfile::DigestOfPiece(Bad(1)));
  EXPECT_EQ(feed.stuck().fault(), "subject");
  EXPECT_EQ(feed.stuck().evidence(), "") << "it could name a person";

  const auto aside = SetAside("foreign", feed.stuck());
  ASSERT_TRUE(aside.ok()) << aside.status();
  EXPECT_EQ(aside->feed(), "foreign");
  EXPECT_EQ(aside->piece().SerializeAsString(), feed.stuck().SerializeAsString());
  EXPECT_EQ(aside->actor(), "claimed:li") << "nobody vouches for it yet";
  EXPECT_EQ(aside->reason(), "来函说明作废");
  EXPECT_GT(aside->revision(), 0);
  EXPECT_GT(aside->record_time().seconds(), 0);
  intake::Await([&] { return Status().feeds(1).sequence() == 3; });
  EXPECT_FALSE(Status().feeds(1).has_stuck());
  EXPECT_EQ(Status().subjects(), 2);
  // A repeat says the same.
  EXPECT_EQ(SetAside("foreign", feed.stuck())->revision(), aside->revision());
  // It is in the log, and nobody's number with it.
  EXPECT_NE(logs_.text().find("a piece of evidence is set aside"), std::string::npos);
  EXPECT_NE(logs_.text().find(feed.stuck().digest()), std::string::npos);
  EXPECT_EQ(logs_.text().find("3201041980"), std::string::npos);
}

TEST_F(IntakeDeskTest, WhatIsNotStuckIsNotSetAside) {
  feed_.Send(2, {Bad(1)});
  credit::v1::StuckEvidence piece = AwaitStuck(2).stuck();
  EXPECT_EQ(runtime::ReasonOf(SetAside("registry", piece).status()), "EVIDENCE_NOT_STUCK");
  EXPECT_EQ(runtime::ReasonOf(SetAside("nobody", piece).status()), "FEED_UNKNOWN");
  piece.set_digest(creditfile::DigestOfPiece(creditfile::FiledEvidence(kFirm)));
  EXPECT_EQ(runtime::ReasonOf(SetAside("foreign", piece).status()), "EVIDENCE_NOT_STUCK");
  piece = AwaitStuck(2).stuck();
  piece.set_sequence(1);
  EXPECT_EQ(runtime::ReasonOf(SetAside("foreign", piece).status()), "EVIDENCE_NOT_STUCK");
  const auto list =
      Call<ListSetAsideEvidenceResponse>("ListSetAsideEvidence", ListSetAsideEvidenceRequest());
  EXPECT_EQ(list->pieces_size(), 0);
}

TEST_F(IntakeDeskTest, WhatWasSetAsideIsListedNewestFirstInPages) {
  for (int i = 1; i <= 3; ++i) {
    feed_.Send(static_cast<uint64_t>(i + 1), {Bad(i)});
    ASSERT_TRUE(SetAside("foreign", AwaitStuck(static_cast<uint64_t>(i + 1)).stuck()).ok());
  }
  ListSetAsideEvidenceRequest request;
  request.set_page_size(2);
  auto page = Call<ListSetAsideEvidenceResponse>("ListSetAsideEvidence", request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->pieces_size(), 2);
  EXPECT_EQ(page->pieces(0).piece().sequence(), 4);
  EXPECT_EQ(page->pieces(1).piece().sequence(), 3);
  request.set_page_token(page->next_page_token());
  page = Call<ListSetAsideEvidenceResponse>("ListSetAsideEvidence", request);
  ASSERT_EQ(page->pieces_size(), 1);
  EXPECT_EQ(page->pieces(0).piece().sequence(), 2);
  EXPECT_EQ(page->next_page_token(), "");
  request.set_feed("foreign");
  EXPECT_EQ(runtime::ReasonOf(
                Call<ListSetAsideEvidenceResponse>("ListSetAsideEvidence", request).status()),
            "PAGE_TOKEN_ARGUMENTS");
  request.clear_page_token();
  request.set_feed("registry");
  EXPECT_EQ(Call<ListSetAsideEvidenceResponse>("ListSetAsideEvidence", request)->pieces_size(), 0);
}

}  // namespace
}  // namespace xince::query
