#include <stdio.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include <sqlite3.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/checkpoint.h"
#include "services/journal/export.h"
#include "services/journal/fsck.h"
#include "services/journal/merkle.h"
#include "services/journal/sqlite.h"
#include "services/journal/sqlite_journal.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/errors.h"

/// Whatever is done to a stored journal, both judges notice: `Fsck`/`VerifyExport` here, and
/// verify_journal.py, which shares no code with them.
namespace xince::journal {
namespace {

constexpr int kEntries = 30;
constexpr uint64_t kCheckpointSizes[] = {0, 1, 16, 29};
constexpr char kName[] = "test/tampered";

/// What both judges say of a file, in one form.
struct Verdict {
  std::string kind;
  Revision revision = 0;
  /// `<entries> <chain> <root>` of a good file.
  std::string content;
};

Verdict FromReport(const absl::StatusOr<AuditReport>& report) {
  if (!report.ok()) return {.kind = runtime::ReasonOf(report.status())};
  if (report->ok()) {
    return {.kind = "OK",
            .content = absl::StrCat(report->head.revision,
                                    " ",
                                    HexEncode(report->head.chain),
                                    " ",
                                    HexEncode(report->root))};
  }
  const AuditProblem* first = report->First();
  return {.kind = std::string(AuditKindName(first->kind)), .revision = first->revision};
}

Verdict FromLine(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  Verdict verdict{.kind = words.at(0)};
  if (verdict.kind == "OK") {
    for (size_t i = 1; i < words.size(); ++i) {
      absl::StrAppend(&verdict.content, i > 1 ? " " : "", words[i].substr(words[i].find('=') + 1));
    }
  } else if (verdict.kind == "BAD") {
    verdict.kind = words.at(1);
    EXPECT_EQ(sscanf(words.at(2).c_str(), "revision=%lu:", &verdict.revision), 1) << line;
  }
  return verdict;
}

class Tampering : public ::testing::Test {
 protected:
  void SetUp() override {
    SigningKey key = SigningKey::FromSeed(kName, KeyBytes{1, 2, 3}).value();
    key_ = key.verifying_key().Text();
    auto journal = Open(Clean());
    Head head;
    for (int i = 1; i <= kEntries; ++i) {
      const Draft draft{.record_time_us = 1'700'000'000'000'000 + i / 3,
                        .actor = "clerk",
                        .request_id = absl::StrCat("r", i),
                        .payload = std::string(i % 11, static_cast<char>(i))};
      head = journal->Append(head, {&draft, 1}).value();
    }
    MerkleTree tree(*journal);
    for (const uint64_t size : kCheckpointSizes) {
      const std::string note = SignCheckpoint({kName, size, tree.Root(size).value()}, key).value();
      ASSERT_TRUE(journal->PutCheckpoint(size, note).ok());
    }
    ASSERT_TRUE(Export(*journal, dir_.File("clean.export")).ok());
  }

  static std::unique_ptr<SqliteJournal> Open(const std::string& path) {
    return SqliteJournal::Open({.path = path, .name = kName, .allow_unsafe_filesystem = true})
        .value();
  }
  [[nodiscard]] std::string Clean() const { return dir_.File("clean.journal"); }
  [[nodiscard]] AuditTrust Trust() const {
    return {.keys = {VerifyingKey::Parse(key_).value()}, .anchors = anchors_};
  }

  /// A copy of the clean journal changed by SQL.
  std::string Changed(const std::string& sql) {
    const std::string path = dir_.File(absl::StrCat("changed-", ++copies_, ".journal"));
    std::filesystem::copy_file(Clean(), path);
    sqlite::Database database;
    EXPECT_EQ(database.Open(path, SQLITE_OPEN_READWRITE, ""), SQLITE_OK);
    database.Execute("PRAGMA synchronous=OFF");
    EXPECT_EQ(database.Execute(sql.c_str()), SQLITE_OK) << sql << database.Message();
    EXPECT_EQ(database.Value("PRAGMA journal_mode=DELETE"), "delete");
    return path;
  }

  static Verdict Ours(const std::string& path, const AuditTrust& trust) {
    return FromReport(absl::EndsWith(path, ".export") ? VerifyExport(path, trust)
                                                      : Fsck(path, trust));
  }

