#include "services/journal/checkpoint.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <sys/stat.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/ed25519.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Made with Python's cryptography package from the seed 00 01 … 1f, the name and the text alone.
constexpr char kPublic[] = "example/registry+6ee9887b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr char kPrivate[] =
    "PRIVATE+KEY+example/registry+6ee9887b+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
constexpr char kNote[] =
    "example/registry\n"
    "42\n"
    "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
    "\n"
    "— example/registry bumIe/3prPoRHf+3ky/dJeWRx8b6ORwUBSsh4UtHUwdWslLaKBT7SOfsGHgOZ/"
    "+otatqXyOzpK3tprjUmYCfCwYxaQQ=\n";

Checkpoint Example() { return {"example/registry", 42, Sha256({"root"})}; }

SigningKey ExampleKey() { return SigningKey::Parse(kPrivate).value(); }

SigningKey OtherKey(absl::string_view name) {
  KeyBytes seed{};
  seed[0] = 99;
  return SigningKey::FromSeed(name, seed).value();
}

TEST(Checkpoints, AreTheBytesThatAnotherProgramMakes) {
  EXPECT_EQ(SignCheckpoint(Example(), ExampleKey()).value(), kNote);
  EXPECT_EQ(VerifyCheckpoint(kNote, VerifyingKey::Parse(kPublic).value()).value(), Example());
  EXPECT_EQ(ParseCheckpointUnverified(kNote).value(), Example());
}

TEST(Checkpoints, KeysAreThoseOfGosNotePackage) {
  // The example of golang.org/x/mod/sumdb/note's documentation.
  const VerifyingKey key =
      VerifyingKey::Parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
          .value();
  std::string signature;
  ASSERT_TRUE(absl::Base64Unescape(
      "x08go/ZJkuBS9UG/"
      "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
      &signature));
  EXPECT_EQ(key.hash(), 0xc74f20a3u);
  EXPECT_TRUE(Ed25519Verify(key.key(),
                            "If you think cryptography is the answer to your problem,\n"
                            "then you don't know what your problem is.\n",
                            signature.substr(4)));
}

TEST(Checkpoints, AnyOtherByteIsRefused) {
  const VerifyingKey key = VerifyingKey::Parse(kPublic).value();
  const std::string note = kNote;
  for (size_t i = 0; i < note.size(); ++i) {
    for (const int flip : {1, 4, 32, 128}) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      EXPECT_EQ(ReasonOf(VerifyCheckpoint(changed, key).status()), "CHECKPOINT_INVALID")
          << "byte " << i << " by " << flip;
    }
    EXPECT_FALSE(VerifyCheckpoint(note.substr(0, i), key).ok()) << i;
    EXPECT_FALSE(VerifyCheckpoint(note.substr(0, i) + note.substr(i + 1), key).ok()) << i;
  }
}

TEST(Checkpoints, WithoutTheKeysSignatureAreRefused) {
  const VerifyingKey key = VerifyingKey::Parse(kPublic).value();
  const std::string text = std::string(kNote).substr(0, std::string(kNote).find("\n\n") + 1);
  EXPECT_FALSE(VerifyCheckpoint(text, key).ok());
  EXPECT_FALSE(VerifyCheckpoint(text + "\n", key).ok());
  const std::string by_other = SignCheckpoint(Example(), OtherKey("example/registry")).value();
  EXPECT_THAT(VerifyCheckpoint(by_other, key).status().message(), HasSubstr("did not sign"));
  // The right key hash on a signature by another key.
  std::string bytes;
  const std::string base64 = by_other.substr(by_other.rfind(' ') + 1);
  ASSERT_TRUE(absl::Base64Unescape(base64.substr(0, base64.size() - 1), &bytes));
  bytes.replace(0, 4, "\x6e\xe9\x88\x7b");
  const std::string forged =
      by_other.substr(0, by_other.rfind(' ') + 1) + absl::Base64Escape(bytes) + "\n";
  EXPECT_THAT(VerifyCheckpoint(forged, key).status().message(), HasSubstr("signature is false"));
}

TEST(Checkpoints, OfAnotherOriginAreRefused) {
  const SigningKey other = OtherKey("example/other");
  Checkpoint checkpoint = Example();
  checkpoint.origin = "example/other";
  const std::string note = SignCheckpoint(checkpoint, other).value();
  EXPECT_TRUE(VerifyCheckpoint(note, other.verifying_key()).ok());
  EXPECT_THAT(VerifyCheckpoint(note, VerifyingKey::Parse(kPublic).value()).status().message(),
              HasSubstr("another journal"));
  EXPECT_EQ(ReasonOf(SignCheckpoint(Example(), other).status()), "KEY_NAME");
}

TEST(Checkpoints, SignaturesByOthersArePassedOver) {
  const VerifyingKey key = VerifyingKey::Parse(kPublic).value();
  const std::string witness = SignCheckpoint(Example(), OtherKey("example/registry")).value();
  const std::string line = witness.substr(witness.find("\n\n") + 2);
  EXPECT_TRUE(VerifyCheckpoint(kNote + line, key).ok());
  std::string many = kNote;
  for (int i = 0; i < 15; ++i) many += line;
  EXPECT_TRUE(VerifyCheckpoint(many, key).ok());
  EXPECT_FALSE(VerifyCheckpoint(many + line, key).ok());
  const std::string own = std::string(kNote).substr(std::string(kNote).find("\n\n") + 2);
  EXPECT_FALSE(VerifyCheckpoint(kNote + own, key).ok());
}

