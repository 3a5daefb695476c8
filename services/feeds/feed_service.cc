#include "services/feeds/feed_service.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/rpc/status.pb.h"

#include "services/runtime/errors.h"
#include "services/runtime/mutex.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::MethodDescriptor;
using ::google::protobuf::Reflection;
using ::xince::runtime::CallContext;
using ::xince::runtime::rpc::PendingCall;
using ::xince::runtime::rpc::ReplySink;

const Message& Prototype(const Descriptor* descriptor) {
  return *google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
}

std::unique_ptr<Message> New(const Descriptor* descriptor) {
  return std::unique_ptr<Message>(Prototype(descriptor).New());
}

// The field of a request or result that holds a record of the type.
const FieldDescriptor* RecordField(const Descriptor* descriptor, const RecordType& type) {
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->message_type() == type.descriptor) return descriptor->field(i);
  }
  return nullptr;
}

bool BoolField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && message.GetReflection()->GetBool(message, field);
}

uint64_t NumberField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) return 0;
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->GetUInt64(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetUInt32(message, field);
    default:
      return static_cast<uint64_t>(reflection->GetInt32(message, field));
  }
}

absl::StatusOr<journal::Revision> AtLeast(Feed& feed, const CallContext& context) {
  if (context.min_revision().empty()) return journal::Revision{0};
  return feed.machine().ParseToken(context.min_revision());
}

void SetRevision(Feed& feed, CallContext& context, journal::Revision revision) {
  context.set_revision(feed.machine().Token(revision));
}

// Takes the record out of a request, refusing one without.
absl::StatusOr<std::unique_ptr<Message>> TakeRecord(const Message& request,
                                                    const FieldDescriptor* field) {
  if (!request.GetReflection()->HasField(request, field)) {
    return runtime::InvalidArgument("FIELD_REQUIRED",
                                    field->name(),
                                    absl::StrCat(field->name(), " is missing"),
                                    absl::StrCat("缺少 ", field->name()));
  }
  const Message& record = request.GetReflection()->GetMessage(request, field);
  std::unique_ptr<Message> copy(record.New());
  copy->CopyFrom(record);
  return copy;
}

Caller CallerOf(const CallContext& context, const Message& request) {
  return {.actor = context.actor(), .request_id = StringField(request, "request_id")};
}

// The field of the request that the record's problems are under; problems of the request itself
// stay where they are.
absl::Status Located(const absl::Status& status, const std::string& field) {
  const std::string at = runtime::ToProblem(status).field;
  if (field.empty() || at.empty() || at == "request_id" || at == "expected_revision") return status;
  return runtime::UnderField(status, field);
}

// Answers a call with the record.
Feed::Done AnswerWithRecord(Feed& feed, std::shared_ptr<PendingCall> call, std::string field) {
  return [&feed, call = std::move(call), field = std::move(field)](
             absl::StatusOr<RecordAnswer> answer) {
    if (!answer.ok()) return call->Answer(Located(answer.status(), field), nullptr);
    if (answer->revision > 0) SetRevision(feed, call->context(), answer->revision);
    call->Answer(absl::OkStatus(), answer->record.get());
  };
}

void AddCreate(Feed& feed,
               runtime::RpcService& service,
               const MethodDescriptor* method,
               const RecordType& type) {
  const FieldDescriptor* field = RecordField(method->input_type(), type);
  service.AddAsync(method->name(),
                   Prototype(method->input_type()),
                   Prototype(method->output_type()),
                   [&feed, field, &type](
                       CallContext& context, Message& request, std::shared_ptr<PendingCall> call) {
                     absl::StatusOr<std::unique_ptr<Message>> record = TakeRecord(request, field);
                     if (!record.ok()) return call->Answer(record.status(), nullptr);
                     Feed::Done done = AnswerWithRecord(feed, std::move(call), field->name());
                     if (BoolField(request, "validate_only")) {
                       return feed.Validate(type, *std::move(record), std::move(done));
                     }
                     feed.Create(
                         type, *std::move(record), CallerOf(context, request), std::move(done));
                   });
}

void AddUpdate(Feed& feed,
               runtime::RpcService& service,
               const MethodDescriptor* method,
               const RecordType& type) {
  const FieldDescriptor* field = RecordField(method->input_type(), type);
  service.AddAsync(method->name(),
                   Prototype(method->input_type()),
                   Prototype(method->output_type()),
                   [&feed, field, &type](
                       CallContext& context, Message& request, std::shared_ptr<PendingCall> call) {
                     absl::StatusOr<std::unique_ptr<Message>> record = TakeRecord(request, field);
                     if (!record.ok()) return call->Answer(record.status(), nullptr);
                     feed.Update(type,
                                 *std::move(record),
                                 NumberField(request, "expected_revision"),
                                 CallerOf(context, request),
                                 AnswerWithRecord(feed, std::move(call), field->name()));
                   });
}

