#include "services/apps/xince/batch.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/rpc/status.pb.h"

#include "services/runtime/errors.h"

namespace xince::cli {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

// A refusal about `requests[3].firm.uscc` as one about `uscc`.
absl::Status AboutRecord(const google::rpc::Status& error,
                         size_t index,
                         const std::string& record) {
  runtime::Problem problem = runtime::ToProblem(runtime::FromRpcStatus(error));
  for (const std::string& prefix : {absl::StrCat("requests[", index, "]."), record + "."}) {
    if (absl::StartsWith(problem.field, prefix)) problem.field.erase(0, prefix.size());
  }
  return runtime::ToStatus(problem);
}

}  // namespace

absl::StatusOr<std::vector<BatchOutcome>> FileBatch(Session& session,
                                                    const RecordEntry& type,
                                                    const std::vector<BatchItem>& items,
                                                    bool validate_only) {
  const std::unique_ptr<Message> request = NewMessage(*type.batch_create->input_type());
  const FieldDescriptor* requests = request->GetDescriptor()->FindFieldByName("requests");
  const FieldDescriptor* record = RecordField(*requests->message_type(), *type.message);
  const FieldDescriptor* only = requests->message_type()->FindFieldByName("validate_only");
  for (const BatchItem& item : items) {
    Message* one = request->GetReflection()->AddMessage(request.get(), requests);
    SetText(*one, "request_id", item.request_id);
    one->GetReflection()->MutableMessage(one, record)->CopyFrom(*item.record);
    one->GetReflection()->SetBool(one, only, validate_only);
  }
  const std::unique_ptr<Message> reply = NewMessage(*type.batch_create->output_type());
  XINCE_RETURN_IF_ERROR(session.Call(type.batch_create->full_name(), *request, *reply));
  const Reflection* reflection = reply->GetReflection();
  const FieldDescriptor* results = reply->GetDescriptor()->FindFieldByName("results");
  const FieldDescriptor* filed = RecordField(*results->message_type(), *type.message);
  const FieldDescriptor* error = results->message_type()->FindFieldByName("error");
  if (static_cast<size_t>(reflection->FieldSize(*reply, results)) != items.size()) {
    return absl::InternalError("a batch was answered with another number of results");
  }
  std::vector<BatchOutcome> outcomes(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    Message* result = reflection->MutableRepeatedMessage(reply.get(), results, static_cast<int>(i));
    if (result->GetReflection()->HasField(*result, filed)) {
      outcomes[i].record.reset(result->GetReflection()->ReleaseMessage(result, filed));
    } else {
      outcomes[i].status = AboutRecord(static_cast<const google::rpc::Status&>(
                                           result->GetReflection()->GetMessage(*result, error)),
                                       i,
                                       record->name());
    }
  }
  return outcomes;
}

size_t BatchLength(const std::vector<BatchItem>& items, size_t start) {
  size_t bytes = 0;
  size_t length = 0;
  while (start + length < items.size() && length < kBatchRecordsMax) {
    const BatchItem& item = items[start + length];
    bytes += item.record->ByteSizeLong() + item.request_id.size() + 64;
    if (length > 0 && bytes > kBatchBytesMax) break;
    ++length;
  }
  return length;
}

}  // namespace xince::cli
