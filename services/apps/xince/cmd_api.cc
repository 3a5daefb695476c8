#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/services.h"
#include "services/apps/xince/session.h"
#include "services/runtime/client.h"
#include "services/runtime/errors.h"

// `xince api`: every method of every service, by the descriptors linked in.
namespace xince::cli {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::MethodDescriptor;
using ::google::protobuf::ServiceDescriptor;

constexpr size_t kRequestBytesMax = 4 * 1024 * 1024;

struct CallOptions {
  std::string method;
  std::string data = "{}";
  int messages_max = 0;
};

int ListServices() {
  for (const ServiceDescriptor* service : Services()) {
    std::cout << service->full_name() << "\n";
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      std::cout << "  " << method->name() << "(" << method->input_type()->name() << ") → "
                << (method->server_streaming() ? "stream " : "") << method->output_type()->name()
                << "\n";
    }
  }
  return kExitDone;
}

// The comment above an element, as in a .proto file.
std::string Commented(const std::string& full_name, const std::string& indent) {
  const std::string comment = CommentOf(full_name);
  if (comment.empty()) return "";
  return absl::StrCat(indent,
                      "// ",
                      absl::StrReplaceAll(comment, {{"\n", absl::StrCat("\n", indent, "// ")}}),
                      "\n");
}

std::string Described(const EnumDescriptor& type, const std::string& indent) {
  std::string text = absl::StrCat(indent, "enum ", type.name(), " {\n");
  for (int i = 0; i < type.value_count(); ++i) {
    absl::StrAppend(&text, Commented(type.value(i)->full_name(), indent + "  "));
    absl::StrAppend(
        &text, indent, "  ", type.value(i)->name(), " = ", type.value(i)->number(), ";\n");
  }
  return absl::StrCat(text, indent, "}\n");
}

std::string Described(const Descriptor& message) {
  std::string text =
      absl::StrCat(Commented(message.full_name(), ""), "message ", message.full_name(), " {\n");
  for (int i = 0; i < message.enum_type_count(); ++i) {
    absl::StrAppend(&text, Described(*message.enum_type(i), "  "), "\n");
  }
  for (int i = 0; i < message.field_count(); ++i) {
    absl::StrAppend(&text, Commented(message.field(i)->full_name(), "  "));
    // The field's own lines, options and all.
    absl::StrAppend(
        &text, "  ", absl::StrReplaceAll(message.field(i)->DebugString(), {{"\n", "\n  "}}));
    text.resize(text.find_last_not_of(' ') + 1);
  }
  return text + "}\n";
}

// A message or enum by its full name, or by its name within any package.
const Descriptor* FindMessage(const std::string& name) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  if (const Descriptor* found = pool->FindMessageTypeByName(name)) return found;
  for (const ServiceDescriptor* service : Services()) {
    const std::string& package = service->file()->package();
    if (const Descriptor* found = pool->FindMessageTypeByName(absl::StrCat(package, ".", name))) {
      return found;
    }
  }
  return pool->FindMessageTypeByName(absl::StrCat("xince.type.v1.", name));
}

absl::Status UnknownName(const std::string& name) {
  std::vector<std::string> known;
  for (const ServiceDescriptor* service : Services()) {
    known.push_back(service->name());
    for (int i = 0; i < service->method_count(); ++i) {
      known.push_back(absl::StrCat(service->name(), "/", service->method(i)->name()));
      known.push_back(service->method(i)->output_type()->name());
    }
  }
  const std::string nearest = Nearest(name, known);
  return runtime::InvalidArgument(
      "API_NAME_UNKNOWN",
      "",
      absl::StrCat(
          "no service, method or message is called ", name, "; did you mean ", nearest, "?"),
      absl::StrCat("没有名为 ", name, " 的服务、方法或消息,是否为 ", nearest, "?"),
      {{"found", name}, {"nearest", nearest}});
}

