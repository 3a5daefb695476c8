#ifndef SERVICES_SCORING_RULEMAKING_RULEMAKING_FIXTURE_H_
#define SERVICES_SCORING_RULEMAKING_RULEMAKING_FIXTURE_H_

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/scoring.pb.h"
#include "xince/policy/v1/policy.pb.h"

#include "services/journal/machine.h"
#include "services/journal/sqlite_journal.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/client.h"
#include "services/runtime/errors.h"
#include "services/runtime/metrics.h"
#include "services/runtime/rpc_service.h"
#include "services/runtime/server.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"
#include "services/scoring/rulemaking/policy_service.h"

/// A register with a town's rules, and PolicyService behind the door, for tests.
namespace xince::rulemaking::testdata {

namespace pv = ::xince::policy::v1;

inline constexpr char kFirm[] = "firms/91350100M000100Y43";
inline constexpr char kOtherFirm[] = "firms/91510000779827684C";

/// What differs between the texts of tests.
struct Town {
  std::string from = "2027-01-01";
  std::string penalty = "-5";
  std::string jurisdiction = "3201";
  std::string id = "town";
  /// More fields of the pack.
  std::string more;
};

inline std::string TextOf(const Town& town) {
  return absl::StrCat(R"(id: ")",
                      town.id,
                      R"(" zh: "某市" en: "Town" jurisdiction: ")",
                      town.jurisdiction,
                      R"(" effective_from: ")",
                      town.from,
                      R"("
documents { id: "doc" title: "某市信用管理办法" number: "1号" }
subjects {
  subject: "firm"
  base { points: "100" source { document: "doc" clause: "一" mark: RULE } }
  items {
    id: "penalty" zh: "行政处罚" en: "Penalty" kinds: "inspection.penalty"
    points { fixed: ")",
                      town.penalty,
                      R"(" }
    validity { scoring_years: 1 }
    source { document: "doc" clause: "二" mark: RULE }
  }
  grades {
    id: "A" zh: "甲" en: "A" when { score { at_least: "90" } }
    source { document: "doc" clause: "三" mark: RULE }
  }
  grades { id: "B" zh: "乙" en: "B" source { document: "doc" clause: "三" mark: RULE } }
}
)",
                      town.more);
}

/// The nation: 7 days for every pack, 10 for one with adverse lists.
inline std::string Nation(const std::string& from = "2020-01-01", int days = 7) {
  return absl::StrCat(R"(id: "nation" zh: "国家" en: "Nation" jurisdiction: "0" effective_from: ")",
                      from,
                      R"("
documents { id: "doc" title: "国家规定" }
rulemaking {
  consultation { days: )",
                      days,
                      R"( source { document: "doc" clause: "七" mark: RULE } }
  consultation {
    days: 10 list_effects: [SUPERVISION, DEPRIVATION]
    source { document: "doc" clause: "八" mark: RULE }
  }
}
)");
}

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline absl::Time Noon(const std::string& date) {
  return absl::FromUnixSeconds(int64_t{type::ParseDate(date)->days()} * 86400) + absl::Hours(4);
}

/// SHA-256 of a text, as versions are named.
inline std::string NameOf(const std::string& text) {
  return policy::FormatDigest(policy::DigestOf(text));
}

/// The register. Today is 2026-06-01; the town's rules are of 2020.
class Town3201 {
 public:
  Town3201()
      : kinds_(*policy::Kinds::Load(ReadText("policies/national/kinds.textproto"), "kinds")) {
    auto opened = journal::SqliteJournal::Open({.path = directory_.File("scoring.journal"),
                                                .name = "town/scoring",
                                                .allow_unsafe_filesystem = true});
    if (!opened.ok()) ADD_FAILURE() << opened.status();
    journal_ = *std::move(opened);
    Start(FirstPacks());
  }
  ~Town3201() { Stop(); }

  static std::vector<std::pair<std::string, std::string>> FirstPacks() {
    return {{"national/2020-01-01.textproto", Nation()},
            {"town/2020-01-01.textproto", TextOf({.from = "2020-01-01", .penalty = "-10"})}};
  }

  /// Starts again from the journal, with these packs on disk.
  void Restart(const std::vector<std::pair<std::string, std::string>>& packs) {
    Stop();
    Start(packs);
  }
  /// Sets the clock to noon of a day and opens it.
  void GoTo(const std::string& date) {
    clock_.SetTime(Noon(date));
    OpenDay();
  }
  /// The clock only.
  void SetClock(const std::string& date) { clock_.SetTime(Noon(date)); }

  template <class Res, class Req>
  absl::StatusOr<Res> Call(const std::string& method,
                           const Req& request,
                           const std::string& actor) {
    return channel_->Call<Req, Res>(
        "xince.policy.v1.PolicyService/" + method,
        request,
        {.timeout = absl::Seconds(20), .actor = actor, .revision = &token_});
  }

