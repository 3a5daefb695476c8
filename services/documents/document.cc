#include "services/documents/document.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/json_util.h"

#include "services/runtime/errors.h"
#include "services/scoring/policy/pack.h"
#include "services/type/text.h"

namespace xince::documents {
namespace {

using listing::v1::OfficialDocument;
using policy::v1::DocumentParagraph;
using policy::v1::DocumentTemplate;

absl::Status Missing(absl::string_view name, absl::string_view zh) {
  return runtime::InvalidArgument(
      "DOCUMENT_FIELD_MISSING",
      absl::StrCat("fields.", name),
      absl::StrCat("the document needs the field `", name, "`, which is not given"),
      absl::StrCat("缺少文书所需的字段“", zh, "”"),
      {{"name", std::string(name)}});
}

absl::Status Unknown(absl::string_view name, absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("DOCUMENT_FIELD_UNKNOWN",
                                  absl::StrCat("fields.", name),
                                  absl::StrCat("`", name, "` ", en),
                                  absl::StrCat("“", name, "”", zh),
                                  {{"name", std::string(name)}});
}

absl::Status TooLong(absl::string_view what, size_t limit) {
  return runtime::InvalidArgument("DOCUMENT_TOO_LONG",
                                  "fields",
                                  absl::StrCat("the document has more than ", limit, " ", what),
                                  absl::StrCat("文书过长,上限 ", limit),
                                  {{"limit", absl::StrCat(limit)}, {"of", std::string(what)}});
}

bool Fits(const google::protobuf::RepeatedPtrField<std::string>& steps, absl::string_view step) {
  return steps.empty() || std::find(steps.begin(), steps.end(), step) != steps.end();
}

// Makes one document.
class Maker {
 public:
  Maker(const Template& from, const Draft& draft) : from_(from.proto()), draft_(draft) {
    document_.set_template_(from_.id());
    document_.set_template_digest(from.digest());
    document_.set_kind_zh(from_.zh());
    document_.set_date(type::FormatDate(draft.date));
  }

  absl::StatusOr<OfficialDocument> Make() {
    XINCE_RETURN_IF_ERROR(SetFields());
    XINCE_RETURN_IF_ERROR(SetHead());
    for (const DocumentParagraph& paragraph : from_.paragraphs()) {
      XINCE_RETURN_IF_ERROR(AddParagraphs(paragraph));
    }
    for (const std::string& attachment : from_.attachments()) {
      if (!AllGiven(attachment)) continue;
      XINCE_ASSIGN_OR_RETURN(const std::string text, Fill(attachment));
      document_.add_attachments(text);
    }
    XINCE_RETURN_IF_ERROR(SetSignature());
    for (const auto& copy : from_.copies()) document_.add_copies(copy.zh());
    XINCE_RETURN_IF_ERROR(CheckLength());
    return Sealed();
  }

 private:
  absl::Status SetFields() {
    fields_ = draft_.fields;
    fields_["date"] = {.text = FormatDay(draft_.date)};
    fields_["year"] = {.text = absl::StrCat(draft_.date.year())};
    if (draft_.number > kDocumentNumberMax) {
      return runtime::InvalidArgument("DOCUMENT_NUMBER",
                                      "number",
                                      absl::StrCat("a number is at most ", kDocumentNumberMax),
                                      absl::StrCat("序号不超过 ", kDocumentNumberMax),
                                      {{"limit", absl::StrCat(kDocumentNumberMax)}});
    }
    fields_["number"] = {.text = draft_.number == 0 ? "" : absl::StrCat(draft_.number)};
    for (const auto& [name, value] : fields_) {
      const FieldRow* row = FindField(from_.id(), name);
      if (row == nullptr) return Unknown(name, "is no field of this document", "不是本文书的字段");
      if (row->list ? !value.text.empty() : !value.items.empty()) {
        return Unknown(
            name, row->list ? "is a list" : "is no list", row->list ? "应为列表" : "不是列表");
      }
      if (!value.given()) continue;
      XINCE_RETURN_IF_ERROR(CheckField(*row, value));
      auto& field = *document_.add_fields();
      field.set_name(name);
      field.set_zh(row->zh);
      field.set_text(value.text);
      for (const std::string& item : value.items) field.add_items(item);
    }
    return absl::OkStatus();
  }

