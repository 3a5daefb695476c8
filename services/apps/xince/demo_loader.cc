#include "services/apps/xince/demo_loader.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/apps/xince/batch.h"
#include "services/apps/xince/services.h"
#include "services/runtime/errors.h"
#include "services/runtime/mutex.h"

namespace xince::cli {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::MethodDescriptor;

// Calls in flight within one step; feeds are loaded side by side besides.
constexpr int kInFlight = 3;
constexpr std::chrono::milliseconds kPollEvery(20);

// Carries out `work(0)` to `work(count - 1)` on a few threads until one fails; the first failure.
absl::Status InParallel(size_t count,
                        int threads,
                        const std::function<absl::Status(size_t)>& work) {
  std::atomic<size_t> next = 0;
  runtime::Mutex mutex;
  absl::Status first;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) {
      const absl::Status status = work(i);
      if (status.ok()) continue;
      next = count;
      const runtime::MutexLock lock(mutex);
      if (first.ok()) first = status;
    }
  };
  std::vector<std::thread> pool;
  for (int i = 0; i < threads; ++i) pool.emplace_back(run);
  for (std::thread& thread : pool) thread.join();
  return first;
}

// The record that a Create request holds.
const Message& RecordOf(const Message& request) {
  const auto* descriptor = request.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return request.GetReflection()->GetMessage(request, field);
    }
  }
  return request;
}

