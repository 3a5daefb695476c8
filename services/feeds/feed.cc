#include "services/feeds/feed.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/time_util.h"

#include "xince/journal/v1/entries.pb.h"

#include "services/feeds/output_fields.h"
#include "services/feeds/page_token.h"
#include "services/runtime/errors.h"
#include "services/runtime/request_id.h"
#include "services/type/field_rules.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::Message;
using ::xince::evidence::v1::Evidence;
using ::xince::evidence::v1::StreamEvidenceResponse;
using ::xince::journal::v1::FeedEntry;
using ::xince::type::v1::RecordInfo;

std::string Deterministic(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

void SetInfo(const RecordInfo& info, Message& record) {
  const auto* field = record.GetDescriptor()->FindFieldByNumber(2);
  record.GetReflection()->MutableMessage(&record, field)->CopyFrom(info);
}

void SetName(const std::string& name, Message& record) {
  record.GetReflection()->SetString(&record, record.GetDescriptor()->FindFieldByNumber(1), name);
}

RecordInfo MakeInfo(journal::Revision revision,
                    uint32_t version,
                    int64_t create_time_us,
                    int64_t update_time_us,
                    absl::string_view actor,
                    absl::string_view voiding) {
  using ::google::protobuf::util::TimeUtil;
  RecordInfo info;
  info.set_revision(revision);
  info.set_version(version);
  *info.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(create_time_us);
  *info.mutable_update_time() = TimeUtil::MicrosecondsToTimestamp(update_time_us);
  info.set_actor(std::string(actor));
  if (!voiding.empty()) info.mutable_voiding()->ParseFromString(std::string(voiding));
  return info;
}

absl::Status Unknown(const std::string& name) {
  return runtime::NotFound("RECORD_UNKNOWN",
                           "name",
                           absl::StrCat("there is no record ", name),
                           absl::StrCat("没有记录 ", name),
                           {{"name", name}});
}

// Pieces of evidence by slot.
class Pieces final : public EvidenceSink {
 public:
  Evidence& Add(absl::string_view slot) override { return by_slot[std::string(slot)]; }
  std::map<std::string, Evidence> by_slot;
};

class StoreView final : public RecordView {
 public:
  explicit StoreView(const RecordStore& store) : store_(store) {}
  std::unique_ptr<Message> Find(absl::string_view name) const override {
    const StoredRecord* stored = store_.Find(name);
    return stored == nullptr || stored->voided() ? nullptr : Decode(*stored);
  }
  std::vector<std::unique_ptr<Message>> Where(absl::string_view collection,
                                              absl::string_view field,
                                              absl::string_view value) const override {
    std::vector<std::unique_ptr<Message>> found;
    store_.ScanWhere(collection, field, value, "", [&](const StoredRecord& stored) {
      if (!stored.voided()) found.push_back(Decode(stored));
      return true;
    });
    return found;
  }
  size_t CountWithVoided(absl::string_view collection,
                         absl::string_view field,
                         absl::string_view value) const override {
    size_t count = 0;
    store_.ScanWhere(collection, field, value, "", [&](const StoredRecord&) {
      ++count;
      return true;
    });
    return count;
  }

 private:
  const RecordStore& store_;
};

}  // namespace

std::unique_ptr<Message> Decode(const StoredRecord& stored) {
  std::unique_ptr<Message> record = NewRecord(*stored.type);
  record->ParsePartialFromArray(stored.record.data(), static_cast<int>(stored.record.size()));
  SetInfo(MakeInfo(stored.revision(),
                   stored.version,
                   stored.create_time_us,
                   stored.update_time_us,
                   stored.actor,
                   stored.voiding),
          *record);
  return record;
}

