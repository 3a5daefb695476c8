#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "services/journal/journal.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/clock.h"
#include "services/runtime/mutex.h"

/// What crash_test.py kills: `journal_writer DATABASE ACKS SYNCHRONOUS THREADS WAL_PAGES`.
///
/// Each thread appends `<thread>/<n>` for n = 1, 2, … and goes on after the last n that the journal
/// has. After an acknowledgement, and never before, it adds a line `<thread> <n> <revision>` to ACKS.
/// With THREADS 0 it reads the whole journal, adds `read <head>` and ends. The first line it adds is
/// `ready <head>`.
namespace xince::journal {
namespace {

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "journal_writer: %s\n", what.c_str());
  std::exit(1);
}

/// Lines that are whole in the file, or not there, when the process is killed.
class Acks {
 public:
  explicit Acks(const char* path) : fd_(open(path, O_WRONLY | O_CREAT | O_APPEND, 0600)) {
    if (fd_ < 0) Fail(absl::StrCat("cannot write ", path));
  }
  void Add(const std::string& line) {
    const std::string text = line + "\n";
    if (write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) Fail("acks");
  }

 private:
  int fd_;
};

/// One append for all drafts that came while the last one was under way.
class Group {
 public:
  Group(Journal& journal, Head head) : journal_(journal), head_(head) {}

  Revision Append(Draft draft) {
    runtime::MutexLock lock(mutex_);
    const uint64_t ticket = first_ticket_ + drafts_.size();
    drafts_.push_back(std::move(draft));
    while (ticket >= done_ticket_) {
      if (leading_) {
        done_.Wait(mutex_);
      } else {
        Lead();
      }
    }
    // Tickets and revisions run in step: each draft takes one of both.
    return base_ + ticket + 1;
  }

  void SetBase(Revision base) { base_ = base; }

 private:
  void Lead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    leading_ = true;
    std::vector<Draft> drafts = std::exchange(drafts_, {});
    first_ticket_ += drafts.size();
    const int64_t now_us = absl::ToUnixMicros(clock_.Now());
    last_us_ = std::max(last_us_, now_us);
    for (Draft& draft : drafts) draft.record_time_us = last_us_;
    const Head expected = head_;
    mutex_.Unlock();
    const auto next = journal_.Append(expected, drafts);
    if (!next.ok()) Fail(next.status().ToString());
    mutex_.Lock();
    head_ = *next;
    done_ticket_ += drafts.size();
    leading_ = false;
    done_.NotifyAll();
  }

  Journal& journal_;
  const runtime::SystemClock clock_;
  runtime::Mutex mutex_;
  runtime::CondVar done_;
  Head head_ ABSL_GUARDED_BY(mutex_);
  std::vector<Draft> drafts_ ABSL_GUARDED_BY(mutex_);
  uint64_t first_ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t done_ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  bool leading_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_us_ ABSL_GUARDED_BY(mutex_) = 0;
  Revision base_ = 0;
};

int Run(const std::string& path,
        const char* acks_path,
        int synchronous,
        int threads,
        int wal_pages_max) {
  Acks acks(acks_path);
  SqliteJournalOptions options{.path = path, .name = "chaos", .allow_unsafe_filesystem = true};
  options.wal_pages_max = wal_pages_max;
  options.synchronous_for_negative_controls_only = synchronous;
  auto journal = SqliteJournal::Open(options);
  if (!journal.ok()) Fail(journal.status().ToString());
  const Head head = (*journal)->StableHead().value();
  acks.Add(absl::StrCat("ready ", head.revision));
  std::vector<int64_t> last(threads, 0);
  const absl::Status read = (*journal)->Read(0, head.revision, [&](const Entry& entry) {
    const std::vector<std::string> parts = absl::StrSplit(entry.payload, '/');
    size_t thread = 0;
    int64_t n = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &thread) ||
        !absl::SimpleAtoi(parts[1], &n)) {
      return absl::DataLossError(absl::StrCat("what is ", entry.payload));
    }
    if (thread < last.size()) last[thread] = n;
    return absl::OkStatus();
  });
  if (!read.ok()) Fail(read.ToString());
  if (threads == 0) {
    acks.Add(absl::StrCat("read ", head.revision));
    return 0;
  }
  Group group(**journal, head);
  group.SetBase(head.revision);
  std::vector<std::thread> writers;
  for (int thread = 0; thread < threads; ++thread) {
    writers.emplace_back([&, thread] {
      for (int64_t n = last[thread] + 1;; ++n) {
        Draft draft{.actor = absl::StrCat("writer ", thread),
                    .request_id = absl::StrCat(thread, "-", n),
                    .payload = absl::StrCat(thread, "/", n)};
        const Revision revision = group.Append(std::move(draft));
        acks.Add(absl::StrCat(thread, " ", n, " ", revision));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  return 0;
}

}  // namespace
}  // namespace xince::journal

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: journal_writer DATABASE ACKS SYNCHRONOUS THREADS WAL_PAGES\n");
    return 2;
  }
  return xince::journal::Run(
      argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]), std::atoi(argv[5]));
}
