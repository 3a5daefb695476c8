#include "services/apps/xince/case_details.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"

#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/decimal.h"

namespace xince::cli {
namespace {

namespace lv = ::xince::listing::v1;
using policy::v1::CaseStep;

absl::Status Wrong(const std::string& flag, const std::string& given, const std::string& expected) {
  return runtime::InvalidArgument("CASE_FLAGS",
                                  flag,
                                  absl::StrCat("--", flag, " is ", expected),
                                  absl::StrCat("--", flag, " 应为 ", expected),
                                  {{"given", given}, {"expected", expected}});
}

// `more-inspections` as MORE_INSPECTIONS.
std::string EnumWord(const std::string& written) {
  return absl::StrReplaceAll(absl::AsciiStrToUpper(written), {{"-", "_"}});
}

type::v1::Document PaperOf(const StepFlags& flags) {
  type::v1::Document document;
  document.set_title(flags.proof);
  document.set_number(flags.proof_number);
  document.set_issue_date(flags.proof_date);
  return document;
}

// `left=right`, the right side empty without the sign.
std::pair<std::string, std::string> Pair(const std::string& written) {
  return absl::StrSplit(written, absl::MaxSplits('=', 1));
}

absl::StatusOr<int64_t> PointsIn(const std::string& flag, const std::string& written) {
  const auto points = policy::ParseHundredths(written);
  if (!points.has_value()) return Wrong(flag, written, "a number such as -2.5");
  return *points;
}

absl::Status FillContacts(const StepFlags& flags,
                          google::protobuf::RepeatedPtrField<lv::Contact>& contacts) {
  for (const std::string& written : flags.contacts) {
    const auto [level, name] = Pair(written);
    type::v1::Level of = type::v1::LEVEL_UNSPECIFIED;
    if (!type::v1::Level_Parse(absl::StrCat("LEVEL_", EnumWord(level)), &of))
      return Wrong("contact", written, "LEVEL=NAME");
    auto& contact = *contacts.Add();
    contact.set_level(of);
    contact.set_name(name);
  }
  return absl::OkStatus();
}

absl::Status FillProposal(const StepFlags& flags, lv::Proposal& proposal) {
  proposal.set_reasons(flags.reason);
  proposal.set_months(static_cast<uint32_t>(flags.months));
  for (const std::string& fact : flags.facts) proposal.add_facts()->set_evidence(fact);
  for (const std::string& written : flags.criteria) {
    const auto [id, evidence] = Pair(written);
    auto& criterion = *proposal.add_criteria();
    criterion.set_criterion(id);
    for (const absl::string_view one : absl::StrSplit(evidence, ',', absl::SkipEmpty()))
      criterion.add_evidence(std::string(one));
  }
  for (const std::string& written : flags.measures) {
    policy::v1::ListEffect::Kind kind = policy::v1::ListEffect::KIND_UNSPECIFIED;
    if (!policy::v1::ListEffect::Kind_Parse(EnumWord(written), &kind))
      return Wrong("measure-kind", written, "a kind of effect such as exclusion");
    proposal.add_measures(kind);
  }
  return FillContacts(flags, *proposal.mutable_contacts());
}

absl::Status FillFollowUp(const StepFlags& flags, lv::FollowUp& log) {
  google::protobuf::RepeatedPtrField<lv::Contact> contacts;
  XINCE_RETURN_IF_ERROR(FillContacts(flags, contacts));
  if (contacts.size() != 1)
    return Wrong("contact", absl::StrCat(contacts.size()), "LEVEL=NAME, once");
  *log.mutable_contact() = contacts[0];
  lv::FollowUp::Method method = lv::FollowUp::METHOD_UNSPECIFIED;
  if (!flags.method.empty() && !lv::FollowUp::Method_Parse(EnumWord(flags.method), &method))
    return Wrong("method", flags.method, "visit, talk, stationed, inspection, remote");
  log.set_method(method);
  log.set_held_on(flags.day);
  log.set_findings(flags.findings);
  log.set_next_on(flags.next_on);
  if (!flags.proof.empty()) *log.add_documents() = PaperOf(flags);
  return absl::OkStatus();
}

absl::Status FillService(const StepFlags& flags, lv::Service& service) {
  lv::Service::Method method = lv::Service::METHOD_UNSPECIFIED;
  if (!flags.method.empty() && !lv::Service::Method_Parse(EnumWord(flags.method), &method))
    return Wrong(
        "method", flags.method, "in-person, left, mail, electronic, public-notice, entrusted");
  service.set_method(method);
  service.set_day(flags.day);
  service.set_receiver(flags.receiver);
  *service.mutable_proof() = PaperOf(flags);
  return absl::OkStatus();
}

absl::Status FillAnswers(const StepFlags& flags, lv::Answers& answers) {
  for (const std::string& written : flags.answers) {
    const std::vector<std::string> parts = absl::StrSplit(written, absl::MaxSplits(':', 2));
    uint32_t point = 0;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &point) ||
        (parts[1] != "adopted" && parts[1] != "rejected"))
      return Wrong("answer", written, "POINT:adopted|rejected:REASONS");
    auto& answer = *answers.add_answers();
    answer.set_point(point);
    answer.set_adopted(parts[1] == "adopted");
    answer.set_reasons(parts[2]);
  }
  return absl::OkStatus();
}

