#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"

#include "xince/type/v1/options.pb.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/columns.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"
#include "services/runtime/errors.h"
#include "services/type/uscc.h"

// `xince record …` and the same under the names of the four collections people ask for most.
namespace xince::cli {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

// Columns of a list beside the name.
constexpr size_t kListColumnsMax = 6;
constexpr size_t kListCellMax = 36;

struct ListOptions {
  std::string record;
  std::vector<std::string> filters;
  std::string division;
  std::string display_name;
  std::string page_token;
  int page_size = 50;
  bool all = false;
  bool show_voided = false;
};

struct VoidOptions {
  std::string name;
  uint64_t expected_revision = 0;
  std::string reason;
  std::string document_number;
  std::string request_id;
};

// ---- One record ---------------------------------------------------------------------------------

void AddFields(const Message& message,
               const std::string& prefix,
               const std::string& zh_prefix,
               Table& table) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& zh = field->options().GetExtension(type::v1::rule).zh();
    const std::string path =
        prefix.empty() ? field->name() : absl::StrCat(prefix, ".", field->name());
    const std::string label =
        absl::StrCat(zh_prefix, zh_prefix.empty() || zh.empty() ? "" : "/", zh);
    const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (nested && !field->is_repeated() &&
        field->message_type()->full_name() != "google.protobuf.Timestamp") {
      AddFields(message.GetReflection()->GetMessage(message, field), path, label, table);
      continue;
    }
    if (nested && !field->is_repeated()) {
      std::string json = ToJson(message.GetReflection()->GetMessage(message, field));
      table.Add({path, label, std::string(absl::StripSuffix(json, "\n"))});
      continue;
    }
    const Column column{.path = path, .fields = {field}};
    table.Add({path, label, CellOf(column, message)});
  }
}

void PrintRecord(const Session& session, const Message& record) {
  if (session.json()) return PrintJson(record);
  Table table({{.text = "字段"}, {.text = "名称"}, {.text = "内容", .columns_max = 120}});
  AddFields(record, "", "", table);
  std::cout << table.ToText();
}

int Get(Session& session, const std::string& name, uint32_t version) {
  const auto type = RecordOfName(name);
  if (!type.ok()) {
    (void)Refuse(type.status());
    return kExitUsage;
  }
  const std::unique_ptr<Message> request = NewMessage(*(*type)->get->input_type());
  SetText(*request, "name", name);
  const FieldDescriptor* number = request->GetDescriptor()->FindFieldByName("version");
  if (number != nullptr) request->GetReflection()->SetUInt32(request.get(), number, version);
  const std::unique_ptr<Message> record = NewMessage(*(*type)->message);
  const absl::Status status = session.Call((*type)->get->full_name(), *request, *record);
  if (!status.ok()) return Refuse(status);
  PrintRecord(session, *record);
  return kExitDone;
}

// ---- Many records -------------------------------------------------------------------------------

// What identifies a record to people: what must be given and is short.
std::vector<Column> ListColumns(const RecordEntry& type) {
  std::vector<Column> chosen;
  for (Column& column : ColumnsOf(*type.message)) {
    const bool text = column.fields.back()->is_repeated();
    if (!column.required || text || column.path == "name") continue;
    if (chosen.size() < kListColumnsMax) chosen.push_back(std::move(column));
  }
  return chosen;
}

// Sets what narrows the list. INVALID_ARGUMENT FILTER_UNKNOWN with the names there are.
absl::Status SetFilter(Message& request, const std::string& field, const std::string& value) {
  if (value.empty()) return absl::OkStatus();
  if (field != "page_token" && SetText(request, field, value)) return absl::OkStatus();
  std::vector<std::string> known;
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* one = request.GetDescriptor()->field(i);
    if (one->cpp_type() == FieldDescriptor::CPPTYPE_STRING && one->name() != "page_token") {
      known.push_back(one->name());
    }
  }
  const std::string names = absl::StrJoin(known, ", ");
  return runtime::InvalidArgument("FILTER_UNKNOWN",
                                  field,
                                  absl::StrCat("this list is narrowed by ", names),
                                  absl::StrCat("该列表可按 ", names, " 筛选"),
                                  {{"known", names}, {"nearest", Nearest(field, known)}});
}

