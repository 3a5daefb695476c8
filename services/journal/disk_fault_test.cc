#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include <sys/resource.h>
#include <sys/wait.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/export.h"
#include "services/journal/fsck.h"
#include "services/journal/sqlite_journal.h"
#include "services/journal/testing/fault_vfs.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/errors.h"

/// What the embedded engine does when its disk fails, is full, or is somebody else's.
namespace xince::journal {
namespace {

using runtime::ReasonOf;

class DiskFault : public ::testing::Test {
 protected:
  absl::Status Open(const std::string& vfs) {
    journal_.reset();
    auto journal = SqliteJournal::Open({.path = Path(),
                                        .name = "faulty",
                                        .allow_unsafe_filesystem = true,
                                        .wal_pages_max = 10,
                                        .on_dead = [this](const absl::Status&) { ++deaths_; },
                                        .vfs = vfs});
    if (!journal.ok()) return journal.status();
    journal_ = *std::move(journal);
    head_ = journal_->StableHead().value();
    return absl::OkStatus();
  }

  /// Appends drafts in one call; on success moves `head_`.
  absl::Status Append(int drafts = 1, size_t bytes = 10) {
    const std::vector<Draft> all(drafts, Draft{.payload = std::string(bytes, 'p')});
    const auto next = journal_->Append(head_, all);
    if (next.ok()) head_ = *next;
    return next.status();
  }

