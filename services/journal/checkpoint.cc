#include "services/journal/checkpoint.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "services/journal/ed25519.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

/// Em dash and space: how a signature line begins.
constexpr absl::string_view kSignatureMark = "\xe2\x80\x94 ";
/// Signature lines of a note; C2SP lets verifiers refuse more.
constexpr size_t kSignaturesMax = 16;
constexpr size_t kSignatureBytes = 64;
constexpr size_t kKeyHashBytes = 4;

absl::Status Invalid(absl::string_view what) {
  return runtime::ToStatus({.code = absl::StatusCode::kDataLoss,
                            .reason = "CHECKPOINT_INVALID",
                            .field = "note",
                            .en = absl::StrCat("the checkpoint is not valid: ", what),
                            .zh = "检查点无效",
                            .metadata = {{"what", std::string(what)}}});
}

/// Base64 with padding, in the one spelling that encodes these bytes.
bool DecodeBase64(absl::string_view text, std::string& bytes) {
  return absl::Base64Unescape(text, &bytes) && absl::Base64Escape(bytes) == text;
}

/// A decimal number without sign or leading zeros.
bool ParseSize(absl::string_view text, uint64_t& size) {
  return absl::SimpleAtoi(text, &size) && absl::StrCat(size) == text;
}

struct SignatureLine {
  absl::string_view name;
  uint32_t key_hash = 0;
  std::string signature;
};

bool ParseSignatureLine(absl::string_view line, SignatureLine& out) {
  if (!absl::ConsumePrefix(&line, kSignatureMark)) return false;
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  std::string bytes;
  if (words.size() != 2 || words[0].empty() || !DecodeBase64(words[1], bytes) ||
      bytes.size() <= kKeyHashBytes) {
    return false;
  }
  out.name = words[0];
  for (size_t i = 0; i < kKeyHashBytes; ++i) {
    out.key_hash = out.key_hash << 8 | static_cast<uint8_t>(bytes[i]);
  }
  out.signature = bytes.substr(kKeyHashBytes);
  return true;
}

struct Note {
  /// What is signed, with its final newline.
  absl::string_view text;
  std::vector<SignatureLine> signatures;
};

absl::StatusOr<Note> ParseNote(absl::string_view note) {
  if (note.size() > kCheckpointBytesMax) return Invalid("it is too long");
  const size_t split = note.rfind("\n\n");
  if (split == absl::string_view::npos || !absl::EndsWith(note, "\n")) {
    return Invalid("it has no signatures");
  }
  Note parsed{.text = note.substr(0, split + 1)};
  absl::string_view lines = note.substr(split + 2);
  if (lines.empty()) return Invalid("it has no signatures");
  lines.remove_suffix(1);
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
    if (parsed.signatures.size() == kSignaturesMax) return Invalid("it has too many signatures");
    if (!ParseSignatureLine(line, parsed.signatures.emplace_back())) {
      return Invalid("a signature line is malformed");
    }
  }
  return parsed;
}

absl::StatusOr<Checkpoint> ParseBody(absl::string_view text) {
  // Extension lines may follow the first three; we write none and read past them.
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  std::string root;
  Checkpoint checkpoint;
  if (lines.size() < 4 || lines[0].empty() || !ParseSize(lines[1], checkpoint.size) ||
      !DecodeBase64(lines[2], root)) {
    return Invalid("its text is not origin, size and root");
  }
  if (std::any_of(lines.begin() + 3, lines.end() - 1, [](absl::string_view line) {
        return line.empty();
      })) {
    return Invalid("it has an empty line");
  }
  const std::optional<Hash> hash = HashFromBytes(root);
  if (!hash.has_value()) return Invalid("its root is not 32 bytes");
  checkpoint.origin = std::string(lines[0]);
  checkpoint.root = *hash;
  return checkpoint;
}

}  // namespace

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  const VerifyingKey& verifying_key = key.verifying_key();
  if (checkpoint.origin != verifying_key.name()) {
    return runtime::InvalidArgument(
        "KEY_NAME",
        "origin",
        absl::StrCat(
            "the key is of ", verifying_key.name(), ", the checkpoint of ", checkpoint.origin),
        absl::StrCat("密钥属于 ", verifying_key.name(), ",检查点属于 ", checkpoint.origin),
        {{"key", verifying_key.name()}, {"origin", checkpoint.origin}});
  }
  const std::string text = absl::StrCat(checkpoint.origin,
                                        "\n",
                                        checkpoint.size,
                                        "\n",
                                        absl::Base64Escape(HashBytes(checkpoint.root)),
                                        "\n");
  XINCE_ASSIGN_OR_RETURN(const std::string signature, key.Sign(text));
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(verifying_key.hash() >> shift));
  }
  bytes += signature;
  return absl::StrCat(
      text, "\n", kSignatureMark, verifying_key.name(), " ", absl::Base64Escape(bytes), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpointUnverified(absl::string_view note) {
  XINCE_ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  return ParseBody(parsed.text);
}

absl::StatusOr<Checkpoint> VerifyCheckpoint(absl::string_view note, const VerifyingKey& key) {
  XINCE_ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  XINCE_ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseBody(parsed.text));
  if (checkpoint.origin != key.name()) return Invalid("it is of another journal");
  bool found = false;
  for (const SignatureLine& line : parsed.signatures) {
    if (line.name != key.name() || line.key_hash != key.hash()) continue;
    if (found) return Invalid("the key signed it twice");
    found = true;
    if (line.signature.size() != kSignatureBytes ||
        !Ed25519Verify(key.key(), parsed.text, line.signature)) {
      return Invalid("the signature is false");
    }
  }
  if (!found) return Invalid("the key did not sign it");
  return checkpoint;
}

}  // namespace xince::journal