absl::Status FillListRequest(const ListOptions& options, Message& request) {
  XINCE_RETURN_IF_ERROR(SetFilter(request, "division", options.division));
  XINCE_RETURN_IF_ERROR(SetFilter(request, "display_name", options.display_name));
  for (const std::string& filter : options.filters) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(filter, absl::MaxSplits('=', 1));
    XINCE_RETURN_IF_ERROR(SetFilter(request, parts.first, parts.second));
  }
  const auto* reflection = request.GetReflection();
  const auto* descriptor = request.GetDescriptor();
  reflection->SetInt32(&request, descriptor->FindFieldByName("page_size"), options.page_size);
  if (const FieldDescriptor* voided = descriptor->FindFieldByName("show_voided")) {
    reflection->SetBool(&request, voided, options.show_voided);
  }
  SetText(request, "page_token", options.page_token);
  return absl::OkStatus();
}

void PrintList(const Session& session, const RecordEntry& type, const Message& reply) {
  if (session.json()) return PrintJson(reply);
  const FieldDescriptor* records = RecordField(*reply.GetDescriptor(), *type.message);
  const std::vector<Column> columns = ListColumns(type);
  std::vector<Table::Heading> headings = {{.text = "资源名称"}};
  for (const Column& column : columns) {
    headings.push_back({.text = column.zh, .right = column.number, .columns_max = kListCellMax});
  }
  headings.push_back({.text = "版本号", .right = true});
  Table table(headings);
  for (int i = 0; i < reply.GetReflection()->FieldSize(reply, records); ++i) {
    const Message& record = reply.GetReflection()->GetRepeatedMessage(reply, records, i);
    std::vector<std::string> cells = {GetText(record, "name")};
    for (const Column& column : columns) cells.push_back(CellOf(column, record));
    cells.push_back(absl::StrCat(RevisionOf(record)));
    table.Add(std::move(cells));
  }
  std::cout << table.ToText();
  const std::string next = GetText(reply, "next_page_token");
  if (!next.empty()) std::cerr << "还有更多: --page-token=" << next << " 或 --all\n";
}

int List(Session& session, const ListOptions& options) {
  const auto type = FindRecord(options.record);
  if (!type.ok()) {
    (void)Refuse(type.status());
    return kExitUsage;
  }
  const std::unique_ptr<Message> request = NewMessage(*(*type)->list->input_type());
  if (absl::Status status = FillListRequest(options, *request); !status.ok()) {
    (void)Refuse(status);
    return kExitUsage;
  }
  const std::unique_ptr<Message> all = NewMessage(*(*type)->list->output_type());
  for (;;) {
    const std::unique_ptr<Message> page(all->New());
    const absl::Status status = session.Call((*type)->list->full_name(), *request, *page);
    if (!status.ok()) return Refuse(status);
    const std::string next = GetText(*page, "next_page_token");
    SetText(*all, "next_page_token", "");
    all->MergeFrom(*page);
    if (!options.all || next.empty()) break;
    SetText(*request, "page_token", next);
  }
  PrintList(session, **type, *all);
  return kExitDone;
}

// ---- Voiding ------------------------------------------------------------------------------------

