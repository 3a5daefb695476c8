#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "openssl/evp.h"
#include "services/journal/journal.h"
#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr char kVersion = 1;
/// Version, revision, record time and three lengths.
constexpr size_t kFixedBytes = 1 + 8 + 8 + 3 * 4;

void PutU32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}
void PutU64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}
uint64_t TakeNumber(absl::string_view& in, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(in[i]);
  in.remove_prefix(bytes);
  return value;
}

bool TakeText(absl::string_view& in, std::string& out) {
  if (in.size() < 4) return false;
  const uint64_t size = TakeNumber(in, 4);
  if (in.size() < size) return false;
  out.assign(in.data(), size);
  in.remove_prefix(size);
  return true;
}

/// One digest context per thread: making one costs more than hashing 300 bytes.
class Digest {
 public:
  Digest() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {}
  ~Digest() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Start() { EVP_DigestInit_ex2(context_, algorithm_, nullptr); }
  void Add(absl::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  Hash Finish() {
    Hash hash;
    EVP_DigestFinal_ex(context_, hash.data(), nullptr);
    return hash;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

Digest& ThreadDigest() {
  thread_local Digest digest;
  return digest;
}

absl::Status CheckSize(size_t index, absl::string_view field, size_t size, size_t max) {
  if (size <= max) return absl::OkStatus();
  return LimitError(absl::StrCat("drafts[", index, "].", field), size, max);
}

}  // namespace

bool IsJournalName(absl::string_view name) {
  return !name.empty() && name.size() <= kJournalNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return c > ' ' && c != '+' && c != 0x7f;
         });
}

size_t EncodedBytes(const Draft& draft) {
  return kFixedBytes + draft.actor.size() + draft.request_id.size() + draft.payload.size();
}

std::string EncodeEntry(Revision revision, const Draft& draft) {
  std::string out;
  out.reserve(EncodedBytes(draft));
  out.push_back(kVersion);
  PutU64(out, revision);
  PutU64(out, static_cast<uint64_t>(draft.record_time_us));
  for (const std::string* text : {&draft.actor, &draft.request_id, &draft.payload}) {
    PutU32(out, static_cast<uint32_t>(text->size()));
    out.append(*text);
  }
  return out;
}

absl::Status DecodeEntryInto(absl::string_view stored, Entry& entry) {
  entry.revision = 0;
  if (stored.size() < kFixedBytes) return CorruptError(0, "the stored bytes end too early");
  const char version = stored[0];
  stored.remove_prefix(1);
  entry.revision = TakeNumber(stored, 8);
  if (version != kVersion) return CorruptError(entry.revision, "the entry's version is unknown");
  entry.record_time_us = static_cast<int64_t>(TakeNumber(stored, 8));
  for (std::string* text : {&entry.actor, &entry.request_id, &entry.payload}) {
    if (!TakeText(stored, *text)) {
      return CorruptError(entry.revision, "a length runs beyond the stored bytes");
    }
  }
  if (!stored.empty()) return CorruptError(entry.revision, "bytes follow the entry");
  entry.chain = Hash{};
  return absl::OkStatus();
}

absl::StatusOr<Entry> DecodeEntry(absl::string_view stored) {
  Entry entry;
  XINCE_RETURN_IF_ERROR(DecodeEntryInto(stored, entry));
  return entry;
}

absl::Status CheckDrafts(absl::Span<const Draft> drafts) {
  if (drafts.empty() || drafts.size() > kAppendEntriesMax) {
    return LimitError("drafts", drafts.size(), kAppendEntriesMax);
  }
  size_t bytes = 0;
  for (size_t i = 0; i < drafts.size(); ++i) {
    const Draft& draft = drafts[i];
    XINCE_RETURN_IF_ERROR(CheckSize(i, "actor", draft.actor.size(), kActorBytesMax));
    XINCE_RETURN_IF_ERROR(CheckSize(i, "request_id", draft.request_id.size(), kRequestIdBytesMax));
    XINCE_RETURN_IF_ERROR(CheckSize(i, "payload", draft.payload.size(), kPayloadBytesMax));
    if (i > 0 && draft.record_time_us < drafts[i - 1].record_time_us) {
      return TimeBackwardsError(draft.record_time_us, drafts[i - 1].record_time_us);
    }
    bytes += EncodedBytes(draft);
  }
  if (bytes > kAppendBytesMax) return LimitError("drafts.bytes", bytes, kAppendBytesMax);
  return absl::OkStatus();
}

Hash Sha256(std::initializer_list<absl::string_view> parts) {
  Digest& digest = ThreadDigest();
  digest.Start();
  for (const absl::string_view part : parts) digest.Add(part);
  return digest.Finish();
}

Hash ChainHash(const Hash& previous, absl::string_view stored) {
  char head[1 + sizeof(Hash)];
  head[0] = 2;
  std::memcpy(head + 1, previous.data(), previous.size());
  return Sha256({absl::string_view(head, sizeof(head)), stored});
}

Hash LeafHash(absl::string_view stored) { return Sha256({absl::string_view("\0", 1), stored}); }

std::optional<Hash> HashFromBytes(absl::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

std::string HexEncode(absl::Span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace xince::journal
