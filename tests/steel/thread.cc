#include "tests/steel/thread.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/credit/v1/credit.pb.h"
#include "xince/listing/v1/listing.pb.h"
#include "xince/policy/v1/policy.pb.h"

#include "services/runtime/errors.h"
#include "tests/steel/explained.h"

namespace xince::steel {
namespace {

using ::google::protobuf::Message;
using ::google::protobuf::MethodDescriptor;
using ::testing::HasSubstr;

constexpr char kDirectory[] = "tests/steel/threads";
constexpr absl::Duration kCallTimeout = absl::Seconds(20);
constexpr absl::Duration kDayTimeout = absl::Seconds(20);

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

absl::Time TimeOf(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << error;
  return time;
}

// `registry.CreateFirm`.
const MethodDescriptor* MethodOf(const std::string& call) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(call, '.');
  static const auto& services = *new std::map<std::string, std::string>{
      {"registry", "xince.registry.v1.RegistryService"},
      {"inspection", "xince.inspection.v1.InspectionService"},
      {"party", "xince.party.v1.PartyEvaluationService"},
      {"committee", "xince.committee.v1.CommitteeService"},
      {"credit", "xince.credit.v1.CreditService"},
      {"listing", "xince.listing.v1.ListingService"},
      {"policy", "xince.policy.v1.PolicyService"}};
  const auto found = services.find(parts.first);
  const MethodDescriptor* method =
      found == services.end()
          ? nullptr
          : google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
                absl::StrCat(found->second, ".", parts.second));
  EXPECT_NE(method, nullptr) << call;
  return method;
}

std::string ServiceOf(const std::string& call) {
  const std::string package = call.substr(0, call.find('.'));
  const bool scoring = package == "credit" || package == "listing" || package == "policy";
  return scoring ? "scoring" : package;
}

std::unique_ptr<Message> New(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The first element of a list, as often as asked.
void Copy(const Json& copies, Message& request) {
  for (const auto& [name, count] : copies.struct_value().fields()) {
    const auto* field = request.GetDescriptor()->FindFieldByName(name);
    const auto& reflection = *request.GetReflection();
    while (reflection.FieldSize(request, field) < static_cast<int>(count.number_value())) {
      const Message& first = reflection.GetRepeatedMessage(request, field, 0);
      reflection.AddMessage(&request, field)->CopyFrom(first);
    }
  }
}

bool IsTrue(const Json& step, const std::string& name) {
  const Json* found = Find(step, name);
  return found != nullptr && found->bool_value();
}

// The number at the end of the metric's line; "" when there is no such line.
std::string MetricOf(const std::string& text, const std::string& name) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(const_cast<absl::string_view*>(&line), name) && !line.empty() &&
        line[0] == ' ') {
      return std::string(line.substr(1));
    }
  }
  return "";
}

void AwaitDay(Register& services, absl::Time now) {
  const std::string day = absl::FormatTime("%Y-%m-%d", now, absl::FixedTimeZone(8 * 60 * 60));
  const bool opened = WaitUntil(kDayTimeout, [&] {
    const auto status =
        services.ChannelTo("scoring")
            ->Call<credit::v1::GetIntakeStatusRequest, credit::v1::IntakeStatus>(
                "xince.credit.v1.CreditService/GetIntakeStatus", {}, {.timeout = kCallTimeout});
    return status.ok() && status->today() == day;
  });
  EXPECT_TRUE(opened) << day;
}

}  // namespace

struct Thread::Reply {
  absl::Status status;
  std::unique_ptr<Message> message;
  std::string token;
};

Thread::Thread(const std::string& name) : name_(name) {
  const std::string path = absl::StrCat(kDirectory, "/", name, ".json");
  thread_ = ParseJson(ReadFile(path), path);
}

absl::Time Thread::clock() const { return TimeOf(StringOf(thread_, "clock")); }

Place Thread::place() const {
  if (Find(thread_, "division") == nullptr) return {};
  return {.name = StringOf(thread_, "register"), .division = StringOf(thread_, "division")};
}

bool Thread::NeedsClock() const { return StringOf(thread_, "only") == "clock"; }

