#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "xince/listing/v1/issued.pb.h"

#include "services/apps/xince/case_details.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/document_tables.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"
#include "services/documents/pdf.h"
#include "services/runtime/errors.h"

// `xince doc`: official documents of a register, and drawn without one.
namespace xince::cli {
namespace {

namespace lv = ::xince::listing::v1;

constexpr char kService[] = "xince.listing.v1.ListingService/";

// `2026-7` as `cases/2026-7`.
std::string CaseNameOf(const std::string& written) {
  return written.empty() || absl::StartsWith(written, "cases/") ? written
                                                                : absl::StrCat("cases/", written);
}

// Which document: by its number, or by its case.
struct Which {
  std::string number, of_case, step;
};

void AddWhich(Command& command, Which& which) {
  command.Option("--case", which.of_case, "case whose step made it, such as 2026-7")
      .Option("--step", which.step, "that step; the newest document of the case otherwise");
}

absl::StatusOr<lv::IssuedDocument> Get(Session& session, const Which& which, bool pdf) {
  lv::GetDocumentRequest request;
  request.set_number(which.number);
  request.set_case_(CaseNameOf(which.of_case));
  request.set_step(which.step);
  request.set_pdf(pdf);
  lv::IssuedDocument document;
  XINCE_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "GetDocument"), request, document));
  return document;
}

int Tell(Session& session, const absl::StatusOr<lv::IssuedDocument>& document) {
  if (!document.ok()) return Refuse(document.status());
  if (session.json()) {
    PrintJson(*document);
  } else {
    std::cout << DocumentText(*document);
  }
  return kExitDone;
}

struct RenderOptions {
  Which which;
  std::string id;
  std::string fields;
  std::string out;
  std::vector<std::string> templates;
};

// The nation's templates as installed, and those of the directories given, which stand for them.
absl::StatusOr<documents::TemplateSet> TemplatesOf(const Session& session,
                                                   const std::vector<std::string>& directories) {
  std::vector<std::string> all = {session.ShareDirectory() + "/policies/national/documents"};
  all.insert(all.end(), directories.begin(), directories.end());
  std::vector<documents::Template> templates;
  for (const std::string& directory : all) {
    XINCE_ASSIGN_OR_RETURN(std::vector<documents::Template> found,
                           documents::LoadTemplates(directory));
    std::move(found.begin(), found.end(), std::back_inserter(templates));
  }
  return documents::TemplateSet::Make(std::move(templates));
}

absl::StatusOr<documents::Rendered> RenderDraft(const Session& session,
                                                const RenderOptions& options) {
  XINCE_ASSIGN_OR_RETURN(const documents::TemplateSet templates,
                         TemplatesOf(session, options.templates));
  XINCE_ASSIGN_OR_RETURN(const documents::Template* from, templates.Get(options.id));
  XINCE_ASSIGN_OR_RETURN(const std::string json,
                         ReadFile(options.fields, documents::kDraftBytesMax));
  XINCE_ASSIGN_OR_RETURN(const documents::Draft draft, documents::DraftFromJson(json));
  documents::Rendered rendered;
  XINCE_ASSIGN_OR_RETURN(rendered.document, documents::MakeDocument(*from, draft));
  XINCE_ASSIGN_OR_RETURN(rendered.pdf, documents::RenderPdf(rendered.document));
  return rendered;
}

absl::StatusOr<documents::Rendered> RenderIssued(Session& session, const RenderOptions& options) {
  XINCE_ASSIGN_OR_RETURN(lv::IssuedDocument issued, Get(session, options.which, true));
  return documents::Rendered{issued.content(), issued.pdf()};
}

