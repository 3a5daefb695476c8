#ifndef SERVICES_FEEDS_FEED_H_
#define SERVICES_FEEDS_FEED_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

#include "xince/type/v1/types.pb.h"

#include "services/feeds/record_store.h"
#include "services/feeds/record_type.h"
#include "services/journal/machine.h"
#include "services/runtime/clock.h"
#include "services/type/divisions.h"
#include "services/type/field_rules.h"

/// What every feed does with its records, whatever they are: file, change, void, get, list. Nothing
/// here links gRPC.
namespace xince::feeds {

/// Items of one batch.
inline constexpr int kBatchItemsMax = 500;
/// Records of one page: the default, and the most.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1000;
/// Records looked at for one page: a filter that matches few gives shorter pages, not longer waits.
inline constexpr int kPageScanMax = 20000;
/// Stored bytes after which a page ends, at least one record on it: a reply stays below the 4 MiB
/// that gRPC clients accept unless told otherwise.
inline constexpr size_t kPageBytesMax = 3 << 20;

/// Who asks, and under which request id.
struct Caller {
  /// As recorded in the journal.
  std::string actor;
  /// Empty, or as runtime::CheckRequestId asks. The same actor and id give the first answer again; with
  /// other content ALREADY_EXISTS `REQUEST_ID_REUSED`.
  std::string request_id;
};

/// One version of a record as an answer carries it: the record with its `info`.
struct RecordAnswer {
  std::unique_ptr<google::protobuf::Message> record;
  /// Revision at which it was recorded, durable.
  journal::Revision revision = 0;
};

/// A page of a list.
struct Page {
  std::vector<std::unique_ptr<google::protobuf::Message>> records;
  /// Empty on the last page.
  std::string next_page_token;
  /// Revision the page holds at.
  journal::Revision revision = 0;
};

/// What a list is asked for.
struct ListQuery {
  int32_t page_size = 0;
  std::string page_token;
  /// Exact matches of string fields of the record, except `division`, which matches the division
  /// and everything inside it.
  std::vector<std::pair<std::string, std::string>> filters;
  bool show_voided = false;
};

/// Everything a feed needs from outside.
struct FeedOptions {
  /// Name of the feed: prefix of its evidence ids.
  std::string name;
  std::vector<RecordType> types;
  /// Key of the keyed hash of identity numbers, at least 32 bytes.
  std::string identity_key;
  journal::Machine::Options machine;
  /// As kPageScanMax.
  int page_scan_max = kPageScanMax;
};

/// A feed: record types over a journal. Safe to call from any thread once started. `done` callbacks
/// come from the writing thread and must be quick.
class Feed {
 public:
  using Done = std::function<void(absl::StatusOr<RecordAnswer>)>;

  /// Keeps references; they outlive the feed.
  Feed(FeedOptions options,
       journal::Journal& journal,
       const runtime::Clock& clock,
       const type::Divisions& divisions);

  /// Loads what is stored, then accepts commands.
  absl::Status Start();
  void Stop();