// One command from the request to the answer. Decided again from the start after a conflict, so what
// was asked is kept apart from what was decided.
struct Feed::Change {
  enum class Kind { kCreate, kUpdate, kModify, kVoid };
  Kind kind = Kind::kCreate;
  Caller caller;
  std::string digest;
  const RecordType* type = nullptr;
  // Asked.
  std::string name;
  std::unique_ptr<Message> record;
  journal::Revision expected_revision = 0;
  std::function<absl::Status(Message&, const CheckContext&)> modify;
  type::v1::Voiding voiding;
  // Decided.
  FeedEntry entry;
  std::unique_ptr<Message> decided;
  RecordInfo info;
  journal::Revision repeats = 0;
  int64_t create_time_us = 0;
  int64_t now_us = 0;
};

Feed::Feed(FeedOptions options,
           journal::Journal& journal,
           const runtime::Clock& clock,
           const type::Divisions& divisions)
    : options_(std::move(options)),
      journal_(journal),
      clock_(clock),
      divisions_(divisions),
      store_(options_.types),
      machine_(journal, store_, clock, options_.machine) {}

absl::Status Feed::Start() {
  XINCE_RETURN_IF_ERROR(machine_.Recover());
  machine_.Start();
  return absl::OkStatus();
}

void Feed::Stop() { machine_.Stop(); }

type::FieldContext Feed::Fields() const {
  return {.divisions = &divisions_, .today = type::TodayInShanghai(clock_.Now())};
}

CheckContext Feed::Checks(const Change& change, const RecordView& view) const {
  return {.records = view,
          .divisions = divisions_,
          .today = type::TodayInShanghai(absl::FromUnixMicros(change.now_us)),
          .actor = change.caller.actor};
}

absl::Status Feed::CheckRequest(const Message& request) const {
  return type::CheckFields(request, Fields());
}

absl::Status Feed::PrepareRequest(Message& request) const {
  request.DiscardUnknownFields();
  XINCE_RETURN_IF_ERROR(CheckRequest(request));
  return HashIdentities(options_.identity_key, request);
}

const RecordType* Feed::TypeOf(absl::string_view full_name) const {
  for (const RecordType& type : options_.types) {
    if (type.descriptor->full_name() == full_name) return &type;
  }
  return nullptr;
}

const RecordType* Feed::TypeOfCollection(absl::string_view collection) const {
  for (const RecordType& type : options_.types) {
    if (type.collection == collection) return &type;
  }
  return nullptr;
}

absl::Status Feed::Prepare(const RecordType& type, Message& record) const {
  // What the server does not know it does not keep: it could hold an identity number.
  record.DiscardUnknownFields();
  ClearOutputOnly(record);
  type::FieldContext fields = Fields();
  fields.tolerate_uscc = type.tolerates_uscc && type.tolerates_uscc(record);
  XINCE_RETURN_IF_ERROR(type::CheckFields(record, fields));
  return HashIdentities(options_.identity_key, record);
}

void Feed::Create(const RecordType& type,
                  std::unique_ptr<Message> record,
                  const Caller& caller,
                  Done done) {
  absl::Status status = runtime::CheckRequestId(caller.request_id);
  if (status.ok()) status = Prepare(type, *record);
  if (!status.ok()) return done(status);
  auto change = std::make_shared<Change>();
  change->kind = Change::Kind::kCreate;
  change->caller = caller;
  change->type = &type;
  change->digest = journal::Sha256Hex(
      absl::StrCat("create ", type.descriptor->full_name(), " ", Deterministic(*record)));
  change->record = std::move(record);
  Run(std::move(change), std::move(done));
}

void Feed::Update(const RecordType& type,
                  std::unique_ptr<Message> record,
                  journal::Revision expected_revision,
                  const Caller& caller,
                  Done done) {
  absl::Status status = runtime::CheckRequestId(caller.request_id);
  if (status.ok()) status = Prepare(type, *record);
  if (!status.ok()) return done(status);
  auto change = std::make_shared<Change>();
  change->kind = Change::Kind::kUpdate;
  change->caller = caller;
  change->type = &type;
  change->name = StringField(*record, "name");
  change->expected_revision = expected_revision;
  change->digest =
      journal::Sha256Hex(absl::StrCat("update ", expected_revision, " ", Deterministic(*record)));
  change->record = std::move(record);
  Run(std::move(change), std::move(done));
}

