#ifndef SERVICES_JOURNAL_CHECKPOINT_H_
#define SERVICES_JOURNAL_CHECKPOINT_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/journal/journal.h"

/// Signed statements of how a journal's tree looked at a size: C2SP tlog-checkpoint in a C2SP
/// signed-note with Ed25519, which tools for Go's checksum database and for transparency logs read.
///
///     nanjing/registry
///     42
///     <base64 of the root>
///
///     — nanjing/registry <base64 of key hash (4 bytes) and signature (64 bytes)>
///
/// The key hash is the beginning of SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key). A reader who has the
/// public key as text (`VerifyingKey::Text`) needs nothing else of us.
namespace xince::journal {

/// What a checkpoint says.
struct Checkpoint {
  /// Name of the journal.
  std::string origin;
  uint64_t size = 0;
  Hash root{};
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// An Ed25519 key's raw bytes.
using KeyBytes = std::array<uint8_t, 32>;

/// Fills a buffer with unpredictable bytes; false when it cannot.
using RandomBytes = std::function<bool(absl::Span<uint8_t>)>;

/// OpenSSL's generator, for programs to pass in.
RandomBytes SystemRandomBytes();

/// Public half: name and key.
class VerifyingKey {
 public:
  /// INVALID_ARGUMENT `KEY_NAME` when the name is empty, longer than `kJournalNameBytesMax`, or has
  /// spaces, control characters or plus signs.
  static absl::StatusOr<VerifyingKey> Make(absl::string_view name, const KeyBytes& key);

  /// Reads `name+hash+base64`, where hash is 8 hexadecimal digits and base64 that of 0x01 ‖ key.
  /// INVALID_ARGUMENT `KEY_TEXT` for anything else, also when the hash is not that of the key.
  static absl::StatusOr<VerifyingKey> Parse(absl::string_view text);

  [[nodiscard]] std::string Text() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const KeyBytes& key() const { return key_; }
  /// First four bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ key), big-endian.
  [[nodiscard]] uint32_t hash() const { return hash_; }

 private:
  VerifyingKey(std::string name, const KeyBytes& key);
  std::string name_;
  KeyBytes key_;
  uint32_t hash_;
};

/// Private half. Copies are wiped when destroyed.
class SigningKey {
 public:
  /// Makes a new key. INTERNAL `RANDOM_UNAVAILABLE` when `random` gives nothing; `KEY_NAME`.
  static absl::StatusOr<SigningKey> Generate(absl::string_view name, const RandomBytes& random);

  /// The key of a seed (the private key of RFC 8032). `KEY_NAME`.
  static absl::StatusOr<SigningKey> FromSeed(absl::string_view name, const KeyBytes& seed);

  /// Reads `PRIVATE+KEY+name+hash+base64`, the form Go's note package writes. `KEY_TEXT`; messages
  /// never hold any of it.
  static absl::StatusOr<SigningKey> Parse(absl::string_view text);

  /// Reads a file with that text and a newline. FAILED_PRECONDITION `KEY_FILE` when it cannot be
  /// read, or when anybody but its owner may (mode must be 0600 or less).
  static absl::StatusOr<SigningKey> Load(const std::string& path);

  /// Writes the private key to `path` (mode 0600, durable) and the public one to `<path>.pub`.
  /// Refuses to replace a file: FAILED_PRECONDITION `KEY_FILE`.
  [[nodiscard]] absl::Status Save(const std::string& path) const;

  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey();

  [[nodiscard]] std::string Text() const;
  [[nodiscard]] const VerifyingKey& verifying_key() const { return public_; }
  /// Ed25519 signature of `message`, 64 bytes.
  [[nodiscard]] absl::StatusOr<std::string> Sign(absl::string_view message) const;

 private:
  SigningKey(VerifyingKey verifying_key, const KeyBytes& seed)
      : public_(std::move(verifying_key)), seed_(seed) {}
  VerifyingKey public_;
  KeyBytes seed_;
};

/// The checkpoint as a note signed by `key`. INVALID_ARGUMENT `KEY_NAME` when the origin is not the
/// key's name.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& key);

/// Reads a note's checkpoint without believing it: for showing and for choosing a key. DATA_LOSS
/// `CHECKPOINT_INVALID` when it is not a checkpoint with at least one signature line.
absl::StatusOr<Checkpoint> ParseCheckpointUnverified(absl::string_view note);

/// What the note says, if it is of `key`'s origin and `key` signed it. Signatures by other keys are
/// passed over. DATA_LOSS `CHECKPOINT_INVALID`: malformed, of another origin, without a signature by
/// `key`, or with a false one.
absl::StatusOr<Checkpoint> VerifyCheckpoint(absl::string_view note, const VerifyingKey& key);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_CHECKPOINT_H_
