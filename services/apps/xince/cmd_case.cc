#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "xince/listing/v1/listing.pb.h"

#include "services/apps/xince/case_details.h"
#include "services/apps/xince/case_tables.h"
#include "services/apps/xince/case_verbs.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"
#include "services/runtime/errors.h"

// `xince case`, `xince objection`, `xince repair`: cases, step by step.
namespace xince::cli {
namespace {

namespace lv = ::xince::listing::v1;
using policy::v1::CaseStep;

constexpr char kService[] = "xince.listing.v1.ListingService/";

// `2026-7` as `cases/2026-7`.
std::string CaseNameOf(const std::string& written) {
  return absl::StartsWith(written, "cases/") ? written : absl::StrCat("cases/", written);
}

// A step on the command line: the case, and what stands behind it.
struct Asked {
  std::string subject, target, name, step, request_id;
  StepFlags flags;
};

absl::StatusOr<lv::Case> Read(Session& session, const std::string& name) {
  lv::GetCaseRequest request;
  request.set_case_(CaseNameOf(name));
  lv::Case read;
  XINCE_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "GetCase"), request, read));
  return read;
}

// What is missing for a step is told guard by guard.
int RefuseStep(const absl::Status& status) {
  const std::string missing = MissingText(runtime::ToProblem(status));
  if (missing.empty()) return Refuse(status);
  std::cerr << missing;
  return kExitRefused;
}

int Tell(Session& session, const absl::StatusOr<lv::Case>& of) {
  if (!of.ok()) return RefuseStep(of.status());
  if (session.json()) {
    PrintJson(*of);
  } else {
    std::cout << CaseText(*of);
  }
  return kExitDone;
}

// What is asked of a decision besides its words: that the case was read as it is.
absl::Status ReadAsItIs(const lv::Case& of, const StepFlags& flags, lv::StepDetails& details) {
  if (!details.has_decision()) return absl::OkStatus();
  lv::Decision& decision = *details.mutable_decision();
  if (decision.read_hash().empty()) {
    if (flags.confirm.empty() || CaseNameOf(flags.confirm) != of.name()) {
      return runtime::InvalidArgument(
          "CASE_FLAGS",
          "confirm",
          absl::StrCat("read the case first: --confirm=", of.name(), " or --hash=HASH"),
          absl::StrCat("请先阅读案卷:--confirm=", of.name(), " 或 --hash=案卷摘要"),
          {{"case", of.name()}});
    }
    decision.set_read_hash(of.hash());
  }
  if (decision.read_revision() == 0) decision.set_read_revision(of.revision());
  return absl::OkStatus();
}

// The first of these steps that the case's state has; the first of all when it has none.
const lv::NextStep* FindStep(const lv::Case& of, const std::vector<std::string>& steps) {
  for (const std::string& step : steps) {
    const auto found = std::find_if(
        of.next().begin(), of.next().end(), [&](const auto& next) { return next.step() == step; });
    if (found != of.next().end()) return &*found;
  }
  return nullptr;
}

absl::StatusOr<lv::Case> Take(Session& session,
                              const Asked& asked,
                              const std::vector<std::string>& steps) {
  XINCE_ASSIGN_OR_RETURN(const lv::Case read, Read(session, asked.name));
  const lv::NextStep* next = FindStep(read, steps);
  lv::TakeStepRequest request;
  request.set_case_(read.name());
  request.set_request_id(asked.request_id);
  // The server says why a step that is not there may not be taken.
  request.set_step(next == nullptr ? steps.front() : next->step());
  const auto record = next == nullptr ? CaseStep::RECORD_UNSPECIFIED : next->record();
  XINCE_ASSIGN_OR_RETURN(*request.mutable_party(), PartyOf(asked.flags));
  XINCE_ASSIGN_OR_RETURN(lv::StepDetails details, DetailsOf(record, asked.flags));
  XINCE_RETURN_IF_ERROR(ReadAsItIs(read, asked.flags, details));
  if (details.details_case() != lv::StepDetails::DETAILS_NOT_SET)
    *request.mutable_details() = std::move(details);
  lv::Case taken;
  XINCE_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "TakeStep"), request, taken));
  return taken;
}

