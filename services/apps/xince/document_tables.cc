#include "services/apps/xince/document_tables.h"

#include "absl/strings/str_cat.h"

#include "services/apps/xince/table.h"

namespace xince::cli {
namespace {

namespace lv = ::xince::listing::v1;

// `已取代：自 2026-08-07 起，信移〔2026〕4号`.
std::string Superseded(const std::string& day, const std::string& number) {
  return absl::StrCat("不再有效：自 ", day, " 起", number.empty() ? "" : "，", number);
}

std::string StatusText(const lv::IssuedDocument& document) {
  switch (document.status()) {
    case lv::DOCUMENT_STATUS_STANDS:
      return "有效";
    case lv::DOCUMENT_STATUS_VOIDED:
      return absl::StrCat("作废：", document.voiding().reason());
    case lv::DOCUMENT_STATUS_SUPERSEDED:
      return Superseded(document.superseded_on(), document.superseded_by());
    case lv::DOCUMENT_STATUS_SUSPENDED:
      return "中止";
    default:
      return "";
  }
}

}  // namespace

std::string DocumentText(const lv::IssuedDocument& document) {
  const lv::OfficialDocument& content = document.content();
  std::string text = absl::StrCat(content.title(), "\n", content.number(), "\n");
  absl::StrAppend(&text, "状态    ", StatusText(document), "\n");
  absl::StrAppend(&text, "校验码  ", content.check_code(), "\n");
  absl::StrAppend(&text, "主体    ", document.subject(), "\n");
  if (!document.case_().empty())
    absl::StrAppend(&text, "案件    ", document.case_(), "  ", document.step(), "\n");
  absl::StrAppend(&text, "\n");
  if (!content.addressee().empty()) absl::StrAppend(&text, content.addressee(), "\n");
  for (const auto& paragraph : content.paragraphs()) absl::StrAppend(&text, paragraph.text(), "\n");
  for (const std::string& attachment : content.attachments())
    absl::StrAppend(&text, attachment, "\n");
  absl::StrAppend(&text, "\n", content.signature(), "\n", content.signature_date(), "\n");
  for (const std::string& line : content.signature_lines()) absl::StrAppend(&text, line, "\n");
  return text;
}

std::string DocumentsText(const lv::ListDocumentsResponse& documents) {
  Table table({{.text = "文号"},
               {.text = "日期"},
               {.text = "文种"},
               {.text = "主体"},
               {.text = "案件"},
               {.text = "状态"}});
  for (const lv::IssuedDocument& document : documents.documents())
    table.Add({document.number(),
               document.date(),
               document.kind_zh(),
               document.subject(),
               document.case_(),
               StatusText(document)});
  return table.ToText();
}

std::string VerifiedText(const lv::VerifyDocumentResponse& verified) {
  std::string status;
  switch (verified.status()) {
    case lv::DOCUMENT_STATUS_STANDS:
      status = "有效";
      break;
    case lv::DOCUMENT_STATUS_VOIDED:
      status = absl::StrCat("作废：自 ", verified.voided_on(), " 起");
      break;
    case lv::DOCUMENT_STATUS_SUPERSEDED:
      status = Superseded(verified.superseded_on(), verified.superseded_by());
      break;
    case lv::DOCUMENT_STATUS_SUSPENDED:
      status = "中止";
      break;
    default:
      break;
  }
  return absl::StrCat("文号  ",
                      verified.number(),
                      "\n文种  ",
                      verified.kind_zh(),
                      "\n机关  ",
                      verified.organ(),
                      "\n日期  ",
                      verified.date(),
                      "\n状态  ",
                      status,
                      "\n");
}

}  // namespace xince::cli