void Feed::Modify(const std::string& name,
                  journal::Revision expected_revision,
                  const Message& request,
                  std::function<absl::Status(Message&, const CheckContext&)> modify,
                  const Caller& caller,
                  Done done) {
  if (absl::Status status = runtime::CheckRequestId(caller.request_id); !status.ok())
    return done(status);
  auto change = std::make_shared<Change>();
  change->kind = Change::Kind::kModify;
  change->caller = caller;
  change->name = name;
  change->expected_revision = expected_revision;
  change->modify = std::move(modify);
  change->digest = journal::Sha256Hex(absl::StrCat("modify ",
                                                   request.GetDescriptor()->full_name(),
                                                   " ",
                                                   name,
                                                   " ",
                                                   expected_revision,
                                                   " ",
                                                   Deterministic(request)));
  Run(std::move(change), std::move(done));
}

void Feed::Void(const std::string& name,
                journal::Revision expected_revision,
                const type::v1::Voiding& voiding,
                const Caller& caller,
                Done done) {
  absl::Status status = runtime::CheckRequestId(caller.request_id);
  if (status.ok()) {
    status = type::CheckFields(voiding, Fields(), "voiding");
  }
  if (!status.ok()) return done(status);
  auto change = std::make_shared<Change>();
  change->kind = Change::Kind::kVoid;
  change->caller = caller;
  change->name = name;
  change->expected_revision = expected_revision;
  change->voiding = voiding;
  change->digest = journal::Sha256Hex(
      absl::StrCat("void ", name, " ", expected_revision, " ", Deterministic(voiding)));
  Run(std::move(change), std::move(done));
}

void Feed::Run(std::shared_ptr<Change> change, Done done) {
  machine_.Submit(
      [this, change](journal::Transaction& transaction) { return Decide(*change, transaction); },
      [this, change, done = std::move(done)](const absl::Status& status, journal::Revision) {
        if (!status.ok()) return done(status);
        if (change->repeats > 0) return done(FirstAnswer(*change));
        SetInfo(change->info, *change->decided);
        done(RecordAnswer{.record = std::move(change->decided),
                          .revision = change->info.revision()});
      });
}

absl::Status Feed::Decide(Change& change, journal::Transaction& transaction) {
  if (!change.caller.request_id.empty()) {
    change.repeats =
        store_.FindRequest(MakeRequestKey(change.caller.actor, change.caller.request_id));
    if (change.repeats > 0) return absl::OkStatus();
  }
  change.now_us = transaction.now_us();
  change.entry.Clear();
  if (change.kind == Change::Kind::kCreate) {
    XINCE_RETURN_IF_ERROR(DecideNew(change, transaction));
  } else {
    const StoredRecord* stored = store_.Find(change.name);
    if (stored == nullptr) return Unknown(change.name);
    XINCE_RETURN_IF_ERROR(DecideNext(change, *stored));
    change.create_time_us = stored->create_time_us;
  }
  FeedEntry& entry = change.entry;
  entry.set_type(change.type->descriptor->full_name());
  entry.set_record(Deterministic(*change.decided));
  entry.set_request_digest(change.digest);
  change.info = MakeInfo(transaction.next_revision(),
                         entry.version(),
                         change.create_time_us,
                         transaction.now_us(),
                         change.caller.actor,
                         entry.has_voiding() ? entry.voiding().SerializeAsString() : std::string());
  return transaction.Append(change.caller.actor, change.caller.request_id, Deterministic(entry));
}

