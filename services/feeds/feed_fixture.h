#ifndef SERVICES_FEEDS_FEED_FIXTURE_H_
#define SERVICES_FEEDS_FEED_FIXTURE_H_

#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "xince/journal/v1/entries.pb.h"

#include "services/feeds/feed.h"
#include "services/journal/sqlite_journal.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/errors.h"

/// A feed on a journal of its own, for tests: its calls wait for their answers.
namespace xince::feeds::testdata {

/// Key of identity hashes in tests.
inline constexpr char kIdentityKey[] = "the key of tests, 32 bytes long.";

/// Valid identity numbers of nobody: the standard's example, and its neighbours.
inline constexpr char kNumber[] = "11010519491231002X";
inline constexpr char kOtherNumber[] = "440524188001010014";

/// A caller with a request id.
inline Caller As(std::string actor, std::string request_id = "") {
  return {.actor = std::move(actor), .request_id = std::move(request_id)};
}

/// A journal that hands everything on, but what a test wants otherwise.
class JournalDecorator : public journal::Journal {
 public:
  explicit JournalDecorator(journal::Journal& inner) : inner_(inner) {}
  /// Runs before the next append, once; an error is what the append returns.
  std::function<absl::Status(journal::Journal& inner)> before_append;

  const std::string& name() const override { return inner_.name(); }
  absl::StatusOr<journal::Head> Append(const journal::Head& expected,
                                       absl::Span<const journal::Draft> drafts) override {
    if (before_append) {
      const auto once = std::exchange(before_append, nullptr);
      XINCE_RETURN_IF_ERROR(once(inner_));
    }
    return inner_.Append(expected, drafts);
  }
  absl::StatusOr<journal::Head> StableHead() override { return inner_.StableHead(); }
  absl::Status Read(journal::Revision after,
                    size_t limit,
                    const std::function<absl::Status(const journal::Entry&)>& visit) override {
    return inner_.Read(after, limit, visit);
  }
  absl::StatusOr<journal::Head> HeadAt(journal::Revision revision) override {
    return inner_.HeadAt(revision);
  }
  absl::StatusOr<journal::Revision> RevisionAt(absl::Time time) override {
    return inner_.RevisionAt(time);
  }
  absl::StatusOr<journal::Head> WaitBeyond(journal::Revision after,
                                           absl::Duration timeout) override {
    return inner_.WaitBeyond(after, timeout);
  }
  void Interrupt() override { inner_.Interrupt(); }
  absl::Status PutSnapshot(const journal::Snapshot& snapshot) override {
    return inner_.PutSnapshot(snapshot);
  }
  absl::StatusOr<std::optional<journal::Snapshot>> LatestSnapshot(uint32_t format) override {
    if (forget_snapshots) return std::nullopt;
    return inner_.LatestSnapshot(format);
  }
  absl::StatusOr<std::vector<journal::Hash>> LeafHashes(journal::Revision after,
                                                        size_t limit) override {
    return inner_.LeafHashes(after, limit);
  }
  absl::Status PutCheckpoint(journal::Revision size, absl::string_view note) override {
    return inner_.PutCheckpoint(size, note);
  }
  absl::StatusOr<std::string> CheckpointAtOrBeyond(journal::Revision size) override {
    return inner_.CheckpointAtOrBeyond(size);
  }

  /// Makes the next start replay everything.
  bool forget_snapshots = false;

 private:
  journal::Journal& inner_;
};

/// Part of the national tree: two districts of Nanjing with a street or two, and one of Chengdu.
inline type::Divisions SomeDivisions() {
  absl::StatusOr<type::Divisions> divisions = type::Divisions::FromList({
      {"32", "江苏省"},
      {"3201", "南京市"},
      {"320104", "秦淮区"},
      {"320104002", "夫子庙街道"},
      {"320104002001", "大石坝街社区"},
      {"320104003", "红花街道"},
      {"320105", "建邺区"},
      {"320105002", "沙洲街道"},
      {"51", "四川省"},
      {"5101", "成都市"},
      {"510104", "锦江区"},
  });
  if (!divisions.ok()) ADD_FAILURE() << divisions.status();
  return *std::move(divisions);
}

/// The feed, and everything it needs. Today is 2026-03-10.
class FeedHarness {
 public:
  FeedHarness(std::string name, std::vector<RecordType> types)
      : name_(std::move(name)), types_(std::move(types)) {
    auto opened = journal::SqliteJournal::Open({.path = dir_.File("feed.journal"),
                                                .name = absl::StrCat("test/", name_),
                                                .allow_unsafe_filesystem = true});
    if (!opened.ok()) ADD_FAILURE() << opened.status();
    sqlite_ = *std::move(opened);
    journal_ = std::make_unique<JournalDecorator>(*sqlite_);
    Start();
  }
  ~FeedHarness() { feed_->Stop(); }

  /// Stops the feed and starts another one on the same journal.
  void Restart(bool forget_snapshots) {
    feed_->Stop();
    journal_->forget_snapshots = forget_snapshots;
    Start();
  }

  Feed& feed() { return *feed_; }
  JournalDecorator& journal() { return *journal_; }
  runtime::FakeClock& clock() { return clock_; }
  const type::Divisions& divisions() const { return divisions_; }
  /// Takes effect with the next Restart.
  FeedOptions& options() { return options_; }

  template <class T>
  const RecordType& Type() {
    return *feed_->TypeOf(T::descriptor()->full_name());
  }