  static absl::Status CheckField(const FieldRow& row, const FieldValue& value) {
    const std::string path = absl::StrCat("fields.", row.name);
    XINCE_RETURN_IF_ERROR(
        type::CheckText(value.text, kDocumentTextMax, type::LineBreaks::kAllowed, path));
    if (value.items.size() > kItemsMax) return TooLong("items in a list", kItemsMax);
    for (const std::string& item : value.items) {
      if (type::TrimSpace(item).empty()) return Missing(row.name, row.zh);
      XINCE_RETURN_IF_ERROR(
          type::CheckText(item, kDocumentTextMax, type::LineBreaks::kAllowed, path));
    }
    return absl::OkStatus();
  }

  absl::Status SetHead() {
    const auto title =
        std::find_if(from_.titles().begin(), from_.titles().end(), [this](const auto& one) {
          return Fits(one.steps(), draft_.step);
        });
    if (title == from_.titles().end()) {
      return runtime::NotFound("DOCUMENT_STEP_UNKNOWN",
                               "step",
                               "the template has no title for this step",
                               "文书模板没有适用于该步骤的标题",
                               {{"step", draft_.step}});
    }
    XINCE_ASSIGN_OR_RETURN(*document_.mutable_title(), Fill(title->text()));
    if (draft_.document_number.empty()) {
      XINCE_ASSIGN_OR_RETURN(*document_.mutable_number(), Fill(from_.number_format()));
    } else {
      XINCE_RETURN_IF_ERROR(type::CheckText(
          draft_.document_number, 80, type::LineBreaks::kRefused, "document_number"));
      document_.set_number(draft_.document_number);
    }
    XINCE_ASSIGN_OR_RETURN(*document_.mutable_organ(), Fill("{organ}"));
    XINCE_ASSIGN_OR_RETURN(*document_.mutable_addressee(), Fill(from_.addressee()));
    return absl::OkStatus();
  }

  [[nodiscard]] bool Given(absl::string_view name) const {
    const auto found = fields_.find(name);
    return found != fields_.end() && found->second.given();
  }

  // Whether every slot of a text has its field.
  [[nodiscard]] bool AllGiven(absl::string_view text) const {
    const auto parts = PartsOf(text);
    return parts.ok() && std::all_of(parts->begin(), parts->end(), [this](const TextPart& part) {
             return !part.slot || Given(part.text);
           });
  }

  [[nodiscard]] bool Applies(const DocumentParagraph& paragraph) const {
    const auto given = [this](const std::string& name) { return Given(name); };
    return Fits(paragraph.steps(), draft_.step) &&
           std::all_of(paragraph.when().begin(), paragraph.when().end(), given) &&
           std::none_of(paragraph.unless().begin(), paragraph.unless().end(), given);
  }

  absl::Status AddParagraphs(const DocumentParagraph& paragraph) {
    if (!Applies(paragraph)) return absl::OkStatus();
    if (paragraph.each().empty()) {
      XINCE_ASSIGN_OR_RETURN(const std::string text, Fill(paragraph.text()));
      Add(paragraph.style(), text);
      return absl::OkStatus();
    }
    const auto found = fields_.find(paragraph.each());
    if (found == fields_.end()) return absl::OkStatus();
    int index = 0;
    for (const std::string& item : found->second.items) {
      ++index;
      XINCE_ASSIGN_OR_RETURN(const std::string text, Fill(paragraph.text(), &item, index));
      Add(paragraph.style(), text);
    }
    return absl::OkStatus();
  }

  // A text of several lines is as many paragraphs.
  void Add(DocumentParagraph::Style style, absl::string_view text) {
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      const absl::string_view trimmed = type::TrimSpace(line);
      if (trimmed.empty()) continue;
      auto& paragraph = *document_.add_paragraphs();
      paragraph.set_style(style);
      paragraph.set_text(std::string(trimmed));
    }
  }