absl::Status Feed::DecideNew(Change& change, const journal::Transaction& transaction) {
  change.decided.reset(change.record->New());
  change.decided->CopyFrom(*change.record);
  std::string name = StringField(*change.decided, "name");
  if (name.empty()) {
    const std::string id = change.type->make_id ? change.type->make_id(*change.decided)
                                                : absl::StrCat(transaction.next_revision());
    name = absl::StrCat(change.type->collection, "/", id);
    SetName(name, *change.decided);
  }
  const StoredRecord* stored = store_.Find(name);
  const bool again = stored != nullptr && stored->voided() && change.type->make_id;
  if (stored != nullptr && !again) {
    return runtime::AlreadyExists("RECORD_EXISTS",
                                  "name",
                                  absl::StrCat(name, " is already filed"),
                                  absl::StrCat(name, " 已存在"),
                                  {{"collides_with", name}});
  }
  change.entry.set_name(name);
  change.entry.set_version(again ? stored->version + 1 : 1);
  change.create_time_us = again ? stored->create_time_us : transaction.now_us();
  XINCE_RETURN_IF_ERROR(CompleteAndCheck(change, nullptr));
  change.entry.set_evidence(EvidenceOf(change, nullptr));
  return absl::OkStatus();
}

absl::Status Feed::DecideNext(Change& change, const StoredRecord& stored) {
  if (change.expected_revision == 0) {
    return runtime::InvalidArgument(
        "EXPECTED_REVISION_REQUIRED",
        "expected_revision",
        "send info.revision as it was read, so that nobody's change is overwritten",
        "请填写读取时的 info.revision,以免覆盖他人的修改");
  }
  if (change.expected_revision != stored.revision()) {
    return runtime::Aborted("STALE_REVISION",
                            "expected_revision",
                            "the record has changed since it was read: read it again",
                            "记录在读取之后已被修改,请重新读取",
                            {{"expected", absl::StrCat(change.expected_revision)},
                             {"current", absl::StrCat(stored.revision())}});
  }
  if (stored.voided()) {
    return runtime::FailedPrecondition("RECORD_VOIDED",
                                       "name",
                                       "the record was voided",
                                       "该记录已作废",
                                       {{"name", std::string(stored.name)}});
  }
  if (change.type != nullptr && change.type != stored.type) return Unknown(change.name);
  change.type = stored.type;
  const std::unique_ptr<Message> before = Decode(stored);
  ClearInfo(*before);
  change.decided.reset(before->New());
  change.entry.set_name(std::string(stored.name));
  change.entry.set_version(stored.version + 1);
  if (change.kind == Change::Kind::kVoid) return DecideVoid(change, *before);
  if (change.kind == Change::Kind::kUpdate) {
    change.decided->CopyFrom(*change.record);
    CarryOutputOnly(*before, *change.decided);
  } else {
    change.decided->CopyFrom(*before);
    const StoreView view(store_);
    XINCE_RETURN_IF_ERROR(change.modify(*change.decided, Checks(change, view)));
  }
  XINCE_RETURN_IF_ERROR(type::CheckImmutable(*before, *change.decided));
  XINCE_RETURN_IF_ERROR(CompleteAndCheck(change, before.get()));
  change.entry.set_evidence(EvidenceOf(change, before.get()));
  return absl::OkStatus();
}

absl::Status Feed::DecideVoid(Change& change, const Message& before) {
  if (change.type->check_void) {
    const StoreView view(store_);
    XINCE_RETURN_IF_ERROR(change.type->check_void(before, Checks(change, view)));
  }
  change.decided->CopyFrom(before);
  *change.entry.mutable_voiding() = change.voiding;
  change.entry.set_evidence(EvidenceOf(change, &before));
  return absl::OkStatus();
}