  /// Files a new record. Without a `name` the feed gives one.
  /// Errors: every reason of services/type/field_rules.h; ALREADY_EXISTS `RECORD_EXISTS`,
  /// `DUPLICATE_KEY` (metadata `collides_with`), `REQUEST_ID_REUSED`; what the type's check says.
  void Create(const RecordType& type,
              std::unique_ptr<google::protobuf::Message> record,
              const Caller& caller,
              Done done);
  /// Replaces a record by what is given; output-only fields stay as they are. `expected_revision`
  /// is `info.revision` as it was read. Errors besides those of Create: NOT_FOUND
  /// `RECORD_UNKNOWN`; ABORTED `STALE_REVISION` (metadata `current`); INVALID_ARGUMENT
  /// `EXPECTED_REVISION_REQUIRED`; FAILED_PRECONDITION `RECORD_VOIDED`.
  void Update(const RecordType& type,
              std::unique_ptr<google::protobuf::Message> record,
              journal::Revision expected_revision,
              const Caller& caller,
              Done done);
  /// Changes a record by a function of its present version: how custom methods are made. `request`
  /// is what a repeat under the same request id must equal; PrepareRequest has checked it.
  void Modify(const std::string& name,
              journal::Revision expected_revision,
              const google::protobuf::Message& request,
              std::function<absl::Status(google::protobuf::Message&, const CheckContext&)> change,
              const Caller& caller,
              Done done);
  /// Takes a record out of the count, with its evidence. It can still be read.
  void Void(const std::string& name,
            journal::Revision expected_revision,
            const type::v1::Voiding& voiding,
            const Caller& caller,
            Done done);
  /// Checks the fields of a request that is no record, such as a list's filters, by their rules.
  /// Errors: those of services/type/field_rules.h.
  [[nodiscard]] absl::Status CheckRequest(const google::protobuf::Message& request) const;
  /// The same for a request whose content goes into a record: drops unknown fields and replaces
  /// identity numbers by their keyed hashes.
  absl::Status PrepareRequest(google::protobuf::Message& request) const;

  /// Does everything Create does but record it; the answer's revision is 0.
  void Validate(const RecordType& type,
                std::unique_ptr<google::protobuf::Message> record,
                Done done);

  /// The newest version of a record, voided or not, or the version asked for (0 is the newest). What
  /// RecordType::tell says of the newest is that of now.
  absl::StatusOr<RecordAnswer> Get(const RecordType& type,
                                   const std::string& name,
                                   uint32_t version,
                                   journal::Revision at_least,
                                   absl::Time deadline);
  /// A page of records in the order of their names. Errors: INVALID_ARGUMENT `PAGE_SIZE`,
  /// `PAGE_TOKEN`, `PAGE_TOKEN_ARGUMENTS`.
  absl::StatusOr<Page> List(const RecordType& type,
                            const ListQuery& query,
                            journal::Revision at_least,
                            absl::Time deadline);

  [[nodiscard]] journal::Machine& machine() { return machine_; }
  [[nodiscard]] const std::string& name() const { return options_.name; }
  [[nodiscard]] const std::vector<RecordType>& types() const { return options_.types; }
  /// Type by the full name of its message; null when this feed has no such type.
  [[nodiscard]] const RecordType* TypeOf(absl::string_view full_name) const;
  /// Type by collection; null when this feed has no such collection.
  [[nodiscard]] const RecordType* TypeOfCollection(absl::string_view collection) const;

 private:
  struct Change;

  absl::Status Prepare(const RecordType& type, google::protobuf::Message& record) const;
  void Run(std::shared_ptr<Change> change, Done done);
  absl::Status Decide(Change& change, journal::Transaction& transaction);
  absl::Status DecideNew(Change& change, const journal::Transaction& transaction);
  absl::Status DecideNext(Change& change, const StoredRecord& stored);
  absl::Status DecideVoid(Change& change, const google::protobuf::Message& before);
  absl::Status CompleteAndCheck(Change& change, const google::protobuf::Message* before);
  [[nodiscard]] CheckContext Checks(const Change& change, const RecordView& view) const;
  std::string EvidenceOf(const Change& change, const google::protobuf::Message* before) const;
  absl::StatusOr<RecordAnswer> FirstAnswer(const Change& change);
  absl::StatusOr<RecordAnswer> VersionAt(journal::Revision revision, int64_t create_time_us);
  [[nodiscard]] type::FieldContext Fields() const;

  const FeedOptions options_;
  journal::Journal& journal_;
  const runtime::Clock& clock_;
  const type::Divisions& divisions_;
  RecordStore store_;
  journal::Machine machine_;
};

/// Decodes a stored record into a message with its `info` filled in.
std::unique_ptr<google::protobuf::Message> Decode(const StoredRecord& stored);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_FEED_H_