absl::StatusOr<lv::Case> Open(Session& session, const Asked& asked, lv::Opening opening) {
  lv::ListDefinitionsResponse definitions;
  XINCE_RETURN_IF_ERROR(session.Call(
      absl::StrCat(kService, "ListDefinitions"), lv::ListDefinitionsRequest(), definitions));
  // The list says by which procedure.
  for (const lv::Definition& list : definitions.lists()) {
    if (opening.procedure().empty() && list.id() == opening.list())
      opening.set_procedure(list.terms().procedure());
  }
  auto record = CaseStep::RECORD_UNSPECIFIED;
  for (const auto& procedure : definitions.procedures()) {
    if (procedure.id() != opening.procedure()) continue;
    for (const auto& step : procedure.steps()) {
      if (step.from().empty()) record = step.record();
    }
  }
  lv::OpenCaseRequest request;
  *request.mutable_opening() = std::move(opening);
  request.set_request_id(asked.request_id);
  XINCE_ASSIGN_OR_RETURN(*request.mutable_party(), PartyOf(asked.flags));
  XINCE_ASSIGN_OR_RETURN(lv::StepDetails details, DetailsOf(record, asked.flags));
  if (details.details_case() != lv::StepDetails::DETAILS_NOT_SET)
    *request.mutable_details() = std::move(details);
  lv::Case opened;
  XINCE_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "OpenCase"), request, opened));
  return opened;
}

lv::Opening OpeningOf(const Asked& asked) {
  lv::Opening opening;
  opening.set_procedure(asked.flags.procedure);
  opening.set_subject(SubjectName(asked.subject));
  opening.set_list(asked.flags.list);
  opening.set_matter(asked.flags.matter);
  if (asked.target.empty()) return opening;
  lv::Target& target = *opening.mutable_target();
  target.set_step(asked.step);
  if (absl::StartsWith(asked.target, "cases/")) {
    target.set_case_(asked.target);
  } else if (asked.target.size() == 10 && asked.target[4] == '-') {
    target.set_standing_day(asked.target);
  } else {
    target.set_evidence(asked.target);
  }
  return opening;
}

// The commands of a group that take a step.
void AddVerbs(Command& group, const std::string& name) {
  for (const CaseVerb& verb : CaseVerbs()) {
    if (verb.group != name) continue;
    const auto asked = std::make_shared<Asked>();
    Command command = group.Add(verb.name, verb.description);
    command.Argument("CASE", asked->name, "cases/YEAR-NUMBER, or YEAR-NUMBER")
        .Option("--request-id", asked->request_id, "the same id gives the first answer again");
    AddStepFlags(command, asked->flags, verb.as, verb.records);
    command.Run([asked, steps = verb.steps](Session& session) {
      return Tell(session, Take(session, *asked, steps));
    });
  }
}

// A command that opens a case about a target by a procedure.
void AddFiling(Command& group,
               const std::string& name,
               const std::string& description,
               const std::string& procedure,
               CaseStep::Record record) {
  const auto asked = std::make_shared<Asked>();
  Command command = group.Add(name, description);
  command.Argument("SUBJECT", asked->subject, "firms/…, managers/…; a bare credit code is a firm")
      .Argument("TARGET", asked->target, "evidence id, cases/YEAR-NUMBER, or the day of a standing")
      .Option("--of-step", asked->step, "with a case: the step that is contested")
      .Option("--request-id", asked->request_id, "the same id gives the first answer again");
  AddStepFlags(command, asked->flags, "subject", {record});
  asked->flags.procedure = procedure;
  command.Run([asked](Session& session) {
    return Tell(session, Open(session, *asked, OpeningOf(*asked)));
  });
}

struct Narrowing {
  std::string subject, list, due_until, page_token;
  int page_size = 50;
  bool open = false;
  bool facts_gone = false;
  bool all = false;
};