  absl::Status SetSignature() {
    XINCE_ASSIGN_OR_RETURN(*document_.mutable_signature(), Fill(from_.signature().organ()));
    XINCE_ASSIGN_OR_RETURN(*document_.mutable_signature_date(), Fill(from_.signature().date()));
    for (const std::string& line : from_.signature().lines()) {
      if (!AllGiven(line)) continue;
      XINCE_ASSIGN_OR_RETURN(const std::string text, Fill(line));
      document_.add_signature_lines(text);
    }
    return absl::OkStatus();
  }

  [[nodiscard]] absl::StatusOr<std::string> Fill(absl::string_view text,
                                                 const std::string* item = nullptr,
                                                 int index = 0) const {
    XINCE_ASSIGN_OR_RETURN(const std::vector<TextPart> parts, PartsOf(text));
    std::string filled;
    for (const TextPart& part : parts) {
      if (!part.slot) {
        filled += part.text;
      } else if (item != nullptr && part.text == "item") {
        filled += *item;
      } else if (item != nullptr && part.text == "index") {
        absl::StrAppend(&filled, index);
      } else {
        const auto found = fields_.find(part.text);
        const FieldRow* row = FindField(from_.id(), part.text);
        if (found == fields_.end() || type::TrimSpace(found->second.text).empty()) {
          return Missing(part.text, row == nullptr ? part.text : row->zh);
        }
        filled += found->second.text;
      }
    }
    return filled;
  }

  [[nodiscard]] absl::Status CheckLength() const {
    size_t chars = 0;
    const auto count = [&chars](const std::string& text) {
      chars += type::CountCodePoints(text).value_or(text.size());
    };
    for (const auto& paragraph : document_.paragraphs()) count(paragraph.text());
    for (const std::string& text : document_.attachments()) count(text);
    for (const std::string& text : document_.signature_lines()) count(text);
    for (const std::string* text : {&document_.title(),
                                    &document_.addressee(),
                                    &document_.signature(),
                                    &document_.number()}) {
      count(*text);
    }
    if (chars > kDocumentTextMax) return TooLong("characters", kDocumentTextMax);
    return absl::OkStatus();
  }

  absl::StatusOr<OfficialDocument> Sealed() {
    document_.set_sha256(DigestOf(document_));
    document_.set_check_code(document_.sha256().substr(0, kCheckCodeDigits));
    const absl::string_view base = draft_.verification_base;
    if (base.empty()) return document_;
    const bool plain =
        std::all_of(base.begin(), base.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!(absl::StartsWith(base, "https://") || absl::StartsWith(base, "http://")) || !plain ||
        absl::EndsWith(base, "/") || base.size() > kVerificationBaseBytesMax) {
      return runtime::InvalidArgument(
          "DOCUMENT_ADDRESS",
          "verification_base",
          "the base of the verification address is no http(s) address without a slash at its end",
          "核验地址应以 http:// 或者 https:// 开头,不以斜杠结尾",
          {{"limit", absl::StrCat(kVerificationBaseBytesMax)}});
    }
    document_.set_verification(absl::StrCat(base, "/v/", document_.check_code()));
    return document_;
  }

  const DocumentTemplate& from_;
  const Draft& draft_;
  Fields fields_;
  OfficialDocument document_;
};

void Append(absl::string_view name, absl::string_view text, std::string& bytes) {
  absl::StrAppend(&bytes, name, "=", text.size(), ":", text, "\n");
}

absl::Status DraftWrong(absl::string_view field, absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("DOCUMENT_DRAFT_SYNTAX", field, en, zh);
}

absl::StatusOr<FieldValue> ValueFrom(const std::string& name, const google::protobuf::Value& json) {
  FieldValue value;
  if (json.has_string_value()) {
    value.text = json.string_value();
    return value;
  }
  const absl::Status wrong = DraftWrong(absl::StrCat("fields.", name),
                                        "a field is a text or a list of texts",
                                        "字段应为文本或者文本列表");
  if (!json.has_list_value()) return wrong;
  for (const google::protobuf::Value& item : json.list_value().values()) {
    if (!item.has_string_value()) return wrong;
    value.items.push_back(item.string_value());
  }
  return value;
}

}  // namespace

