#include "services/journal/redis_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr absl::string_view kPrelude = R"lua(
local function id(revision) return string.format('%.0f-0', revision) end
local function load(meta)
  local found = redis.call('HMGET', meta, 'head', 'chain', 'stable', 'stable_chain', 'time')
  local zero = string.rep('\0', 32)
  return {head = found[1] or '0', chain = found[2] or zero,
          stable = found[3] or '0', stable_chain = found[4] or zero, time = found[5] or ''}
end
local function chain_at(log, meta, revision)
  if revision < 1 or revision > 2^53 then return '' end
  if revision == tonumber(meta.head) then return meta.chain end
  local found = redis.call('XRANGE', log, id(revision), id(revision))
  if #found == 0 then return '' end
  return found[1][2][2]
end
local function state(log, meta, known)
  return {meta.head, meta.chain, meta.stable, meta.stable_chain, chain_at(log, meta, known)}
end
local function set_stable(key, bell, revision, chain)
  redis.call('HSET', key, 'stable', revision, 'stable_chain', chain)
  redis.call('XADD', bell, 'MAXLEN', '1', revision .. '-0', 's', '')
end
)lua";

// KEYS: log, meta. ARGV: known, after, count, bytes.
constexpr absl::string_view kReadBody = R"lua(
local meta, known = load(KEYS[2]), tonumber(ARGV[1])
local reply = state(KEYS[1], meta, known)
local from, count, room = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if count == 0 then return reply end
local last = math.min(math.max(tonumber(meta.stable), known), from + count)
local first = from
while from <= last do
  local to = math.min(from + 15, last)
  for _, item in ipairs(redis.call('XRANGE', KEYS[1], id(from), id(to))) do
    if room <= 0 and #reply >= 11 then return reply end
    room = room - #item[2][4]
    reply[#reply + 1] = item[1]
    reply[#reply + 1] = item[2][2]
    reply[#reply + 1] = item[2][4]
  end
  from = to + 1
end
return reply
)lua";

// KEYS: log, meta, bell. ARGV: expected revision, its chain, known revision, its chain, first time,
// last time, '1' when stable at once, target revision, then chain and stored bytes of each entry.
constexpr absl::string_view kAppendBody = R"lua(
local log, meta = KEYS[1], load(KEYS[2])
local head, known = tonumber(meta.head), tonumber(ARGV[3])
local function answer(outcome, target)
  local reply = state(log, load(KEYS[2]), known)
  reply[6], reply[7], reply[8] = outcome, target or '', meta.time
  return reply
end
if head < known or (known > 0 and chain_at(log, meta, known) ~= ARGV[4]) then
  return answer('rollback')
end
if meta.head ~= ARGV[1] or meta.chain ~= ARGV[2] then
  return answer('conflict', chain_at(log, meta, tonumber(ARGV[8])))
end
if tonumber(meta.stable) > head or redis.call('XLEN', log) ~= head then return answer('corrupt') end
if ARGV[5] < meta.time then return answer('time') end
local revision = head
for i = 9, #ARGV, 2 do
  revision = revision + 1
  redis.call('XADD', log, id(revision), 'c', ARGV[i], 'e', ARGV[i + 1])
end
local chain = ARGV[#ARGV - 1]
redis.call('HSET', KEYS[2], 'head', ARGV[8], 'chain', chain, 'time', ARGV[6])
if ARGV[7] == '1' then set_stable(KEYS[2], KEYS[3], ARGV[8], chain) end
return answer('appended')
)lua";

// KEYS: log, meta. ARGV: known.
constexpr absl::string_view kTouchBody = R"lua(
redis.call('HINCRBY', KEYS[2], 'touches', 1)
return state(KEYS[1], load(KEYS[2]), tonumber(ARGV[1]))
)lua";

// KEYS: log, meta, bell. ARGV: revision, chain.
constexpr absl::string_view kAdvanceBody = R"lua(
local meta, revision = load(KEYS[2]), tonumber(ARGV[1])
if revision > tonumber(meta.head) or chain_at(KEYS[1], meta, revision) ~= ARGV[2] then return 0 end
if revision > tonumber(meta.stable) then set_stable(KEYS[2], KEYS[3], ARGV[1], ARGV[2]) end
return 1
)lua";