  template <class T>
  absl::StatusOr<T> Create(const T& record, const Caller& caller = As("tester")) {
    return Await<T>([&](Feed::Done done) {
      feed_->Create(Type<T>(), std::make_unique<T>(record), caller, std::move(done));
    });
  }
  /// Changes the record as it was read.
  template <class T>
  absl::StatusOr<T> Update(const T& record, const Caller& caller = As("tester")) {
    return Update(record, record.info().revision(), caller);
  }
  template <class T>
  absl::StatusOr<T> Update(const T& record, journal::Revision expected, const Caller& caller) {
    return Await<T>([&](Feed::Done done) {
      feed_->Update(Type<T>(), std::make_unique<T>(record), expected, caller, std::move(done));
    });
  }
  template <class T>
  absl::StatusOr<T> Void(const T& record, const Caller& caller = As("tester")) {
    type::v1::Voiding voiding;
    voiding.set_reason("登记有误");
    return Await<T>([&](Feed::Done done) {
      feed_->Void(record.name(), record.info().revision(), voiding, caller, std::move(done));
    });
  }
  template <class T>
  absl::StatusOr<T> Validate(const T& record) {
    return Await<T>([&](Feed::Done done) {
      feed_->Validate(Type<T>(), std::make_unique<T>(record), std::move(done));
    });
  }
  template <class T>
  absl::StatusOr<T> Get(const std::string& name, uint32_t version = 0) {
    absl::StatusOr<RecordAnswer> answer = feed_->Get(Type<T>(), name, version, 0, Soon());
    if (!answer.ok()) return answer.status();
    return static_cast<const T&>(*answer->record);
  }
  template <class T>
  absl::StatusOr<Page> List(const ListQuery& query) {
    return feed_->List(Type<T>(), query, 0, Soon());
  }
  /// Names on a page, the collection left out.
  template <class T>
  std::vector<std::string> Ids(const ListQuery& query) {
    const absl::StatusOr<Page> page = List<T>(query);
    if (!page.ok()) return {runtime::ReasonOf(page.status())};
    std::vector<std::string> ids;
    for (const auto& record : page->records) {
      const std::string name = StringField(*record, "name");
      ids.push_back(name.substr(name.find('/') + 1));
    }
    return ids;
  }

  /// All entries of the journal.
  std::vector<journal::Entry> Entries() {
    std::vector<journal::Entry> entries;
    EXPECT_TRUE(sqlite_
                    ->Read(0,
                           1000000,
                           [&](const journal::Entry& entry) {
                             entries.push_back(entry);
                             return absl::OkStatus();
                           })
                    .ok());
    return entries;
  }
  /// The evidence of the newest entry.
  std::vector<evidence::v1::Evidence> NewestEvidence() {
    journal::v1::FeedEntry entry;
    evidence::v1::StreamEvidenceResponse batch;
    EXPECT_TRUE(entry.ParseFromString(Entries().back().payload));
    EXPECT_TRUE(batch.ParseFromString(entry.evidence()));
    return {batch.evidence().begin(), batch.evidence().end()};
  }
  /// The same as text, for golden files.
  std::string NewestEvidenceText() {
    evidence::v1::StreamEvidenceResponse batch;
    for (evidence::v1::Evidence& piece : NewestEvidence()) *batch.add_evidence() = std::move(piece);
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    std::string text;
    printer.PrintToString(batch, &text);
    return text.empty() ? "# none\n" : text;
  }

 private:
  static absl::Time Soon() { return absl::InfiniteFuture(); }

  void Start() {
    options_.name = name_;
    options_.types = types_;
    if (options_.identity_key.empty()) options_.identity_key = kIdentityKey;
    feed_ = std::make_unique<Feed>(options_, *journal_, clock_, divisions_);
    const absl::Status started = feed_->Start();
    if (!started.ok()) ADD_FAILURE() << started;
  }

  template <class T>
  absl::StatusOr<T> Await(const std::function<void(Feed::Done)>& call) {
    std::promise<absl::StatusOr<T>> promise;
    call([&](absl::StatusOr<RecordAnswer> answer) {
      if (!answer.ok()) return promise.set_value(answer.status());
      promise.set_value(static_cast<const T&>(*answer->record));
    });
    return promise.get_future().get();
  }

  const std::string name_;
  const std::vector<RecordType> types_;
  FeedOptions options_;
  journal::TempDir dir_;
  runtime::FakeClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 3, 10, 10, 0, 0), absl::FixedTimeZone(8 * 60 * 60))};
  const type::Divisions divisions_ = SomeDivisions();
  std::unique_ptr<journal::SqliteJournal> sqlite_;
  std::unique_ptr<JournalDecorator> journal_;
  std::unique_ptr<Feed> feed_;
};

/// `reason field` of a refusal, `OK` for anything else.
template <class T>
std::string Refusal(const absl::StatusOr<T>& result) {
  if (result.ok()) return "OK";
  const runtime::Problem problem = runtime::ToProblem(result.status());
  return problem.field.empty() ? problem.reason : absl::StrCat(problem.reason, " ", problem.field);
}

/// What a refusal says under a key; empty for anything else.
template <class T>
std::string Said(const absl::StatusOr<T>& result, const std::string& key) {
  if (result.ok()) return "";
  const runtime::Problem problem = runtime::ToProblem(result.status());
  const auto found = problem.metadata.find(key);
  return found == problem.metadata.end() ? "" : found->second;
}

/// Fails unless the file holds exactly `text`. With XINCE_REGENERATE_GOLDEN set, writes it instead: look
/// at the difference before it is committed.
inline void ExpectGolden(const std::string& path, const std::string& text) {
  if (std::getenv("XINCE_REGENERATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, golden) << path;
}

/// A message from its text form.
template <class T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace xince::feeds::testdata

#endif  // SERVICES_FEEDS_FEED_FIXTURE_H_
