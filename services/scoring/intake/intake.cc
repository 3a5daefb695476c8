#include "services/scoring/intake/intake.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "xince/journal/v1/scoring.pb.h"

#include "services/runtime/errors.h"
#include "services/type/civil_date.h"

namespace xince::intake {
namespace {

using ::xince::evidence::v1::StreamEvidenceResponse;
using ::xince::journal::v1::ScoringEntry;

// Who acts where nobody asked: the service itself.
constexpr char kIntakeActor[] = "xince:intake";
constexpr char kClockActor[] = "xince:clock";
constexpr char kPolicyActor[] = "xince:policy";
// Why a piece of evidence is refused.
constexpr char kMalformed[] = "EVIDENCE_MALFORMED";
// Jurisdiction of national packs.
constexpr char kNation[] = "0";
// Entries of one command that record what is due.
constexpr int kDueEntriesMax = 20;
// How often the clock is asked whether a new day has begun.
constexpr std::chrono::milliseconds kDayPoll(200);

absl::Status AppendEvent(journal::Transaction& transaction,
                         const char* actor,
                         const ScoringEntry& entry) {
  return transaction.Append(actor, "", entry.SerializeAsString());
}

absl::Status NotStuck(const std::string& feed,
                      uint64_t sequence,
                      const std::optional<StuckPiece>& stuck) {
  std::map<std::string, std::string> metadata = {{"feed", feed},
                                                 {"sequence", absl::StrCat(sequence)}};
  if (stuck.has_value()) {
    metadata["stuck_sequence"] = absl::StrCat(stuck->sequence);
    metadata["stuck_digest"] = stuck->digest;
  }
  return runtime::FailedPrecondition(
      "EVIDENCE_NOT_STUCK",
      "digest",
      "only the piece of evidence at which the feed's intake stands still can be set aside",
      "只能搁置该来源当前卡住的那一条信用信息",
      std::move(metadata));
}

// A batch as it is recorded.
StreamEvidenceResponse WithoutSetAside(const creditfile::SetAsideBook& book,
                                       const std::string& feed,
                                       const StreamEvidenceResponse& batch) {
  StreamEvidenceResponse rest = batch;
  if (!book.Touches(feed, batch.sequence())) return rest;
  auto& pieces = *rest.mutable_evidence();
  const auto kept = std::remove_if(pieces.begin(), pieces.end(), [&](const auto& piece) {
    return book.Find(feed, batch.sequence(), creditfile::DigestOfPiece(piece)) != nullptr;
  });
  pieces.erase(kept, pieces.end());
  return rest;
}

// Commands until nothing is due: what a day or a policy changes may be more than one command holds.
absl::Status Drain(creditfile::CreditState& state, journal::Machine& machine) {
  bool more = true;
  while (more) {
    XINCE_RETURN_IF_ERROR(machine
                              .Execute([&](journal::Transaction& transaction) {
                                const absl::Status status = RecordDue(state, transaction);
                                more = state.due();
                                return status;
                              })
                              .status());
  }
  return absl::OkStatus();
}

// Whether a pack that the register does not know is taken up without a proposal.
bool ComesWithARelease(const creditfile::CreditState& state, const policy::Pack& pack) {
  if (state.today() == evaluate::kNoDay) return true;
  if (pack.proto().jurisdiction() != kNation) return false;
  const absl::Span<const policy::Pack> in_use = state.policies().packs().packs();
  return std::none_of(in_use.begin(), in_use.end(), [&](const policy::Pack& other) {
    return other.proto().id() == pack.proto().id() && other.from() == pack.from();
  });
}

}  // namespace

absl::Status RecordDue(creditfile::CreditState& state, journal::Transaction& transaction) {
  for (int i = 0; i < kDueEntriesMax; ++i) {
    ScoringEntry entry;
    // What clocks and rules do goes before: it changes standings.
    if (std::optional<creditfile::CreditState::StepsDue> due = state.DueSteps(); due.has_value()) {
      *entry.mutable_case_steps() = std::move(due->steps);
      XINCE_RETURN_IF_ERROR(AppendEvent(transaction, due->actor, entry));
      continue;
    }
    std::optional<journal::v1::StandingsChanged> changed = state.Due();
    if (!changed.has_value()) break;
    *entry.mutable_standings_changed() = *std::move(changed);
    XINCE_RETURN_IF_ERROR(AppendEvent(transaction, kIntakeActor, entry));
  }
  return absl::OkStatus();
}

absl::Status LoadPolicies(creditfile::CreditState& state,
                          journal::Machine& machine,
                          const std::vector<std::pair<std::string, std::string>>& packs,
                          std::vector<UntakenPack>* untaken) {
  for (const auto& [file, content] : packs) {
    XINCE_ASSIGN_OR_RETURN(const policy::Pack pack, policy::LoadPack(content, file));
    bool left = false;
    XINCE_RETURN_IF_ERROR(machine
                              .Execute([&](journal::Transaction& transaction) {
                                left = false;
                                if (state.rules().Find(policy::FormatDigest(pack.digest())))
                                  return absl::OkStatus();
                                left = !ComesWithARelease(state, pack);
                                if (left) return absl::OkStatus();
                                ScoringEntry entry;
                                entry.mutable_policy_loaded()->set_file(file);
                                entry.mutable_policy_loaded()->set_content(content);
                                XINCE_RETURN_IF_ERROR(
                                    AppendEvent(transaction, kPolicyActor, entry));
                                return RecordDue(state, transaction);
                              })
                              .status());
    if (left && untaken != nullptr) untaken->push_back({.file = file, .digest = pack.digest()});
  }
  return Drain(state, machine);
}

FeedReader::FeedReader(std::string feed,
                       OpenStream open,
                       creditfile::CreditState& state,
                       journal::Machine& machine,
                       std::function<void(const std::string&, const absl::Status&)> log)
    : feed_(std::move(feed)),
      open_(std::move(open)),
      state_(state),
      machine_(machine),
      log_(std::move(log)) {}

FeedReader::~FeedReader() { Stop(); }

void FeedReader::Start() {
  thread_ = std::thread([this] { Run(); });
}

void FeedReader::Stop() {
  {
    const runtime::MutexLock lock(mutex_);
    stopping_ = true;
    if (stream_ != nullptr) stream_->Cancel();
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  // Commands under way call back into this object.
  const runtime::MutexLock lock(mutex_);
  while (recording_) changed_.Wait(mutex_);
}

bool FeedReader::connected() const {
  const runtime::MutexLock lock(mutex_);
  return stream_ != nullptr;
}

bool FeedReader::caught_up() const {
  const runtime::MutexLock lock(mutex_);
  return caught_up_ && queue_.empty() && !recording_;
}

bool FeedReader::WaitToReopen() {
  const runtime::MutexLock lock(mutex_);
  if (!stopping_) changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(reopen_after_));
  reopen_after_ = std::min(reopen_after_ * 2, kReopenAfterMax);
  return !stopping_;
}

void FeedReader::Run() {
  do {
    {
      // What is queued would come again from the cursor, once nothing of it is being recorded.
      const runtime::MutexLock lock(mutex_);
      while (recording_) changed_.Wait(mutex_);
      queue_.clear();
      restart_ = false;
      caught_up_ = false;
    }
    uint64_t cursor = 0;
    absl::Status status = machine_
                              .Read(0,
                                    absl::InfiniteFuture(),
                                    [&] {
                                      cursor = state_.CursorOf(feed_);
                                      return machine_.applied();
                                    })
                              .status();
    if (status.ok()) {
      absl::StatusOr<std::unique_ptr<EvidenceStream>> opened = open_(cursor);
      status = opened.status();
      if (opened.ok()) {
        std::shared_ptr<EvidenceStream> stream = *std::move(opened);
        {
          const runtime::MutexLock lock(mutex_);
          stream_ = stream;
          if (stopping_) stream->Cancel();
        }
        status = ReadStream(*stream);
        const runtime::MutexLock lock(mutex_);
        stream_ = nullptr;
      }
    }
    const runtime::MutexLock lock(mutex_);
    if (!stopping_) log_(feed_, status);
  } while (WaitToReopen());
}

absl::Status FeedReader::ReadStream(EvidenceStream& stream) {
  while (true) {
    XINCE_ASSIGN_OR_RETURN(StreamEvidenceResponse batch, stream.Next());
    {
      const runtime::MutexLock lock(mutex_);
      while (queue_.size() >= kQueuedBatchesMax && !stopping_ && !restart_) changed_.Wait(mutex_);
      if (stopping_ || restart_) return absl::CancelledError("the reader stops");
      if (batch.evidence().empty()) {
        caught_up_ = batch.caught_up();
        continue;
      }
      caught_up_ = false;
      queue_.push_back(std::move(batch));
    }
    Pump();
  }
}

void FeedReader::Pump() {
  {
    const runtime::MutexLock lock(mutex_);
    if (recording_ || queue_.empty() || restart_) return;
    recording_ = true;
  }
  auto taken = std::make_shared<size_t>(0);
  machine_.Submit(
      [this, taken](journal::Transaction& transaction) { return Record(transaction, taken.get()); },
      [this, taken](const absl::Status& status, journal::Revision) { Recorded(status, *taken); });
}

absl::Status FeedReader::Record(journal::Transaction& transaction, size_t* taken) {
  ScoringEntry entry;
  auto* evidence_taken = entry.mutable_evidence_taken();
  evidence_taken->set_feed(feed_);
  *taken = 0;
  {
    const runtime::MutexLock lock(mutex_);
    int pieces = 0;
    size_t bytes = 0;
    for (const StreamEvidenceResponse& batch : queue_) {
      pieces += batch.evidence_size();
      bytes += batch.ByteSizeLong();
      const bool full = pieces > kEvidencePerEntryMax || bytes > kEvidenceBytesPerEntryMax;
      // What comes before a piece that cannot be read does not wait for it.
      const bool stands_here = stuck_.has_value() && batch.sequence() == stuck_->sequence;
      if (*taken > 0 && (full || stands_here)) break;
      ++*taken;
      // Another replica may have recorded it.
      if (batch.sequence() <= state_.CursorOf(feed_)) continue;
      *evidence_taken->add_batches() = WithoutSetAside(state_.set_aside(), feed_, batch);
    }
  }
  if (!evidence_taken->batches().empty()) {
    XINCE_RETURN_IF_ERROR(AppendEvent(transaction, kIntakeActor, entry));
  }
  return RecordDue(state_, transaction);
}

void FeedReader::Recorded(const absl::Status& status, size_t taken) {
  {
    const runtime::MutexLock lock(mutex_);
    if (status.ok()) {
      if (taken > 0) {
        reopen_after_ = kReopenAfter;
        if (stuck_.has_value() && queue_[taken - 1].sequence() >= stuck_->sequence) stuck_.reset();
      }
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
    } else {
      NoteStuck(status);
      log_(feed_, status);
      restart_ = true;
      if (stream_ != nullptr) stream_->Cancel();
    }
    recording_ = false;
    changed_.NotifyAll();
    if (stopping_) return;
  }
  Pump();
}

void FeedReader::NoteStuck(const absl::Status& status) {
  runtime::Problem problem = runtime::ToProblem(status);
  if (problem.reason != kMalformed) return;
  StuckPiece stuck{.digest = problem.metadata["digest"],
                   .evidence = problem.metadata["evidence"],
                   .fault = problem.metadata["what"]};
  (void)absl::SimpleAtoi(problem.metadata["sequence"], &stuck.sequence);
  for (const StreamEvidenceResponse& batch : queue_) {
    if (batch.sequence() != stuck.sequence) continue;
    const auto place =
        std::find_if(batch.evidence().begin(), batch.evidence().end(), [&](const auto& piece) {
          return creditfile::DigestOfPiece(piece) == stuck.digest;
        });
    stuck.place = static_cast<uint32_t>(place - batch.evidence().begin());
  }
  stuck_ = std::move(stuck);
}

std::optional<StuckPiece> FeedReader::stuck() const {
  const runtime::MutexLock lock(mutex_);
  return stuck_;
}

absl::Status FeedReader::DecideSetAside(journal::Transaction& transaction,
                                        const std::string& actor,
                                        uint64_t sequence,
                                        const std::string& digest,
                                        const std::string& reason) const {
  if (state_.set_aside().Find(feed_, sequence, digest) != nullptr) return absl::OkStatus();
  const std::optional<StuckPiece> stuck = this->stuck();
  if (!stuck.has_value() || stuck->sequence != sequence || stuck->digest != digest ||
      sequence <= state_.CursorOf(feed_)) {
    return NotStuck(feed_, sequence, stuck);
  }
  ScoringEntry entry;
  journal::v1::EvidenceSetAside& event = *entry.mutable_evidence_set_aside();
  event.set_feed(feed_);
  event.set_sequence(sequence);
  event.set_place(stuck->place);
  event.set_digest(digest);
  event.set_evidence(stuck->evidence);
  event.set_fault(stuck->fault);
  event.set_reason(reason);
  return transaction.Append(actor, "", entry.SerializeAsString());
}

absl::StatusOr<journal::Revision> FeedReader::SetAside(const std::string& actor,
                                                       uint64_t sequence,
                                                       const std::string& digest,
                                                       const std::string& reason) {
  XINCE_ASSIGN_OR_RETURN(const journal::Revision revision,
                         machine_.Execute([&](journal::Transaction& transaction) {
                           return DecideSetAside(transaction, actor, sequence, digest, reason);
                         }));
  // Without waiting for as long as a stream that is lost again and again.
  const runtime::MutexLock lock(mutex_);
  reopen_after_ = kReopenAfter;
  changed_.NotifyAll();
  return revision;
}

DayKeeper::DayKeeper(creditfile::CreditState& state,
                     journal::Machine& machine,
                     const runtime::Clock& clock)
    : state_(state), machine_(machine), clock_(clock) {}

DayKeeper::~DayKeeper() { Stop(); }

absl::Status DayKeeper::OpenToday() {
  const type::Date today = type::TodayInShanghai(clock_.Now());
  XINCE_RETURN_IF_ERROR(machine_
                            .Execute([&](journal::Transaction& transaction) {
                              // A clock that was set back opens nothing.
                              if (state_.today() != evaluate::kNoDay &&
                                  state_.today() >= today.days()) {
                                return absl::OkStatus();
                              }
                              ScoringEntry entry;
                              entry.mutable_day_opened()->set_date(type::FormatDate(today));
                              XINCE_RETURN_IF_ERROR(AppendEvent(transaction, kClockActor, entry));
                              return RecordDue(state_, transaction);
                            })
                            .status());
  return Drain(state_, machine_);
}

void DayKeeper::Start() {
  thread_ = std::thread([this] {
    type::Date opened = type::TodayInShanghai(clock_.Now());
    while (true) {
      {
        const runtime::MutexLock lock(mutex_);
        if (!stopping_) changed_.WaitFor(mutex_, kDayPoll);
        if (stopping_) return;
      }
      const type::Date today = type::TodayInShanghai(clock_.Now());
      // An error leaves the day unopened: the next round tries again.
      if (today > opened && OpenToday().ok()) opened = today;
    }
  });
}

void DayKeeper::Stop() {
  {
    const runtime::MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace xince::intake
