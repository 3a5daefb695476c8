#include "services/journal/redis_snapshots.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

/// What a command with a chunk may take longer than others: it is written through to the disk.
constexpr absl::Duration kChunkAllowance = absl::Seconds(10);

// KEYS: snapshots, chunks of the new one. ARGV: revision, descriptor, number of chunks, prefix of
// chunk keys, how many are kept. A descriptor begins with its number, 20 digits.
constexpr absl::string_view kCommitBody = R"lua(#!lua
if redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('PERSIST', KEYS[2])
for _, old in ipairs(redis.call('ZREVRANGE', KEYS[1], ARGV[5], -1)) do
  redis.call('UNLINK', ARGV[4] .. string.sub(old, 1, 20))
  redis.call('ZREM', KEYS[1], old)
end
return 1
)lua";

// KEYS: checkpoint. ARGV: size as 20 digits, note.
constexpr absl::string_view kCheckpointBody = R"lua(#!lua
local size = redis.call('HGET', KEYS[1], 'size')
if not size or size <= ARGV[1] then
  redis.call('HSET', KEYS[1], 'size', ARGV[1], 'note', ARGV[2])
end
return 1
)lua";

const RedisScript& CommitScript() {
  static const RedisScript script{std::string(kCommitBody)};
  return script;
}
const RedisScript& CheckpointScript() {
  static const RedisScript script{std::string(kCheckpointBody)};
  return script;
}

/// Digits that sort as the numbers do.
std::string Padded(uint64_t number) { return absl::StrFormat("%020u", number); }

std::string Describe(const RedisSnapshotEntry& entry) {
  return absl::StrCat(entry.number,
                      " ",
                      entry.format,
                      " ",
                      entry.revision,
                      " ",
                      entry.chain_hex,
                      " ",
                      entry.bytes,
                      " ",
                      entry.chunks,
                      " ",
                      entry.digest_hex);
}

std::optional<RedisSnapshotEntry> ParseDescriptor(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  RedisSnapshotEntry entry;
  if (parts.size() != 7 || !absl::SimpleAtoi(parts[1], &entry.format) ||
      !absl::SimpleAtoi(parts[2], &entry.revision) || !absl::SimpleAtoi(parts[4], &entry.bytes) ||
      !absl::SimpleAtoi(parts[5], &entry.chunks) || entry.bytes > kSnapshotBytesMax) {
    return std::nullopt;
  }
  entry.number = parts[0];
  entry.chain_hex = parts[3];
  entry.digest_hex = parts[6];
  return entry;
}

absl::Status PushChunks(RedisConnection& connection,
                        const std::string& key,
                        absl::string_view state) {
  const std::string life = absl::StrCat(absl::ToInt64Seconds(kRedisUnfinishedSnapshotLife));
  for (; !state.empty(); state.remove_prefix(std::min(state.size(), kRedisSnapshotChunkBytesMax))) {
    const absl::string_view chunk = state.substr(0, kRedisSnapshotChunkBytesMax);
    XINCE_RETURN_IF_ERROR(connection.Command({"RPUSH", key, chunk}, kChunkAllowance).status());
    XINCE_RETURN_IF_ERROR(connection.Command({"EXPIRE", key, life}).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status StoreSnapshot(RedisConnection& connection,
                           const RedisKeys& keys,
                           const Snapshot& snapshot) {
  XINCE_ASSIGN_OR_RETURN(const RedisReply counted,
                         connection.Command({"INCR", keys.snapshot_number}));
  XINCE_ASSIGN_OR_RETURN(const int64_t number, counted.value().Integer());
  const size_t size = snapshot.state.size();
  const RedisSnapshotEntry entry{
      .number = Padded(number),
      .format = snapshot.format,
      .revision = snapshot.at.revision,
      .chain_hex = HexEncode(snapshot.at.chain),
      .bytes = size,
      .chunks = (size + kRedisSnapshotChunkBytesMax - 1) / kRedisSnapshotChunkBytesMax,
      .digest_hex = HexEncode(Sha256({snapshot.state}))};
  const std::string chunks_key = absl::StrCat(keys.snapshot_prefix, entry.number);
  XINCE_RETURN_IF_ERROR(PushChunks(connection, chunks_key, snapshot.state));
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply,
                         connection.Run(CommitScript(),
                                        {keys.snapshots, chunks_key},
                                        {absl::StrCat(entry.revision),
                                         Describe(entry),
                                         absl::StrCat(entry.chunks),
                                         keys.snapshot_prefix,
                                         absl::StrCat(kRedisSnapshotsKept)}));
  XINCE_ASSIGN_OR_RETURN(const int64_t committed, reply.value().Integer());
  if (committed != 1) return RedisProtocolError("chunks of a snapshot vanished");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RedisSnapshotEntry>> ListSnapshots(RedisConnection& connection,
                                                              const RedisKeys& keys) {
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply,
                         connection.Command({"ZREVRANGE", keys.snapshots, "0", "-1"}));
  std::vector<RedisSnapshotEntry> entries;
  for (size_t i = 0; i < reply.value().Size(); ++i) {
    XINCE_ASSIGN_OR_RETURN(const absl::string_view text, reply.value().At(i).Text());
    if (auto entry = ParseDescriptor(text); entry.has_value()) {
      entries.push_back(*std::move(entry));
    }
  }
  return entries;
}

absl::StatusOr<std::optional<std::string>> FetchSnapshotState(RedisConnection& connection,
                                                              const RedisKeys& keys,
                                                              const RedisSnapshotEntry& entry) {
  const std::string key = absl::StrCat(keys.snapshot_prefix, entry.number);
  std::string state;
  state.reserve(entry.bytes);
  for (uint64_t i = 0; i < entry.chunks; ++i) {
    XINCE_ASSIGN_OR_RETURN(const RedisReply reply,
                           connection.Command({"LINDEX", key, absl::StrCat(i)}, kChunkAllowance));
    if (reply.value().IsNil()) return std::nullopt;
    XINCE_ASSIGN_OR_RETURN(const absl::string_view chunk, reply.value().Text());
    state.append(chunk.data(), chunk.size());
    if (state.size() > entry.bytes) return std::nullopt;
  }
  if (HexEncode(Sha256({state})) != entry.digest_hex) return std::nullopt;
  return state;
}

absl::Status StoreCheckpoint(RedisConnection& connection,
                             const RedisKeys& keys,
                             Revision size,
                             absl::string_view note) {
  return connection.Run(CheckpointScript(), {keys.checkpoint}, {Padded(size), note}).status();
}

absl::StatusOr<std::optional<RedisCheckpoint>> FetchCheckpoint(RedisConnection& connection,
                                                               const RedisKeys& keys) {
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply,
                         connection.Command({"HMGET", keys.checkpoint, "size", "note"}));
  if (reply.value().At(0).IsNil()) return std::nullopt;
  RedisCheckpoint checkpoint;
  XINCE_ASSIGN_OR_RETURN(checkpoint.size, reply.value().At(0).Number());
  XINCE_ASSIGN_OR_RETURN(const absl::string_view note, reply.value().At(1).Text());
  checkpoint.note = std::string(note);
  return checkpoint;
}

}  // namespace xince::journal
