#include "services/apps/host/scoring_module.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "xince/credit/v1/credit.pb.h"
#include "xince/evidence/v1/evidence.pb.h"
#include "xince/listing/v1/listing.pb.h"
#include "xince/policy/v1/policy.pb.h"

#include "services/documents/pdf.h"
#include "services/runtime/client.h"
#include "services/runtime/errors.h"
#include "services/runtime/log.h"

namespace xince::host {
namespace {

using ::xince::evidence::v1::StreamEvidenceRequest;
using ::xince::evidence::v1::StreamEvidenceResponse;

// A stream is opened again when it ends; the server ends it after RpcLimits::stream_age_max.
constexpr absl::Duration kStreamTimeout = absl::Hours(24);

class RpcEvidenceStream final : public intake::EvidenceStream {
 public:
  explicit RpcEvidenceStream(runtime::ReadStream<StreamEvidenceResponse> stream)
      : stream_(std::move(stream)) {}
  absl::StatusOr<StreamEvidenceResponse> Next() override {
    XINCE_ASSIGN_OR_RETURN(std::optional<StreamEvidenceResponse> batch, stream_.Next());
    if (!batch.has_value()) return absl::UnavailableError("the stream ended");
    return *std::move(batch);
  }
  void Cancel() override { stream_.Cancel(); }