  /// What verify_journal.py says of each file.
  std::vector<Verdict> Theirs(const std::vector<std::string>& paths, bool with_key = true) {
    const std::string list = dir_.File("list");
    std::ofstream(list) << absl::StrJoin(paths, "\n") << "\n";
    std::string command = "/usr/bin/python3 tests/journal/verify_journal.py --batch";
    if (with_key) absl::StrAppend(&command, " --key '", key_, "'");
    for (size_t i = 0; i < anchors_.size(); ++i) {
      const std::string anchor = dir_.File(absl::StrCat("anchor-", i));
      std::ofstream(anchor) << anchors_[i];
      absl::StrAppend(&command, " --anchor ", anchor);
    }
    FILE* pipe = popen(absl::StrCat(command, " ", list, " 2>&1").c_str(), "r");
    std::string output;
    char buffer[4096];
    while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, size);
    pclose(pipe);
    std::vector<Verdict> verdicts;
    for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
      verdicts.push_back(FromLine(std::string(line)));
    }
    EXPECT_EQ(verdicts.size(), paths.size()) << output;
    verdicts.resize(paths.size());
    return verdicts;
  }

  /// Both judges must say this of the file.
  void ExpectBoth(const std::string& path, const std::string& kind, Revision revision) {
    const Verdict ours = Ours(path, Trust());
    const Verdict theirs = Theirs({path})[0];
    EXPECT_EQ(ours.kind, kind);
    EXPECT_EQ(ours.revision, revision);
    EXPECT_EQ(theirs.kind, kind);
    EXPECT_EQ(theirs.revision, revision);
  }

  TempDir dir_;
  std::string key_;
  std::vector<std::string> anchors_;
  int copies_ = 0;
};

TEST_F(Tampering, CleanFilesAreGoodToBoth) {
  auto journal = Open(Clean());
  const Head head = journal->StableHead().value();
  const Hash root = MerkleTree(*journal).Root(head.revision).value();
  const std::string content =
      absl::StrCat(head.revision, " ", HexEncode(head.chain), " ", HexEncode(root));
  // While the journal is open ours refuses, and theirs reads beside it.
  EXPECT_EQ(Ours(Clean(), Trust()).kind, "JOURNAL_LOCKED");
  EXPECT_EQ(Theirs({Clean()})[0].content, content);
  anchors_.push_back(journal->CheckpointAtOrBeyond(29).value());
  ASSERT_TRUE(journal->PutSnapshot({journal->HeadAt(7).value(), 1, "state"}).ok());
  journal.reset();
  for (const std::string& path : {Clean(), dir_.File("clean.export")}) {
    EXPECT_EQ(Ours(path, Trust()).content, content) << path;
    EXPECT_EQ(Theirs({path})[0].content, content) << path;
    EXPECT_EQ(Ours(path, {}).content, content) << path;
  }
  const AuditReport report = Fsck(Clean(), Trust()).value();
  EXPECT_EQ(report.name, kName);
  EXPECT_EQ(report.checkpoints, 4u);
  EXPECT_EQ(report.checkpoints_verified, 4u);
  EXPECT_EQ(report.snapshots, 1u);
  EXPECT_EQ(Fsck(Clean(), {}).value().checkpoints_verified, 0u);
}

TEST_F(Tampering, AnEmptyJournalIsGoodToBoth) {
  const std::string path = dir_.File("empty.journal");
  ASSERT_TRUE(Export(*Open(path), dir_.File("empty.export")).ok());
  for (const std::string& file : {path, dir_.File("empty.export")}) {
    EXPECT_EQ(Ours(file, Trust()).kind, "OK");
    EXPECT_EQ(Theirs({file})[0].content, Ours(file, Trust()).content);
  }
}

