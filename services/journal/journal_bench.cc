#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "services/journal/journal.h"
#include "services/journal/sqlite.h"
#include "services/journal/sqlite_journal.h"

/// Figures of the embedded journal beside those of bare SQLite doing the same transaction on the same
/// disk in the same second: `journal_bench DIRECTORY [SECONDS [ENTRIES]]`. Only the ratios mean
/// something; the absolute figures are the disk's.
namespace xince::journal {
namespace {

using SteadyClock = std::chrono::steady_clock;

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "journal_bench: %s\n", what.c_str());
  std::exit(1);
}

Draft ExampleDraft() {
  return {
      .record_time_us = 1, .actor = "bench", .request_id = "", .payload = std::string(266, 'x')};
}

/// The same columns and the same transaction, with nothing computed.
class RawProbe {
 public:
  explicit RawProbe(const std::string& path) {
    if (database_.Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "") != SQLITE_OK) {
      Fail(database_.Message());
    }
    database_.Value("PRAGMA journal_mode=WAL");
    database_.Execute("PRAGMA synchronous=FULL");
    database_.Execute(
        "CREATE TABLE entry(revision INTEGER PRIMARY KEY, chain BLOB NOT NULL, leaf BLOB NOT NULL,"
        " stored BLOB NOT NULL) STRICT");
    database_.Prepare("INSERT INTO entry(revision, chain, leaf, stored) VALUES(?,?,?,?)", insert_);
    database_.Prepare("BEGIN IMMEDIATE", begin_);
    database_.Prepare("COMMIT", commit_);
  }

  void Append(int count) {
    if (count > 1) begin_.Run();
    for (int i = 0; i < count; ++i) {
      insert_.Bind(1, ++revision_);
      insert_.BindBlob(2, hash_);
      insert_.BindBlob(3, hash_);
      insert_.BindBlob(4, stored_);
      if (insert_.Run() != SQLITE_DONE) Fail(database_.Message());
    }
    if (count > 1) commit_.Run();
  }

 private:
  sqlite::Database database_;
  sqlite::Statement insert_, begin_, commit_;
  int64_t revision_ = 0;
  const std::string hash_ = std::string(32, 'h');
  const std::string stored_ = std::string(EncodedBytes(ExampleDraft()), 's');
};

/// Alternates short rounds of both, so that the disk's moods hit both alike.
void CompareAppends(const std::string& directory, int count, double seconds) {
  RawProbe probe(directory + "/raw" + std::to_string(count));
  auto journal = SqliteJournal::Open({.path = directory + "/journal" + std::to_string(count),
                                      .name = "bench",
                                      .allow_unsafe_filesystem = true});
  if (!journal.ok()) Fail(journal.status().ToString());
  const std::vector<Draft> drafts(count, ExampleDraft());
  Head head;
  const int rounds = std::max(2, static_cast<int>(seconds / 0.1));
  std::vector<double> ratios;
  double best_raw = 0;
  double best_own = 0;
  for (int round = 0; round < rounds; ++round) {
    double rates[2] = {};
    for (int side = 0; side < 2; ++side) {
      const auto start = SteadyClock::now();
      int appended = 0;
      do {
        if (side == 0) {
          probe.Append(count);
        } else {
          const auto next = (*journal)->Append(head, drafts);
          if (!next.ok()) Fail(next.status().ToString());
          head = *next;
        }
        appended += count;
      } while (SecondsSince(start) < 0.05);
      rates[side] = appended / SecondsSince(start);
    }
    ratios.push_back(rates[1] / rates[0]);
    best_raw = std::max(best_raw, rates[0]);
    best_own = std::max(best_own, rates[1]);
  }
  std::nth_element(ratios.begin(), ratios.begin() + ratios.size() / 2, ratios.end());
  std::printf("append %3d per call   raw %9.0f/s   journal %9.0f/s   median ratio %.2f\n",
              count,
              best_raw,
              best_own,
              ratios[ratios.size() / 2]);
}

void MeasureReads(const std::string& directory, Revision entries) {
  const SqliteJournalOptions options{
      .path = directory + "/reads", .name = "bench", .allow_unsafe_filesystem = true};
  auto journal = SqliteJournal::Open(options);
  if (!journal.ok()) Fail(journal.status().ToString());
  Head head;
  while (head.revision < entries) {
    std::vector<Draft> drafts(std::min<size_t>(kAppendEntriesMax, entries - head.revision),
                              ExampleDraft());
    for (Draft& draft : drafts) draft.record_time_us = static_cast<int64_t>(head.revision);
    head = (*journal)->Append(head, drafts).value();
  }
  journal->reset();
  auto start = SteadyClock::now();
  journal = SqliteJournal::Open(options);
  std::printf("open of %lu entries    %.1f ms\n", entries, 1000 * SecondsSince(start));
  for (int round = 0; round < 3; ++round) {
    start = SteadyClock::now();
    Revision seen = 0;
    const absl::Status status = (*journal)->Read(0, entries, [&](const Entry& entry) {
      seen = entry.revision;
      return absl::OkStatus();
    });
    if (!status.ok() || seen != entries) Fail(status.ToString());
    std::printf("read and verify       %9.0f entries/s\n", entries / SecondsSince(start));
  }
  start = SteadyClock::now();
  if ((*journal)->LeafHashes(0, entries).value().size() != entries) Fail("leaves are missing");
  std::printf("leaf hashes           %9.0f entries/s\n", entries / SecondsSince(start));
  start = SteadyClock::now();
  for (int i = 0; i < 1000; ++i) {
    (*journal)->RevisionAt(absl::FromUnixMicros(i * entries / 1000)).value();
  }
  std::printf("revision at a time    %9.1f us\n", 1000 * SecondsSince(start));
}

void MeasureHashes() {
  const std::string stored(300, 's');
  Hash chain{};
  const auto start = SteadyClock::now();
  constexpr int kHashes = 1'000'000;
  for (int i = 0; i < kHashes; ++i) chain = ChainHash(chain, stored);
  std::printf("chain hash of 300 B   %9.0f/s (%s)\n",
              kHashes / SecondsSince(start),
              HexEncode(chain).substr(0, 8).c_str());
}

}  // namespace
}  // namespace xince::journal

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: journal_bench DIRECTORY [SECONDS [ENTRIES]]\n");
    return 2;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  const xince::journal::Revision entries = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 200'000;
  std::string directory = std::string(argv[1]) + "/journal-bench-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) {
    std::fprintf(stderr, "journal_bench: no directory under %s\n", argv[1]);
    return 1;
  }
  xince::journal::MeasureHashes();
  xince::journal::CompareAppends(directory, 1, seconds);
  xince::journal::CompareAppends(directory, 64, seconds);
  xince::journal::MeasureReads(directory, entries);
  std::filesystem::remove_all(directory);
  return 0;
}
