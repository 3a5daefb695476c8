#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <sqlite3.h>

#include "services/apps/host/feed_module.h"
#include "services/feeds/feed.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/clock.h"
#include "services/runtime/errors.h"
#include "services/runtime/mutex.h"
#include "services/type/divisions.h"
#include "tests/bench/benches.h"
#include "tests/bench/load.h"
#include "tests/bench/server.h"

namespace xince::bench {
namespace {

constexpr int kSlices = 6;

// Bare SQLite with the journal's columns and settings, and nothing computed.
class RawWriter {
 public:
  explicit RawWriter(const std::string& path) {
    Must(sqlite3_open(path.c_str(), &database_));
    Run("PRAGMA journal_mode=WAL");
    Run("PRAGMA synchronous=FULL");
    Run("CREATE TABLE entry(revision INTEGER PRIMARY KEY, chain BLOB, leaf BLOB, stored BLOB) "
        "STRICT");
    Must(sqlite3_prepare_v2(database_, "INSERT INTO entry VALUES(?,?,?,?)", -1, &insert_, nullptr));
  }
  ~RawWriter() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }

  void Append(int rows, const std::string& stored) {
    static const std::string hash(32, 'h');
    Run("BEGIN IMMEDIATE");
    for (int i = 0; i < rows; ++i) {
      sqlite3_bind_int64(insert_, 1, ++revision_);
      sqlite3_bind_blob(insert_, 2, hash.data(), 32, SQLITE_STATIC);
      sqlite3_bind_blob(insert_, 3, hash.data(), 32, SQLITE_STATIC);
      sqlite3_bind_blob(insert_, 4, stored.data(), static_cast<int>(stored.size()), SQLITE_STATIC);
      if (sqlite3_step(insert_) != SQLITE_DONE) Fail(sqlite3_errmsg(database_));
      sqlite3_reset(insert_);
    }
    Run("COMMIT");
  }