absl::StatusOr<OfficialDocument> MakeDocument(const Template& from, const Draft& draft) {
  return Maker(from, draft).Make();
}

std::string FormatNumber(const DocumentTemplate& proto,
                         absl::string_view organ_mark,
                         int year,
                         uint32_t number) {
  std::string text;
  const auto parts = PartsOf(proto.number_format());
  if (!parts.ok()) return text;
  for (const TextPart& part : *parts) {
    if (!part.slot) {
      text += part.text;
    } else if (part.text == "organ_mark") {
      absl::StrAppend(&text, organ_mark);
    } else {
      absl::StrAppend(&text, part.text == "year" ? static_cast<uint32_t>(year) : number);
    }
  }
  return text;
}

bool HasFormOf(const DocumentTemplate& proto,
               absl::string_view organ_mark,
               absl::string_view number) {
  const auto parts = PartsOf(proto.number_format());
  if (!parts.ok()) return false;
  const auto skip_digits = [&number] {
    const size_t before = number.size();
    while (!number.empty() && absl::ascii_isdigit(number[0])) number.remove_prefix(1);
    return number.size() < before;
  };
  for (const TextPart& part : *parts) {
    const bool digits = part.slot && part.text != "organ_mark";
    if (digits ? !skip_digits() : !absl::ConsumePrefix(&number, part.slot ? organ_mark : part.text))
      return false;
  }
  return number.empty();
}

std::string FormatDay(type::Date date) {
  return absl::StrCat(date.year(), "年", date.month(), "月", date.day(), "日");
}

std::string ContentBytes(const OfficialDocument& document) {
  std::string bytes;
  Append("template", document.template_(), bytes);
  Append("template_digest", document.template_digest(), bytes);
  Append("kind_zh", document.kind_zh(), bytes);
  Append("title", document.title(), bytes);
  Append("number", document.number(), bytes);
  Append("organ", document.organ(), bytes);
  Append("addressee", document.addressee(), bytes);
  for (const auto& paragraph : document.paragraphs()) {
    Append(
        absl::StrCat("paragraph.", static_cast<int>(paragraph.style())), paragraph.text(), bytes);
  }
  for (const std::string& text : document.attachments()) Append("attachment", text, bytes);
  Append("signature", document.signature(), bytes);
  Append("signature_date", document.signature_date(), bytes);
  for (const std::string& text : document.signature_lines()) Append("signature_line", text, bytes);
  Append("date", document.date(), bytes);
  for (const std::string& text : document.copies()) Append("copy", text, bytes);
  for (const auto& field : document.fields()) {
    Append(absl::StrCat("field.", field.name()), field.text(), bytes);
    for (const std::string& item : field.items()) {
      Append(absl::StrCat("item.", field.name()), item, bytes);
    }
  }
  return bytes;
}

std::string DigestOf(const OfficialDocument& document) {
  return policy::FormatDigest(policy::DigestOf(ContentBytes(document)));
}

absl::StatusOr<Draft> DraftFromJson(absl::string_view json) {
  listing::v1::DocumentDraft proto;
  if (json.size() > kDraftBytesMax ||
      !google::protobuf::util::JsonStringToMessage(std::string(json), &proto).ok()) {
    return DraftWrong("draft", "this is no JSON of a draft", "不是文书草稿的 JSON");
  }
  Draft draft{.step = proto.step(),
              .number = proto.number(),
              .document_number = proto.document_number(),
              .verification_base = proto.verification_base()};
  XINCE_ASSIGN_OR_RETURN(draft.date, type::ParseDate(proto.date(), "date"));
  for (const auto& [name, value] : proto.fields().fields()) {
    XINCE_ASSIGN_OR_RETURN(draft.fields[name], ValueFrom(name, value));
  }
  return draft;
}

}  // namespace xince::documents