int RenderToFile(Session& session, const RenderOptions& options) {
  const bool issued = !options.which.number.empty() || !options.which.of_case.empty();
  const bool drafted = !options.id.empty() && !options.fields.empty();
  const bool mixed = issued && (!options.id.empty() || !options.fields.empty());
  if (mixed || issued == drafted)
    return Misuse("give --number or --case of a document on file, or --template and --fields",
                  "请填写已制作文书的 --number 或 --case,或者同时填写 --template 和 --fields");
  const auto rendered = issued ? RenderIssued(session, options) : RenderDraft(session, options);
  if (!rendered.ok()) return Refuse(rendered.status());
  if (const absl::Status status = WriteFile(options.out, rendered->pdf); !status.ok()) {
    return Refuse(status);
  }
  if (session.json()) {
    PrintJson(rendered->document);
  } else {
    const auto& document = rendered->document;
    std::cout << document.title() << "\n"
              << document.number() << "\n"
              << "校验码 " << document.check_code() << "\n"
              << options.out << "\n";
  }
  return kExitDone;
}

void AddRender(Command& group) {
  const auto options = std::make_shared<RenderOptions>();
  Command render = group.Add(
      "render", "writes a document as PDF: one on file, or one from fields, without a server");
  AddWhich(render, options->which);
  render.Option("--number", options->which.number, "number as printed")
      .Option("--template", options->id, "kind of document, such as points-notice")
      .Option("--fields", options->fields, "JSON of a draft (docs/documents.md); - for input")
      .Required("--out", options->out, "PDF that is written")
      .Options("--templates", options->templates, "directory of templates besides the nation's")
      .Run([options](Session& session) { return RenderToFile(session, *options); });
}

void AddGet(Command& group) {
  const auto which = std::make_shared<Which>();
  Command get = group.Add("get", "a document on file: what is printed, and what became of it");
  get.Optional("NUMBER", which->number, "number as printed");
  AddWhich(get, *which);
  get.Run([which](Session& session) { return Tell(session, Get(session, *which, false)); });
}

struct ListOptions {
  std::string kind, mark, subject, of_case;
  uint64_t year = 0;
  bool voided = false;
};

int List(Session& session, const ListOptions& options) {
  lv::ListDocumentsRequest request;
  request.set_kind(options.kind);
  request.set_year(static_cast<uint32_t>(std::min<uint64_t>(options.year, 10'000)));
  request.set_organ_mark(options.mark);
  if (!options.subject.empty()) request.set_subject(SubjectName(options.subject));
  request.set_case_(CaseNameOf(options.of_case));
  request.set_voided(options.voided);
  lv::ListDocumentsResponse all;
  while (true) {
    lv::ListDocumentsResponse page;
    const absl::Status status =
        session.Call(absl::StrCat(kService, "ListDocuments"), request, page);
    if (!status.ok()) return Refuse(status);
    all.clear_revision();
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.json()) {
    PrintJson(all);
  } else {
    std::cout << DocumentsText(all);
  }
  return kExitDone;
}

void AddList(Command& group) {
  const auto options = std::make_shared<ListOptions>();
  group.Add("list", "the register of numbers")
      .Option("--kind", options->kind, "only of this kind, such as notice")
      .Option("--year", options->year, "only of this year")
      .Option("--mark", options->mark, "only with this mark of the organ")
      .Option("--subject", options->subject, "only about this subject")
      .Option("--case", options->of_case, "only of this case")
      .Flag("--voided", options->voided, "only those that were voided")
      .Run([options](Session& session) { return List(session, *options); });
}

int Verify(Session& session, const std::string& code) {
  lv::VerifyDocumentRequest request;
  request.set_code(code);
  lv::VerifyDocumentResponse verified;
  const absl::Status status =
      session.Call(absl::StrCat(kService, "VerifyDocument"), request, verified);
  if (!status.ok()) return Refuse(status);
  if (session.json()) {
    PrintJson(verified);
  } else {
    std::cout << VerifiedText(verified);
  }
  return kExitDone;
}

void AddVerify(Command& group) {
  const auto code = std::make_shared<std::string>();
  group.Add("verify", "compares a printed document with the register")
      .Argument("CODE", *code, "check code as printed, or the whole SHA-256")
      .Run([code](Session& session) { return Verify(session, *code); });
}

void AddParty(Command& command, StepFlags& flags) {
  flags.as = "officer";
  command.Option("--as", flags.as, "recorder, officer (default) or decider")
      .Option("--person", flags.person, "who, by the name the office knows")
      .Option("--office", flags.office, "office")
      .Option("--level", flags.level, "level of the office, such as city")
      .Option("--division", flags.division, "division of the office");
}

struct VoidOptions {
  std::string number, reason, request_id;
  StepFlags flags;
};

absl::StatusOr<lv::IssuedDocument> Void(Session& session, const VoidOptions& options) {
  lv::VoidDocumentRequest request;
  request.set_number(options.number);
  request.set_reason(options.reason);
  request.set_request_id(options.request_id);
  XINCE_ASSIGN_OR_RETURN(*request.mutable_party(), PartyOf(options.flags));
  lv::IssuedDocument document;
  XINCE_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "VoidDocument"), request, document));
  return document;
}

