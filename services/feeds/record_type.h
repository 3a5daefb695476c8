#ifndef SERVICES_FEEDS_RECORD_TYPE_H_
#define SERVICES_FEEDS_RECORD_TYPE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/journal/journal.h"
#include "services/type/civil_date.h"
#include "services/type/divisions.h"

/// What a feed says about the records it keeps.
///
/// The name of the collection and of the methods, the fields' labels, lengths and formats stand in
/// the protos (xince.type.v1.record and .rule). What is left for C++ is here: checks that look at
/// more than one field, keys that must be unique, and the evidence a record gives.
namespace xince::feeds {

/// Reads the records of one feed during a check. Valid only during the call.
class RecordView {
 public:
  virtual ~RecordView() = default;
  /// The record of that name, voided ones excluded; null when there is none.
  [[nodiscard]] virtual std::unique_ptr<google::protobuf::Message> Find(
      absl::string_view name) const = 0;
  /// The records, voided ones excluded, of `collection` whose string field `field` has this value.
  /// Only resource and subject references and fields named in RecordType::indexed are indexed.
  [[nodiscard]] virtual std::vector<std::unique_ptr<google::protobuf::Message>> Where(
      absl::string_view collection, absl::string_view field, absl::string_view value) const = 0;
  /// How many records there are of `collection` with this value, voided ones included: for numbers
  /// that are given without gaps. The same fields are indexed.
  [[nodiscard]] virtual size_t CountWithVoided(absl::string_view collection,
                                               absl::string_view field,
                                               absl::string_view value) const = 0;
};

/// What a check may look at.
struct CheckContext {
  const RecordView& records;
  const type::Divisions& divisions;
  /// Today in Asia/Shanghai.
  type::Date today;
  /// Who asks, as recorded in the journal; empty when nothing will be recorded.
  absl::string_view actor = {};
};

/// Collects the evidence of a record. The slot tells the pieces of one record apart and must not
/// change between versions of the record: `firm`, `manager`, `engagement`.
class EvidenceSink {
 public:
  virtual ~EvidenceSink() = default;
  /// Adds a piece; returns it to be filled in. The feed fills in id and version.
  virtual evidence::v1::Evidence& Add(absl::string_view slot) = 0;
};

/// One record type of a feed.
struct RecordType {
  /// The record's message, from its generated class.
  const google::protobuf::Descriptor* descriptor = nullptr;
  /// From the option xince.type.v1.record; filled in by MakeRecordType.
  std::string collection;
  std::string plural;
  std::string zh;
  std::string command;

  /// Sets the output-only fields that follow from the others, before the check; `before` as there.
  std::function<absl::Status(google::protobuf::Message& record,
                             const google::protobuf::Message* before,
                             const CheckContext& context)>
      complete;
  /// Says, in output-only fields, what follows from other records and the day: after `complete` when a
  /// version is recorded, and again, as of then, when the newest version is got. Doing it twice is doing
  /// it once; evidence does not depend on it. A list gives versions as they were recorded.
  std::function<void(google::protobuf::Message& record, const CheckContext& context)> tell;
  /// Checks beyond single fields. `before` is null when the record is new. Field paths in errors are
  /// relative to the record.
  std::function<absl::Status(const google::protobuf::Message& record,
                             const google::protobuf::Message* before,
                             const CheckContext& context)>
      check;
  /// Keys no other record of the feed may have, such as `manager-identity:<hash>`.
  std::function<std::vector<std::string>(const google::protobuf::Message& record)> unique_keys;
  /// The evidence the record gives. A function of the record alone.
  std::function<void(const google::protobuf::Message& record, EvidenceSink& sink)> evidence;
  /// Refuses to void a record that others still need. Called with the version to be voided.
  std::function<absl::Status(const google::protobuf::Message& record, const CheckContext& context)>
      check_void;
  /// The record carries the document by which an officer vouches for a credit code with an unusual
  /// inner check digit or prefix: such codes are then accepted anywhere in the record.
  std::function<bool(const google::protobuf::Message& record)> tolerates_uscc;
  /// Identifier of the record when the caller leaves `name` empty, without the collection; by
  /// default the revision at which it is recorded. A type with it has identifiers from outside: a
  /// voided record of such a type may be filed again, under its name and as its next version.
  std::function<std::string(const google::protobuf::Message& record)> make_id;
  /// Further string fields by which records are found.
  std::vector<std::string> indexed;
};

/// A custom method that changes one record: its request has `request_id`, `name` and
/// `expected_revision`, its reply is the record. The request's fields are checked by their rules.
struct FeedVerb {
  /// Name of the method, such as `AcceptRectificationOrder`.
  std::string method;
  /// Changes the record as the request says, or refuses.
  std::function<absl::Status(const google::protobuf::Message& request,
                             google::protobuf::Message& record,
                             const CheckContext& context)>
      change;
};

/// A record type with what its proto says filled in. The message must have `string name = 1`
/// with the rule that it is a resource name of the collection, `xince.type.v1.RecordInfo info = 2` and
/// the option xince.type.v1.record; the process ends otherwise.
RecordType MakeRecordType(const google::protobuf::Descriptor* descriptor);

/// Typed shorthand: `Check<Penalty>([](const Penalty& now, const Penalty* before, const CheckContext&) …)`.
template <class Record, class Function>
auto Check(Function function) {
  return [function](const google::protobuf::Message& record,
                    const google::protobuf::Message* before,
                    const CheckContext& context) -> absl::Status {
    return function(
        static_cast<const Record&>(record), static_cast<const Record*>(before), context);
  };
}

/// Typed shorthand for `complete`.
template <class Record, class Function>
auto Complete(Function function) {
  return [function](google::protobuf::Message& record,
                    const google::protobuf::Message* before,
                    const CheckContext& context) -> absl::Status {
    return function(static_cast<Record&>(record), static_cast<const Record*>(before), context);
  };
}

/// NOT_FOUND `RECORD_UNKNOWN` about `name`: what is named is a record of another type.
absl::Status OtherType(const google::protobuf::Message& record);

/// Typed shorthand for the change of a verb; refuses records of other types.
template <class Request, class Record, class Function>
auto Change(Function function) {
  return [function](const google::protobuf::Message& request,
                    google::protobuf::Message& record,
                    const CheckContext& context) -> absl::Status {
    if (record.GetDescriptor() != Record::descriptor()) return OtherType(record);
    return function(static_cast<const Request&>(request), static_cast<Record&>(record), context);
  };
}

/// Typed shorthand for `evidence`, `unique_keys` and `make_id`.
template <class Record, class Function>
auto Of(Function function) {
  return [function](const google::protobuf::Message& record, auto&... more) {
    return function(static_cast<const Record&>(record), more...);
  };
}

/// Value of a singular string field by name; empty when there is no such field.
std::string StringField(const google::protobuf::Message& message, const std::string& field);

/// Fields of the record whose values are indexed: references and RecordType::indexed.
std::vector<const google::protobuf::FieldDescriptor*> IndexedFields(const RecordType& type);

/// A new message of the type.
std::unique_ptr<google::protobuf::Message> NewRecord(const RecordType& type);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_RECORD_TYPE_H_