 private:
  void Must(int code) {
    if (code != SQLITE_OK) Fail(sqlite3_errmsg(database_));
  }
  void Run(const char* sql) { Must(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_int64 revision_ = 0;
};

// The inspection feed on its journal, without the network: what a write costs beside the disk.
class FeedUnderTest {
 public:
  explicit FeedUnderTest(const BenchOptions& options)
      : divisions_(Take(
            type::Divisions::Load(options.binary_directory + "/../share/xince/divisions.bin"))),
        journal_(Take(journal::SqliteJournal::Open(
            {.path = options.directory + "/writes.journal", .name = "bench/inspection"}))),
        definition_(host::DefineFeed(
            "inspection", feeds::KindList({"inspection.lift-unsafe"}), committee::NoRules())),
        subjects_(InventFirms(1000)) {
    feed_ = std::make_unique<feeds::Feed>(
        feeds::FeedOptions{
            .name = "inspection", .types = definition_.types, .identity_key = std::string(32, 'k')},
        *journal_,
        clock_,
        divisions_);
    if (!feed_->Start().ok()) Fail("the feed does not start");
  }
  ~FeedUnderTest() { feed_->Stop(); }

  // Files conducts with so many in flight; returns how many per second. Requests are made and checked
  // on this thread, as a server does on those that receive them.
  double Run(int in_flight, double seconds) {
    const double began = Now();
    const long before = filed_;
    int free = in_flight;
    bool more = true;
    while (more || free < in_flight) {
      more = more && Now() - began < seconds;
      for (; more && free > 0; --free) File();
      if (free == in_flight) break;
      const runtime::MutexLock lock(mutex_);
      while (answered_ == 0) answer_.Wait(mutex_);
      free += std::exchange(answered_, 0);
    }
    return static_cast<double>(filed_ - before) / (Now() - began);
  }

  // Bytes the journal stores for one such entry.
  std::string Stored() {
    std::string stored;
    (void)journal_->Read(0, 1, [&](const journal::Entry& entry) {
      stored = journal::EncodeEntry(entry.revision,
                                    {.record_time_us = entry.record_time_us,
                                     .actor = entry.actor,
                                     .request_id = entry.request_id,
                                     .payload = entry.payload});
      return absl::OkStatus();
    });
    return stored;
  }

 private:
  template <class T>
  static T Take(absl::StatusOr<T> value) {
    if (!value.ok()) Fail(std::string(value.status().message()));
    return *std::move(value);
  }

  void File() {
    const long number = next_++;
    const auto request =
        ConductAbout(subjects_[static_cast<size_t>(number) % subjects_.size()], number);
    auto record = std::make_unique<inspection::v1::Conduct>(request.conduct());
    const feeds::RecordType* type = feed_->TypeOf(record->GetDescriptor()->full_name());
    feed_->Create(*type,
                  std::move(record),
                  {.actor = "bench", .request_id = request.request_id()},
                  [this](absl::StatusOr<feeds::RecordAnswer> answer) {
                    if (!answer.ok()) Fail(std::string(answer.status().message()));
                    ++filed_;
                    const runtime::MutexLock lock(mutex_);
                    ++answered_;
                    answer_.NotifyOne();
                  });
  }

  const runtime::SystemClock clock_;
  const type::Divisions divisions_;
  std::unique_ptr<journal::SqliteJournal> journal_;
  const feeds::FeedDefinition definition_;
  const std::vector<std::string> subjects_;
  std::unique_ptr<feeds::Feed> feed_;
  long next_ = 0;
  std::atomic<long> filed_ = 0;
  runtime::Mutex mutex_;
  runtime::CondVar answer_;
  int answered_ = 0;
};

// A state that keeps nothing: what the machine and the journal cost by themselves.
class NoState final : public journal::State {
 public:
  absl::Status Apply(const journal::Entry&, journal::Undo*) override { return absl::OkStatus(); }
  uint32_t SnapshotFormat() const override { return 1; }
  std::string SaveSnapshot() const override { return ""; }
  absl::Status LoadSnapshot(absl::string_view) override { return absl::OkStatus(); }
  void Clear() override {}
};

// Entries of a given size through the machine into the journal.
class MachineUnderTest {
 public:
  MachineUnderTest(const BenchOptions& options, std::string payload)
      : payload_(std::move(payload)) {
    auto opened = journal::SqliteJournal::Open(
        {.path = options.directory + "/machine.journal", .name = "bench/machine"});
    if (!opened.ok()) Fail(std::string(opened.status().message()));
    journal_ = *std::move(opened);
    machine_ =
        std::make_unique<journal::Machine>(*journal_, state_, clock_, journal::Machine::Options{});
    if (!machine_->Recover().ok()) Fail("the machine does not start");
    machine_->Start();
  }
  ~MachineUnderTest() { machine_->Stop(); }

  double Run(int in_flight, double seconds) {
    const double began = Now();
    long done = 0;
    int free = in_flight;
    bool more = true;
    while (more || free < in_flight) {
      more = more && Now() - began < seconds;
      for (; more && free > 0; --free) Submit();
      if (free == in_flight) break;
      const runtime::MutexLock lock(mutex_);
      while (answered_ == 0) answer_.Wait(mutex_);
      done += answered_;
      free += std::exchange(answered_, 0);
    }
    return static_cast<double>(done) / (Now() - began);
  }

 private:
  void Submit() {
    machine_->Submit(
        [this](journal::Transaction& transaction) {
          return transaction.Append("bench", "", payload_);
        },
        [this](const absl::Status& status, journal::Revision) {
          if (!status.ok()) Fail(std::string(status.message()));
          const runtime::MutexLock lock(mutex_);
          ++answered_;
          answer_.NotifyOne();
        });
  }

  const std::string payload_;
  const runtime::SystemClock clock_;
  NoState state_;
  std::unique_ptr<journal::SqliteJournal> journal_;
  std::unique_ptr<journal::Machine> machine_;
  runtime::Mutex mutex_;
  runtime::CondVar answer_;
  int answered_ = 0;
};

// Ours and the probe take turns, so that both meet the same disk.
template <class UnderTest>
void Compare(const std::string& what,
             UnderTest& under_test,
             RawWriter& raw,
             const std::string& stored,
             int in_flight,
             double seconds,
             double aim) {
  const double slice = seconds / kSlices;
  double ours = 0;
  double probe = 0;
  for (int i = 0; i < kSlices; ++i) {
    ours += under_test.Run(in_flight, slice);
    const double began = Now();
    long rows = 0;
    while (Now() - began < slice) {
      raw.Append(in_flight, stored);
      rows += in_flight;
    }
    probe += static_cast<double>(rows) / (Now() - began);
  }
  Report(absl::StrCat(what, ", ", in_flight, " in flight"),
         ours / kSlices,
         probe / kSlices,
         "writes/s",
         aim);
}

}  // namespace

void BenchWrites(const BenchOptions& options) {
  FeedUnderTest feed(options);
  feed.Run(1, 0.2);
  const std::string stored = feed.Stored();
  MachineUnderTest machine(options, stored);
  RawWriter raw(options.directory + "/raw.db");
  const double seconds = options.seconds * 2;
  Compare("durable entries", machine, raw, stored, 1, seconds, 0.7);
  Compare("durable entries", machine, raw, stored, 64, seconds, 0.8);
  Compare("records checked, filed and made durable", feed, raw, stored, 1, seconds, 0.7);
  Compare("records checked, filed and made durable", feed, raw, stored, 64, seconds, 0.8);
}

}  // namespace xince::bench
