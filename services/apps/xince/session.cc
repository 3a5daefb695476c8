#include "services/apps/xince/session.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

#include "services/runtime/client.h"
#include "services/runtime/errors.h"

namespace xince::cli {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

constexpr absl::Duration kTimeoutMax = absl::Minutes(10);

}  // namespace

absl::StatusOr<absl::Duration> Session::TimeoutDuration() const {
  absl::Duration duration;
  double seconds = 0;
  if (absl::SimpleAtod(timeout, &seconds)) {
    duration = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(timeout, &duration)) {
    duration = absl::ZeroDuration();
  }
  if (duration > absl::ZeroDuration() && duration <= kTimeoutMax) return duration;
  return runtime::InvalidArgument("TIMEOUT_SYNTAX",
                                  "timeout",
                                  "a timeout is a time such as 10s or 500ms, at most 10m",
                                  "超时应为 10s、500ms 这样的时间,至多 10m",
                                  {{"found", timeout}});
}

runtime::Channel& Session::channel() {
  if (channel_ == nullptr) channel_ = runtime::Channel::Create(server);
  return *channel_;
}

absl::Status Session::Call(absl::string_view method, const Message& request, Message& reply) {
  XINCE_ASSIGN_OR_RETURN(const absl::Duration wait, TimeoutDuration());
  return channel().CallInto(method, request, reply, {.timeout = wait, .actor = ActorName()});
}

std::string Session::ShareDirectory() const {
  namespace fs = std::filesystem;
  if (!share_dir.empty()) return share_dir;
  std::error_code error;
  // By its own path as the kernel knows it: the program may have been found by PATH.
  fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (error) binary = program;
  const fs::path beside = fs::weakly_canonical(binary, error).parent_path() / ".." / "share/xince";
  if (fs::exists(beside / "divisions.bin", error)) return fs::weakly_canonical(beside).string();
  return "/usr/share/xince";
}

int Refuse(const absl::Status& status) {
  const runtime::Problem problem = runtime::ToProblem(status);
  std::cerr << "xince: " << problem.reason
            << (problem.field.empty() ? "" : absl::StrCat(" ", problem.field)) << "\n";
  if (!problem.zh.empty()) std::cerr << "  " << problem.zh << "\n";
  std::cerr << "  " << problem.en << "\n";
  for (const auto& [key, value] : problem.metadata) {
    std::cerr << "  " << key << ": " << value << "\n";
  }
  return kExitRefused;
}

int Misuse(absl::string_view en, absl::string_view zh) {
  std::cerr << "xince: " << zh << "\n  " << en << "\n";
  return kExitUsage;
}

std::string ErrorLine(const absl::Status& status) {
  const runtime::Problem problem = runtime::ToProblem(status);
  return absl::StrCat(problem.reason,
                      problem.field.empty() ? "" : " ",
                      problem.field,
                      ": ",
                      problem.zh.empty() ? problem.en : problem.zh);
}

std::string ToJson(const Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

void PrintJson(const Message& message) { std::cout << ToJson(message); }

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  std::error_code error;
  if (!in || (path != "-" && std::filesystem::is_directory(path, error))) {
    return runtime::InvalidArgument("FILE_UNREADABLE",
                                    "",
                                    absl::StrCat("cannot read ", path),
                                    absl::StrCat("无法读取文件 ", path),
                                    {{"path", path}});
  }
  std::ostringstream bytes;
  bytes << in.rdbuf();
  std::string content = std::move(bytes).str();
  if (content.size() <= bytes_max) return content;
  return runtime::InvalidArgument("FILE_TOO_LARGE",
                                  "",
                                  absl::StrCat(path, " is larger than ", bytes_max, " bytes"),
                                  absl::StrCat("文件 ", path, " 超过 ", bytes_max, " 字节"),
                                  {{"path", path}, {"limit", absl::StrCat(bytes_max)}});
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return absl::OkStatus();
  return runtime::FailedPrecondition("FILE_UNWRITABLE",
                                     "",
                                     absl::StrCat("cannot write ", path),
                                     absl::StrCat("无法写入文件 ", path),
                                     {{"path", path}});
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

bool SetText(Message& message, const std::string& field, absl::string_view text) {
  const FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(field);
  if (found == nullptr || found->is_repeated() ||
      found->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return false;
  }
  message.GetReflection()->SetString(&message, found, std::string(text));
  return true;
}

std::string GetText(const Message& message, const std::string& field) {
  const FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(field);
  if (found == nullptr || found->is_repeated() ||
      found->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return "";
  }
  return message.GetReflection()->GetString(message, found);
}

uint64_t RevisionOf(const Message& record) {
  const FieldDescriptor* info = record.GetDescriptor()->FindFieldByName("info");
  if (info == nullptr || info->message_type() == nullptr) return 0;
  const FieldDescriptor* revision = info->message_type()->FindFieldByName("revision");
  if (revision == nullptr) return 0;
  const Message& note = record.GetReflection()->GetMessage(record, info);
  return note.GetReflection()->GetUInt64(note, revision);
}

}  // namespace xince::cli