  /// Entries that can be read.
  Revision Count() {
    Revision count = 0;
    const absl::Status status = journal_->Read(0, 1 << 20, [&](const Entry&) {
      ++count;
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return count;
  }

  void ExpectDead() {
    const auto expect = [](const absl::Status& status) {
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      EXPECT_EQ(ReasonOf(status), "JOURNAL_DEAD");
    };
    expect(journal_->Health());
    expect(Append());
    expect(Append(3));
    expect(journal_->StableHead().status());
    expect(journal_->Read(0, 1, [](const Entry&) { return absl::OkStatus(); }));
    expect(journal_->HeadAt(0).status());
    expect(journal_->RevisionAt(absl::InfiniteFuture()).status());
    expect(journal_->WaitBeyond(0, absl::InfiniteDuration()).status());
    expect(journal_->LeafHashes(0, 1).status());
    expect(journal_->PutCheckpoint(0, "note"));
    expect(journal_->CheckpointAtOrBeyond(0).status());
    expect(journal_->PutSnapshot({}));
    expect(journal_->LatestSnapshot(1).status());
    EXPECT_EQ(deaths_, 1);
  }

  [[nodiscard]] std::string Path() const { return dir_.File("faulty.journal"); }

  TempDir dir_;
  FaultVfs disk_{"faulty-disk"};
  int deaths_ = 0;
  Head head_;
  std::unique_ptr<SqliteJournal> journal_;
};

TEST_F(DiskFault, AFailedSyncIsTheEndAndIsNeverRetried) {
  int died = 0;
  for (int good_syncs = 0; good_syncs < 50; ++good_syncs) {
    std::filesystem::remove(Path());
    std::filesystem::remove(Path() + "-wal");
    std::filesystem::remove(Path() + "-shm");
    deaths_ = 0;
    disk_.FailSyncAfter(good_syncs);
    const absl::Status opened = Open(disk_.name());
    if (!opened.ok()) {
      EXPECT_EQ(ReasonOf(opened), "JOURNAL_DEAD") << opened;
    } else {
      absl::Status status;
      for (int i = 0; i < 60 && status.ok() && journal_->Health().ok(); ++i) {
        status = Append(1 + i % 3, 2000);
      }
      ++died;
      const int syncs = disk_.syncs();
      ExpectDead();
      journal_.reset();
      EXPECT_EQ(disk_.syncs(), syncs) << "a sync was tried again";
    }
    disk_.FailSyncAfter(FaultVfs::kNever);
    const Head acknowledged = opened.ok() ? head_ : Head{};
    ASSERT_TRUE(Open("").ok());
    EXPECT_GE(head_.revision, acknowledged.revision);
    EXPECT_LE(head_.revision, acknowledged.revision + 3);
    EXPECT_EQ(journal_->HeadAt(acknowledged.revision).value(), acknowledged);
    EXPECT_EQ(Count(), head_.revision);
    EXPECT_TRUE(Append().ok());
    journal_.reset();
  }
  EXPECT_GT(died, 40);
}

TEST_F(DiskFault, AFailedWriteIsTheEnd) {
  ASSERT_TRUE(Open(disk_.name()).ok());
  ASSERT_TRUE(Append(3).ok());
  disk_.FailWritesAfter(0, SQLITE_IOERR_WRITE);
  EXPECT_EQ(ReasonOf(Append()), "JOURNAL_DEAD");
  disk_.AllowWrites();
  ExpectDead();
  journal_.reset();
  ASSERT_TRUE(Open("").ok());
  EXPECT_EQ(Count(), 3u);
}

TEST_F(DiskFault, AFailedReadIsTheEnd) {
  ASSERT_TRUE(Open(disk_.name()).ok());
  ASSERT_TRUE(Append(200, 1000).ok());
  ASSERT_TRUE(Append(1).ok());
  disk_.FailReads(true);
  const absl::Status status =
      journal_->Read(0, 1000, [](const Entry&) { return absl::OkStatus(); });
  EXPECT_EQ(ReasonOf(status), "JOURNAL_DEAD") << status;
  disk_.FailReads(false);
  ExpectDead();
}

TEST_F(DiskFault, AWaiterIsToldOfTheEnd) {
  ASSERT_TRUE(Open(disk_.name()).ok());
  disk_.FailWritesAfter(0, SQLITE_IOERR_WRITE);
  absl::Status seen;
  std::thread waiter([&] { seen = journal_->WaitBeyond(0, absl::InfiniteDuration()).status(); });
  Append().IgnoreError();
  waiter.join();
  EXPECT_EQ(ReasonOf(seen), "JOURNAL_DEAD");
}

TEST_F(DiskFault, AFullDiskRefusesAppendsAndNothingElse) {
  ASSERT_TRUE(Open(disk_.name()).ok());
  ASSERT_TRUE(Append(5).ok());
  const Head before = head_;
  for (int good_writes = 0; good_writes < 40; ++good_writes) {
    disk_.FailWritesAfter(good_writes, SQLITE_FULL);
    absl::Status status;
    while (status.ok()) status = Append(1 + good_writes % 7, 3000);
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(ReasonOf(status), "JOURNAL_DISK_FULL");
    EXPECT_EQ(journal_->StableHead().value(), head_);
    EXPECT_EQ(Count(), head_.revision);
    EXPECT_EQ(ReasonOf(Append()), "JOURNAL_DISK_FULL");
    disk_.AllowWrites();
    EXPECT_TRUE(Append().ok()) << good_writes;
  }
  EXPECT_EQ(deaths_, 0);
  const Head last = head_;
  EXPECT_GT(last.revision, before.revision + 40);
  ASSERT_TRUE(Open("").ok());
  EXPECT_EQ(head_, last);
  journal_.reset();
  EXPECT_TRUE(Fsck(Path(), {}).value().ok());
}

TEST_F(DiskFault, AFullDiskThatIsLeftFullLosesNothing) {
  for (int good_writes = 0; good_writes < 30; ++good_writes) {
    ASSERT_TRUE(Open(disk_.name()).ok());
    disk_.FailWritesAfter(good_writes, SQLITE_FULL);
    while (Append(2, 3000).ok()) {
    }
    const Head acknowledged = head_;
    journal_.reset();
    disk_.AllowWrites();
    ASSERT_TRUE(Open("").ok());
    EXPECT_EQ(head_, acknowledged) << good_writes;
    EXPECT_EQ(Count(), head_.revision);
  }
}

/// The kernel's own refusal, without a wrapper: files may not grow beyond a limit.
TEST_F(DiskFault, AFileSizeLimitIsAFullDisk) {
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  ASSERT_TRUE(Open("").ok());
  ASSERT_TRUE(Append().ok());
  ASSERT_TRUE(journal_->PutSnapshot({head_, 1, "small"}).ok());
  rlimit limited = before;
  limited.rlim_cur = 60 << 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  absl::Status status;
  while (status.ok()) status = Append(1, 200);
  const Revision full_at = head_.revision;
  const absl::Status many = Append(100, 3000);
  const absl::Status snapshot = journal_->PutSnapshot({head_, 1, std::string(300 << 10, 's')});
  limited.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  const absl::Status exported = Export(*journal_, dir_.File("export")).status();
  const Revision readable = Count();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, old_handler);
  EXPECT_EQ(ReasonOf(status), "JOURNAL_DISK_FULL") << status;
  EXPECT_EQ(ReasonOf(many), "JOURNAL_DISK_FULL") << many;
  EXPECT_EQ(ReasonOf(snapshot), "JOURNAL_DISK_FULL") << snapshot;
  EXPECT_EQ(ReasonOf(exported), "JOURNAL_DISK_FULL") << exported;
  EXPECT_FALSE(std::filesystem::exists(dir_.File("export")));
  EXPECT_EQ(readable, full_at);
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "small");
  EXPECT_TRUE(Append(100, 3000).ok());
  EXPECT_EQ(Count(), full_at + 100);
  EXPECT_EQ(deaths_, 0);
}

TEST_F(DiskFault, ACheckpointOnAFullDiskIsPutOff) {
  ASSERT_TRUE(Open(disk_.name()).ok());
  // One more write than the append itself needs, so that the checkpoint after it is what fails.
  disk_.FailWritesAfter(1000, SQLITE_FULL);
  const int before = disk_.writes();
  while (journal_->WalPages() < 8) ASSERT_TRUE(Append(1, 3000).ok());
  disk_.FailWritesAfter(12, SQLITE_FULL);
  absl::Status status;
  while (status.ok()) status = Append(1, 3000);
  EXPECT_EQ(ReasonOf(status), "JOURNAL_DISK_FULL");
  EXPECT_GT(disk_.writes(), before);
  EXPECT_TRUE(journal_->Health().ok());
  disk_.AllowWrites();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(Append(1, 3000).ok());
  EXPECT_LT(journal_->WalPages(), 30);
}

/// Runs `body` in another process; its result is the exit code.
int InAnotherProcess(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(DiskFault, ASecondProcessIsRefused) {
  ASSERT_TRUE(Open("").ok());
  const auto try_open = [&] {
    const absl::Status status =
        SqliteJournal::Open({.path = Path(), .name = "faulty", .allow_unsafe_filesystem = true})
            .status();
    if (status.ok()) return 1;
    return ReasonOf(status) == "JOURNAL_LOCKED" &&
                   status.message().find("stop it") != absl::string_view::npos
               ? 7
               : 2;
  };
  EXPECT_EQ(InAnotherProcess(try_open), 7);
  EXPECT_TRUE(Append().ok());
  journal_.reset();
  EXPECT_EQ(InAnotherProcess(try_open), 1);
}

TEST_F(DiskFault, TheLockGoesWithAKilledProcess) {
  EXPECT_EQ(InAnotherProcess([&] {
              if (!Open("").ok() || !Append(4).ok()) return 1;
              return raise(SIGKILL);
            }),
            -1);
  // The log that the process left is read, not only the file.
  const AuditReport report = Fsck(Path(), {}).value();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.head.revision, 4u);
  ASSERT_TRUE(Open("").ok());
  EXPECT_EQ(head_, report.head);
}

}  // namespace
}  // namespace xince::journal