int Void(Session& session, const VoidOptions& options) {
  const auto type = RecordOfName(options.name);
  if (!type.ok()) {
    (void)Refuse(type.status());
    return kExitUsage;
  }
  const auto& method = *(*type)->void_record;
  const std::unique_ptr<Message> request = NewMessage(*method.input_type());
  const auto* descriptor = request->GetDescriptor();
  const auto* reflection = request->GetReflection();
  SetText(*request, "request_id", options.request_id);
  SetText(*request, "name", options.name);
  reflection->SetUInt64(
      request.get(), descriptor->FindFieldByName("expected_revision"), options.expected_revision);
  Message* voiding =
      reflection->MutableMessage(request.get(), descriptor->FindFieldByName("voiding"));
  SetText(*voiding, "reason", options.reason);
  if (!options.document_number.empty()) {
    Message* document = voiding->GetReflection()->MutableMessage(
        voiding, voiding->GetDescriptor()->FindFieldByName("document"));
    SetText(*document, "number", options.document_number);
  }
  const std::unique_ptr<Message> reply = NewMessage(*method.output_type());
  const absl::Status status = session.Call(method.full_name(), *request, *reply);
  if (!status.ok()) return Refuse(status);
  PrintRecord(session, *reply);
  return kExitDone;
}

// ---- The command line ---------------------------------------------------------------------------

void AddListOptions(Command& command, const std::shared_ptr<ListOptions>& options) {
  command.Options("--filter", options->filters, "FIELD=VALUE; several narrow further")
      .Option("--division", options->division, "only in this division")
      .Option("--display-name", options->display_name, "only of this name")
      .Option("--page-size", options->page_size, "records of a page")
      .Option("--page-token", options->page_token, "continues behind an earlier page")
      .Flag("--all", options->all, "all pages")
      .Flag("--show-voided", options->show_voided, "also what was voided")
      .Run([options](Session& session) { return List(session, *options); });
}

// The resource name of an id or name within a collection.
std::string NameWithin(const std::string& collection, const std::string& id) {
  if (absl::StrContains(id, "/")) return id;
  return absl::StrCat(collection, "/", collection == "firms" ? type::NormalizeUscc(id) : id);
}

struct GetOptions {
  std::string name;
  uint64_t version = 0;
};

// A `get` whose argument may be an id where the collection is known.
void AddGet(Command& group, const std::string& collection) {
  const auto options = std::make_shared<GetOptions>();
  group.Add("get", "one record")
      .Argument(
          collection.empty() ? "NAME" : "ID", options->name, "resource name, such as penalties/p1")
      .Option("--version-number", options->version, "an earlier version")
      .Run([options, collection](Session& session) {
        const std::string name =
            collection.empty() ? options->name : NameWithin(collection, options->name);
        return Get(session, name, static_cast<uint32_t>(options->version));
      });
}

// `xince firm get ID`, `xince firm list`, by the command of a record type.
Command AddCollection(Command& app, const std::string& record) {
  const RecordEntry& type = **FindRecord(record);
  Command group = app.AddGroup(record.substr(record.find('.') + 1), type.zh);
  AddGet(group, type.collection);
  AddRecordList(group, record);
  return group;
}

void AddVoid(Command& group) {
  const auto options = std::make_shared<VoidOptions>();
  group.Add("void", "takes a record out of the count")
      .Argument("NAME", options->name, "resource name")
      .Required("--expected-revision", options->expected_revision, "as it was read")
      .Required("--reason", options->reason, "why it no longer counts")
      .Option("--document-number", options->document_number, "document that settles it")
      .Option("--request-id", options->request_id, "makes the call repeatable")
      .Run([options](Session& session) { return Void(session, *options); });
}

}  // namespace

void AddRecordList(Command& group, const std::string& record) {
  const auto options = std::make_shared<ListOptions>();
  options->record = record;
  Command list = group.Add("list", "records in the order of their names");
  AddListOptions(list, options);
}

void AddRecords(Command& app) {
  for (const char* record : {"registry.firm", "registry.manager", "registry.project"}) {
    AddCollection(app, record);
  }
  Command committee = AddCollection(app, "committee.committee");
  AddCommitteeLists(committee);
  Command group = app.AddGroup("record", "records of any type");
  AddGet(group, "");
  const auto options = std::make_shared<ListOptions>();
  Command list = group.Add("list", "records in the order of their names");
  list.Argument("RECORD", options->record, "record type, such as inspection.penalty");
  AddListOptions(list, options);
  AddVoid(group);
}

}  // namespace xince::cli