// The record type whose records a step creates; null for a verb.
const RecordEntry* CreatedBy(const demo::Step& step) {
  for (const RecordEntry& entry : Records()) {
    const std::string method =
        absl::StrCat(entry.get->service()->full_name(), "/Create", entry.message->name());
    if (method == step.method) return &entry;
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<Message>> GetRecord(Session& session, const std::string& name) {
  XINCE_ASSIGN_OR_RETURN(const RecordEntry* entry, RecordOfName(name));
  const std::unique_ptr<Message> request = NewMessage(*entry->get->input_type());
  SetText(*request, "name", name);
  std::unique_ptr<Message> record = NewMessage(*entry->message);
  XINCE_RETURN_IF_ERROR(session.Call(entry->get->full_name(), *request, *record));
  return record;
}

uint32_t VersionOf(const Message& record) {
  const FieldDescriptor* info = record.GetDescriptor()->FindFieldByName("info");
  const Message& note = record.GetReflection()->GetMessage(record, info);
  return note.GetReflection()->GetUInt32(note, note.GetDescriptor()->FindFieldByName("version"));
}

}  // namespace

DemoLoader::DemoLoader(Session& session, const std::vector<demo::Step>& steps) : session_(session) {
  // Made here, before there are threads.
  (void)session.channel();
  for (const demo::Step& step : steps) {
    if (feeds_.empty() || feeds_.back().name != step.feed) feeds_.push_back({.name = step.feed});
    feeds_.back().steps.push_back(&step);
    total_ += step.requests.size();
  }
}

absl::StatusOr<uint64_t> DemoLoader::LastRevision(const Feed& feed) {
  const Message& last = RecordOf(*feed.steps.back()->requests.back());
  XINCE_ASSIGN_OR_RETURN(const std::unique_ptr<Message> record,
                         GetRecord(session_, GetText(last, "name")));
  return RevisionOf(*record);
}

absl::StatusOr<bool> DemoLoader::IsLoaded() {
  for (const Feed& feed : feeds_) {
    const absl::StatusOr<uint64_t> revision = LastRevision(feed);
    if (absl::IsNotFound(revision.status())) return false;
    if (!revision.ok()) return revision.status();
  }
  return true;
}

absl::Status DemoLoader::Load() {
  Progress progress("登记", total_, session_.clock);
  return InParallel(feeds_.size(), static_cast<int>(feeds_.size()), [&](size_t i) {
    return LoadFeed(feeds_[i], progress);
  });
}

absl::Status DemoLoader::LoadFeed(const Feed& feed, Progress& progress) {
  for (const demo::Step* step : feed.steps) {
    XINCE_RETURN_IF_ERROR(CreatedBy(*step) != nullptr ? SendRecords(*step, progress)
                                                      : SendVerbs(*step, progress));
  }
  return absl::OkStatus();
}

absl::Status DemoLoader::SendRecords(const demo::Step& step, Progress& progress) {
  const RecordEntry& type = *CreatedBy(step);
  std::vector<BatchItem> items;
  for (const auto& request : step.requests) {
    items.push_back({.record = &RecordOf(*request), .request_id = GetText(*request, "request_id")});
  }
  std::vector<std::vector<BatchItem>> batches;
  for (size_t start = 0; start < items.size();) {
    const auto first = items.begin() + static_cast<ptrdiff_t>(start);
    const size_t length = BatchLength(items, start);
    batches.emplace_back(first, first + static_cast<ptrdiff_t>(length));
    start += length;
  }
  return InParallel(batches.size(), kInFlight, [&](size_t i) {
    XINCE_ASSIGN_OR_RETURN(const std::vector<BatchOutcome> outcomes,
                           FileBatch(session_, type, batches[i], false));
    for (size_t k = 0; k < outcomes.size(); ++k) {
      if (outcomes[k].status.ok()) continue;
      const std::string name = GetText(*batches[i][k].record, "name");
      return runtime::UnderField(outcomes[k].status, name);
    }
    progress.Add(outcomes.size());
    return absl::OkStatus();
  });
}

absl::Status DemoLoader::SendVerbs(const demo::Step& step, Progress& progress) {
  const MethodDescriptor& method = *FindMethod(step.method);
  return InParallel(step.requests.size(), kInFlight, [&](size_t i) {
    const std::unique_ptr<Message> request(step.requests[i]->New());
    request->CopyFrom(*step.requests[i]);
    XINCE_RETURN_IF_ERROR(SendVerb(method, *request));
    progress.Add(1);
    return absl::OkStatus();
  });
}

absl::Status DemoLoader::SendVerb(const MethodDescriptor& method, Message& request) {
  XINCE_ASSIGN_OR_RETURN(const std::unique_ptr<Message> record,
                         GetRecord(session_, GetText(request, "name")));
  // An earlier attempt got as far as this.
  if (VersionOf(*record) > 1) return absl::OkStatus();
  request.GetReflection()->SetUInt64(
      &request, request.GetDescriptor()->FindFieldByName("expected_revision"), RevisionOf(*record));
  const std::unique_ptr<Message> reply = NewMessage(*method.output_type());
  return session_.Call(method.full_name(), request, *reply);
}

absl::Status DemoLoader::WaitForScoring() {
  std::map<std::string, uint64_t> wanted;
  for (const Feed& feed : feeds_) {
    XINCE_ASSIGN_OR_RETURN(wanted[feed.name], LastRevision(feed));
  }
  runtime::Mutex mutex;
  runtime::CondVar never;
  const absl::Time deadline = session_.clock.Now() + kDemoIntakeMax;
  while (session_.clock.Now() < deadline) {
    credit::v1::IntakeStatus status;
    XINCE_RETURN_IF_ERROR(session_.Call("xince.credit.v1.CreditService/GetIntakeStatus",
                                        credit::v1::GetIntakeStatusRequest(),
                                        status));
    size_t reached = 0;
    for (const auto& feed : status.feeds()) {
      const auto found = wanted.find(feed.feed());
      if (found != wanted.end() && feed.sequence() >= found->second) ++reached;
    }
    if (reached == wanted.size()) return absl::OkStatus();
    const runtime::MutexLock lock(mutex);
    (void)never.WaitFor(mutex, kPollEvery);
  }
  return runtime::ToStatus({.code = absl::StatusCode::kDeadlineExceeded,
                            .reason = "DEMO_INTAKE_SLOW",
                            .en = "scoring has not taken everything in; see xince status",
                            .zh = "评分服务尚未取完全部信用信息,请查看 xince status"});
}

}  // namespace xince::cli
