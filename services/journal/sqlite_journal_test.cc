#include "services/journal/sqlite_journal.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include <sqlite3.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/conformance.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;
using testing::HasSubstr;

SqliteJournalOptions OptionsIn(const TempDir& dir) {
  return {
      .path = dir.File("test.journal"), .name = "test/journal", .allow_unsafe_filesystem = true};
}

/// Runs SQL on a file that no journal has open.
int RunSql(const std::string& path, const std::string& sql) {
  sqlite::Database database;
  if (database.Open(path, SQLITE_OPEN_READWRITE, "") != SQLITE_OK) return SQLITE_CANTOPEN;
  return database.Execute(sql.c_str());
}

std::string Query(const std::string& path, const std::string& sql) {
  sqlite::Database database;
  if (database.Open(path, SQLITE_OPEN_READONLY, "") != SQLITE_OK) return "cannot open";
  return database.Value(sql).value_or("nothing");
}

class SqliteUnderTest final : public EngineUnderTest {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override {
    return SqliteJournal::Open(OptionsIn(dir_));
  }
  [[nodiscard]] bool ManyHandles() const override { return false; }
  absl::Status CorruptEntry(Revision revision) override {
    const std::string middle = "cast(substr(stored,1,21) || 'X' || substr(stored,23) as blob)";
    const int code =
        RunSql(dir_.File("test.journal"),
               absl::StrCat("UPDATE entry SET stored=", middle, " WHERE revision=", revision));
    return code == SQLITE_OK ? absl::OkStatus() : absl::InternalError(absl::StrCat(code));
  }

 private:
  TempDir dir_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite,
                         JournalConformance,
                         testing::Values(ConformanceParam{
                             "Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }}),
                         ConformanceName);

class SqliteJournalTest : public testing::Test {
 protected:
  void Open() {
    auto journal = SqliteJournal::Open(OptionsIn(dir_));
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
  }
  Head Append(int count, size_t bytes = 10) {
    Head head = journal_->StableHead().value();
    for (int i = 0; i < count; ++i) {
      const Draft draft{.record_time_us = ++time_us_, .payload = std::string(bytes, 'p')};
      const auto next = journal_->Append(head, {&draft, 1});
      EXPECT_TRUE(next.ok()) << next.status();
      if (next.ok()) head = *next;
    }
    return head;
  }
  [[nodiscard]] std::string Path() const { return dir_.File("test.journal"); }

  TempDir dir_;
  int64_t time_us_ = 0;
  std::unique_ptr<SqliteJournal> journal_;
};

TEST_F(SqliteJournalTest, TheFileAloneIsTheJournalAfterClosing) {
  Open();
  const Head head = Append(3);
  journal_.reset();
  std::filesystem::remove(Path() + "-wal");
  std::filesystem::remove(Path() + "-shm");
  Open();
  EXPECT_EQ(journal_->StableHead().value(), head);
}

TEST_F(SqliteJournalTest, SettingsAreThoseThatKeepThePromise) {
  Open();
  Append(1);
  EXPECT_EQ(Query(Path(), "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(Query(Path(), "PRAGMA application_id"), std::to_string(kSqliteApplicationId));
  EXPECT_EQ(Query(Path(), "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteJournalTest, ASynchronousLevelSqliteDoesNotKnowIsRefused) {
  SqliteJournalOptions options = OptionsIn(dir_);
  options.synchronous_for_negative_controls_only = 7;
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(options).status()), "JOURNAL_UNSAFE");
}

TEST_F(SqliteJournalTest, TheLogIsMovedIntoTheFileAndReused) {
  SqliteJournalOptions options = OptionsIn(dir_);
  options.wal_pages_max = 50;
  journal_ = SqliteJournal::Open(options).value();
  int greatest = 0;
  for (int i = 0; i < 200; ++i) {
    Append(1, 1000);
    greatest = std::max(greatest, journal_->WalPages());
  }
  EXPECT_GE(greatest, 50);
  EXPECT_LT(greatest, 60);
  EXPECT_LT(std::filesystem::file_size(Path() + "-wal"), 61 * (4096 + 24) + 32);
}

TEST_F(SqliteJournalTest, AReaderThatHoldsTheLogDoesNotStopAppends) {
  SqliteJournalOptions options = OptionsIn(dir_);
  options.wal_pages_max = 20;
  journal_ = SqliteJournal::Open(options).value();
  Append(2);
  const absl::Status status = journal_->Read(0, 1, [&](const Entry&) {
    Append(100);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GT(journal_->WalPages(), 100);
  Append(40);
  EXPECT_LT(journal_->WalPages(), 30);
}

TEST_F(SqliteJournalTest, AnotherNameIsRefused) {
  Open();
  journal_.reset();
  SqliteJournalOptions options = OptionsIn(dir_);
  options.name = "other";
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(options).status()), "JOURNAL_NAME");
  for (const std::string& name : {std::string(),
                                  std::string(kJournalNameBytesMax + 1, 'n'),
                                  std::string("a b"),
                                  std::string("a+b"),
                                  std::string("a\n")}) {
    options.name = name;
    EXPECT_EQ(SqliteJournal::Open(options).status().code(), absl::StatusCode::kInvalidArgument);
  }
  options.path = dir_.File("longest.journal");
  options.name = std::string(kJournalNameBytesMax, 'n');
  EXPECT_TRUE(SqliteJournal::Open(options).ok());
}

TEST_F(SqliteJournalTest, WhatIsNotAJournalIsRefused) {
  std::ofstream(Path()) << std::string(5000, 'x');
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(OptionsIn(dir_)).status()), "JOURNAL_FORMAT");
  std::filesystem::remove(Path());
  std::ofstream(Path()).flush();
  ASSERT_EQ(RunSql(Path(), "CREATE TABLE t(x)"), SQLITE_OK);
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(OptionsIn(dir_)).status()), "JOURNAL_FORMAT");
}