absl::Status FillDecision(const StepFlags& flags, lv::Decision& decision) {
  decision.set_read_hash(flags.hash);
  decision.set_reasons(flags.reason);
  decision.set_remedies(flags.remedies);
  decision.set_effective_on(flags.effective_on);
  decision.set_document_number(flags.document_number);
  for (const std::string& evidence : flags.voids) {
    auto& amendment = *decision.add_amendments();
    amendment.set_evidence(evidence);
    amendment.set_voided(true);
  }
  for (const std::string& written : flags.amends) {
    const auto [evidence, points] = Pair(written);
    auto& amendment = *decision.add_amendments();
    amendment.set_evidence(evidence);
    XINCE_ASSIGN_OR_RETURN(const int64_t given, PointsIn("amend", points));
    amendment.set_given_points_hundredths(given);
  }
  if (!flags.keeps.empty()) {
    XINCE_ASSIGN_OR_RETURN(const int64_t keeps, PointsIn("keeps", flags.keeps));
    decision.set_repaired_points_hundredths(keeps);
  }
  return absl::OkStatus();
}

absl::Status FillObjection(const StepFlags& flags, lv::Objection& objection) {
  for (const std::string& written : flags.grounds) {
    lv::Objection::Ground ground = lv::Objection::GROUND_UNSPECIFIED;
    if (!lv::Objection::Ground_Parse(EnumWord(written), &ground))
      return Wrong("ground", written, "facts, rule, subject or procedure");
    objection.add_grounds(ground);
  }
  for (const std::string& point : flags.points) objection.add_points(point);
  for (const std::string& fact : flags.new_facts) objection.add_new_facts(fact);
  return absl::OkStatus();
}

absl::Status FillMandate(const StepFlags& flags, lv::Mandate& mandate) {
  *mandate.mutable_document() = PaperOf(flags);
  for (const std::string& written : flags.opinions) {
    const std::vector<std::string> parts = absl::StrSplit(written, ':');
    if (parts.size() != 3 || (parts[2] != "agrees" && parts[2] != "objects"))
      return Wrong("opinion", written, "BODY:DATE:agrees|objects");
    auto& opinion = *mandate.add_opinions();
    opinion.set_body(parts[0]);
    opinion.set_given_on(parts[1]);
    opinion.set_agrees(parts[2] == "agrees");
  }
  return absl::OkStatus();
}

void FillNotice(const StepFlags& flags, lv::Notice& notice) {
  notice.set_reasons(flags.reason);
  notice.set_basis(flags.basis);
  notice.set_measure(flags.measure);
  notice.set_rights(flags.rights);
  notice.set_time_limits(flags.time_limits);
}

void FillRepair(const StepFlags& flags, lv::RepairApplication& repair) {
  repair.set_corrected_on(flags.day);
  if (!flags.proof.empty()) *repair.add_proofs() = PaperOf(flags);
  repair.set_duties_done(flags.duties_done);
  repair.mutable_pledge()->set_title(flags.pledge);
}

// Who is told again: those of one call in the same way, on one day, with one text.
absl::Status FillInformation(const StepFlags& flags, lv::Information& information) {
  for (const std::string& written : flags.told) {
    const auto [kind, who] = Pair(written);
    lv::ToldBefore::Kind of = lv::ToldBefore::KIND_UNSPECIFIED;
    if (who.empty() || !lv::ToldBefore::Kind_Parse(EnumWord(kind), &of))
      return Wrong("told", written, "receiver=NAME, place=NAME or consumer=NAME");
    lv::ToldAgain& told = *information.add_told();
    told.set_kind(of);
    told.set_who(who);
    told.set_how(flags.how);
    told.set_day(flags.day);
    if (of == lv::ToldBefore::PLACE) told.set_text(flags.text);
    if (!flags.proof.empty()) *told.mutable_proof() = PaperOf(flags);
  }
  return absl::OkStatus();
}

