#ifndef SERVICES_SCORING_LISTING_LISTING_FIXTURE_H_
#define SERVICES_SCORING_LISTING_LISTING_FIXTURE_H_

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/scoring.pb.h"
#include "xince/listing/v1/listing.pb.h"

#include "services/documents/pdf.h"
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
#include "services/scoring/listing/document_service.h"
#include "services/scoring/listing/listing_service.h"

/// A register with a town's lists, the nation's procedures, and ListingService behind the door, for
/// tests.
namespace xince::listing::testdata {

using policy::v1::CaseStep;

inline constexpr char kFirm[] = "firms/91350100M000100Y43";
inline constexpr char kOtherFirm[] = "firms/91510000779827684C";
inline constexpr char kFinding[] = "inspection/findings/f1#finding";
inline constexpr char kOtherFinding[] = "inspection/findings/f2#finding";

/// 100 points, 10 fewer for each finding; a firm on the blacklist may not tender, one with 100 points is
/// recommended by rule.
inline std::string TownText() {
  return R"(
id: "town" zh: "某市" en: "Town" jurisdiction: "3201" effective_from: "2020-01-01"
documents { id: "doc" title: "某市信用管理条例" number: "1号" }
subjects {
  subject: "firm"
  base { points: "100" source { document: "doc" clause: "一" mark: RULE } }
  items {
    id: "finding" zh: "不良行为" en: "Finding" kinds: "inspection.finding"
    points { fixed: "-10" } validity { months: 36 } repair_class: "general"
    source { document: "doc" clause: "二" mark: RULE }
  }
  grades {
    id: "A" zh: "甲" en: "A" when { score { at_least: "85" } }
    source { document: "doc" clause: "三" mark: RULE }
  }
  grades { id: "B" zh: "乙" en: "B" source { document: "doc" clause: "三" mark: RULE } }
  restrictions {
    code: "no-tender" zh: "不得投标" en: "May not tender"
    when { listed { of: "blacklist" } }
    source { document: "doc" clause: "四" mark: RULE }
    effect: DEPRIVATION basis: LOCAL_REGULATION
  }
  list_proposals {
    list: "recommended" when { score { at_least: "100" } }
    source { document: "doc" clause: "五" mark: RULE }
  }
}
lists {
  id: "blacklist" zh: "黑名单" en: "Blacklist" subjects: "firm" basis: LOCAL_REGULATION
  effect: DEPRIVATION repair_class: "general"
  source { document: "doc" clause: "六" mark: RULE }
  terms {
    ways: [PROPOSED_BY_PERSON] deciding_level: LEVEL_CITY months: 6 procedure: "adverse-listing"
    effects {
      kind: EXCLUSION zh: "不得参加投标" en: "Excluded from tenders" consumers: "procurement"
      source { document: "doc" clause: "六" mark: RULE }
    }
    criteria {
      id: "finding" zh: "有不良行为" en: "A finding" kinds: "inspection.finding"
      source { document: "doc" clause: "六" mark: RULE }
    }
  }
}
lists {
  id: "watched" zh: "重点监管" en: "Key supervision" subjects: "firm" basis: NORMATIVE_DOCUMENT
  effect: SUPERVISION repair_class: "minor"
  source { document: "doc" clause: "七" mark: RULE }
  terms {
    ways: [PROPOSED_BY_PERSON] deciding_level: LEVEL_DISTRICT procedure: "supervisory-listing"
    next: "blacklist" next_subjects: "firm"
    effects {
      kind: RECTIFICATION zh: "责令整改" en: "Ordered to rectify" consumers: "inspection"
      source { document: "doc" clause: "七" mark: RULE }
    }
  }
}
lists {
  id: "recommended" zh: "推荐名录" en: "Recommended" subjects: "firm" basis: NORMATIVE_DOCUMENT
  effect: FAVOUR
  source { document: "doc" clause: "八" mark: RULE }
  terms {
    ways: [AUTOMATIC] deciding_level: LEVEL_CITY months: 1 procedure: "favourable-listing"
    effects {
      kind: PRIORITY zh: "优先推荐" en: "Recommended first" consumers: "procurement"
      source { document: "doc" clause: "八" mark: RULE }
    }
  }
}
)";
}

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline v1::StepParty Party(CaseStep::Party part,
                           const std::string& person,
                           const std::string& office = "",
                           type::v1::Level level = type::v1::LEVEL_UNSPECIFIED) {
  v1::StepParty party;
  party.set_part(part);
  party.set_person(person);
  party.set_office(office);
  party.set_level(level);
  return party;
}
inline v1::StepParty Recorder() {
  return Party(CaseStep::RECORDER, "li", "区局", type::v1::LEVEL_DISTRICT);
}
inline v1::StepParty Checker() {
  return Party(CaseStep::OFFICER, "wang", "区局", type::v1::LEVEL_DISTRICT);
}
/// Of an office that neither recorded nor checked.
inline v1::StepParty Clerk() {
  return Party(CaseStep::OFFICER, "sun", "市局", type::v1::LEVEL_CITY);
}
inline v1::StepParty Decider() {
  return Party(CaseStep::DECIDER, "zhao", "市局", type::v1::LEVEL_CITY);
}
inline v1::StepParty Subject() { return Party(CaseStep::SUBJECT, "firm"); }