TEST_F(Tampering, EveryFlippedByteIsNamedByBoth) {
  std::mt19937 random(20260701);
  const auto any = [&](size_t below) { return static_cast<size_t>(random() % below); };
  sqlite::Database clean;
  ASSERT_EQ(clean.Open(Clean(), SQLITE_OPEN_READONLY, ""), SQLITE_OK);
  std::vector<std::string> paths;
  std::vector<Revision> revisions;
  std::vector<std::string> columns;
  const std::string kColumns[] = {"stored", "stored", "stored", "chain", "leaf", "note"};
  for (int round = 0; round < 600; ++round) {
    const std::string& column = kColumns[round % 6];
    const bool note = column == "note";
    const std::string table = note ? "checkpoint" : "entry";
    const std::string key = note ? "size" : "revision";
    const Revision revision = note ? kCheckpointSizes[any(4)] : 1 + any(kEntries);
    const std::string bytes =
        clean
            .Value(absl::StrCat(
                "SELECT hex(", column, ") FROM ", table, " WHERE ", key, "=", revision))
            .value();
    const size_t at = any(bytes.size() / 2);
    const int value = std::stoi(bytes.substr(2 * at, 2), nullptr, 16) ^ (1 << any(8));
    std::string changed = bytes;
    changed.replace(2 * at, 2, HexEncode({static_cast<uint8_t>(value)}));
    paths.push_back(Changed(absl::StrCat("UPDATE ",
                                         table,
                                         " SET ",
                                         column,
                                         "=",
                                         note ? "cast(x'" : "x'",
                                         changed,
                                         note ? "' as text)" : "'",
                                         " WHERE ",
                                         key,
                                         "=",
                                         revision)));
    revisions.push_back(revision);
    columns.push_back(column);
  }
  const std::vector<Verdict> theirs = Theirs(paths);
  for (size_t i = 0; i < paths.size(); ++i) {
    const absl::StatusOr<AuditReport> report = Fsck(paths[i], Trust());
    const Verdict ours = FromReport(report);
    // What follows from the change is not reported as well.
    EXPECT_EQ(report->problem_count, 1u) << columns[i] << " of " << revisions[i];
    const std::string expected = columns[i] == "stored"  ? "ENTRY_CHANGED"
                                 : columns[i] == "chain" ? "CHAIN_CHANGED"
                                 : columns[i] == "leaf"  ? "LEAF_CHANGED"
                                                         : "CHECKPOINT_WRONG";
    EXPECT_EQ(ours.kind, expected) << columns[i] << " of " << revisions[i];
    EXPECT_EQ(ours.revision, revisions[i]) << columns[i];
    EXPECT_EQ(theirs[i].kind, expected) << columns[i] << " of " << revisions[i];
    EXPECT_EQ(theirs[i].revision, revisions[i]) << columns[i];
  }
}

