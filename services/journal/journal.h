#ifndef SERVICES_JOURNAL_JOURNAL_H_
#define SERVICES_JOURNAL_JOURNAL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

/// The journal's port: the append-only, hash-chained log that is the only durable state of a
/// service. Three engines keep this contract (SQLite, Redis, follower) and one conformance suite
/// holds them to it.
namespace xince::journal {

/// Position of an entry: the first has revision 1; 0 is the empty journal.
using Revision = uint64_t;

/// A SHA-256.
using Hash = std::array<uint8_t, 32>;

/// Where a journal ends.
struct Head {
  Revision revision = 0;
  /// Chain value of the entry at `revision`; all zero at 0.
  Hash chain{};
  friend bool operator==(const Head&, const Head&) = default;
};

/// An entry as its writer makes it.
struct Draft {
  /// Microseconds since the epoch, read from a Clock by the writer. Never decreases in a journal:
  /// an engine refuses a draft older than its predecessor (`JOURNAL_TIME_BACKWARDS`).
  int64_t record_time_us = 0;
  /// Who did it. At most `kActorBytesMax`.
  std::string actor;
  /// The caller's request id; empty for what the service does by itself. At most
  /// `kRequestIdBytesMax`.
  std::string request_id;
  /// The service's own serialized message. At most `kPayloadBytesMax`.
  std::string payload;
};

/// An entry as stored.
struct Entry {
  Revision revision = 0;
  int64_t record_time_us = 0;
  std::string actor;
  std::string request_id;
  std::string payload;
  /// SHA-256(0x02 ‖ previous chain ‖ stored bytes): what `Head::chain` is once this entry is last.
  Hash chain{};
};

/// A state at a revision, as its service serialized it. A cache: losing it loses nothing.
struct Snapshot {
  Head at;
  /// Version of the service's snapshot format; another version is not read.
  uint32_t format = 0;
  std::string state;
};

/// Limits, each refused one beyond with INVALID_ARGUMENT.
inline constexpr size_t kActorBytesMax = 256;
inline constexpr size_t kRequestIdBytesMax = 128;
inline constexpr size_t kPayloadBytesMax = 1 << 20;
inline constexpr size_t kAppendEntriesMax = 4096;
/// Stored bytes (EncodeEntry) of all drafts of one Append.
inline constexpr size_t kAppendBytesMax = 16 << 20;
inline constexpr size_t kSnapshotBytesMax = size_t{1} << 30;
inline constexpr size_t kCheckpointBytesMax = 64 << 10;
inline constexpr size_t kJournalNameBytesMax = 128;

/// Whether this can name a journal and its keys: 1 to `kJournalNameBytesMax` bytes without control
/// characters, spaces and `+`, because names stand in C2SP notes.
bool IsJournalName(absl::string_view name);

/// The port. Implementations are safe to call from any thread; `Append` calls are serialized by the
/// engine. Statuses carry reasons (services/runtime/errors.h):
///   ABORTED             JOURNAL_CONFLICT     the head is not the expected one: catch up, decide again
///   UNAVAILABLE         JOURNAL_UNAVAILABLE  outcome unknown, or refused: retry, same request id
///   RESOURCE_EXHAUSTED  JOURNAL_DISK_FULL    nothing was written; reads go on
///   DATA_LOSS           JOURNAL_CORRUPT      a stored byte is not what was written; `revision`
///   DATA_LOSS           ROLLBACK_DETECTED    the journal ends before what was acknowledged
///   FAILED_PRECONDITION JOURNAL_LOCKED       another process has it open
///   INVALID_ARGUMENT    JOURNAL_LIMIT, JOURNAL_TIME_BACKWARDS
/// services/journal/journal_errors.h makes them.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Name of this journal, such as `nanjing/registry`; the origin of its checkpoints.
  [[nodiscard]] virtual const std::string& name() const = 0;

  /// Appends all drafts (at least one) or none, directly after `expected`. On return with OK they
  /// are durable as the engine promises, visible to every reader, and the result is the new head. A
  /// status of UNAVAILABLE leaves the outcome unknown; every other error means that nothing was
  /// appended. Checked in this order: CheckDrafts, `expected`, the time of the predecessor.
  virtual absl::StatusOr<Head> Append(const Head& expected, absl::Span<const Draft> drafts) = 0;

  /// The last durable, acknowledged position.
  virtual absl::StatusOr<Head> StableHead() = 0;