std::vector<std::string> Thread::Names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Thread::Run(Register& services) {
  const Json* steps = Find(thread_, "steps");
  ASSERT_NE(steps, nullptr);
  for (int i = 0; i < steps->list_value().values_size(); ++i) {
    const Json& step = steps->list_value().values(i);
    SCOPED_TRACE(
        absl::StrCat(name_, " step ", i, " ", StringOf(step, "note"), " ", StringOf(step, "call")));
    if (StringOf(step, "only") == "clock" && !services.HasClock()) continue;
    RunStep(step, services);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

void Thread::RunStep(const Json& step, Register& services) {
  if (const std::string clock = StringOf(step, "clock"); !clock.empty()) {
    if (!services.HasClock()) return;
    services.SetClock(TimeOf(clock));
    AwaitDay(services, TimeOf(clock));
  }
  if (IsTrue(step, "restart")) {
    EXPECT_EQ(services.Stop(), absl::OkStatus());
    ASSERT_EQ(services.Start(), absl::OkStatus());
    written_ = true;
  }
  if (Find(step, "call") != nullptr) RunCall(step, services);
  if (const std::string name = StringOf(step, "save_now"); !name.empty()) {
    // An instant is asked about by what scoring knew then, which is not yet all that was filed.
    if (written_) {
      ASSERT_EQ(AwaitScoring(services), absl::OkStatus());
    }
    written_ = false;
    saved_[name] = absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", services.Now(), absl::UTCTimeZone());
  }
  if (const Json* metric = Find(step, "metric"); metric != nullptr) {
    EXPECT_EQ(AwaitScoring(services), absl::OkStatus());
    const auto text = services.Metrics("scoring");
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(MetricOf(*text, StringOf(*metric, "name")), StringOf(*metric, "value"));
  }
}

std::string Thread::Substitute(const std::string& text) const {
  std::string done;
  size_t from = 0;
  for (size_t at = text.find("${"); at != std::string::npos; at = text.find("${", from)) {
    const size_t end = text.find('}', at);
    const std::string name = text.substr(at + 2, end - at - 2);
    absl::StrAppend(&done, text.substr(from, at - from));
    absl::string_view count = name;
    int chars = 0;
    if (absl::ConsumePrefix(&count, "chars:") && absl::SimpleAtoi(count, &chars)) {
      for (int i = 0; i < chars; ++i) done += "长";
    } else {
      const auto found = saved_.find(name);
      EXPECT_NE(found, saved_.end()) << "nothing is saved as " << name;
      if (found != saved_.end()) done += found->second;
    }
    from = end + 1;
  }
  return done + text.substr(from);
}

Thread::Reply Thread::Call(const Json& step, Register& services) {
  Reply reply;
  const std::string call = StringOf(step, "call");
  const MethodDescriptor* method = MethodOf(call);
  if (method == nullptr) return reply;
  reply.message = New(method->output_type());
  const Json* timeout_ms = Find(step, "timeout_ms");
  runtime::CallOptions options{.timeout = timeout_ms == nullptr
                                              ? kCallTimeout
                                              : absl::Milliseconds(timeout_ms->number_value()),
                               .actor = StringOf(step, "as"),
                               .min_revision = Substitute(StringOf(step, "min_revision")),
                               .revision = &reply.token};
  const auto channel = services.ChannelTo(ServiceOf(call));
  if (const std::string raw = StringOf(step, "raw"); !raw.empty()) {
    std::string bytes;
    EXPECT_TRUE(absl::Base64Unescape(raw, &bytes));
    const auto answer = channel->CallBytes(method->full_name(), bytes, options);
    reply.status = answer.status();
    if (answer.ok()) reply.message->ParseFromString(*answer);
    return reply;
  }
  const std::unique_ptr<Message> request = New(method->input_type());
  if (const Json* json = Find(step, "request"); json != nullptr) {
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(Substitute(ToText(*json)), request.get());
    EXPECT_TRUE(parsed.ok()) << parsed.ToString();
  }
  if (const Json* copies = Find(step, "copies"); copies != nullptr) Copy(*copies, *request);
  reply.status = channel->CallInto(method->full_name(), *request, *reply.message, options);
  return reply;
}

void Thread::RunCall(const Json& step, Register& services) {
  const bool asks_scoring = ServiceOf(StringOf(step, "call")) == "scoring";
  if (asks_scoring && written_ && !IsTrue(step, "unsettled")) {
    ASSERT_EQ(AwaitScoring(services), absl::OkStatus());
    written_ = false;
  }
  written_ = written_ || !asks_scoring;
  const Reply reply = Call(step, services);
  ASSERT_TRUE(reply.message != nullptr);
  if (const Json* refusal = Find(step, "refuse"); refusal != nullptr) {
    return CheckRefusal(*refusal, reply.status);
  }
  ASSERT_TRUE(reply.status.ok()) << reply.status << " " << runtime::ToProblem(reply.status).field;
  CheckAnswer(step, reply);
}

void Thread::CheckAnswer(const Json& step, const Reply& reply) {
  const Json json = ToJson(*reply.message);
  if (const Json* wanted = Find(step, "expect"); wanted != nullptr) {
    const Json expected = ParseJson(Substitute(ToText(*wanted)), "expect");
    EXPECT_THAT(Differences(expected, json), ::testing::IsEmpty());
  }
  if (const Json* save = Find(step, "save"); save != nullptr) {
    for (const auto& [name, path] : save->struct_value().fields()) {
      const Json* found = FindPath(json, path.string_value());
      ASSERT_NE(found, nullptr) << path.string_value() << " in " << ToText(json);
      saved_[name] = found->string_value();
    }
  }
  if (const std::string name = StringOf(step, "save_token"); !name.empty()) {
    EXPECT_NE(reply.token, "");
    saved_[name] = reply.token;
  }
  if (reply.message->GetDescriptor() == credit::v1::CreditFile::descriptor()) {
    CheckExplained(static_cast<const credit::v1::CreditFile&>(*reply.message));
  }
  if (const std::string label = StringOf(step, "golden"); !label.empty()) {
    EXPECT_TRUE(goldens_.emplace(label, Golden(*reply.message)).second) << label;
  }
  if (const std::string label = StringOf(step, "same"); !label.empty()) {
    const auto first = same_.emplace(label, reply.message->SerializeAsString());
    EXPECT_EQ(first.first->second, reply.message->SerializeAsString()) << ToText(json);
  }
}

void Thread::CheckRefusal(const Json& refusal, const absl::Status& status) const {
  const runtime::Problem problem = runtime::ToProblem(status);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(absl::StatusCodeToString(status.code()), StringOf(refusal, "code")) << status;
  EXPECT_EQ(problem.reason, StringOf(refusal, "reason")) << status;
  EXPECT_EQ(problem.field, StringOf(refusal, "field")) << status;
  EXPECT_THAT(problem.en, HasSubstr(Substitute(StringOf(refusal, "en"))));
  EXPECT_THAT(problem.zh, HasSubstr(Substitute(StringOf(refusal, "zh"))));
  EXPECT_FALSE(problem.en.empty());
  EXPECT_TRUE(std::any_of(problem.zh.begin(),
                          problem.zh.end(),
                          [](char c) { return static_cast<unsigned char>(c) >= 0xE4; }))
      << "no Chinese: " << problem.zh;
  const Json* metadata = Find(refusal, "metadata");
  if (metadata == nullptr) return;
  for (const auto& [key, value] : metadata->struct_value().fields()) {
    const auto found = problem.metadata.find(key);
    ASSERT_NE(found, problem.metadata.end()) << key << " of " << status;
    EXPECT_EQ(found->second, Substitute(value.string_value())) << key;
  }
}

std::string Thread::GoldenPath() const { return absl::StrCat(kDirectory, "/", name_, ".golden"); }

void Thread::WriteGoldens() const {
  if (goldens_.empty()) return;
  std::ofstream out(GoldenPath(), std::ios::binary);
  for (const auto& [label, text] : goldens_) out << "## " << label << "\n" << text << "\n";
}

void Thread::CompareGoldens() const {
  const std::string file = absl::StrCat("\n", ReadFile(GoldenPath()));
  std::map<std::string, std::string> stored;
  const std::vector<std::string> sections = absl::StrSplit(file, "\n## ");
  for (size_t i = 1; i < sections.size(); ++i) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(sections[i], absl::MaxSplits('\n', 1));
    stored[parts.first] = parts.second;
  }
  for (const auto& [label, text] : goldens_) {
    SCOPED_TRACE(absl::StrCat(name_, ".golden: ", label));
    const auto found = stored.find(label);
    ASSERT_NE(found, stored.end());
    EXPECT_EQ(std::string(absl::StripTrailingAsciiWhitespace(found->second)),
              std::string(absl::StripTrailingAsciiWhitespace(text)));
  }
}

}  // namespace xince::steel