TEST_F(SqliteJournalTest, ANewerFormatIsRefused) {
  Open();
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "PRAGMA user_version=2"), SQLITE_OK);
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(OptionsIn(dir_)).status()), "JOURNAL_FORMAT");
}

TEST_F(SqliteJournalTest, AMissingDirectoryIsNamed) {
  SqliteJournalOptions options = OptionsIn(dir_);
  options.path = dir_.File("nowhere/test.journal");
  const absl::Status status = SqliteJournal::Open(options).status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_PATH");
  EXPECT_THAT(status.message(), HasSubstr("nowhere"));
}

TEST_F(SqliteJournalTest, TheLockNamesItsHolder) {
  Open();
  const absl::Status status = SqliteJournal::Open(OptionsIn(dir_)).status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_LOCKED");
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("process ", getpid())));
}

TEST_F(SqliteJournalTest, AChangedLastEntryIsFoundOnOpening) {
  Open();
  Append(3);
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "UPDATE entry SET chain=zeroblob(32) WHERE revision=3"), SQLITE_OK);
  const absl::Status status = SqliteJournal::Open(OptionsIn(dir_)).status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_CORRUPT");
  EXPECT_EQ(runtime::ToProblem(status).metadata["revision"], "3");
}

TEST_F(SqliteJournalTest, AMissingEntryIsNamed) {
  Open();
  Append(5);
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "DELETE FROM entry WHERE revision=3"), SQLITE_OK);
  Open();
  const auto nothing = [](const Entry&) { return absl::OkStatus(); };
  for (const Revision after : {0, 2, 3}) {
    const absl::Status status = journal_->Read(after, 9, nothing);
    EXPECT_EQ(runtime::ToProblem(status).metadata["revision"], "3") << status;
  }
  EXPECT_EQ(ReasonOf(journal_->LeafHashes(0, 9).status()), "JOURNAL_CORRUPT");
  EXPECT_EQ(ReasonOf(journal_->HeadAt(3).status()), "JOURNAL_CORRUPT");
}

