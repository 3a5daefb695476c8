#ifndef SERVICES_JOURNAL_ED25519_H_
#define SERVICES_JOURNAL_ED25519_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

#include "services/journal/checkpoint.h"

/// Ed25519 (RFC 8032) by OpenSSL.
namespace xince::journal {

/// Public key of a seed; nothing when OpenSSL fails.
std::optional<KeyBytes> Ed25519PublicKey(const KeyBytes& seed);

/// 64 bytes; nothing when OpenSSL fails.
std::optional<std::string> Ed25519Sign(const KeyBytes& seed, absl::string_view message);

/// Whether the signature is that of the message. False for every error.
bool Ed25519Verify(const KeyBytes& key, absl::string_view message, absl::string_view signature);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_ED25519_H_