// The first line makes Redis refuse a script that writes before it starts (NOREPLICAS, OOM,
// READONLY), so that a refused one has written nothing.
const RedisScript& ReadScript() {
  static const RedisScript script(absl::StrCat("#!lua flags=no-writes\n", kPrelude, kReadBody));
  return script;
}
const RedisScript& AppendScript() {
  static const RedisScript script(absl::StrCat("#!lua\n", kPrelude, kAppendBody));
  return script;
}
const RedisScript& TouchScript() {
  static const RedisScript script(absl::StrCat("#!lua\n", kPrelude, kTouchBody));
  return script;
}
const RedisScript& AdvanceScript() {
  static const RedisScript script(absl::StrCat("#!lua\n", kPrelude, kAdvanceBody));
  return script;
}

constexpr size_t kStateFields = 5;
constexpr uint64_t kSignBit = uint64_t{1} << 63;

/// Digits that sort as the times do, negative ones too.
std::string SortableTime(int64_t time_us) {
  return absl::StrFormat("%020u", static_cast<uint64_t>(time_us) ^ kSignBit);
}

absl::StatusOr<Head> ParseHead(RedisValue revision, RedisValue chain) {
  Head head;
  XINCE_ASSIGN_OR_RETURN(head.revision, revision.Number());
  XINCE_ASSIGN_OR_RETURN(const absl::string_view bytes, chain.Text());
  const std::optional<Hash> hash = HashFromBytes(bytes);
  if (!hash.has_value()) return CorruptError(head.revision, "the chain value is not 32 bytes");
  head.chain = *hash;
  return head;
}

absl::StatusOr<RedisState> ParseState(RedisValue reply) {
  RedisState state;
  XINCE_ASSIGN_OR_RETURN(state.head, ParseHead(reply.At(0), reply.At(1)));
  XINCE_ASSIGN_OR_RETURN(state.stable, ParseHead(reply.At(2), reply.At(3)));
  XINCE_ASSIGN_OR_RETURN(const absl::string_view known, reply.At(4).Text());
  state.chain_at_known = HashFromBytes(known);
  if (state.stable.revision > state.head.revision) {
    return CorruptError(state.head.revision, "the stable revision is beyond the last entry");
  }
  return state;
}

std::optional<Revision> ParseId(absl::string_view id) {
  Revision revision = 0;
  if (!absl::ConsumeSuffix(&id, "-0") || !absl::SimpleAtoi(id, &revision)) return std::nullopt;
  return revision;
}

absl::StatusOr<RedisAppendResult::Outcome> ParseOutcome(absl::string_view word) {
  using Outcome = RedisAppendResult::Outcome;
  if (word == "appended") return Outcome::kAppended;
  if (word == "conflict") return Outcome::kConflict;
  if (word == "time") return Outcome::kTimeBackwards;
  if (word == "corrupt") return Outcome::kCorrupt;
  if (word == "rollback") return Outcome::kRollback;
  return RedisProtocolError("the append script's outcome is unknown");
}

}  // namespace

RedisKeys::RedisKeys(absl::string_view journal) {
  const std::string tag = absl::StrCat("{xince:", journal, "}:");
  log = absl::StrCat(tag, "log");
  meta = absl::StrCat(tag, "meta");
  bell = absl::StrCat(tag, "bell");
  snapshots = absl::StrCat(tag, "snapshots");
  snapshot_prefix = absl::StrCat(tag, "snapshot:");
  snapshot_number = absl::StrCat(tag, "snapshot-number");
  checkpoint = absl::StrCat(tag, "checkpoint");
}

absl::StatusOr<RedisPage> FetchPage(RedisConnection& connection,
                                    const RedisKeys& keys,
                                    Revision known,
                                    Revision after,
                                    size_t count) {
  // Nothing is beyond kRedisRevisionMax; a page that starts there is empty.
  after = std::min(after, kRedisRevisionMax);
  count = std::min(count, kRedisPageEntriesMax);
  XINCE_ASSIGN_OR_RETURN(RedisReply reply,
                         connection.Run(ReadScript(),
                                        {keys.log, keys.meta},
                                        {absl::StrCat(known),
                                         absl::StrCat(after),
                                         absl::StrCat(count),
                                         absl::StrCat(kRedisPageBytesMax)}));
  const RedisValue value = reply.value();
  RedisPage page{.reply = std::move(reply)};
  XINCE_ASSIGN_OR_RETURN(page.state, ParseState(value));
  for (size_t i = kStateFields; i < value.Size(); i += 3) {
    RedisPage::Item item;
    XINCE_ASSIGN_OR_RETURN(const absl::string_view id, value.At(i).Text());
    item.revision = ParseId(id);
    XINCE_ASSIGN_OR_RETURN(item.chain, value.At(i + 1).Text());
    XINCE_ASSIGN_OR_RETURN(item.stored, value.At(i + 2).Text());
    page.items.push_back(item);
  }
  return page;
}