absl::Status Feed::CompleteAndCheck(Change& change, const Message* before) {
  const RecordType& type = *change.type;
  const StoreView view(store_);
  const CheckContext context = Checks(change, view);
  if (type.complete) XINCE_RETURN_IF_ERROR(type.complete(*change.decided, before, context));
  if (type.tell) type.tell(*change.decided, context);
  if (type.check) XINCE_RETURN_IF_ERROR(type.check(*change.decided, before, context));
  if (!type.unique_keys) return absl::OkStatus();
  for (const std::string& key : type.unique_keys(*change.decided)) {
    const absl::string_view holder = store_.FindKey(key);
    if (holder.empty() || holder == change.entry.name()) continue;
    return runtime::AlreadyExists(
        "DUPLICATE_KEY",
        "",
        absl::StrCat("already filed as ", holder),
        absl::StrCat("已登记为 ", holder),
        {{"collides_with", std::string(holder)}, {"key", key.substr(0, key.find(':'))}});
  }
  return absl::OkStatus();
}

std::string Feed::EvidenceOf(const Change& change, const Message* before) const {
  Pieces now;
  Pieces earlier;
  const RecordType& type = *change.type;
  if (type.evidence) {
    if (!change.entry.has_voiding()) type.evidence(*change.decided, now);
    if (before != nullptr) type.evidence(*before, earlier);
  }
  const auto id_of = [&](const std::string& slot) {
    return absl::StrCat(options_.name, "/", change.entry.name(), "#", slot);
  };
  StreamEvidenceResponse batch;
  for (auto& [slot, piece] : now.by_slot) {
    const auto same = earlier.by_slot.find(slot);
    if (same != earlier.by_slot.end() && Deterministic(same->second) == Deterministic(piece))
      continue;
    piece.set_id(id_of(slot));
    piece.set_version(change.entry.version());
    *batch.add_evidence() = std::move(piece);
  }
  for (const auto& [slot, piece] : earlier.by_slot) {
    if (now.by_slot.contains(slot)) continue;
    Evidence* gone = batch.add_evidence();
    gone->set_id(id_of(slot));
    gone->set_version(change.entry.version());
    gone->set_voided(true);
    gone->set_subject(piece.subject());
    gone->set_kind(piece.kind());
  }
  return Deterministic(batch);
}

absl::StatusOr<RecordAnswer> Feed::VersionAt(journal::Revision revision, int64_t create_time_us) {
  RecordAnswer answer;
  XINCE_RETURN_IF_ERROR(journal_.Read(revision - 1, 1, [&](const journal::Entry& stored) {
    FeedEntry entry;
    entry.ParseFromString(stored.payload);
    const RecordType* type = TypeOf(entry.type());
    answer.record = NewRecord(*type);
    answer.record->ParseFromString(entry.record());
    answer.revision = stored.revision;
    SetInfo(MakeInfo(stored.revision,
                     entry.version(),
                     create_time_us,
                     stored.record_time_us,
                     stored.actor,
                     entry.has_voiding() ? entry.voiding().SerializeAsString() : std::string()),
            *answer.record);
    return absl::OkStatus();
  }));
  return answer;
}

absl::StatusOr<RecordAnswer> Feed::FirstAnswer(const Change& change) {
  std::string digest;
  std::string name;
  int64_t create_time_us = 0;
  XINCE_RETURN_IF_ERROR(journal_.Read(change.repeats - 1, 1, [&](const journal::Entry& stored) {
    FeedEntry entry;
    entry.ParseFromString(stored.payload);
    digest = entry.request_digest();
    name = entry.name();
    return absl::OkStatus();
  }));
  if (digest != change.digest) return runtime::RequestIdReused(digest, change.digest);
  XINCE_RETURN_IF_ERROR(machine_
                            .Read(change.repeats,
                                  absl::InfiniteFuture(),
                                  [&] {
                                    const StoredRecord* stored = store_.Find(name);
                                    create_time_us = stored == nullptr ? 0 : stored->create_time_us;
                                    return journal::Revision{0};
                                  })
                            .status());
  return VersionAt(change.repeats, create_time_us);
}

