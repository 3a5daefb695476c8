#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include <sys/stat.h>

#include "openssl/crypto.h"
#include "openssl/rand.h"
#include "services/journal/checkpoint.h"
#include "services/journal/ed25519.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr absl::string_view kPrivatePrefix = "PRIVATE+KEY+";
/// Algorithm byte of Ed25519 in signed notes.
constexpr char kEd25519 = 1;
/// Longest key text that is read.
constexpr size_t kKeyTextBytesMax = 512;

absl::Status TextError() {
  return runtime::InvalidArgument("KEY_TEXT",
                                  "key",
                                  "the key is not of the form name+hash+base64, or its hash is not "
                                  "that of its bytes",
                                  "密钥文本格式不正确,或其指纹与内容不符");
}

absl::Status FileError(const std::string& path, absl::string_view why) {
  return runtime::FailedPrecondition("KEY_FILE",
                                     "",
                                     absl::StrCat("the key file ", path, " cannot be used: ", why),
                                     absl::StrCat("无法使用密钥文件 ", path),
                                     {{"path", path}});
}

uint32_t KeyHash(absl::string_view name, const KeyBytes& key) {
  const Hash hash = Sha256({name, absl::string_view("\n\x01", 2), HashBytes(key)});
  return uint32_t{hash[0]} << 24 | uint32_t{hash[1]} << 16 | uint32_t{hash[2]} << 8 | hash[3];
}

std::string KeyText(absl::string_view name, uint32_t hash, const KeyBytes& bytes) {
  const std::string tagged = absl::StrCat(absl::string_view(&kEd25519, 1), HashBytes(bytes));
  return absl::StrCat(name, "+", absl::Hex(hash, absl::kZeroPad8), "+", absl::Base64Escape(tagged));
}

struct KeyParts {
  absl::string_view name;
  absl::string_view hash;
  KeyBytes bytes;
};

std::optional<KeyParts> SplitKeyText(absl::string_view text) {
  // Base64 may hold plus signs; names and hashes hold none.
  const size_t first = text.find('+');
  if (first == absl::string_view::npos) return std::nullopt;
  const size_t second = text.find('+', first + 1);
  if (second == absl::string_view::npos) return std::nullopt;
  KeyParts parts{text.substr(0, first), text.substr(first + 1, second - first - 1), {}};
  const absl::string_view base64 = text.substr(second + 1);
  std::string tagged;
  if (!absl::Base64Unescape(base64, &tagged) || absl::Base64Escape(tagged) != base64 ||
      tagged.size() != 1 + parts.bytes.size() || tagged[0] != kEd25519) {
    return std::nullopt;
  }
  std::memcpy(parts.bytes.data(), tagged.data() + 1, parts.bytes.size());
  OPENSSL_cleanse(tagged.data(), tagged.size());
  return parts;
}

/// Writes a new file durably with this mode.
absl::Status WriteNew(const std::string& path, const std::string& text, mode_t mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return FileError(path, std::strerror(errno));
  const bool ok =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno;
  close(fd);
  if (ok) return absl::OkStatus();
  unlink(path.c_str());
  return FileError(path, std::strerror(error));
}

}  // namespace

RandomBytes SystemRandomBytes() {
  return [](absl::Span<uint8_t> out) {
    return RAND_bytes(out.data(), static_cast<int>(out.size())) == 1;
  };
}

VerifyingKey::VerifyingKey(std::string name, const KeyBytes& key)
    : name_(std::move(name)), key_(key), hash_(KeyHash(name_, key_)) {}

absl::StatusOr<VerifyingKey> VerifyingKey::Make(absl::string_view name, const KeyBytes& key) {
  if (!IsJournalName(name)) {
    return runtime::InvalidArgument(
        "KEY_NAME",
        "name",
        "a key's name is 1 to 128 printable bytes without spaces and plus signs",
        "密钥名称须为1至128字节的可见字符,不含空格和加号",
        {{"max", std::to_string(kJournalNameBytesMax)}});
  }
  return VerifyingKey(std::string(name), key);
}

absl::StatusOr<VerifyingKey> VerifyingKey::Parse(absl::string_view text) {
  const std::optional<KeyParts> parts = SplitKeyText(text);
  if (!parts.has_value() || !IsJournalName(parts->name)) return TextError();
  VerifyingKey key(std::string(parts->name), parts->bytes);
  if (key.Text() != text) return TextError();
  return key;
}

std::string VerifyingKey::Text() const { return KeyText(name_, hash_, key_); }

absl::StatusOr<SigningKey> SigningKey::Generate(absl::string_view name, const RandomBytes& random) {
  KeyBytes seed{};
  if (!random(absl::MakeSpan(seed))) {
    return runtime::ToStatus({.code = absl::StatusCode::kInternal,
                              .reason = "RANDOM_UNAVAILABLE",
                              .en = "no random bytes to make a key from",
                              .zh = "无法取得生成密钥所需的随机数"});
  }
  auto key = FromSeed(name, seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

absl::StatusOr<SigningKey> SigningKey::FromSeed(absl::string_view name, const KeyBytes& seed) {
  const std::optional<KeyBytes> key = Ed25519PublicKey(seed);
  if (!key.has_value()) return TextError();
  XINCE_ASSIGN_OR_RETURN(VerifyingKey verifying_key, VerifyingKey::Make(name, *key));
  return SigningKey(std::move(verifying_key), seed);
}

absl::StatusOr<SigningKey> SigningKey::Parse(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kPrivatePrefix)) return TextError();
  std::optional<KeyParts> parts = SplitKeyText(text);
  if (!parts.has_value()) return TextError();
  auto key = FromSeed(parts->name, parts->bytes);
  OPENSSL_cleanse(parts->bytes.data(), parts->bytes.size());
  if (!key.ok() ||
      absl::StrCat(absl::Hex(key->verifying_key().hash(), absl::kZeroPad8)) != parts->hash) {
    return TextError();
  }
  return key;
}

absl::StatusOr<SigningKey> SigningKey::Load(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError(path, std::strerror(errno));
  struct stat info {};
  std::string text(kKeyTextBytesMax, '\0');
  const bool readable = fstat(fd, &info) == 0;
  const ssize_t size = read(fd, text.data(), text.size());
  close(fd);
  if (!readable || size < 0) return FileError(path, "it cannot be read");
  if ((info.st_mode & 0077) != 0) {
    return FileError(path,
                     absl::StrFormat("its mode is %04o, others than its owner can use it; "
                                     "set it to 0600",
                                     info.st_mode & 0777));
  }
  auto key = Parse(absl::StripTrailingAsciiWhitespace(absl::string_view(text.data(), size)));
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

absl::Status SigningKey::Save(const std::string& path) const {
  std::string text = Text() + "\n";
  absl::Status status = WriteNew(path, text, 0600);
  OPENSSL_cleanse(text.data(), text.size());
  XINCE_RETURN_IF_ERROR(status);
  return WriteNew(path + ".pub", public_.Text() + "\n", 0644);
}

SigningKey::~SigningKey() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

std::string SigningKey::Text() const {
  return absl::StrCat(kPrivatePrefix, KeyText(public_.name(), public_.hash(), seed_));
}

absl::StatusOr<std::string> SigningKey::Sign(absl::string_view message) const {
  std::optional<std::string> signature = Ed25519Sign(seed_, message);
  if (!signature.has_value()) {
    return runtime::ToStatus({.code = absl::StatusCode::kInternal,
                              .reason = "SIGNING_FAILED",
                              .en = "OpenSSL could not sign",
                              .zh = "签名失败"});
  }
  return *std::move(signature);
}

}  // namespace xince::journal