inline type::v1::Document Paper(const std::string& title) {
  type::v1::Document document;
  document.set_title(title);
  document.set_number("1号");
  document.set_issue_date("2026-02-20");
  return document;
}
inline v1::StepDetails Because(const std::string& text = "理由") {
  v1::StepDetails details;
  details.mutable_reasons()->set_text(text);
  return details;
}
inline v1::StepDetails Served(const std::string& day) {
  v1::StepDetails details;
  v1::Service& service = *details.mutable_service();
  service.set_method(v1::Service::IN_PERSON);
  service.set_day(day);
  service.set_receiver("企业");
  *service.mutable_proof() = Paper("送达回证");
  return details;
}
inline v1::StepDetails Proposed(const std::vector<std::string>& facts = {kFinding}) {
  v1::StepDetails details;
  v1::Proposal& proposal = *details.mutable_proposal();
  proposal.set_reasons("不良行为");
  v1::CriterionShown& criterion = *proposal.add_criteria();
  criterion.set_criterion("finding");
  for (const std::string& fact : facts) {
    proposal.add_facts()->set_evidence(fact);
    criterion.add_evidence(fact);
  }
  return details;
}
inline v1::StepDetails Noticed() {
  v1::StepDetails details;
  v1::Notice& notice = *details.mutable_notice();
  notice.set_reasons("不良行为");
  notice.set_basis("条例六");
  notice.set_measure("列入黑名单");
  notice.set_rights("陈述申辩");
  notice.set_time_limits("10个工作日");
  return details;
}
inline v1::StepDetails Published(const std::string& text = "列入黑名单") {
  v1::StepDetails details;
  details.mutable_publication()->set_place("网站");
  details.mutable_publication()->set_text(text);
  return details;
}
inline v1::StepDetails Objecting() {
  v1::StepDetails details;
  details.mutable_objection()->add_grounds(v1::Objection::FACTS);
  details.mutable_objection()->add_points("事实有误");
  return details;
}
inline v1::StepDetails Accepted(const std::string& day, bool met) {
  v1::StepDetails details;
  details.mutable_acceptance()->set_met(met);
  details.mutable_acceptance()->set_inspected_on(day);
  details.mutable_acceptance()->set_findings("现场核查");
  return details;
}

/// The register. Today is 2026-02-24; one firm is filed with two findings of January.
class ListingTown {
 public:
  /// `town`: the pack of the town.
  explicit ListingTown(std::string town = TownText())
      : town_(std::move(town)),
        calendar_(*type::WorkingDays::Load("policies/national/working-days.txt")) {
    auto opened = journal::SqliteJournal::Open({.path = directory_.File("scoring.journal"),
                                                .name = "town/scoring",
                                                .allow_unsafe_filesystem = true});
    if (!opened.ok()) ADD_FAILURE() << opened.status();
    journal_ = *std::move(opened);
    Start();
    Take({Filed(kFirm), Finding(kFinding), Finding(kOtherFinding)});
  }
  ~ListingTown() { Stop(); }

