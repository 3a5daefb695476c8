#include "services/journal/ed25519.h"

#include <memory>

#include "openssl/evp.h"

namespace xince::journal {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

Key PrivateKey(const KeyBytes& seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
          &EVP_PKEY_free};
}

}  // namespace

std::optional<KeyBytes> Ed25519PublicKey(const KeyBytes& seed) {
  const Key key = PrivateKey(seed);
  KeyBytes bytes;
  size_t size = bytes.size();
  if (key == nullptr || EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1 ||
      size != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<std::string> Ed25519Sign(const KeyBytes& seed, absl::string_view message) {
  const Key key = PrivateKey(seed);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  size_t size = signature.size();
  if (key == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(),
                     reinterpret_cast<uint8_t*>(signature.data()),
                     &size,
                     Bytes(message),
                     message.size()) != 1 ||
      size != signature.size()) {
    return std::nullopt;
  }
  return signature;
}

bool Ed25519Verify(const KeyBytes& key, absl::string_view message, absl::string_view signature) {
  const Key public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
      &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return public_key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
         EVP_DigestVerify(
             context.get(), Bytes(signature), signature.size(), Bytes(message), message.size()) ==
             1;
}

}  // namespace xince::journal
