#ifndef TESTS_REDIS_REDIS_TEST_JOURNAL_H_
#define TESTS_REDIS_REDIS_TEST_JOURNAL_H_

#include <poll.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "gtest/gtest.h"
#include "services/journal/redis_journal.h"
#include "services/runtime/clock.h"
#include "tests/redis/redis_server_fixture.h"

/// What the Redis journal's tests share.
namespace xince::testing_redis {

inline constexpr char kTestJournal[] = "test/journal";

inline const runtime::Clock& TestClock() {
  static const runtime::SystemClock clock;
  return clock;
}

inline journal::RedisJournalOptions JournalOptions(const RedisServer& server, int replicas = 0) {
  return {.name = kTestJournal,
          .endpoint = server.endpoint(),
          .replicas = replicas,
          .wait_timeout = absl::Milliseconds(200),
          .clock = &TestClock()};
}

/// Opens or fails the test.
inline std::unique_ptr<journal::Journal> OpenOrFail(const journal::RedisJournalOptions& options) {
  auto journal = journal::OpenRedisJournal(options);
  EXPECT_TRUE(journal.ok()) << journal.status() << journal::RedisDetailOf(journal.status());
  return journal.ok() ? *std::move(journal) : nullptr;
}

inline journal::Draft DraftOf(std::string payload) {
  return {.record_time_us = 1'700'000'000'000'000,
          .actor = "clerk",
          .request_id = "request of " + payload.substr(0, 64),
          .payload = std::move(payload)};
}

/// Appends one entry at `head`.
inline absl::StatusOr<journal::Head> AppendOne(journal::Journal& journal,
                                               const journal::Head& head,
                                               const std::string& payload) {
  const journal::Draft draft = DraftOf(payload);
  return journal.Append(head, {&draft, 1});
}

/// The same, again and again while the outcome is unknown, as callers do. For where a busy machine
/// may let a WAIT time out.
inline absl::StatusOr<journal::Head> AppendPersistently(journal::Journal& journal,
                                                        const journal::Head& head,
                                                        const std::string& payload) {
  constexpr int kAttempts = 2000;
  constexpr int kRetryAfterMs = 5;
  absl::StatusOr<journal::Head> next = AppendOne(journal, head, payload);
  for (int i = 1; i < kAttempts && absl::IsUnavailable(next.status()); ++i) {
    poll(nullptr, 0, kRetryAfterMs);
    next = AppendOne(journal, head, payload);
  }
  return next;
}

/// Appends entries with the payloads "1", "2", ... after the stable head, or fails the test.
inline journal::Head Fill(journal::Journal& journal, int count) {
  journal::Head head = journal.StableHead().value();
  for (int i = 0; i < count; ++i) {
    const auto next = AppendPersistently(journal, head, absl::StrCat(head.revision + 1));
    EXPECT_TRUE(next.ok()) << next.status() << journal::RedisDetailOf(next.status());
    if (!next.ok()) break;
    head = *next;
  }
  return head;
}

/// The payloads of all stable entries.
inline std::vector<std::string> Payloads(journal::Journal& journal) {
  std::vector<std::string> payloads;
  const absl::Status status = journal.Read(0, 1 << 20, [&](const journal::Entry& entry) {
    payloads.push_back(entry.payload);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return payloads;
}

}  // namespace xince::testing_redis

#endif  // TESTS_REDIS_REDIS_TEST_JOURNAL_H_