 private:
  runtime::ReadStream<StreamEvidenceResponse> stream_;
};

absl::StatusOr<std::unique_ptr<intake::EvidenceStream>> OpenRpcStream(runtime::Channel& channel,
                                                                      const std::string& feed,
                                                                      uint64_t after) {
  StreamEvidenceRequest request;
  request.set_feed(feed);
  request.set_after_sequence(after);
  auto stream = channel.Read<StreamEvidenceRequest, StreamEvidenceResponse>(
      "xince.evidence.v1.EvidenceFeedService/StreamEvidence",
      request,
      {.timeout = kStreamTimeout, .actor = "xince:scoring"});
  if (!stream.ok()) return stream.status();
  return std::make_unique<RpcEvidenceStream>(*std::move(stream));
}

// What is known of a piece that is refused, its id left out: nobody vouches for what is in it.
void LogReader(const std::string& feed, const absl::Status& status) {
  runtime::Problem problem = runtime::ToProblem(status);
  if (problem.reason == "EVIDENCE_MALFORMED") {
    runtime::Log(runtime::LogLevel::kError,
                 "a feed's intake stands still: a piece of evidence cannot be read",
                 {{"feed", feed},
                  {"sequence", problem.metadata["sequence"]},
                  {"digest", problem.metadata["digest"]},
                  {"fault", problem.metadata["what"]}});
    return;
  }
  runtime::Log(runtime::LogLevel::kWarning,
               "the evidence stream is opened again",
               {{"feed", feed}, {"reason", problem.reason}, {"detail", problem.en}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScoringModule>> ScoringModule::Open(const RegisterOptions& options) {
  auto module = std::unique_ptr<ScoringModule>(new ScoringModule(options));
  XINCE_ASSIGN_OR_RETURN(module->journal_, JournalHost::Open(options, kScoring));
  module->machine_ = std::make_unique<journal::Machine>(
      module->journal_->journal(), module->state_, *options.clock, options.machine);
  module->journal_->Attach(*module->machine_);
  for (const char* feed : kFeeds) {
    // Channels to other processes connect at the first call; those within wait for Start.
    std::shared_ptr<runtime::Channel> remote;
    if (const auto found = options.feed_addresses.find(feed);
        found != options.feed_addresses.end()) {
      remote = runtime::Channel::Create(found->second);
    }
    const auto open = [module = module.get(), remote, feed = std::string(feed)](uint64_t after) {
      const std::shared_ptr<runtime::Channel> channel =
          remote != nullptr ? remote : module->host_->local();
      return OpenRpcStream(*channel, feed, after);
    };
    module->readers_.push_back(std::make_unique<intake::FeedReader>(
        feed, open, module->state_, *module->machine_, LogReader));
  }
  module->workers_ = std::make_unique<runtime::Workers>(options.workers);
  module->service_ = std::make_unique<runtime::RpcService>(
      credit::v1::GetStandingRequest::descriptor()->file()->service(0),
      *module->workers_,
      *options.clock,
      *options.metrics,
      options.limits,
      options.make_trace);
  module->queries_ = std::make_unique<query::CreditQueries>(module->state_, *module->machine_);
  module->queries_->Register(*module->service_);
  module->intake_desk_ =
      std::make_unique<query::IntakeDesk>(module->state_, *module->machine_, module->readers_);
  module->intake_desk_->Register(*module->service_);
  XINCE_RETURN_IF_ERROR(module->AddPolicyService());
  module->AddListingService();
  module->AddReadings();
  return module;
}

absl::Status ScoringModule::AddPolicyService() {
  if (!options_.kind_catalogue.empty()) {
    XINCE_ASSIGN_OR_RETURN(kinds_, policy::Kinds::Load(options_.kind_catalogue, "kinds.textproto"));
  }
  rulemaking_ = std::make_unique<rulemaking::PolicyService>(rulemaking::PolicyService::Options{
      .state = &state_,
      .machine = machine_.get(),
      .clock = options_.clock,
      .kinds = kinds_.has_value() ? &*kinds_ : nullptr,
      .backtest_threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))});
  policy_rpc_ = std::make_unique<runtime::RpcService>(
      policy::v1::ProposePackRequest::descriptor()->file()->service(0),
      *workers_,
      *options_.clock,
      *options_.metrics,
      options_.limits,
      options_.make_trace);
  rulemaking_->Register(*policy_rpc_);
  return absl::OkStatus();
}

void ScoringModule::AddListingService() {
  state_.SetCalendar(options_.calendar.get());
  listing_ = std::make_unique<listing::ListingService>(state_, *machine_, *options_.clock);
  listing_rpc_ = std::make_unique<runtime::RpcService>(
      listing::v1::OpenCaseRequest::descriptor()->file()->service(0),
      *workers_,
      *options_.clock,
      *options_.metrics,
      options_.limits,
      options_.make_trace);
  listing_->Register(*listing_rpc_);
  state_.SetDocumentWords(options_.document_words.get());
  documents_ = std::make_unique<listing::DocumentService>(
      state_, *machine_, *options_.clock, [](const listing::v1::OfficialDocument& document) {
        return documents::RenderPdf(document);
      });
  documents_->Register(*listing_rpc_);
}

absl::Status ScoringModule::TakeUpPolicies() {
  std::vector<intake::UntakenPack> untaken;
  XINCE_RETURN_IF_ERROR(intake::LoadPolicies(state_, *machine_, options_.policies, &untaken));
  for (const intake::UntakenPack& pack : untaken) {
    runtime::Log(runtime::LogLevel::kWarning,
                 "a policy pack of this release is not taken up: xince policy propose brings it in",
                 {{"file", pack.file}, {"digest", policy::FormatDigest(pack.digest)}});
  }
  untaken_ = untaken.size();
  rulemaking_->SetUntaken(std::move(untaken));
  return absl::OkStatus();
}

absl::Status ScoringModule::Start(runtime::ModuleHost& host) {
  host_ = &host;
  XINCE_RETURN_IF_ERROR(machine_->Recover());
  machine_->Start();
  journal_->Start(host);
  XINCE_RETURN_IF_ERROR(TakeUpPolicies());
  days_ = std::make_unique<intake::DayKeeper>(state_, *machine_, *options_.clock);
  XINCE_RETURN_IF_ERROR(days_->OpenToday());
  days_->Start();
  for (const auto& reader : readers_) reader->Start();
  return absl::OkStatus();
}

void ScoringModule::AddReadings() {
  runtime::Metrics& metrics = *options_.metrics;
  const auto read = [this](auto what) {
    return [this, what] {
      double value = 0;
      (void)machine_->Read(0, absl::InfiniteFuture(), [&] {
        value = static_cast<double>(what(state_));
        return journal::Revision{0};
      });
      return value;
    };
  };
  metrics.AddReading(
      "xince_scoring_held_evidence",
      "Pieces of evidence about subjects that nobody filed yet.",
      {},
      read([](const creditfile::CreditState& state) { return state.book().held(); }));
  metrics.AddReading(
      "xince_scoring_subjects",
      "Subjects filed.",
      {},
      read([](const creditfile::CreditState& state) { return state.filed().size(); }));
  metrics.AddReading("xince_scoring_policies_untaken",
                     "Policy packs of this release that are not taken up; they need a proposal.",
                     {},
                     [this] { return static_cast<double>(untaken_.load()); });
  metrics.AddReading(
      "xince_scoring_set_aside_evidence",
      "Pieces of evidence that could not be read and were set aside.",
      {},
      read([](const creditfile::CreditState& state) { return state.set_aside().all().size(); }));
  for (const auto& reader : readers_) {
    metrics.AddReading("xince_scoring_feed_stuck",
                       "1 while the feed's intake stands still at a piece that cannot be read.",
                       {{"feed", reader->feed()}},
                       [reader = reader.get()] { return reader->stuck() ? 1.0 : 0.0; });
    metrics.AddReading("xince_scoring_feed_sequence",
                       "Sequence up to which a feed's evidence is recorded.",
                       {{"feed", reader->feed()}},
                       read([feed = reader->feed()](const creditfile::CreditState& state) {
                         return state.CursorOf(feed);
                       }));
    metrics.AddReading("xince_scoring_feed_connected",
                       "1 while the feed's stream is open.",
                       {{"feed", reader->feed()}},
                       [reader = reader.get()] { return reader->connected() ? 1.0 : 0.0; });
  }
}

void ScoringModule::Stop() {
  for (const auto& reader : readers_) reader->Stop();
  if (days_ != nullptr) days_->Stop();
  workers_->Stop();
  machine_->Stop();
  journal_->Stop();
}

}  // namespace xince::host