TEST_F(SqliteJournalTest, AChangedChainValueIsNamedWhereverAReadStarts) {
  Open();
  Append(6);
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "UPDATE entry SET chain=zeroblob(32) WHERE revision=3"), SQLITE_OK);
  Open();
  for (const Revision after : {0, 1, 2, 3}) {
    const absl::Status status =
        journal_->Read(after, 9, [](const Entry&) { return absl::OkStatus(); });
    EXPECT_EQ(runtime::ToProblem(status).metadata["revision"], "3") << status;
  }
}

TEST_F(SqliteJournalTest, ALeafThatIsNotOfItsBytesIsNamed) {
  Open();
  Append(4);
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "UPDATE entry SET leaf=zeroblob(32) WHERE revision=2"), SQLITE_OK);
  Open();
  EXPECT_EQ(journal_->LeafHashes(2, 9).value().size(), 2u);
  const absl::Status status = journal_->LeafHashes(0, 9).status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_CORRUPT");
  EXPECT_EQ(runtime::ToProblem(status).metadata["revision"], "2");
}

TEST_F(SqliteJournalTest, AJournalThatLostWhatASnapshotSawIsARollback) {
  Open();
  const Head head = Append(4);
  ASSERT_TRUE(journal_->PutSnapshot({head, 1, "state"}).ok());
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "DELETE FROM entry WHERE revision=4"), SQLITE_OK);
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(OptionsIn(dir_)).status()), "ROLLBACK_DETECTED");
}

TEST_F(SqliteJournalTest, AJournalThatLostWhatACheckpointCoversIsARollback) {
  Open();
  Append(4);
  ASSERT_TRUE(journal_->PutCheckpoint(4, "note").ok());
  EXPECT_EQ(ReasonOf(journal_->PutCheckpoint(5, "note")), "REVISION_UNKNOWN");
  journal_.reset();
  ASSERT_EQ(RunSql(Path(), "DELETE FROM entry WHERE revision=4"), SQLITE_OK);
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(OptionsIn(dir_)).status()), "ROLLBACK_DETECTED");
}

TEST_F(SqliteJournalTest, ADamagedSnapshotIsPassedOver) {
  Open();
  Append(3);
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(1).value(), 1, "first"}).ok());
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(2).value(), 1, "second"}).ok());
  const std::string newest = Path() + ".snapshot-00000000000000000002-1";
  for (const std::uintmax_t at : {0, 9, 30, 62, 70}) {
    std::fstream file(newest, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 4));
    file.flush();
    EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "first") << at;
    file.seekp(at);
    file.put(byte);
    file.flush();
    EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "second") << at;
  }
  std::filesystem::resize_file(newest, 40);
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "first");
}

TEST_F(SqliteJournalTest, ASnapshotOfAnotherHistoryIsPassedOver) {
  const std::string suffix = ".snapshot-00000000000000000002-1";
  const TempDir other_dir;
  {
    auto other = SqliteJournal::Open(OptionsIn(other_dir)).value();
    const std::vector<Draft> drafts(2, Draft{.payload = "another history"});
    const Head head = other->Append({}, drafts).value();
    ASSERT_TRUE(other->PutSnapshot({head, 1, "foreign"}).ok());
  }
  Open();
  Append(3);
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(1).value(), 1, "own"}).ok());
  std::filesystem::copy_file(other_dir.File("test.journal" + suffix), Path() + suffix);
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "own");
}

TEST_F(SqliteJournalTest, OldAndUnfinishedSnapshotsAreRemoved) {
  Open();
  Append(5);
  for (Revision revision = 1; revision <= 5; ++revision) {
    ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(revision).value(), 1, "s"}).ok());
  }
  std::ofstream(Path() + ".snapshot-00000000000000000009-1.unfinished") << "half";
  journal_.reset();
  Open();
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir_.path())) {
    files += file.path().string().find(".snapshot-") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(files, kSnapshotsKept);
}

TEST_F(SqliteJournalTest, ASnapshotAtItsLimitIsTaken) {
  Open();
  Snapshot snapshot{Append(1), 1, std::string(kSnapshotBytesMax, 's')};
  ASSERT_TRUE(journal_->PutSnapshot(snapshot).ok());
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state.size(), kSnapshotBytesMax);
}