TEST_F(Tampering, EveryFlippedByteOfAnExportIsNoticedByBoth) {
  std::ifstream in(dir_.File("clean.export"), std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const std::string clean = text.str();
  std::vector<std::string> paths;
  for (size_t at = 0; at < clean.size(); at += 3) {
    std::string changed = clean;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    paths.push_back(dir_.File(absl::StrCat("flip-", at, ".export")));
    std::ofstream(paths.back(), std::ios::binary) << changed;
  }
  for (size_t size = 40; size < clean.size(); size += 97) {
    paths.push_back(dir_.File(absl::StrCat("cut-", size, ".export")));
    std::ofstream(paths.back(), std::ios::binary) << clean.substr(0, size);
  }
  const std::vector<Verdict> theirs = Theirs(paths);
  int named = 0;
  for (size_t i = 0; i < paths.size(); ++i) {
    const Verdict ours = Ours(paths[i], Trust());
    EXPECT_NE(ours.kind, "OK") << paths[i];
    EXPECT_NE(theirs[i].kind, "OK") << paths[i];
    if (ours.kind != "ENTRY_CHANGED") continue;
    ++named;
    EXPECT_EQ(theirs[i].revision, ours.revision) << paths[i];
  }
  EXPECT_GT(named, 500);
}

TEST_F(Tampering, AMissingEntryIsNamed) {
  ExpectBoth(Changed("DELETE FROM entry WHERE revision=12"), "ENTRY_MISSING", 12);
  ExpectBoth(Changed("DELETE FROM entry WHERE revision<=2"), "ENTRY_MISSING", 1);
}

TEST_F(Tampering, ExchangedEntriesAreNamed) {
  ExpectBoth(Changed("UPDATE entry SET revision=-1 WHERE revision=9;"
                     "UPDATE entry SET revision=9 WHERE revision=10;"
                     "UPDATE entry SET revision=10 WHERE revision=-1"),
             "ENTRY_CHANGED",
             9);
}

TEST_F(Tampering, ACutOffEndIsSeenByACheckpoint) {
  ExpectBoth(Changed("DELETE FROM entry WHERE revision>=29"), "ROLLED_BACK", 29);
}

TEST_F(Tampering, ACutOffEndWithItsCheckpointsIsSeenByAnAnchor) {
  anchors_.push_back(Open(Clean())->CheckpointAtOrBeyond(29).value());
  ExpectBoth(Changed("DELETE FROM entry WHERE revision>=17; DELETE FROM checkpoint WHERE size>16"),
             "ROLLED_BACK",
             29);
}

TEST_F(Tampering, ASnapshotBeyondTheEndIsARollback) {
  const std::string path = Changed("DELETE FROM checkpoint");
  {
    auto journal = Open(path);
    ASSERT_TRUE(journal->PutSnapshot({journal->HeadAt(kEntries).value(), 1, "state"}).ok());
  }
  sqlite::Database database;
  ASSERT_EQ(database.Open(path, SQLITE_OPEN_READWRITE, ""), SQLITE_OK);
  ASSERT_EQ(database.Execute("DELETE FROM entry WHERE revision=30"), SQLITE_OK);
  const Verdict ours = Ours(path, Trust());
  EXPECT_EQ(ours.kind, "ROLLED_BACK");
  EXPECT_EQ(ours.revision, 30u);
}

TEST_F(Tampering, ADamagedOrForeignSnapshotIsNamed) {
  const std::string path = dir_.File("fork.journal");
  auto fork = Open(path);
  const Draft draft{.record_time_us = 1, .payload = "another first entry"};
  const Head head = fork->Append({}, {&draft, 1}).value();
  ASSERT_TRUE(fork->PutSnapshot({head, 1, "state"}).ok());
  const std::string suffix = ".snapshot-00000000000000000001-1";
  std::filesystem::copy_file(path + suffix, Clean() + suffix);
  Verdict ours = Ours(Clean(), Trust());
  EXPECT_EQ(ours.kind, "SNAPSHOT_WRONG");
  EXPECT_EQ(ours.revision, 1u);
  std::filesystem::resize_file(Clean() + suffix, 20);
  ours = Ours(Clean(), Trust());
  EXPECT_EQ(ours.kind, "SNAPSHOT_WRONG");
  EXPECT_EQ(ours.revision, 1u);
}

/// A journal that is consistent in itself but tells another history of the same length.
TEST_F(Tampering, AHistoryWrittenAnewIsSeenByItsCheckpointsAndAnchors) {
  const std::string note = Open(Clean())->CheckpointAtOrBeyond(29).value();
  const std::string path = dir_.File("rewritten.journal");
  {
    auto rewritten = Open(path);
    auto clean = Open(Clean());
    Head head;
    ASSERT_TRUE(
        clean
            ->Read(
                0,
                kEntries,
                [&](const Entry& entry) {
                  Draft draft{entry.record_time_us, entry.actor, entry.request_id, entry.payload};
                  if (entry.revision == 20) draft.payload = "better";
                  head = rewritten->Append(head, {&draft, 1}).value();
                  return absl::OkStatus();
                })
            .ok());
  }
  EXPECT_EQ(Ours(path, Trust()).kind, "OK");
  anchors_.push_back(note);
  ExpectBoth(path, "CHECKPOINT_WRONG", 29);
  anchors_.clear();
  ASSERT_TRUE(Open(path)->PutCheckpoint(29, note).ok());
  ExpectBoth(path, "CHECKPOINT_WRONG", 29);
  {
    // Signed anew, but by a key that nobody trusts.
    auto rewritten = Open(path);
    const SigningKey forger = SigningKey::FromSeed(kName, KeyBytes{6, 6, 6}).value();
    ASSERT_TRUE(rewritten
                    ->PutCheckpoint(
                        29,
                        SignCheckpoint({kName, 29, MerkleTree(*rewritten).Root(29).value()}, forger)
                            .value())
                    .ok());
  }
  ExpectBoth(path, "CHECKPOINT_WRONG", 29);
  EXPECT_EQ(Ours(path, {}).kind, "OK");
  EXPECT_EQ(Theirs({path}, false)[0].kind, "OK");
}

TEST_F(Tampering, ACheckpointOfAnotherJournalOrSizeIsNamedWithoutAKey) {
  const SigningKey other = SigningKey::FromSeed("test/other", KeyBytes{4}).value();
  const Hash root = MerkleTree(*Open(Clean())).Root(16).value();
  const std::string note = SignCheckpoint({"test/other", 16, root}, other).value();
  key_ = other.verifying_key().Text();
  ExpectBoth(
      Changed("UPDATE checkpoint SET note='" + note + "' WHERE size=16"), "CHECKPOINT_WRONG", 16);
  ExpectBoth(Changed("UPDATE checkpoint SET size=17 WHERE size=16"), "CHECKPOINT_WRONG", 17);
}

TEST_F(Tampering, TimeThatGoesBackwardsInAConsistentChainIsNamed) {
  const std::string path = dir_.File("clock.journal");
  Open(path).reset();
  sqlite::Database database;
  ASSERT_EQ(database.Open(path, SQLITE_OPEN_READWRITE, ""), SQLITE_OK);
  Hash chain{};
  for (Revision revision = 1; revision <= 5; ++revision) {
    const std::string stored = EncodeEntry(revision, {.record_time_us = revision == 4 ? 1 : 100});
    chain = ChainHash(chain, stored);
    const auto bytes = [](absl::string_view text) {
      return HexEncode({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    };
    ASSERT_EQ(database.Execute(absl::StrCat("INSERT INTO entry VALUES(",
                                            revision,
                                            ",x'",
                                            HexEncode(chain),
                                            "',x'",
                                            HexEncode(LeafHash(stored)),
                                            "',x'",
                                            bytes(stored),
                                            "')")
                                   .c_str()),
              SQLITE_OK);
  }
  ExpectBoth(path, "TIME_BACKWARDS", 4);
}

TEST_F(Tampering, AnyByteOfTheDatabaseFileIsNoticedOrChangesNothing) {
  std::mt19937 random(7);
  const auto size = std::filesystem::file_size(Clean());
  const std::string content = Ours(Clean(), Trust()).content;
  std::vector<std::string> paths;
  for (int round = 0; round < 300; ++round) {
    const std::string path = dir_.File(absl::StrCat("page-", round, ".journal"));
    std::filesystem::copy_file(Clean(), path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(random() % size);
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ (1 << random() % 8)));
    paths.push_back(path);
  }
  int noticed = 0;
  const std::vector<Verdict> theirs = Theirs(paths);
  for (size_t i = 0; i < paths.size(); ++i) {
    const Verdict ours = Ours(paths[i], Trust());
    for (const Verdict& verdict : {ours, theirs[i]}) {
      EXPECT_EQ(verdict.content, verdict.kind == "OK" ? content : "") << paths[i];
    }
    noticed += ours.kind != "OK" ? 1 : 0;
  }
  EXPECT_GT(noticed, 20);
}

TEST_F(Tampering, ExportsAreNeverReplacedAndNeverLeftHalf) {
  auto journal = Open(Clean());
  EXPECT_EQ(runtime::ReasonOf(Export(*journal, dir_.File("clean.export")).status()), "EXPORT_FILE");
  EXPECT_EQ(runtime::ReasonOf(Export(*journal, "/dev/full").status()), "EXPORT_FILE");
  EXPECT_EQ(runtime::ReasonOf(VerifyExport(dir_.File("none"), {}).status()), "EXPORT_FILE");
  EXPECT_EQ(runtime::ReasonOf(VerifyExport(Clean(), {}).status()), "EXPORT_FILE");
  EXPECT_EQ(runtime::ReasonOf(Fsck(dir_.File("none"), {}).status()), "JOURNAL_PATH");
  EXPECT_EQ(runtime::ReasonOf(Fsck(dir_.File("clean.export"), {}).status()), "JOURNAL_FORMAT");
}

}  // namespace
}  // namespace xince::journal