void AddVoid(Command& group) {
  const auto options = std::make_shared<VoidOptions>();
  Command voiding = group.Add("void", "says that a document does not stand; its number stays used");
  voiding.Argument("NUMBER", options->number, "number as printed")
      .Required("--reason", options->reason, "why")
      .Option("--request-id", options->request_id, "the same id gives the first answer again");
  AddParty(voiding, options->flags);
  voiding.Run([options](Session& session) { return Tell(session, Void(session, *options)); });
}

struct PointsOptions {
  std::string subject, content, source, accepted_on, review_office, request_id;
  std::vector<std::string> evidence;
  uint64_t rectify_days = 0;
  uint64_t objection_days = 0;
  StepFlags flags;
};

absl::StatusOr<lv::IssuedDocument> Issue(Session& session, const PointsOptions& options) {
  lv::IssuePointsNoticeRequest request;
  request.set_subject(SubjectName(options.subject));
  *request.mutable_evidence() = {options.evidence.begin(), options.evidence.end()};
  request.set_content(options.content);
  request.set_source(options.source);
  request.set_accepted_on(options.accepted_on);
  request.set_rectify_days(static_cast<uint32_t>(std::min<uint64_t>(options.rectify_days, 1000)));
  request.set_objection_days(
      static_cast<uint32_t>(std::min<uint64_t>(options.objection_days, 1000)));
  request.set_review_office(options.review_office);
  request.set_request_id(options.request_id);
  XINCE_ASSIGN_OR_RETURN(*request.mutable_party(), PartyOf(options.flags));
  lv::IssuedDocument document;
  XINCE_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "IssuePointsNotice"), request, document));
  return document;
}

void AddIssuePoints(Command& group) {
  const auto options = std::make_shared<PointsOptions>();
  Command issue = group.Add("issue-points", "a points notice for lines of a subject's file");
  issue.Argument("SUBJECT", options->subject, "firms/…, or a credit code")
      .Arguments("EVIDENCE", options->evidence, "pieces of evidence that the file counts")
      .Required("--review-office", options->review_office, "office that checks what is contested")
      .Option("--content", options->content, "what was found, in words; else item and day")
      .Option("--source", options->source, "where it is known from; else the issuers")
      .Option("--accepted-on", options->accepted_on, "day it was taken up, YYYY-MM-DD")
      .Option("--rectify-days", options->rectify_days, "days in which it is to be put right")
      .Option("--objection-days", options->objection_days, "working days to contest; 10 else")
      .Option("--request-id", options->request_id, "the same id gives the first answer again");
  AddParty(issue, options->flags);
  issue.Run([options](Session& session) { return Tell(session, Issue(session, *options)); });
}

}  // namespace

void AddDocuments(Command& app) {
  Command group = app.AddGroup("doc", "official documents");
  AddList(group);
  AddGet(group);
  AddVerify(group);
  AddVoid(group);
  AddIssuePoints(group);
  AddRender(group);
}

}  // namespace xince::cli
