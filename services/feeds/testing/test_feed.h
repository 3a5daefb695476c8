#ifndef SERVICES_FEEDS_TESTING_TEST_FEED_H_
#define SERVICES_FEEDS_TESTING_TEST_FEED_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"

#include "gtest/gtest.h"
#include "services/feeds/feed.h"
#include "services/journal/sqlite_journal.h"
#include "services/journal/testing/temp_dir.h"
#include "services/runtime/clock.h"
#include "services/type/field_rules.h"

/// For tests of record types: a feed over the embedded journal in a directory of its own, with a clock
/// that the test moves and a small tree of divisions (see test_feed.cc), whose calls wait for their
/// answer.
namespace xince::feeds {

/// Who files, where a test does not say.
inline constexpr char kOfficer[] = "officer-a";
/// Somebody else.
inline constexpr char kOther[] = "officer-b";

class TestFeed {
 public:
  /// Starts the feed at noon of `today`, `YYYY-MM-DD`.
  TestFeed(std::string name,
           std::vector<RecordType> types,
           std::vector<FeedVerb> verbs,
           absl::string_view today);
  ~TestFeed();

  /// Moves to noon of another day, not before the present one.
  void SetToday(absl::string_view date);
  [[nodiscard]] type::Date today() const { return type::TodayInShanghai(clock_.Now()); }
  /// Stops the feed and starts it again from what is stored; with the snapshots removed it replays
  /// every entry.
  void Restart(bool keep_snapshots = true);

  [[nodiscard]] Feed& feed() { return *feed_; }
  [[nodiscard]] const runtime::Clock& clock() const { return clock_; }
  [[nodiscard]] const type::Divisions& divisions() const { return divisions_; }
  /// What a caller's message is checked against.
  [[nodiscard]] type::FieldContext Fields() const;

  /// Files a record.
  template <class Record>
  absl::StatusOr<Record> Create(const Record& record, const std::string& actor = kOfficer) {
    return Typed<Record>(CreateAny(record, actor));
  }
  /// Replaces a record by this version of it, as it was read.
  template <class Record>
  absl::StatusOr<Record> Update(const Record& record, const std::string& actor = kOfficer) {
    return Typed<Record>(UpdateAny(record, record.info().revision(), actor));
  }
  /// Calls a verb on a record as it was read; fills in the name and the expected revision.
  template <class Record, class Request>
  absl::StatusOr<Record> Call(const std::string& method,
                              const Record& record,
                              Request request,
                              const std::string& actor = kOfficer) {
    request.set_name(record.name());
    request.set_expected_revision(record.info().revision());
    return Typed<Record>(CallAny(method, request, record.name(), record.info().revision(), actor));
  }
  /// Voids a record as it was read.
  template <class Record>
  absl::Status Void(const Record& record) {
    return VoidAny(record.name(), record.info().revision());
  }
  /// The newest version of a record.
  template <class Record>
  absl::StatusOr<Record> Get(const std::string& name) {
    return Typed<Record>(feed_->Get(
        *feed_->TypeOf(Record::descriptor()->full_name()), name, 0, 0, absl::InfiniteFuture()));
  }

  /// The evidence recorded since the last call, one piece a line:
  ///   `id vVERSION kind subject occurred[>determined][ corrected DATE][ until DATE] issuer(level)
  ///   division [matter] {tags} measure=value … decided=points "document" …`
  /// and `id vVERSION gone` for a piece that was taken away.
  std::string NewEvidence();

 private:
  template <class Record>
  static absl::StatusOr<Record> Typed(absl::StatusOr<RecordAnswer> answer) {
    if (!answer.ok()) return answer.status();
    return static_cast<const Record&>(*answer->record);
  }
  absl::StatusOr<RecordAnswer> CreateAny(const google::protobuf::Message& record,
                                         const std::string& actor);
  absl::StatusOr<RecordAnswer> UpdateAny(const google::protobuf::Message& record,
                                         journal::Revision revision,
                                         const std::string& actor);
  absl::StatusOr<RecordAnswer> CallAny(const std::string& method,
                                       google::protobuf::Message& request,
                                       const std::string& name,
                                       journal::Revision revision,
                                       const std::string& actor);
  absl::Status VoidAny(const std::string& name, journal::Revision revision);
  void Start();

  const std::string name_;
  const std::vector<RecordType> types_;
  const std::vector<FeedVerb> verbs_;
  journal::TempDir dir_;
  runtime::FakeClock clock_;
  type::Divisions divisions_;
  std::unique_ptr<journal::SqliteJournal> journal_;
  std::unique_ptr<Feed> feed_;
  journal::Revision evidence_after_ = 0;
};

/// A message from its text form; fails the test when it does not parse.
template <class Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_TESTING_TEST_FEED_H_