  absl::StatusOr<pv::PackVersion> Propose(const std::string& text,
                                          const std::string& actor = "author",
                                          const std::string& request_id = "") {
    pv::ProposePackRequest request;
    request.set_content(text);
    request.set_file("draft.textproto");
    request.set_reason("年度调整");
    request.set_request_id(request_id);
    return Call<pv::PackVersion>("ProposePack", request, actor);
  }
  absl::StatusOr<pv::PackVersion> Consult(const std::string& digest, uint32_t days = 0) {
    pv::OpenConsultationRequest request;
    request.set_digest(digest);
    request.set_days(days);
    request.mutable_document()->set_title("征求意见公告");
    request.mutable_document()->set_number("2号");
    return Call<pv::PackVersion>("OpenConsultation", request, "author");
  }
  absl::StatusOr<pv::PackComment> Comment(const std::string& digest,
                                          const std::string& text = "建议放宽",
                                          const std::string& request_id = "") {
    pv::RecordCommentRequest request;
    request.set_digest(digest);
    request.set_from("某协会");
    request.set_text(text);
    request.set_request_id(request_id);
    return Call<pv::PackComment>("RecordComment", request, "clerk");
  }
  absl::StatusOr<pv::PackComment> Answer(const std::string& digest, uint32_t number) {
    pv::AnswerCommentRequest request;
    request.set_digest(digest);
    request.set_number(number);
    request.set_outcome(pv::COMMENT_OUTCOME_NOT_ADOPTED);
    request.set_answer("已有规定");
    return Call<pv::PackComment>("AnswerComment", request, "clerk");
  }
  auto OpenBacktest(const pv::BacktestPackRequest& request) {
    return channel_->Read<pv::BacktestPackRequest, pv::BacktestPackResponse>(
        "xince.policy.v1.PolicyService/BacktestPack",
        request,
        {.timeout = absl::Seconds(20), .actor = "clerk"});
  }
  absl::StatusOr<std::vector<pv::BacktestPackResponse>> Backtest(
      const pv::BacktestPackRequest& request) {
    auto stream = OpenBacktest(request);
    if (!stream.ok()) return stream.status();
    std::vector<pv::BacktestPackResponse> parts;
    while (true) {
      auto part = stream->Next();
      if (!part.ok()) return part.status();
      if (!part->has_value()) return parts;
      parts.push_back(**part);
    }
  }
  /// Stores a back-test of one day; empty for today.
  absl::Status Store(const std::string& digest, const std::string& day = "") {
    pv::BacktestPackRequest request;
    request.set_digest(digest);
    request.set_until(day);
    request.set_store(true);
    return Backtest(request).status();
  }
  absl::StatusOr<pv::PackVersion> Approve(const std::string& digest,
                                          const std::string& actor = "approver",
                                          const std::string& request_id = "") {
    pv::ApprovePackRequest request;
    request.set_digest(digest);
    request.set_expected_revision(Get(digest).version().revision());
    request.set_reason("会议通过");
    request.set_request_id(request_id);
    return Call<pv::PackVersion>("ApprovePack", request, actor);
  }
  absl::StatusOr<pv::PackVersion> Withdraw(const std::string& digest,
                                           const std::string& actor = "author") {
    pv::WithdrawPackRequest request;
    request.set_digest(digest);
    request.set_reason("不再需要");
    return Call<pv::PackVersion>("WithdrawPack", request, actor);
  }
  pv::PackDetails Get(const std::string& digest) {
    pv::GetPackRequest request;
    request.set_digest(digest);
    auto details = Call<pv::PackDetails>("GetPack", request, "reader");
    return details.ok() ? *std::move(details) : pv::PackDetails();
  }
  pv::PackState StateOf(const std::string& digest) { return Get(digest).version().state(); }

  /// Brings a text through proposal and consultation of 7 days with a stored back-test, so that on
  /// 2026-06-09 nothing is missing but the approval.
  std::string Ready(const Town& town = {}) {
    const std::string text = TextOf(town);
    const std::string digest = NameOf(text);
    SetClock("2026-06-01");
    EXPECT_EQ(Propose(text).status(), absl::OkStatus());
    EXPECT_EQ(Consult(digest).status(), absl::OkStatus());
    EXPECT_EQ(Store(digest), absl::OkStatus());
    GoTo("2026-06-09");
    return digest;
  }

