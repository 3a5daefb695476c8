#ifndef SERVICES_FEEDS_TESTING_TEST_FEED_H_
#define SERVICES_FEEDS_TESTING_TEST_FEED_H_

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"

#include "gtest/gtest.h"
#include "services/feeds/feed.h"
#include "services/journal/sqlite_journal.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/clock.h"
#include "services/runtime/errors.h"
#include "services/type/field_rules.h"

/// For tests: a feed over the embedded journal in a directory of its own, with a clock that the test moves
/// and a small tree of divisions (see test_feed.cc), whose calls wait for their answers.
namespace xince::feeds::testdata {

/// Key of identity hashes in tests.
inline constexpr char kIdentityKey[] = "the key of tests, 32 bytes long.";

/// Valid identity numbers of nobody: the standard's example, and its neighbours.
inline constexpr char kNumber[] = "11010519491231002X";
inline constexpr char kOtherNumber[] = "440524188001010014";

/// Who files, where a test does not say.
inline constexpr char kOfficer[] = "officer-a";
/// Somebody else.
inline constexpr char kOther[] = "officer-b";

/// A caller, with a request id or without.
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

/// The feed, and everything it needs.
class TestFeed {
 public:
  /// Starts the feed at noon of `today`, `YYYY-MM-DD`.
  TestFeed(std::string name,
           std::vector<RecordType> types,
           std::vector<FeedVerb> verbs = {},
           absl::string_view today = "2026-03-10");
  ~TestFeed();

  /// Moves to noon of another day, not before the present one.
  void SetToday(absl::string_view date);
  [[nodiscard]] type::Date today() const { return type::TodayInShanghai(clock_.Now()); }
  /// Stops the feed and starts another one on the same journal, from its snapshot or from every entry.
  void Restart(bool forget_snapshots = false);

  Feed& feed() { return *feed_; }
  JournalDecorator& journal() { return *journal_; }
  runtime::FakeClock& clock() { return clock_; }
  [[nodiscard]] const type::Divisions& divisions() const { return divisions_; }
  /// Takes effect with the next Restart.
  FeedOptions& options() { return options_; }
  /// What a caller's message is checked against.
  [[nodiscard]] type::FieldContext Fields() const;

  template <class T>
  const RecordType& Type() {
    return *feed_->TypeOf(T::descriptor()->full_name());
  }

  template <class T>
  absl::StatusOr<T> Create(const T& record, const Caller& caller = As(kOfficer)) {
    return Await<T>([&](Feed::Done done) {
      feed_->Create(Type<T>(), std::make_unique<T>(record), caller, std::move(done));
    });
  }
  /// Replaces a record by this version of it, as it was read.
  template <class T>
  absl::StatusOr<T> Update(const T& record, const Caller& caller = As(kOfficer)) {
    return Update(record, record.info().revision(), caller);
  }
  template <class T>
  absl::StatusOr<T> Update(const T& record, journal::Revision expected, const Caller& caller) {
    return Await<T>([&](Feed::Done done) {
      feed_->Update(Type<T>(), std::make_unique<T>(record), expected, caller, std::move(done));
    });
  }
  /// Calls a verb on a record as it was read; fills in the name and the expected revision.
  template <class T, class Request>
  absl::StatusOr<T> Call(const std::string& method,
                         const T& record,
                         Request request,
                         const Caller& caller = As(kOfficer)) {
    request.set_name(record.name());
    request.set_expected_revision(record.info().revision());
    return Await<T>(
        [&](Feed::Done done) { Modify(method, request, record.info(), caller, std::move(done)); });
  }
  /// Voids a record as it was read.
  template <class T>
  absl::StatusOr<T> Void(const T& record, const Caller& caller = As(kOfficer)) {
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
  /// The newest version of a record, or the version asked for.
  template <class T>
  absl::StatusOr<T> Get(const std::string& name, uint32_t version = 0) {
    absl::StatusOr<RecordAnswer> answer =
        feed_->Get(Type<T>(), name, version, 0, absl::InfiniteFuture());
    if (!answer.ok()) return answer.status();
    return static_cast<const T&>(*answer->record);
  }
  template <class T>
  absl::StatusOr<Page> List(const ListQuery& query) {
    return feed_->List(Type<T>(), query, 0, absl::InfiniteFuture());
  }
  /// Names on a page, the collection left out.
  template <class T>
  std::vector<std::string> Ids(const ListQuery& query) {
    const absl::StatusOr<Page> page = List<T>(query);
    return page.ok() ? IdsOf(*page) : std::vector{runtime::ReasonOf(page.status())};
  }

  /// All entries of the journal.
  std::vector<journal::Entry> Entries();
  /// The evidence of the newest entry.
  std::vector<evidence::v1::Evidence> NewestEvidence();
  /// The same as text, for golden files.
  std::string NewestEvidenceText();
  /// The evidence recorded since the last call, one piece a line:
  ///   `id vVERSION kind subject occurred[>determined][ corrected DATE][ until DATE] issuer(level)
  ///   division [matter] {tags} measure=value … decided=points "document" …`
  /// and `id vVERSION gone` for a piece that was taken away.
  std::string NewEvidence();

 private:
  void Start();
  void Modify(const std::string& method,
              google::protobuf::Message& request,
              const type::v1::RecordInfo& info,
              const Caller& caller,
              Feed::Done done);
  static std::vector<std::string> IdsOf(const Page& page);

  template <class T>
  absl::StatusOr<T> Await(const std::function<void(Feed::Done)>& call) {
    // Shared: the callback still holds it when the answer is there.
    const auto promise = std::make_shared<std::promise<absl::StatusOr<T>>>();
    call([promise](absl::StatusOr<RecordAnswer> answer) {
      if (!answer.ok()) return promise->set_value(answer.status());
      promise->set_value(static_cast<const T&>(*answer->record));
    });
    return promise->get_future().get();
  }

  const std::string name_;
  const std::vector<RecordType> types_;
  const std::vector<FeedVerb> verbs_;
  FeedOptions options_;
  journal::TempDir dir_;
  runtime::FakeClock clock_;
  const type::Divisions divisions_;
  std::unique_ptr<journal::SqliteJournal> sqlite_;
  std::unique_ptr<JournalDecorator> journal_;
  std::unique_ptr<Feed> feed_;
  journal::Revision evidence_after_ = 0;
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
void ExpectGolden(const std::string& path, const std::string& text);

/// A message from its text form.
template <class T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace xince::feeds::testdata

#endif  // SERVICES_FEEDS_TESTING_TEST_FEED_H_