void AddVerb(Feed& feed,
             runtime::RpcService& service,
             const MethodDescriptor* method,
             const FeedVerb& verb) {
  const Descriptor* output = method->output_type();
  service.AddAsync(
      method->name(),
      Prototype(method->input_type()),
      Prototype(output),
      [&feed, verb, output](
          CallContext& context, Message& request, std::shared_ptr<PendingCall> call) {
        std::shared_ptr<Message> asked(request.New());
        asked->CopyFrom(request);
        if (absl::Status status = feed.PrepareRequest(*asked); !status.ok()) {
          return call->Answer(status, nullptr);
        }
        feed.Modify(
            StringField(request, "name"),
            NumberField(request, "expected_revision"),
            *asked,
            [asked, output, change = verb.change](Message& record, const CheckContext& checks) {
              if (record.GetDescriptor() != output) return OtherType(record);
              return change(*asked, record, checks);
            },
            CallerOf(context, request),
            AnswerWithRecord(feed, std::move(call), ""));
      });
}

void AddVoid(Feed& feed, runtime::RpcService& service, const MethodDescriptor* method) {
  const Descriptor* output = method->output_type();
  service.AddAsync(
      method->name(),
      Prototype(method->input_type()),
      Prototype(output),
      [&feed, output](CallContext& context, Message& request, std::shared_ptr<PendingCall> call) {
        const auto* voiding_field = request.GetDescriptor()->FindFieldByName("voiding");
        const auto& voiding = static_cast<const type::v1::Voiding&>(
            request.GetReflection()->GetMessage(request, voiding_field));
        feed.Void(StringField(request, "name"),
                  NumberField(request, "expected_revision"),
                  voiding,
                  CallerOf(context, request),
                  [&feed, output, call = std::move(call)](absl::StatusOr<RecordAnswer> answer) {
                    if (!answer.ok()) return call->Answer(answer.status(), nullptr);
                    // A reply with the record's `name` and `info` under the same numbers.
                    const std::unique_ptr<Message> reply = New(output);
                    const Message& record = *answer->record;
                    const auto* info = output->FindFieldByName("info");
                    reply->GetReflection()->SetString(
                        reply.get(), output->FindFieldByName("name"), StringField(record, "name"));
                    reply->GetReflection()
                        ->MutableMessage(reply.get(), info)
                        ->CopyFrom(record.GetReflection()->GetMessage(
                            record, record.GetDescriptor()->FindFieldByNumber(2)));
                    SetRevision(feed, call->context(), answer->revision);
                    call->Answer(absl::OkStatus(), reply.get());
                  });
      });
}

void AddGet(Feed& feed,
            runtime::RpcService& service,
            const MethodDescriptor* method,
            const RecordType& type) {
  service.AddUnary(
      method->name(),
      Prototype(method->input_type()),
      Prototype(method->output_type()),
      [&feed, &type](CallContext& context, const Message& request, ReplySink& reply) {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(feed, context));
        XINCE_ASSIGN_OR_RETURN(const RecordAnswer answer,
                               feed.Get(type,
                                        StringField(request, "name"),
                                        static_cast<uint32_t>(NumberField(request, "version")),
                                        at_least,
                                        context.deadline()));
        SetRevision(feed, context, answer.revision);
        return reply.SetMessage(*answer.record);
      });
}

ListQuery QueryOf(const Message& request) {
  ListQuery query;
  query.show_voided = BoolField(request, "show_voided");
  query.page_size = static_cast<int32_t>(NumberField(request, "page_size"));
  std::vector<const FieldDescriptor*> fields;
  request.GetReflection()->ListFields(request, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string value = request.GetReflection()->GetString(request, field);
    if (field->name() == "page_token") {
      query.page_token = value;
    } else {
      query.filters.emplace_back(field->name(), value);
    }
  }
  return query;
}

void AddList(Feed& feed,
             runtime::RpcService& service,
             const MethodDescriptor* method,
             const RecordType& type) {
  const Descriptor* output = method->output_type();
  const FieldDescriptor* field = RecordField(output, type);
  service.AddUnary(
      method->name(),
      Prototype(method->input_type()),
      Prototype(output),
      [&feed, &type, output, field](
          CallContext& context, const Message& request, ReplySink& reply) {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(feed, context));
        XINCE_ASSIGN_OR_RETURN(Page page,
                               feed.List(type, QueryOf(request), at_least, context.deadline()));
        const std::unique_ptr<Message> answer = New(output);
        for (std::unique_ptr<Message>& record : page.records) {
          answer->GetReflection()->AddAllocatedMessage(answer.get(), field, record.release());
        }
        answer->GetReflection()->SetString(
            answer.get(), output->FindFieldByName("next_page_token"), page.next_page_token);
        SetRevision(feed, context, page.revision);
        return reply.SetMessage(*answer);
      });
}

// A batch on its way: the last item to finish answers the call.
struct Batch {
  Batch(Feed& feed_in, std::shared_ptr<PendingCall> call_in, const Descriptor* output, int items)
      : feed(feed_in), call(std::move(call_in)), reply(New(output)), left(items) {
    results = output->FindFieldByName("results");
    for (int i = 0; i < items; ++i) reply->GetReflection()->AddMessage(reply.get(), results);
  }

