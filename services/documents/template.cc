#include "services/documents/template.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/documents/field_table.h"
#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/scoring/policy/pack.h"

namespace xince::documents {
namespace {

using policy::v1::DocumentParagraph;
using policy::v1::DocumentTemplate;

absl::Status Wrong(absl::string_view why, absl::string_view zh) {
  return runtime::InvalidArgument("DOCUMENT_TEMPLATE_INVALID",
                                  "template",
                                  absl::StrCat("the template is wrong: ", why),
                                  absl::StrCat("文书模板有误:", zh),
                                  {{"why", std::string(why)}});
}

bool IsSlotName(absl::string_view name) {
  return !name.empty() && absl::ascii_islower(name[0]) &&
         std::all_of(
             name.begin(), name.end(), [](char c) { return absl::ascii_islower(c) || c == '_'; });
}

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= 64 && absl::ascii_islower(id[0]) &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

// Looks at one template.
class Checker {
 public:
  explicit Checker(const DocumentTemplate& proto) : proto_(proto) {}

  absl::Status Check() const {
    if (!IsId(proto_.id())) {
      return Wrong("the id is not kebab-case", "编号应为小写字母、数字和连字符");
    }
    if (proto_.zh().empty() || proto_.en().empty()) return Wrong("it has no name", "缺少名称");
    if (proto_.titles().empty()) return Wrong("it has no title", "缺少标题");
    if (proto_.paragraphs().empty()) return Wrong("it has no paragraph", "缺少正文");
    if (proto_.paragraphs_size() > kTemplateParagraphsMax || proto_.copies_size() > kCopiesMax) {
      return Wrong("it has too many paragraphs or copies", "段落或者联次过多");
    }
    for (const auto& title : proto_.titles()) {
      if (title.text().empty()) return Wrong("a title is empty", "标题为空");
      XINCE_RETURN_IF_ERROR(CheckText(title.text(), nullptr));
    }
    XINCE_RETURN_IF_ERROR(CheckNumber());
    XINCE_RETURN_IF_ERROR(CheckText(proto_.addressee(), nullptr));
    for (const DocumentParagraph& paragraph : proto_.paragraphs()) {
      XINCE_RETURN_IF_ERROR(CheckParagraph(paragraph));
    }
    for (const std::string& text : proto_.attachments()) {
      XINCE_RETURN_IF_ERROR(CheckText(text, nullptr));
    }
    XINCE_RETURN_IF_ERROR(CheckSignature());
    return CheckSources();
  }

 private:
  // A text whose slots are texts; `each` allows its item and index.
  absl::Status CheckText(absl::string_view text, const DocumentParagraph* each) const {
    XINCE_ASSIGN_OR_RETURN(const std::vector<TextPart> parts, PartsOf(text));
    for (const TextPart& part : parts) {
      if (!part.slot) continue;
      if (each != nullptr && (part.text == "item" || part.text == "index")) continue;
      XINCE_RETURN_IF_ERROR(CheckField(part.text, false));
    }
    return absl::OkStatus();
  }