TEST_F(SqliteJournalTest, OneBadByteInThePagesNeverGivesOtherBytes) {
  Open();
  const Head head = Append(60, 120);
  journal_.reset();
  const auto size = std::filesystem::file_size(Path());
  uint64_t seed = 42;
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::uintmax_t at = (seed >> 20) % size;
    std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(byte ^ (1 << (seed >> 61))));
    file.flush();
    auto journal = SqliteJournal::Open(OptionsIn(dir_));
    Head last;
    absl::Status status = journal.status();
    if (journal.ok()) {
      status = (*journal)->Read(0, 1000, [&](const Entry& entry) {
        last = {entry.revision, entry.chain};
        EXPECT_EQ(entry.payload, std::string(120, 'p'));
        EXPECT_EQ(entry.record_time_us, static_cast<int64_t>(entry.revision));
        return absl::OkStatus();
      });
      // A journal that reads to its end without an error is the one that was written, or ends early:
      // that is what anchors are for, and here the head that was acknowledged.
      if (status.ok() && last != head) status = absl::DataLossError("rollback");
    }
    if (!status.ok()) ++refused;
    journal = absl::UnknownError("closed");
    std::filesystem::remove(Path() + "-wal");
    file.seekp(at);
    file.put(byte);
  }
  EXPECT_GT(refused, 100);
}

TEST_F(SqliteJournalTest, OneBadByteInTheLogEndsTheJournalEarlyOrIsRefused) {
  Open();
  const Head head = Append(40, 120);
  std::vector<Head> heads;
  for (Revision revision = 0; revision <= head.revision; ++revision) {
    heads.push_back(journal_->HeadAt(revision).value());
  }
  const TempDir copies;
  const std::string path = copies.File("test.journal");
  const auto size = std::filesystem::file_size(Path() + "-wal");
  uint64_t seed = 7;
  int shorter = 0;
  for (int round = 0; round < 200; ++round) {
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(
          Path() + suffix, path + suffix, std::filesystem::copy_options::overwrite_existing);
    }
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    {
      std::fstream file(path + "-wal", std::ios::in | std::ios::out | std::ios::binary);
      const std::uintmax_t at = (seed >> 20) % size;
      file.seekg(at);
      const int byte = file.get();
      file.seekp(at);
      file.put(static_cast<char>(byte ^ (1 << (seed >> 61))));
    }
    const auto journal = SqliteJournal::Open(
        {.path = path, .name = "test/journal", .allow_unsafe_filesystem = true});
    if (!journal.ok()) continue;
    const Head found = (*journal)->StableHead().value();
    ASSERT_LE(found.revision, head.revision);
    EXPECT_EQ(found, heads[found.revision]);
    shorter += found.revision < head.revision ? 1 : 0;
    Head last;
    EXPECT_TRUE((*journal)
                    ->Read(0,
                           1000,
                           [&](const Entry& entry) {
                             last = {entry.revision, entry.chain};
                             return absl::OkStatus();
                           })
                    .ok());
    EXPECT_EQ(last, found);
  }
  EXPECT_GT(shorter, 50);
}

TEST(SqliteJournalOptions, AreDurableUnlessSaidOtherwise) {
  EXPECT_EQ(SqliteJournalOptions().synchronous_for_negative_controls_only, 2);
  EXPECT_FALSE(SqliteJournalOptions().allow_unsafe_filesystem);
}

TEST(Filesystems, NetworksOverlaysAndMemoryAreRefused) {
  for (const uint64_t magic : {0x6969, 0x794c7630, 0x01021994}) {
    EXPECT_NE(RefusedFilesystem(magic), "") << magic;
  }
  for (const uint64_t magic : {0xef53, 0x58465342}) EXPECT_EQ(RefusedFilesystem(magic), "");
  EXPECT_EQ(ReasonOf(CheckFilesystem("/dev/shm/x.journal")), "JOURNAL_FILESYSTEM");
  SqliteJournalOptions options{.path = "/dev/shm/x.journal", .name = "x"};
  EXPECT_EQ(ReasonOf(SqliteJournal::Open(options).status()), "JOURNAL_FILESYSTEM");
}

}  // namespace
}  // namespace xince::journal