void Feed::Validate(const RecordType& type, std::unique_ptr<Message> record, Done done) {
  if (absl::Status status = Prepare(type, *record); !status.ok()) return done(status);
  auto change = std::make_shared<Change>();
  change->type = &type;
  change->record = std::move(record);
  machine_.Submit(
      [this, change](journal::Transaction& transaction) {
        change->now_us = transaction.now_us();
        change->entry.Clear();
        return DecideNew(*change, transaction);
      },
      [change, done = std::move(done)](const absl::Status& status, journal::Revision) {
        if (!status.ok()) return done(status);
        done(RecordAnswer{.record = std::move(change->decided)});
      });
}

absl::StatusOr<RecordAnswer> Feed::Get(const RecordType& type,
                                       const std::string& name,
                                       uint32_t version,
                                       journal::Revision at_least,
                                       absl::Time deadline) {
  RecordAnswer answer;
  absl::Status status;
  journal::Revision wanted = 0;
  int64_t create_time_us = 0;
  XINCE_ASSIGN_OR_RETURN(
      answer.revision, machine_.Read(at_least, deadline, [&]() -> journal::Revision {
        status = absl::OkStatus();
        const StoredRecord* stored = store_.Find(name);
        if (stored == nullptr || stored->type != &type) {
          status = Unknown(name);
          return machine_.applied();
        }
        create_time_us = stored->create_time_us;
        if (version == 0 || version == stored->version) {
          answer.record = Decode(*stored);
          if (type.tell && !stored->voided()) {
            const StoreView view(store_);
            type.tell(*answer.record,
                      {.records = view,
                       .divisions = divisions_,
                       .today = type::TodayInShanghai(clock_.Now())});
          }
        } else if (version > stored->version) {
          status = runtime::NotFound("VERSION_UNKNOWN",
                                     "version",
                                     "the record has no such version",
                                     "该记录没有此版本",
                                     {{"newest", absl::StrCat(stored->version)}});
        } else {
          wanted = stored->revisions[version - 1];
        }
        return stored->revision();
      }));
  XINCE_RETURN_IF_ERROR(status);
  if (wanted == 0) return answer;
  const journal::Revision answered_at = answer.revision;
  XINCE_ASSIGN_OR_RETURN(answer, VersionAt(wanted, create_time_us));
  answer.revision = answered_at;
  return answer;
}

absl::StatusOr<Page> Feed::List(const RecordType& type,
                                const ListQuery& query,
                                journal::Revision at_least,
                                absl::Time deadline) {
  XINCE_ASSIGN_OR_RETURN(const PageStart start, StartOfPage(type, query));
  const IndexedFilter indexed = ChooseIndexed(type, query);
  Page page;
  const auto fill = [&]() -> journal::Revision {
    page = Page{};
    int scanned = 0;
    size_t bytes = 0;
    std::string last;
    const auto visit = [&](const StoredRecord& stored) {
      if (page.records.size() == static_cast<size_t>(start.size) ||
          scanned == options_.page_scan_max || bytes >= kPageBytesMax) {
        page.next_page_token = NextPageToken(type, query, last);
        return false;
      }
      ++scanned;
      last = std::string(stored.name);
      if (stored.voided() && !query.show_voided) return true;
      std::unique_ptr<Message> record = Decode(stored);
      if (!Matches(*record, query)) return true;
      bytes += stored.record.size();
      page.records.push_back(std::move(record));
      return true;
    };
    if (indexed.field.empty()) {
      store_.Scan(type.collection, start.after, visit);
    } else {
      store_.ScanWhere(type.collection, indexed.field, indexed.value, start.after, visit);
    }
    return machine_.applied();
  };
  XINCE_ASSIGN_OR_RETURN(const journal::Revision revision, machine_.Read(at_least, deadline, fill));
  page.revision = revision;
  return page;
}

}  // namespace xince::feeds
