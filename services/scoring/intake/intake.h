#ifndef SERVICES_SCORING_INTAKE_INTAKE_H_
#define SERVICES_SCORING_INTAKE_INTAKE_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/journal/machine.h"
#include "services/runtime/clock.h"
#include "services/runtime/mutex.h"
#include "services/scoring/creditfile/credit_state.h"

/// How evidence, policies and days come into the scoring journal.
namespace xince::intake {

/// Batches read from a feed and not yet recorded; the stream is not read while there are more.
inline constexpr size_t kQueuedBatchesMax = 2000;
/// Pieces of evidence recorded by one entry, unless one batch alone has more.
inline constexpr int kEvidencePerEntryMax = 100;
/// Bytes of the batches recorded by one entry, unless one batch alone has more: well below
/// journal::kPayloadBytesMax.
inline constexpr size_t kEvidenceBytesPerEntryMax = 512 * 1024;
/// How long a reader waits before it opens a lost stream again: the first time, and at most.
inline constexpr absl::Duration kReopenAfter = absl::Milliseconds(200);
inline constexpr absl::Duration kReopenAfterMax = absl::Seconds(10);

/// Records the steps that clocks and rules take and the standings that are due, a bounded number of
/// entries per command, until none is.
/// `Record` goes into the command that made them due.
absl::Status RecordDue(creditfile::CreditState& state, journal::Transaction& transaction);

/// A pack that came with a release and is not taken up: it takes a proposal to bring it in.
struct UntakenPack {
  std::string file;
  policy::Digest digest{};
};

/// Takes up packs that the journal does not know yet, (file, content) pairs. Before the first day was
/// opened all of them: a register begins with the rules it is installed with. From then on only new
/// versions of the nation's; a city's come by rulemaking, and a version there is is never edited. What
/// is not taken up is added to `untaken` unless that is null.
absl::Status LoadPolicies(creditfile::CreditState& state,
                          journal::Machine& machine,
                          const std::vector<std::pair<std::string, std::string>>& packs,
                          std::vector<UntakenPack>* untaken = nullptr);

/// An open stream of a feed's evidence.
class EvidenceStream {
 public:
  virtual ~EvidenceStream() = default;
  /// Waits for the next batch; an error ends the stream.
  virtual absl::StatusOr<evidence::v1::StreamEvidenceResponse> Next() = 0;
  /// Makes Next return. From any thread.
  virtual void Cancel() = 0;
};

/// Opens the stream of a feed after a sequence.
using OpenStream =
    std::function<absl::StatusOr<std::unique_ptr<EvidenceStream>>(uint64_t after_sequence)>;

/// A piece that cannot be read: the feed's intake stands still at it.
struct StuckPiece {
  /// Sequence of its batch, and its place in it from 0.
  uint64_t sequence = 0;
  uint32_t place = 0;
  /// SHA-256 of the piece, hexadecimal.
  std::string digest;
  /// Its id; empty when it is not fit to be shown.
  std::string evidence;
  std::string fault;
};

/// Reads one feed for ever and records what it sends, each batch once. A piece that cannot be read is
/// not left out by itself: what came before it is recorded, and the feed is asked again and again
/// until it sends the piece otherwise, or somebody sets it aside.
class FeedReader {
 public:
  /// `log` is told when the stream is lost or a batch is refused: (feed, status).
  FeedReader(std::string feed,
             OpenStream open,
             creditfile::CreditState& state,
             journal::Machine& machine,
             std::function<void(const std::string&, const absl::Status&)> log);
  ~FeedReader();

  void Start();
  void Stop();

  [[nodiscard]] const std::string& feed() const { return feed_; }
  /// The stream is open.
  [[nodiscard]] bool connected() const;
  /// The feed had nothing more when it last spoke, and all it sent is recorded.
  [[nodiscard]] bool caught_up() const;
  /// The piece at which the intake stands still; nothing while it goes on.
  [[nodiscard]] std::optional<StuckPiece> stuck() const;

  /// Records that the piece is left out, by whom and why, and goes on; a repeat records nothing. The
  /// revision it holds at. FAILED_PRECONDITION `EVIDENCE_NOT_STUCK` for any piece but stuck();
  /// RESOURCE_EXHAUSTED `SET_ASIDE_LIMIT`. Blocks: as Machine::Execute.
  absl::StatusOr<journal::Revision> SetAside(const std::string& actor,
                                             uint64_t sequence,
                                             const std::string& digest,
                                             const std::string& reason);

 private:
  void Run();
  absl::Status ReadStream(EvidenceStream& stream);
  void Pump();
  absl::Status Record(journal::Transaction& transaction, size_t* taken);
  void Recorded(const absl::Status& status, size_t taken);
  bool WaitToReopen();
  void NoteStuck(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status DecideSetAside(journal::Transaction& transaction,
                              const std::string& actor,
                              uint64_t sequence,
                              const std::string& digest,
                              const std::string& reason) const;

  const std::string feed_;
  const OpenStream open_;
  creditfile::CreditState& state_;
  journal::Machine& machine_;
  const std::function<void(const std::string&, const absl::Status&)> log_;

  mutable runtime::Mutex mutex_;
  runtime::CondVar changed_;
  std::deque<evidence::v1::StreamEvidenceResponse> queue_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<EvidenceStream> stream_ ABSL_GUARDED_BY(mutex_);
  bool recording_ ABSL_GUARDED_BY(mutex_) = false;
  bool caught_up_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  /// Set when a command failed: the stream is opened again from what is recorded.
  bool restart_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<StuckPiece> stuck_ ABSL_GUARDED_BY(mutex_);
  /// Doubles while nothing is recorded between two openings.
  absl::Duration reopen_after_ ABSL_GUARDED_BY(mutex_) = kReopenAfter;
  std::thread thread_;
};

/// Opens the civil day, at the start and whenever a new one begins in Asia/Shanghai.
class DayKeeper {
 public:
  DayKeeper(creditfile::CreditState& state, journal::Machine& machine, const runtime::Clock& clock);
  ~DayKeeper();

  /// Opens today if it is not open. Call before anything is assessed.
  absl::Status OpenToday();
  void Start();
  void Stop();

 private:
  creditfile::CreditState& state_;
  journal::Machine& machine_;
  const runtime::Clock& clock_;
  runtime::Mutex mutex_;
  runtime::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace xince::intake

#endif  // SERVICES_SCORING_INTAKE_INTAKE_H_