int Describe(const std::string& name) {
  for (const ServiceDescriptor* service : Services()) {
    if (name != service->full_name() && name != service->name()) continue;
    std::cout << Commented(service->full_name(), "") << "service " << service->full_name()
              << "\n\n";
    for (int i = 0; i < service->method_count(); ++i) {
      std::cout << Commented(service->method(i)->full_name(), "") << "rpc "
                << MethodPath(*service->method(i)) << "\n\n";
    }
    return kExitDone;
  }
  if (const MethodDescriptor* method = FindMethod(name)) {
    std::cout << Commented(method->full_name(), "") << "rpc " << MethodPath(*method) << "\n\n"
              << Described(*method->input_type()) << "\n"
              << Described(*method->output_type());
    return kExitDone;
  }
  if (const Descriptor* message = FindMessage(name)) {
    std::cout << Described(*message);
    return kExitDone;
  }
  (void)Refuse(UnknownName(name));
  return kExitUsage;
}

absl::StatusOr<std::string> ReadData(const std::string& data) {
  if (data == "-") return ReadFile("-", kRequestBytesMax);
  if (!data.empty() && data[0] == '@') return ReadFile(data.substr(1), kRequestBytesMax);
  return data;
}

absl::Status ReadRequest(const std::string& data, Message& request) {
  XINCE_ASSIGN_OR_RETURN(const std::string json, ReadData(data));
  const auto status = google::protobuf::util::JsonStringToMessage(json, &request);
  if (status.ok()) return absl::OkStatus();
  const std::string why(status.message().data(), status.message().size());
  return runtime::InvalidArgument(
      "JSON_SYNTAX",
      "",
      absl::StrCat("the request is no ", request.GetDescriptor()->name(), " in JSON: ", why),
      absl::StrCat("请求不是合法的 JSON: ", why));
}

int CallStream(Session& session,
               const MethodDescriptor& method,
               const Message& request,
               int messages_max) {
  const auto wait = session.TimeoutDuration();
  const auto stream = session.channel().Open(
      method.full_name(), request, {.timeout = *wait, .actor = session.ActorName()});
  if (!stream.ok()) return Refuse(stream.status());
  const std::unique_ptr<Message> message = NewMessage(*method.output_type());
  for (int i = 0; messages_max == 0 || i < messages_max; ++i) {
    const absl::StatusOr<bool> more = runtime::ReadNext(**stream, *message);
    if (!more.ok()) return Refuse(more.status());
    if (!*more) return kExitDone;
    PrintJson(*message);
  }
  (*stream)->Cancel();
  return kExitDone;
}

int Call(Session& session, const CallOptions& options) {
  const MethodDescriptor* method = FindMethod(options.method);
  if (method == nullptr) {
    (void)Refuse(UnknownName(options.method));
    return kExitUsage;
  }
  const std::unique_ptr<Message> request = NewMessage(*method->input_type());
  if (absl::Status status = ReadRequest(options.data, *request); !status.ok()) {
    (void)Refuse(status);
    return kExitUsage;
  }
  if (method->server_streaming()) {
    return CallStream(session, *method, *request, options.messages_max);
  }
  const std::unique_ptr<Message> reply = NewMessage(*method->output_type());
  const absl::Status status = session.Call(method->full_name(), *request, *reply);
  if (!status.ok()) return Refuse(status);
  PrintJson(*reply);
  return kExitDone;
}

}  // namespace

void AddApi(Command& app) {
  Command group = app.AddGroup("api", "every service and method, called with JSON");
  group.Add("list", "the services and their methods").Run([](Session&) { return ListServices(); });
  const auto name = std::make_shared<std::string>();
  group.Add("describe", "a service, method or message in full")
      .Argument("NAME", *name, "such as Firm or RegistryService/CreateFirm")
      .Run([name](Session&) { return Describe(*name); });
  const auto options = std::make_shared<CallOptions>();
  group.Add("call", "calls a method and prints the reply")
      .Argument("METHOD", options->method, "such as CreditService/GetStanding")
      .Option("-d,--data", options->data, "request as JSON; @FILE or - reads it")
      .Option("--max", options->messages_max, "messages of a stream to read; 0 for all")
      .Run([options](Session& session) { return Call(session, *options); });
}

}  // namespace xince::cli