  /// Records evidence as the intake does.
  void Take(const std::vector<evidence::v1::Evidence>& evidence) {
    journal::v1::ScoringEntry entry;
    auto* batch = entry.mutable_evidence_taken()->add_batches();
    entry.mutable_evidence_taken()->set_feed("inspection");
    batch->set_sequence(++sequence_);
    for (const auto& piece : evidence) *batch->add_evidence() = piece;
    const auto revision = machine_->Execute([&](journal::Transaction& transaction) {
      XINCE_RETURN_IF_ERROR(transaction.Append("test", "", entry.SerializeAsString()));
      return intake::RecordDue(*state_, transaction);
    });
    EXPECT_TRUE(revision.ok()) << revision.status();
  }
  static evidence::v1::Evidence Filed(const std::string& subject) {
    evidence::v1::Evidence evidence;
    evidence.set_id(absl::StrCat("registry/", subject, "#subject"));
    evidence.set_version(1);
    evidence.set_subject(subject);
    evidence.set_kind("registry.subject");
    evidence.mutable_filing()->set_display_name("示例");
    evidence.mutable_filing()->set_division("320104001");
    return evidence;
  }
  static evidence::v1::Evidence Penalty(const std::string& subject, const std::string& date) {
    evidence::v1::Evidence evidence;
    evidence.set_id(absl::StrCat("inspection/penalties/", date, "#penalty"));
    evidence.set_version(1);
    evidence.set_subject(subject);
    evidence.set_kind("inspection.penalty");
    evidence.set_occurred_on(date);
    evidence.set_determined_on(date);
    return evidence;
  }
  credit::v1::StandingRecord Current(const std::string& subject) {
    return state_->Find(state_->book().Find(subject))->record;
  }
  credit::v1::StandingRecord AsOf(const std::string& subject, const std::string& date) {
    const auto day = type::ParseDate(date)->days();
    const creditfile::Assessor& assessor = state_->assessor();
    return assessor.Record(assessor.Assess(state_->book().Find(subject), day, machine_->durable()),
                           day);
  }
  /// Causes of the newest change of a subject's standing.
  std::vector<std::string> Causes(const std::string& subject) {
    std::vector<std::string> causes;
    EXPECT_TRUE(journal_
                    ->Read(0,
                           1'000'000,
                           [&](const journal::Entry& entry) {
                             journal::v1::ScoringEntry payload;
                             payload.ParseFromString(entry.payload);
                             for (const auto& change : payload.standings_changed().changes()) {
                               if (change.subject() != subject) continue;
                               causes.assign(change.causes().begin(), change.causes().end());
                             }
                             return absl::OkStatus();
                           })
                    .ok());
    return causes;
  }

  journal::Machine& machine() { return *machine_; }
  creditfile::CreditState& state() { return *state_; }
  journal::Journal& journal() { return *journal_; }
  const runtime::Clock& clock() const { return clock_; }
  std::vector<intake::UntakenPack>& untaken() { return untaken_; }
  /// Token of the newest answer.
  const std::string& token() const { return token_; }

 private:
  void OpenDay() {
    intake::DayKeeper days(*state_, *machine_, clock_);
    EXPECT_EQ(days.OpenToday(), absl::OkStatus());
  }
  void Start(const std::vector<std::pair<std::string, std::string>>& packs) {
    state_ = std::make_unique<creditfile::CreditState>("3201");
    machine_ =
        std::make_unique<journal::Machine>(*journal_, *state_, clock_, journal::Machine::Options{});
    ASSERT_EQ(machine_->Recover(), absl::OkStatus());
    machine_->Start();
    untaken_.clear();
    ASSERT_EQ(intake::LoadPolicies(*state_, *machine_, packs, &untaken_), absl::OkStatus());
    OpenDay();
    policies_ = std::make_unique<PolicyService>(PolicyService::Options{.state = state_.get(),
                                                                       .machine = machine_.get(),
                                                                       .clock = &clock_,
                                                                       .kinds = &kinds_,
                                                                       .backtest_threads = 2});
    policies_->SetUntaken(untaken_);
    workers_ = std::make_unique<runtime::Workers>(
        runtime::Workers::Options{.threads = 4, .in_flight_max = 16});
    service_ = std::make_unique<runtime::RpcService>(
        pv::ProposePackRequest::descriptor()->file()->service(0),
        *workers_,
        clock_,
        metrics_,
        runtime::RpcLimits{},
        [] { return "trace"; });
    policies_->Register(*service_);
    auto started = runtime::Server::Start({}, {service_.get()});
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    channel_ = server_->InProcess();
  }
  void Stop() {
    if (server_ != nullptr) server_->Stop(absl::ZeroDuration(), absl::ZeroDuration());
    channel_.reset();
    server_.reset();
    if (workers_ != nullptr) workers_->Stop();
    service_.reset();
    policies_.reset();
    machine_.reset();
    state_.reset();
  }

  journal::TempDir directory_;
  runtime::FakeClock clock_{Noon("2026-06-01")};
  runtime::Metrics metrics_;
  const policy::Kinds kinds_;
  std::unique_ptr<journal::SqliteJournal> journal_;
  std::unique_ptr<creditfile::CreditState> state_;
  std::unique_ptr<journal::Machine> machine_;
  std::unique_ptr<PolicyService> policies_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<runtime::RpcService> service_;
  std::unique_ptr<runtime::Server> server_;
  std::shared_ptr<runtime::Channel> channel_;
  std::vector<intake::UntakenPack> untaken_;
  std::string token_;
  uint64_t sequence_ = 0;
};

}  // namespace xince::rulemaking::testdata

#endif  // SERVICES_SCORING_RULEMAKING_RULEMAKING_FIXTURE_H_