TEST(Checkpoints, OtherSpellingsAreRefused) {
  const SigningKey key = ExampleKey();
  const auto verify = [&](const std::string& text) {
    std::string bytes = "\x6e\xe9\x88\x7b";
    bytes += key.Sign(text).value();
    return VerifyCheckpoint(
        absl::StrCat(text, "\n— example/registry ", absl::Base64Escape(bytes), "\n"),
        key.verifying_key());
  };
  const std::string root = "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n";
  EXPECT_TRUE(verify("example/registry\n42\n" + root).ok());
  EXPECT_TRUE(verify("example/registry\n18446744073709551615\n" + root).ok());
  EXPECT_TRUE(verify("example/registry\n42\n" + root + "extension\n").ok());
  for (const char* size : {"042", "+42", "-1", "", " 42", "42 ", "18446744073709551616", "0x2a"}) {
    EXPECT_FALSE(verify(absl::StrCat("example/registry\n", size, "\n", root)).ok()) << size;
  }
  EXPECT_FALSE(verify("example/registry\n42\nAAAA\n").ok());
  EXPECT_FALSE(verify("example/registry\n42\nSBNJTRN-FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n").ok());
  EXPECT_FALSE(verify("example/registry\n42\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7J=\n").ok());
  EXPECT_FALSE(verify("example/registry\n42\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I\n").ok());
}

TEST(Keys, TextIsReadBackAndNothingElse) {
  EXPECT_EQ(VerifyingKey::Parse(kPublic).value().Text(), kPublic);
  EXPECT_EQ(ExampleKey().Text(), kPrivate);
  EXPECT_EQ(ExampleKey().verifying_key().Text(), kPublic);
  const std::string text = kPublic;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(VerifyingKey::Parse(changed).ok()) << changed;
    EXPECT_FALSE(VerifyingKey::Parse(text.substr(0, i)).ok());
  }
  EXPECT_FALSE(VerifyingKey::Parse(kPrivate).ok());
  EXPECT_FALSE(SigningKey::Parse(kPublic).ok());
  EXPECT_FALSE(
      SigningKey::Parse("PRIVATE+KEY+example/registry+6ee9887c+" + std::string(kPrivate).substr(38))
          .ok());
  EXPECT_EQ(ReasonOf(SigningKey::Parse("x").status()), "KEY_TEXT");
}

TEST(Keys, NamesHaveLimits) {
  for (const std::string& name : {std::string(),
                                  std::string(kJournalNameBytesMax + 1, 'n'),
                                  std::string("a b"),
                                  std::string("a+b"),
                                  std::string("a\nb")}) {
    EXPECT_EQ(ReasonOf(VerifyingKey::Make(name, KeyBytes{}).status()), "KEY_NAME");
  }
  EXPECT_TRUE(VerifyingKey::Make(std::string(kJournalNameBytesMax, 'n'), KeyBytes{}).ok());
}

TEST(Keys, GenerateUsesTheRandomBytesGiven) {
  const auto counting = [](absl::Span<uint8_t> out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(i);
    return true;
  };
  EXPECT_EQ(SigningKey::Generate("example/registry", counting).value().Text(), kPrivate);
  EXPECT_EQ(ReasonOf(SigningKey::Generate("n", [](absl::Span<uint8_t>) { return false; }).status()),
            "RANDOM_UNAVAILABLE");
  EXPECT_NE(SigningKey::Generate("n", SystemRandomBytes()).value().Text(),
            SigningKey::Generate("n", SystemRandomBytes()).value().Text());
}

TEST(Keys, FilesArePrivateAndNeverReplaced) {
  const TempDir dir;
  const std::string path = dir.File("registry.key");
  ASSERT_TRUE(ExampleKey().Save(path).ok());
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(SigningKey::Load(path).value().Text(), kPrivate);
  std::string text;
  std::getline(std::ifstream(path + ".pub"), text);
  EXPECT_EQ(text, kPublic);
  EXPECT_EQ(ReasonOf(ExampleKey().Save(path)), "KEY_FILE");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(ReasonOf(SigningKey::Load(path).status()), "KEY_FILE");
  EXPECT_EQ(ReasonOf(SigningKey::Load(dir.File("none")).status()), "KEY_FILE");
}

TEST(Keys, ErrorsDoNotHoldTheKey) {
  const TempDir dir;
  const std::string path = dir.File("registry.key");
  std::ofstream(path) << kPrivate << "x\n";
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const absl::Status status = SigningKey::Load(path).status();
  EXPECT_EQ(ReasonOf(status), "KEY_TEXT");
  EXPECT_THAT(status.ToString(), Not(HasSubstr("AQABAgME")));
}

}  // namespace
}  // namespace xince::journal