  // `list`: only a list will do; else only a text.
  absl::Status CheckField(absl::string_view name, bool list) const {
    const FieldRow* row = FindField(proto_.id(), name);
    if (row == nullptr) {
      return Wrong(absl::StrCat("`", name, "` is no field of this kind of document"),
                   absl::StrCat("“", name, "”不是这种文书的字段"));
    }
    if (row->list != list) {
      return Wrong(absl::StrCat("`", name, "` is ", row->list ? "a list" : "no list"),
                   absl::StrCat("“", name, row->list ? "”是列表" : "”不是列表"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckNumber() const {
    XINCE_ASSIGN_OR_RETURN(const std::vector<TextPart> parts, PartsOf(proto_.number_format()));
    std::multiset<std::string> slots;
    for (const TextPart& part : parts) {
      if (part.slot) slots.insert(part.text);
    }
    if (slots != std::multiset<std::string>{"number", "organ_mark", "year"}) {
      return Wrong("the number format has not organ_mark, year and number, each once",
                   "文号应含机关代字、年份和序号各一次");
    }
    return absl::OkStatus();
  }

  absl::Status CheckParagraph(const DocumentParagraph& paragraph) const {
    if (paragraph.text().empty()) return Wrong("a paragraph is empty", "段落为空");
    for (const auto* names : {&paragraph.when(), &paragraph.unless()}) {
      for (const std::string& name : *names) {
        if (FindField(proto_.id(), name) == nullptr) {
          return Wrong(absl::StrCat("a condition names `", name, "`, which is no field of it"),
                       absl::StrCat("条件所称“", name, "”不是这种文书的字段"));
        }
      }
    }
    if (paragraph.each().empty()) return CheckText(paragraph.text(), nullptr);
    XINCE_RETURN_IF_ERROR(CheckField(paragraph.each(), true));
    return CheckText(paragraph.text(), &paragraph);
  }

  absl::Status CheckSignature() const {
    const auto& signature = proto_.signature();
    if (signature.organ().empty() || signature.date().empty()) {
      return Wrong("nobody signs, or without a date", "缺少署名或者日期");
    }
    XINCE_RETURN_IF_ERROR(CheckText(signature.organ(), nullptr));
    XINCE_RETURN_IF_ERROR(CheckText(signature.date(), nullptr));
    for (const std::string& line : signature.lines()) {
      XINCE_RETURN_IF_ERROR(CheckText(line, nullptr));
    }
    return absl::OkStatus();
  }

  absl::Status CheckSources() const {
    std::set<std::string> copies;
    for (const auto& copy : proto_.copies()) {
      if (copy.zh().empty() || !copies.insert(copy.zh()).second) {
        return Wrong("a copy has no mark of its own", "联次缺少或者重复");
      }
    }
    std::set<std::string> documents;
    for (const auto& document : proto_.documents()) documents.insert(document.id());
    if (proto_.sources().empty()) return Wrong("it has no source", "缺少来源");
    for (const auto& source : proto_.sources()) {
      if (!documents.contains(source.document())) {
        return Wrong(absl::StrCat("source `", source.document(), "` is no document of it"),
                     absl::StrCat("来源“", source.document(), "”未列明"));
      }
    }
    return absl::OkStatus();
  }

  const DocumentTemplate& proto_;
};

void AddSlots(absl::string_view text, std::set<std::string>& names) {
  const auto parts = PartsOf(text);
  if (!parts.ok()) return;
  for (const TextPart& part : *parts) {
    if (part.slot && part.text != "item" && part.text != "index") names.insert(part.text);
  }
}

absl::Status Unreadable(const std::string& file) {
  return runtime::InvalidArgument("DOCUMENT_TEMPLATE_SYNTAX",
                                  "template",
                                  absl::StrCat(file, " cannot be read, or is too large"),
                                  absl::StrCat(file, " 无法读取或者过大"),
                                  {{"file", file}});
}

}  // namespace

absl::StatusOr<std::vector<TextPart>> PartsOf(absl::string_view text) {
  std::vector<TextPart> parts;
  while (!text.empty()) {
    const size_t open = text.find_first_of("{}");
    if (open != 0) parts.push_back({.text = std::string(text.substr(0, open))});
    if (open == absl::string_view::npos) break;
    const size_t close = text.find('}', open + 1);
    if (text[open] == '}' || close == absl::string_view::npos) {
      return Wrong("a brace has no partner", "花括号不成对");
    }
    const absl::string_view name = text.substr(open + 1, close - open - 1);
    if (!IsSlotName(name)) {
      return Wrong(absl::StrCat("`{", name, "}` is no slot"),
                   absl::StrCat("“{", name, "}”不是字段"));
    }
    parts.push_back({.slot = true, .text = std::string(name)});
    text.remove_prefix(close + 1);
  }
  return parts;
}

std::vector<std::string> NamesUsed(const DocumentTemplate& proto) {
  std::set<std::string> names;
  for (const auto& title : proto.titles()) AddSlots(title.text(), names);
  AddSlots(proto.number_format(), names);
  AddSlots(proto.addressee(), names);
  for (const DocumentParagraph& paragraph : proto.paragraphs()) {
    AddSlots(paragraph.text(), names);
    names.insert(paragraph.when().begin(), paragraph.when().end());
    names.insert(paragraph.unless().begin(), paragraph.unless().end());
    if (!paragraph.each().empty()) names.insert(paragraph.each());
  }
  for (const std::string& text : proto.attachments()) AddSlots(text, names);
  AddSlots(proto.signature().organ(), names);
  AddSlots(proto.signature().date(), names);
  for (const std::string& line : proto.signature().lines()) AddSlots(line, names);
  return {names.begin(), names.end()};
}

absl::StatusOr<Template> Template::Load(absl::string_view bytes, absl::string_view file) {
  if (bytes.size() > kTemplateBytesMax) return Unreadable(std::string(file));
  auto proto = std::make_shared<DocumentTemplate>();
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, file, "DOCUMENT_TEMPLATE_SYNTAX", *proto));
  if (const absl::Status status = Checker(*proto).Check(); !status.ok()) {
    runtime::Problem problem = runtime::ToProblem(status);
    problem.en = absl::StrCat(file, ": ", problem.en);
    problem.zh = absl::StrCat(file, ":", problem.zh);
    problem.metadata["file"] = std::string(file);
    return runtime::ToStatus(problem);
  }
  Template made;
  made.proto_ = std::move(proto);
  made.digest_ = policy::FormatDigest(policy::DigestOf(bytes));
  return made;
}

TemplateSet TemplateSet::Make(std::vector<Template> templates) {
  TemplateSet set;
  for (Template& one : templates) {
    const std::string id = one.proto().id();
    set.templates_.insert_or_assign(id, std::move(one));
  }
  return set;
}

const Template* TemplateSet::Find(absl::string_view id) const {
  const auto found = templates_.find(std::string(id));
  return found == templates_.end() ? nullptr : &found->second;
}

absl::StatusOr<const Template*> TemplateSet::Get(absl::string_view id) const {
  const Template* found = Find(id);
  if (found == nullptr) {
    return runtime::NotFound("DOCUMENT_TEMPLATE_UNKNOWN",
                             "template",
                             absl::StrCat("there is no template `", id, "`"),
                             absl::StrCat("没有文书模板“", id, "”"),
                             {{"template", std::string(id)}});
  }
  return found;
}

absl::StatusOr<std::vector<Template>> LoadTemplates(const std::string& directory) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<Template> templates;
  for (const std::string& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) return Unreadable(file);
    XINCE_ASSIGN_OR_RETURN(Template one, Template::Load(bytes, file));
    templates.push_back(std::move(one));
  }
  return templates;
}

}  // namespace xince::documents