  /// Calls `visit` for the entries after `after`, in order, at most `limit` of them and none beyond
  /// the stable head. Each entry's chain value is checked against its stored bytes first
  /// (JOURNAL_CORRUPT names the first bad revision). Stops at the first error of `visit` and
  /// returns it.
  virtual absl::Status Read(Revision after,
                            size_t limit,
                            const std::function<absl::Status(const Entry&)>& visit) = 0;

  /// The head at `revision`. OUT_OF_RANGE `REVISION_UNKNOWN` beyond the stable head.
  virtual absl::StatusOr<Head> HeadAt(Revision revision) = 0;

  /// The greatest revision whose record time is at most `time`; 0 when none is.
  virtual absl::StatusOr<Revision> RevisionAt(absl::Time time) = 0;

  /// Blocks until the stable head is beyond `after`, `timeout` passed or Interrupt was called;
  /// returns the stable head.
  virtual absl::StatusOr<Head> WaitBeyond(Revision after, absl::Duration timeout) = 0;

  /// Wakes every WaitBeyond, now and from now on. For shutdown.
  virtual void Interrupt() = 0;

  /// Stores a snapshot of at most `kSnapshotBytesMax` (JOURNAL_LIMIT); older ones may be dropped,
  /// but not for one whose head is not on this journal's chain.
  virtual absl::Status PutSnapshot(const Snapshot& snapshot) = 0;

  /// The newest readable snapshot of `format` whose head is on this journal's chain; nothing when
  /// there is none.
  virtual absl::StatusOr<std::optional<Snapshot>> LatestSnapshot(uint32_t format) = 0;

  /// Merkle leaf hashes (RFC 6962: SHA-256(0x00 ‖ stored bytes)) of the entries after `after`, at
  /// most `limit`.
  virtual absl::StatusOr<std::vector<Hash>> LeafHashes(Revision after, size_t limit) = 0;

  /// Stores a signed checkpoint (C2SP note) for a tree of `size` leaves, and the newest at or
  /// beyond `size`. NOT_FOUND `CHECKPOINT_UNKNOWN` when there is none. A note is at most
  /// `kCheckpointBytesMax` (JOURNAL_LIMIT); a later one of the same size replaces the earlier.
  virtual absl::Status PutCheckpoint(Revision size, absl::string_view note) = 0;
  virtual absl::StatusOr<std::string> CheckpointAtOrBeyond(Revision size) = 0;
};

/// The bytes that are stored and hashed for an entry: our own encoding, because protobuf's is not
/// canonical. All integers big-endian: version byte 1, revision u64, record_time_us i64, then
/// actor, request id and payload, each behind its length as u32.
std::string EncodeEntry(Revision revision, const Draft& draft);

/// How many bytes EncodeEntry makes of `draft`.
size_t EncodedBytes(const Draft& draft);

/// The reverse. DATA_LOSS `JOURNAL_CORRUPT` for anything EncodeEntry cannot have made; limits are
/// not checked. The chain value is left zero.
absl::StatusOr<Entry> DecodeEntry(absl::string_view stored);

/// The same into an entry whose strings are reused. After an error its content is unspecified.
absl::Status DecodeEntryInto(absl::string_view stored, Entry& entry);

/// What every engine checks before it looks at its head: at least one draft, the limits
/// (`JOURNAL_LIMIT`, metadata `limit` and `max`, field such as `drafts[3].actor`), and that record
/// times never decrease among the drafts (`JOURNAL_TIME_BACKWARDS`).
absl::Status CheckDrafts(absl::Span<const Draft> drafts);

/// SHA-256 of the concatenated parts.
Hash Sha256(std::initializer_list<absl::string_view> parts);

/// Chain value after an entry: SHA-256(0x02 ‖ previous ‖ stored).
Hash ChainHash(const Hash& previous, absl::string_view stored);

/// Merkle leaf hash of an entry (RFC 6962 section 2.1): SHA-256(0x00 ‖ stored).
Hash LeafHash(absl::string_view stored);

/// A hash as bytes, and bytes as a hash; nothing when they are not 32.
inline absl::string_view HashBytes(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
std::optional<Hash> HashFromBytes(absl::string_view bytes);

/// Lower-case hexadecimal digits.
std::string HexEncode(absl::Span<const uint8_t> bytes);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_JOURNAL_H_
