#include "services/journal/read_ahead.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "services/journal/sqlite.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

class ReadAheadTest : public testing::Test {
 protected:
  ReadAheadTest() {
    path_ = testing::TempDir() + "read-ahead-" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    journal_ = *SqliteJournal::Open({.path = path_ + "/journal", .name = "test/journal"});
  }
  ~ReadAheadTest() override {
    journal_.reset();
    std::filesystem::remove_all(path_);
  }

  void AppendEntries(size_t count) {
    std::vector<Draft> drafts;
    for (size_t i = 0; i < count; ++i)
      drafts.push_back({.record_time_us = 1, .actor = "a", .payload = absl::StrCat("entry ", i)});
    ASSERT_TRUE(journal_->Append(*journal_->StableHead(), drafts).ok());
  }

  // What is said of every entry.
  static std::vector<std::string> Said(
      const std::function<absl::Status(const std::function<absl::Status(const Entry&)>&)>& read) {
    std::vector<std::string> said;
    const absl::Status status = read([&](const Entry& entry) {
      said.push_back(absl::StrCat(
          entry.revision, " ", entry.actor, " ", entry.payload, " ", HexEncode(entry.chain)));
      return absl::OkStatus();
    });
    said.push_back(absl::StrCat("then ", runtime::ReasonOf(status)));
    return said;
  }

  std::string path_;
  std::unique_ptr<SqliteJournal> journal_;
};

TEST_F(ReadAheadTest, VisitsWhatReadVisitsOnTheCallersThread) {
  // Empty, less than a batch, exactly one, and more than are on their way.
  for (const size_t more : {size_t{0},
                            size_t{5},
                            kReadAheadEntries - 5,
                            kReadAheadEntries * (kReadAheadBatches + 2) + 1}) {
    if (more > 0) AppendEntries(more);
    for (const Revision after : {Revision{0}, Revision{3}}) {
      const auto caller = std::this_thread::get_id();
      const auto ahead = Said([&](const auto& visit) {
        return ReadAhead(*journal_, after, [&](const Entry& entry) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          return visit(entry);
        });
      });
      EXPECT_EQ(ahead,
                Said([&](const auto& visit) { return journal_->Read(after, SIZE_MAX, visit); }));
    }
  }
}

TEST_F(ReadAheadTest, KeepsWhatAVisitorHasNotComeTo) {
  AppendEntries(kReadAheadEntries * (kReadAheadBatches + 3));
  Revision last = 0;
  const absl::Status status = ReadAhead(*journal_, 0, [&](const Entry& entry) {
    EXPECT_EQ(entry.revision, ++last);
    // Far more work than reading is.
    for (int i = 0; i < 300; ++i) Sha256({entry.payload});
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(last, kReadAheadEntries * (kReadAheadBatches + 3));
}

TEST_F(ReadAheadTest, StopsAtTheFirstErrorOfTheVisitor) {
  AppendEntries(kReadAheadEntries * (kReadAheadBatches + 3));
  Revision last = 0;
  const absl::Status status = ReadAhead(*journal_, 0, [&](const Entry& entry) {
    last = entry.revision;
    return last == 300 ? absl::DataLossError("not this one") : absl::OkStatus();
  });
  EXPECT_EQ(status.message(), "not this one");
  EXPECT_EQ(last, 300U);
}

TEST_F(ReadAheadTest, VisitsWhatIsSoundBeforeItNamesWhatIsCorrupt) {
  AppendEntries(kReadAheadEntries + 40);
  journal_.reset();
  {
    sqlite::Database database;
    ASSERT_EQ(database.Open(path_ + "/journal", SQLITE_OPEN_READWRITE, ""), SQLITE_OK);
    ASSERT_EQ(database.Execute("UPDATE entry SET stored = zeroblob(60) WHERE revision = 290"),
              SQLITE_OK);
  }
  auto opened = SqliteJournal::Open({.path = path_ + "/journal", .name = "test/journal"});
  ASSERT_TRUE(opened.ok());
  journal_ = *std::move(opened);
  const auto ahead = Said([&](const auto& visit) { return ReadAhead(*journal_, 0, visit); });
  EXPECT_EQ(ahead.size(), 290U);
  EXPECT_EQ(ahead.back(), "then JOURNAL_CORRUPT");
  EXPECT_EQ(ahead, Said([&](const auto& visit) { return journal_->Read(0, SIZE_MAX, visit); }));
}

}  // namespace
}  // namespace xince::journal