int List(Session& session, const Narrowing& narrowing, const std::string& procedure) {
  lv::ListCasesRequest request;
  if (!narrowing.subject.empty()) request.set_subject(SubjectName(narrowing.subject));
  request.set_list(narrowing.list);
  request.set_due_until(narrowing.due_until);
  request.set_open(narrowing.open);
  request.set_facts_gone(narrowing.facts_gone);
  request.set_page_size(narrowing.page_size);
  request.set_page_token(narrowing.page_token);
  lv::ListCasesResponse shown;
  while (true) {
    lv::ListCasesResponse page;
    const absl::Status status = session.Call(absl::StrCat(kService, "ListCases"), request, page);
    if (!status.ok()) return Refuse(status);
    shown.set_revision(page.revision());
    shown.set_next_page_token(page.next_page_token());
    for (lv::Case& of : *page.mutable_cases()) {
      if (procedure.empty() || of.opening().procedure() == procedure)
        *shown.add_cases() = std::move(of);
    }
    if (!narrowing.all || page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.json()) {
    PrintJson(shown);
    return kExitDone;
  }
  std::cout << CasesText(shown);
  if (!shown.next_page_token().empty())
    std::cerr << "还有更多: --page-token=" << shown.next_page_token() << " 或 --all\n";
  return kExitDone;
}

void AddReading(Command& group, const std::string& procedure) {
  const auto name = std::make_shared<std::string>();
  group.Add("get", "a case with its steps, deadlines and what may happen next")
      .Argument("CASE", *name, "cases/YEAR-NUMBER, or YEAR-NUMBER")
      .Run([name](Session& session) { return Tell(session, Read(session, *name)); });
  const auto narrowing = std::make_shared<Narrowing>();
  group.Add("list", "cases, newest first")
      .Option("--subject", narrowing->subject, "only about this subject")
      .Option("--list", narrowing->list, "only of this list")
      .Flag("--open", narrowing->open, "only those that are not ended")
      .Flag("--facts-gone", narrowing->facts_gone, "only open ones with a fact that counts no more")
      .Option("--due-until", narrowing->due_until, "only open ones with a deadline until this day")
      .Option("--page-size", narrowing->page_size, "cases of a page")
      .Option("--page-token", narrowing->page_token, "continues behind an earlier page")
      .Flag("--all", narrowing->all, "all pages")
      .Run([narrowing, procedure](Session& session) {
        return List(session, *narrowing, procedure);
      });
}

void AddOpening(Command& group) {
  const auto asked = std::make_shared<Asked>();
  Command open = group.Add("open", "opens a case by its procedure's opening step");
  open.Argument("PROCEDURE", asked->flags.procedure, "id of the procedure")
      .Argument("SUBJECT", asked->subject, "firms/…, managers/…; a bare credit code is a firm")
      .Option("--list", asked->flags.list, "the list")
      .Option("--target", asked->target, "evidence id, cases/YEAR-NUMBER, or the day of a standing")
      .Option("--matter", asked->flags.matter, "key of the matter")
      .Option("--request-id", asked->request_id, "the same id gives the first answer again");
  AddStepFlags(open, asked->flags, "recorder", {});
  open.Run([asked](Session& session) {
    return Tell(session, Open(session, *asked, OpeningOf(*asked)));
  });
  const auto proposed = std::make_shared<Asked>();
  Command propose = group.Add("propose", "proposes a subject for a list");
  propose.Argument("SUBJECT", proposed->subject, "a bare credit code is a firm")
      .Argument("LIST", proposed->flags.list, "id of the list")
      .Option("--matter", proposed->flags.matter, "key of the matter")
      .Option("--request-id", proposed->request_id, "the same id gives the first answer again");
  AddStepFlags(propose, proposed->flags, "recorder", {CaseStep::PROPOSAL});
  propose.Run([proposed](Session& session) {
    return Tell(session, Open(session, *proposed, OpeningOf(*proposed)));
  });
  const auto step = std::make_shared<Asked>();
  Command take = group.Add("step", "takes a step, by its id");
  take.Argument("CASE", step->name, "cases/YEAR-NUMBER, or YEAR-NUMBER")
      .Argument("STEP", step->step, "id of the step, as `next` names it")
      .Option("--request-id", step->request_id, "the same id gives the first answer again");
  AddStepFlags(take, step->flags, "officer", {});
  take.Run([step](Session& session) { return Tell(session, Take(session, *step, {step->step})); });
}

int Next(Session& session, const std::string& name) {
  const absl::StatusOr<lv::Case> read = Read(session, name);
  if (!read.ok() || session.json()) return Tell(session, read);
  std::cout << read->name() << " " << read->state_zh() << "\n" << NextText(*read);
  return kExitDone;
}

int Log(Session& session, const std::string& name) {
  const absl::StatusOr<lv::Case> read = Read(session, name);
  if (!read.ok() || session.json()) return Tell(session, read);
  std::cout << LogText(*read);
  return kExitDone;
}

}  // namespace

void AddCases(Command& app) {
  Command group = app.AddGroup("case", "cases: onto a list and off it, step by step");
  AddOpening(group);
  AddReading(group, "");
  const auto name = std::make_shared<std::string>();
  group.Add("next", "what may happen next, what is missing, and which deadlines run")
      .Argument("CASE", *name, "cases/YEAR-NUMBER, or YEAR-NUMBER")
      .Run([name](Session& session) { return Next(session, *name); });
  const auto logged = std::make_shared<std::string>();
  group.Add("log", "the follow-up log: who follows up, when, what was found, when again")
      .Argument("CASE", *logged, "cases/YEAR-NUMBER, or YEAR-NUMBER")
      .Run([logged](Session& session) { return Log(session, *logged); });
  AddVerbs(group, "case");
}

void AddObjections(Command& app) {
  Command group = app.AddGroup("objection", "objections to lines, entries and standings");
  AddFiling(group, "file", "files an objection", "objection", CaseStep::OBJECTION_GROUNDS);
  AddReading(group, "objection");
  AddVerbs(group, "objection");
}

void AddRepairs(Command& app) {
  Command group = app.AddGroup("repair", "repair of credit");
  AddFiling(group, "apply", "applies for repair", "repair", CaseStep::REPAIR_APPLICATION);
  AddReading(group, "repair");
  AddVerbs(group, "repair");
}

}  // namespace xince::cli