absl::StatusOr<lv::StepDetails> FromFile(const std::string& path) {
  XINCE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kDetailsBytesMax));
  lv::StepDetails details;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, &details);
  if (!parsed.ok()) return Wrong("details", std::string(parsed.message()), "JSON of StepDetails");
  return details;
}

// What is more than copying a text or two; the others are in DetailsOf.
absl::Status Fill(CaseStep::Record record, const StepFlags& flags, lv::StepDetails& details) {
  switch (record) {
    case CaseStep::PROPOSAL:
      return FillProposal(flags, *details.mutable_proposal());
    case CaseStep::SERVICE:
      return FillService(flags, *details.mutable_service());
    case CaseStep::ANSWERS:
      return FillAnswers(flags, *details.mutable_answers());
    case CaseStep::DECISION:
      return FillDecision(flags, *details.mutable_decision());
    case CaseStep::OBJECTION_GROUNDS:
      return FillObjection(flags, *details.mutable_objection());
    case CaseStep::FOLLOW_UP:
      return FillFollowUp(flags, *details.mutable_follow_up());
    case CaseStep::CONTACTS:
      details.mutable_contacts()->set_reasons(flags.reason);
      return FillContacts(flags, *details.mutable_contacts()->mutable_contacts());
    case CaseStep::INFORMATION:
      return FillInformation(flags, *details.mutable_information());
    case CaseStep::MANDATE:
      return FillMandate(flags, *details.mutable_mandate());
    case CaseStep::NOTICE:
      FillNotice(flags, *details.mutable_notice());
      break;
    case CaseStep::REPAIR_APPLICATION:
      FillRepair(flags, *details.mutable_repair());
      break;
    case CaseStep::ACCEPTANCE:
      details.mutable_acceptance()->set_met(flags.met && !flags.not_met);
      details.mutable_acceptance()->set_inspected_on(flags.day);
      details.mutable_acceptance()->set_findings(flags.findings);
      break;
    case CaseStep::STATEMENT:
      for (const std::string& point : flags.points) details.mutable_statement()->add_points(point);
      details.mutable_statement()->set_asks_hearing(flags.asks_hearing);
      details.mutable_statement()->set_received_on(flags.received_on);
      break;
    case CaseStep::HEARING:
      details.mutable_hearing()->set_convened_on(flags.convened);
      details.mutable_hearing()->set_held_on(flags.day);
      *details.mutable_hearing()->mutable_minutes() = PaperOf(flags);
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<lv::StepParty> PartyOf(const StepFlags& flags) {
  lv::StepParty party;
  CaseStep::Party part = CaseStep::PARTY_UNSPECIFIED;
  if (!CaseStep::Party_Parse(EnumWord(flags.as), &part) || part == CaseStep::PARTY_UNSPECIFIED)
    return Wrong("as", flags.as, "recorder, officer, decider, subject or court");
  party.set_part(part);
  party.set_person(flags.person);
  party.set_office(flags.office);
  party.set_division(flags.division);
  if (flags.level.empty()) return party;
  type::v1::Level level = type::v1::LEVEL_UNSPECIFIED;
  if (!type::v1::Level_Parse(absl::StrCat("LEVEL_", EnumWord(flags.level)), &level))
    return Wrong("level", flags.level, "national, province, city, district, street or community");
  party.set_level(level);
  return party;
}

absl::StatusOr<lv::StepDetails> DetailsOf(CaseStep::Record record, const StepFlags& flags) {
  if (!flags.details.empty()) {
    XINCE_ASSIGN_OR_RETURN(lv::StepDetails details, FromFile(flags.details));
    if (details.has_decision() && details.decision().read_hash().empty())
      details.mutable_decision()->set_read_hash(flags.hash);
    return details;
  }
  lv::StepDetails details;
  switch (record) {
    case CaseStep::WAIVER:
      *details.mutable_waiver()->mutable_document() = PaperOf(flags);
      return details;
    case CaseStep::ORDER:
      *details.mutable_order()->mutable_document() = PaperOf(flags);
      details.mutable_order()->set_lifts(flags.lifts);
      return details;
    case CaseStep::PUBLICATION:
      details.mutable_publication()->set_place(flags.place);
      details.mutable_publication()->set_text(flags.text);
      return details;
    case CaseStep::RECTIFICATION:
      details.mutable_rectification()->set_until(flags.until);
      details.mutable_rectification()->set_what(flags.what);
      return details;
    case CaseStep::REASONS:
      details.mutable_reasons()->set_text(flags.reason);
      return details;
    default:
      XINCE_RETURN_IF_ERROR(Fill(record, flags, details));
      return details;
  }
}

}  // namespace xince::cli