RedisBatch::RedisBatch(const Head& after, absl::Span<const Draft> drafts)
    : expected(after),
      head(after),
      first_time_us(drafts.front().record_time_us),
      last_time_us(drafts.back().record_time_us) {
  stored.reserve(drafts.size());
  chains.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    stored.push_back(EncodeEntry(++head.revision, draft));
    head.chain = ChainHash(head.chain, stored.back());
    chains.push_back(head.chain);
  }
}

absl::StatusOr<RedisAppendResult> AppendBatch(RedisConnection& connection,
                                              const RedisKeys& keys,
                                              const Head& known,
                                              const RedisBatch& batch,
                                              bool stable_at_once) {
  const std::string expected = absl::StrCat(batch.expected.revision);
  const std::string known_revision = absl::StrCat(known.revision);
  const std::string first_time = SortableTime(batch.first_time_us);
  const std::string last_time = SortableTime(batch.last_time_us);
  const std::string target = absl::StrCat(batch.head.revision);
  std::vector<absl::string_view> args = {expected,
                                         HashBytes(batch.expected.chain),
                                         known_revision,
                                         HashBytes(known.chain),
                                         first_time,
                                         last_time,
                                         stable_at_once ? "1" : "0",
                                         target};
  args.reserve(args.size() + 2 * batch.stored.size());
  for (size_t i = 0; i < batch.stored.size(); ++i) {
    args.push_back(HashBytes(batch.chains[i]));
    args.push_back(batch.stored[i]);
  }
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply,
                         connection.Run(AppendScript(), {keys.log, keys.meta, keys.bell}, args));
  RedisAppendResult result;
  XINCE_ASSIGN_OR_RETURN(result.state, ParseState(reply.value()));
  XINCE_ASSIGN_OR_RETURN(const absl::string_view outcome, reply.value().At(5).Text());
  XINCE_ASSIGN_OR_RETURN(result.outcome, ParseOutcome(outcome));
  XINCE_ASSIGN_OR_RETURN(const absl::string_view at_target, reply.value().At(6).Text());
  result.chain_at_target = HashFromBytes(at_target);
  uint64_t time = 0;
  XINCE_ASSIGN_OR_RETURN(const absl::string_view digits, reply.value().At(7).Text());
  if (absl::SimpleAtoi(digits, &time)) result.time_us = static_cast<int64_t>(time ^ kSignBit);
  return result;
}

absl::StatusOr<RedisState> TouchLog(RedisConnection& connection,
                                    const RedisKeys& keys,
                                    Revision known) {
  XINCE_ASSIGN_OR_RETURN(
      const RedisReply reply,
      connection.Run(TouchScript(), {keys.log, keys.meta}, {absl::StrCat(known)}));
  return ParseState(reply.value());
}

absl::StatusOr<int64_t> WaitForReplicas(RedisConnection& connection,
                                        int replicas,
                                        absl::Duration timeout) {
  const int64_t timeout_ms = std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout));
  XINCE_ASSIGN_OR_RETURN(
      const RedisReply reply,
      connection.Command({"WAIT", absl::StrCat(replicas), absl::StrCat(timeout_ms)}, timeout));
  return reply.value().Integer();
}

absl::StatusOr<bool> AdvanceStable(RedisConnection& connection,
                                   const RedisKeys& keys,
                                   const Head& head) {
  XINCE_ASSIGN_OR_RETURN(const RedisReply reply,
                         connection.Run(AdvanceScript(),
                                        {keys.log, keys.meta, keys.bell},
                                        {absl::StrCat(head.revision), HashBytes(head.chain)}));
  XINCE_ASSIGN_OR_RETURN(const int64_t advanced, reply.value().Integer());
  return advanced == 1;
}

}  // namespace xince::journal