  // Items finish one after the other, on the feed's writing thread or before it is asked.
  void Finish(int index, const std::string& field, absl::StatusOr<RecordAnswer> answer) {
    Message* result = reply->GetReflection()->MutableRepeatedMessage(reply.get(), results, index);
    const Descriptor* descriptor = result->GetDescriptor();
    if (answer.ok()) {
      const RecordType* type = feed.TypeOf(answer->record->GetDescriptor()->full_name());
      result->GetReflection()->SetAllocatedMessage(
          result, answer->record.release(), RecordField(descriptor, *type));
      const runtime::MutexLock lock(mutex);
      revision = std::max(revision, answer->revision);
    } else {
      const absl::Status status = runtime::UnderField(Located(answer.status(), field),
                                                      absl::StrCat("requests[", index, "]"));
      result->GetReflection()
          ->MutableMessage(result, descriptor->FindFieldByName("error"))
          ->CopyFrom(runtime::ToRpcStatus(status));
    }
    if (--left > 0) return;
    if (revision > 0) SetRevision(feed, call->context(), revision);
    call->Answer(absl::OkStatus(), reply.get());
  }

  Feed& feed;
  std::shared_ptr<PendingCall> call;
  std::unique_ptr<Message> reply;
  const FieldDescriptor* results = nullptr;
  std::atomic<int> left;
  runtime::Mutex mutex;
  journal::Revision revision = 0;
};

absl::Status CheckBatchSize(int items) {
  if (items == 0) {
    return runtime::InvalidArgument(
        "BATCH_EMPTY", "requests", "a batch has at least one item", "批量请求至少含一项");
  }
  if (items > kBatchItemsMax) {
    return runtime::InvalidArgument(
        "BATCH_TOO_LARGE",
        "requests",
        absl::StrCat("a batch has at most ", kBatchItemsMax, " items"),
        absl::StrCat("批量请求至多", kBatchItemsMax, "项"),
        {{"limit", absl::StrCat(kBatchItemsMax)}, {"found", absl::StrCat(items)}});
  }
  return absl::OkStatus();
}

void AddBatch(Feed& feed,
              runtime::RpcService& service,
              const MethodDescriptor* method,
              const RecordType& type) {
  const FieldDescriptor* items = method->input_type()->FindFieldByName("requests");
  const FieldDescriptor* field = RecordField(items->message_type(), type);
  const Descriptor* output = method->output_type();
  service.AddAsync(
      method->name(),
      Prototype(method->input_type()),
      Prototype(output),
      [&feed, &type, items, field, output](
          CallContext& context, Message& request, std::shared_ptr<PendingCall> call) {
        const Reflection* reflection = request.GetReflection();
        const int count = reflection->FieldSize(request, items);
        if (absl::Status status = CheckBatchSize(count); !status.ok()) {
          return call->Answer(status, nullptr);
        }
        const Caller whole = CallerOf(context, request);
        auto batch = std::make_shared<Batch>(feed, std::move(call), output, count);
        for (int i = 0; i < count; ++i) {
          const Message& item = reflection->GetRepeatedMessage(request, items, i);
          Caller caller{.actor = whole.actor, .request_id = StringField(item, "request_id")};
          if (caller.request_id.empty() && !whole.request_id.empty()) {
            caller.request_id = absl::StrCat(whole.request_id, "/", i);
          }
          Feed::Done done = [batch, i, name = field->name()](absl::StatusOr<RecordAnswer> answer) {
            batch->Finish(i, name, std::move(answer));
          };
          absl::StatusOr<std::unique_ptr<Message>> record = TakeRecord(item, field);
          if (!record.ok()) {
            batch->Finish(i, "", record.status());
          } else if (BoolField(item, "validate_only")) {
            feed.Validate(type, *std::move(record), std::move(done));
          } else {
            feed.Create(type, *std::move(record), caller, std::move(done));
          }
        }
      });
}

void AddRecordMethod(Feed& feed,
                     runtime::RpcService& service,
                     const MethodDescriptor* method,
                     const RecordType& type) {
  const std::string& name = method->name();
  const std::string& record = type.descriptor->name();
  if (name == absl::StrCat("Create", record)) AddCreate(feed, service, method, type);
  if (name == absl::StrCat("Update", record)) AddUpdate(feed, service, method, type);
  if (name == absl::StrCat("Get", record)) AddGet(feed, service, method, type);
  if (name == absl::StrCat("List", type.plural)) AddList(feed, service, method, type);
  if (name == absl::StrCat("BatchCreate", type.plural)) AddBatch(feed, service, method, type);
}

}  // namespace

void RegisterFeedMethods(Feed& feed,
                         runtime::RpcService& service,
                         const std::vector<FeedVerb>& verbs) {
  const auto& descriptor = service.descriptor();
  for (int i = 0; i < descriptor.method_count(); ++i) {
    const MethodDescriptor* method = descriptor.method(i);
    if (method->name() == "VoidRecord") AddVoid(feed, service, method);
    for (const FeedVerb& verb : verbs) {
      if (verb.method == method->name()) AddVerb(feed, service, method, verb);
    }
    for (const RecordType& type : feed.types()) AddRecordMethod(feed, service, method, type);
  }
}

}  // namespace xince::feeds