  /// Starts again from snapshot and journal.
  void Restart() {
    Stop();
    Start();
  }
  /// Sets the clock to noon of a day and opens it.
  void GoTo(const std::string& date) {
    clock_.SetTime(Noon(date));
    OpenDay();
  }
  static absl::Time Noon(const std::string& date) {
    return absl::FromUnixSeconds(int64_t{type::ParseDate(date)->days()} * 86400) + absl::Hours(4);
  }

  template <class Res, class Req>
  absl::StatusOr<Res> Call(const std::string& method,
                           const Req& request,
                           const std::string& actor = "clerk") {
    return channel_->Call<Req, Res>(
        "xince.listing.v1.ListingService/" + method,
        request,
        {.timeout = absl::Seconds(20), .actor = actor, .revision = &token_});
  }

  static v1::Opening About(const std::string& list,
                           const std::string& procedure = "adverse-listing") {
    v1::Opening opening;
    opening.set_procedure(procedure);
    opening.set_subject(kFirm);
    opening.set_list(list);
    return opening;
  }
  /// An objection or a repair about a piece, or about a case.
  static v1::Opening AboutTarget(const std::string& procedure, const std::string& target) {
    v1::Opening opening = About("", procedure);
    if (target.rfind("cases/", 0) == 0) {
      opening.mutable_target()->set_case_(target);
    } else {
      opening.mutable_target()->set_evidence(target);
    }
    return opening;
  }
  absl::StatusOr<v1::Case> Open(const v1::Opening& opening,
                                const v1::StepParty& party,
                                const v1::StepDetails& details,
                                const std::string& request_id = "") {
    v1::OpenCaseRequest request;
    *request.mutable_opening() = opening;
    *request.mutable_party() = party;
    *request.mutable_details() = details;
    request.set_request_id(request_id);
    return Call<v1::Case>("OpenCase", request);
  }
  absl::StatusOr<v1::Case> Step(const std::string& name,
                                const std::string& step,
                                const v1::StepParty& party,
                                const v1::StepDetails& details,
                                const std::string& request_id = "") {
    v1::TakeStepRequest request;
    request.set_case_(name);
    request.set_step(step);
    *request.mutable_party() = party;
    *request.mutable_details() = details;
    request.set_request_id(request_id);
    return Call<v1::Case>("TakeStep", request);
  }
  v1::Case Get(const std::string& name) {
    v1::GetCaseRequest request;
    request.set_case_(name);
    auto found = Call<v1::Case>("GetCase", request);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *std::move(found) : v1::Case();
  }
  v1::StepDetails Decided(const std::string& name) {
    v1::StepDetails details;
    const v1::Case read = Get(name);
    v1::Decision& decision = *details.mutable_decision();
    decision.set_read_hash(read.hash());
    decision.set_read_revision(read.revision());
    decision.set_reasons("事实清楚");
    decision.set_remedies("60日内可申请行政复议");
    return details;
  }

  /// A blacklist entry up to the service of its notice on 2 March.
  std::string Noticed(const std::vector<std::string>& facts = {kFinding}) {
    const auto opened = Open(About("blacklist"), Recorder(), Proposed(facts));
    EXPECT_TRUE(opened.ok()) << opened.status();
    if (!opened.ok()) return "";
    EXPECT_EQ(Step(opened->name(), "check", Checker(), Because()).status(), absl::OkStatus());
    EXPECT_EQ(Step(opened->name(), "write-notice", Checker(), testdata::Noticed()).status(),
              absl::OkStatus());
    GoTo("2026-03-02");
    EXPECT_EQ(Step(opened->name(), "serve-notice", Checker(), Served("2026-03-02")).status(),
              absl::OkStatus());
    return opened->name();
  }
  /// In force and published on 18 March.
  std::string Blacklisted(const std::vector<std::string>& facts = {kFinding}) {
    const std::string name = Noticed(facts);
    GoTo("2026-03-17");
    EXPECT_EQ(Step(name, "decide", Decider(), Decided(name)).status(), absl::OkStatus());
    GoTo("2026-03-18");
    EXPECT_EQ(Step(name, "serve-decision", Checker(), Served("2026-03-18")).status(),
              absl::OkStatus());
    EXPECT_EQ(Step(name, "publish", Checker(), Published()).status(), absl::OkStatus());
    return name;
  }
  /// A repair of a piece or a case, granted; the points it keeps.
  std::string Repaired(const std::string& target, int64_t keeps = 0) {
    v1::StepDetails application;
    v1::RepairApplication& repair = *application.mutable_repair();
    repair.set_corrected_on("2026-03-20");
    *repair.add_proofs() = Paper("整改证明");
    repair.set_duties_done(true);
    *repair.mutable_pledge() = Paper("信用承诺书");
    const auto opened = Open(AboutTarget("repair", target), Subject(), application);
    EXPECT_TRUE(opened.ok()) << opened.status();
    if (!opened.ok()) return "";
    const std::string name = opened->name();
    EXPECT_EQ(Step(name, "accept", Clerk(), Because()).status(), absl::OkStatus());
    const std::string today = FormatDate(type::Date::FromDays(state_->today()));
    EXPECT_EQ(Step(name, "check", Clerk(), Accepted(today, true)).status(), absl::OkStatus());
    v1::StepDetails decision = Decided(name);
    decision.mutable_decision()->set_repaired_points_hundredths(keeps);
    EXPECT_EQ(Step(name, "grant", Decider(), decision).status(), absl::OkStatus());
    return name;
  }

  /// Records evidence as the intake does.
  void Take(const std::vector<evidence::v1::Evidence>& evidence) {
    journal::v1::ScoringEntry entry;
    auto* batch = entry.mutable_evidence_taken()->add_batches();
    entry.mutable_evidence_taken()->set_feed("inspection");
    batch->set_sequence(++sequence_);
    for (const auto& piece : evidence) *batch->add_evidence() = piece;
    EXPECT_EQ(Execute(entry, "test"), absl::OkStatus());
  }
  /// Records an entry with what is due after it.
  absl::Status Execute(const journal::v1::ScoringEntry& entry, const std::string& actor) {
    return machine_
        ->Execute([&](journal::Transaction& transaction) {
          XINCE_RETURN_IF_ERROR(transaction.Append(actor, "", entry.SerializeAsString()));
          return intake::RecordDue(*state_, transaction);
        })
        .status();
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
  static evidence::v1::Evidence Finding(const std::string& id, uint32_t version = 1) {
    evidence::v1::Evidence evidence;
    evidence.set_id(id);
    evidence.set_version(version);
    evidence.set_subject(kFirm);
    evidence.set_kind("inspection.finding");
    evidence.set_occurred_on("2025-11-05");
    evidence.set_determined_on("2025-11-20");
    evidence.set_issuer("区局");
    return evidence;
  }

  credit::v1::StandingRecord Current(const std::string& subject = kFirm) {
    return state_->Find(state_->book().Find(subject))->record;
  }
  /// As of a day, as known at a revision (0: now).
  credit::v1::StandingRecord AsOf(const std::string& date, journal::Revision known = 0) {
    const auto day = type::ParseDate(date)->days();
    const creditfile::Assessor& assessor = state_->assessor();
    return assessor.Record(
        assessor.Assess(state_->book().Find(kFirm), day, known == 0 ? machine_->durable() : known),
        day);
  }
  /// Every entry of the journal.
  std::vector<journal::Entry> Entries() {
    std::vector<journal::Entry> entries;
    EXPECT_TRUE(journal_
                    ->Read(0,
                           1'000'000,
                           [&](const journal::Entry& entry) {
                             entries.push_back(entry);
                             return absl::OkStatus();
                           })
                    .ok());
    return entries;
  }
  /// Causes of the newest change of the firm's standing.
  std::vector<std::string> Causes() {
    std::vector<std::string> causes;
    for (const journal::Entry& entry : Entries()) {
      journal::v1::ScoringEntry payload;
      payload.ParseFromString(entry.payload);
      for (const auto& change : payload.standings_changed().changes()) {
        if (change.subject() == kFirm)
          causes.assign(change.causes().begin(), change.causes().end());
      }
    }
    return causes;
  }
  /// Digest of a state that replays the journal from its first entry; `change` may tamper with one.
  absl::StatusOr<std::string> Replayed(
      const std::function<void(journal::Entry&)>& change = nullptr) {
    creditfile::CreditState replayed("3201");
    for (journal::Entry entry : Entries()) {
      if (change != nullptr) change(entry);
      XINCE_RETURN_IF_ERROR(replayed.Apply(entry, nullptr));
    }
    return journal::Sha256Hex(replayed.SaveSnapshot());
  }

  /// For calls from several threads, which follow no revision.
  runtime::Channel& channel() { return *channel_; }
  /// How documents are drawn.
  DrawPdf draw = [](const v1::OfficialDocument& document) {
    return documents::RenderPdf(document);
  };

  journal::Machine& machine() { return *machine_; }
  creditfile::CreditState& state() { return *state_; }
  const type::WorkingDays& calendar() const { return calendar_; }
  /// The nation's templates, with the city's bureau as `X住建`.
  static documents::DocumentWords& words() {
    static auto* const kWords = new documents::DocumentWords{
        .templates =
            documents::TemplateSet::Make(*documents::LoadTemplates("policies/national/documents")),
        .verification_base = "https://credit.example.cn",
        .register_name = "信用信息系统",
        .organ = {.name = "登记机关", .mark = "信册"},
        .offices = {{"市局", {.name = "某市住房和城乡建设局", .mark = "X住建"}}}};
    return *kWords;
  }

 private:
  void OpenDay() {
    intake::DayKeeper days(*state_, *machine_, clock_);
    EXPECT_EQ(days.OpenToday(), absl::OkStatus());
  }
  void Start() {
    state_ = std::make_unique<creditfile::CreditState>("3201");
    state_->SetCalendar(&calendar_);
    state_->SetDocumentWords(&words());
    machine_ =
        std::make_unique<journal::Machine>(*journal_, *state_, clock_, journal::Machine::Options{});
    ASSERT_EQ(machine_->Recover(), absl::OkStatus());
    machine_->Start();
    ASSERT_EQ(
        intake::LoadPolicies(
            *state_,
            *machine_,
            {{"national/2019-07-01.textproto", ReadText("policies/national/2019-07-01.textproto")},
             {"national/2021-01-01.textproto", ReadText("policies/national/2021-01-01.textproto")},
             {"national/2023-05-01.textproto", ReadText("policies/national/2023-05-01.textproto")},
             {"national/2026-04-01.textproto", ReadText("policies/national/2026-04-01.textproto")},
             {"national/procedures/2021-01-01.textproto",
              ReadText("policies/national/procedures/2021-01-01.textproto")},
             {"town/2020-01-01.textproto", town_}}),
        absl::OkStatus());
    OpenDay();
    listing_ = std::make_unique<ListingService>(*state_, *machine_, clock_);
    workers_ = std::make_unique<runtime::Workers>(
        runtime::Workers::Options{.threads = 4, .in_flight_max = 16});
    service_ =
        std::make_unique<runtime::RpcService>(v1::OpenCaseRequest::descriptor()->file()->service(0),
                                              *workers_,
                                              clock_,
                                              metrics_,
                                              runtime::RpcLimits{},
                                              [] { return "trace"; });
    listing_->Register(*service_);
    documents_ = std::make_unique<DocumentService>(
        *state_, *machine_, clock_, [this](const v1::OfficialDocument& document) {
          return draw(document);
        });
    documents_->Register(*service_);
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
    documents_.reset();
    listing_.reset();
    machine_.reset();
    state_.reset();
    token_.clear();
  }

  const std::string town_;
  journal::TempDir directory_;
  runtime::FakeClock clock_{Noon("2026-02-24")};
  runtime::Metrics metrics_;
  const type::WorkingDays calendar_;
  std::unique_ptr<journal::SqliteJournal> journal_;
  std::unique_ptr<creditfile::CreditState> state_;
  std::unique_ptr<journal::Machine> machine_;
  std::unique_ptr<ListingService> listing_;
  std::unique_ptr<DocumentService> documents_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<runtime::RpcService> service_;
  std::unique_ptr<runtime::Server> server_;
  std::shared_ptr<runtime::Channel> channel_;
  std::string token_;
  uint64_t sequence_ = 0;
};

}  // namespace xince::listing::testdata

#endif  // SERVICES_SCORING_LISTING_LISTING_FIXTURE_H_
