#include "services/apps/xince/case_flags.h"

#include <algorithm>
#include <variant>

#include "services/apps/xince/command.h"

namespace xince::cli {
namespace {

using policy::v1::CaseStep;

using Place = std::variant<std::string StepFlags::*,
                           std::vector<std::string> StepFlags::*,
                           uint64_t StepFlags::*,
                           bool StepFlags::*>;

// An option, and the records it is part of; none: it stands behind every step.
struct Flag {
  const char* name;
  Place place;
  const char* description;
  Records records;
};

std::vector<Flag> PartyFlags() {
  return {
      {"--as", &StepFlags::as, "recorder, officer, decider, subject or court", {}},
      {"--person", &StepFlags::person, "who takes the step, by name", {}},
      {"--office", &StepFlags::office, "the office", {}},
      {"--level", &StepFlags::level, "national, province, city, district, street, community", {}},
      {"--division", &StepFlags::division, "division of the office", {}},
      {"--details",
       &StepFlags::details,
       "file with what the step records, JSON of StepDetails",
       {}},
  };
}

std::vector<Flag> ProcessFlags() {
  using S = CaseStep;
  const Records papers = {S::SERVICE,
                          S::WAIVER,
                          S::ORDER,
                          S::HEARING,
                          S::MANDATE,
                          S::REPAIR_APPLICATION,
                          S::FOLLOW_UP,
                          S::INFORMATION};
  return {
      {"--reason",
       &StepFlags::reason,
       "reasons",
       {S::PROPOSAL, S::NOTICE, S::DECISION, S::REASONS, S::CONTACTS}},
      {"--fact", &StepFlags::facts, "evidence a proposal rests on", {S::PROPOSAL}},
      {"--criterion", &StepFlags::criteria, "CRITERION=EVIDENCE,EVIDENCE", {S::PROPOSAL}},
      {"--measure-kind", &StepFlags::measures, "kinds of effect, where not all", {S::PROPOSAL}},
      {"--months", &StepFlags::months, "months the entry shall last", {S::PROPOSAL}},
      {"--contact",
       &StepFlags::contacts,
       "LEVEL=NAME who follows it up",
       {S::PROPOSAL, S::CONTACTS, S::FOLLOW_UP}},
      {"--basis", &StepFlags::basis, "basis, in a notice", {S::NOTICE}},
      {"--measure", &StepFlags::measure, "what is intended, in a notice", {S::NOTICE}},
      {"--rights", &StepFlags::rights, "rights, in a notice", {S::NOTICE}},
      {"--time-limits", &StepFlags::time_limits, "time limits, in a notice", {S::NOTICE}},
      {"--method",
       &StepFlags::method,
       "of a service: in-person, left, mail, electronic, public-notice, entrusted; of a follow-up: "
       "visit, talk, stationed, inspection, remote",
       {S::SERVICE, S::FOLLOW_UP}},
      {"--receiver", &StepFlags::receiver, "to whom it was served", {S::SERVICE}},
      {"--convened", &StepFlags::convened, "day a hearing was convened", {S::HEARING}},
      {"--day",
       &StepFlags::day,
       "day of the service, hearing, inspection, visit or correction",
       {S::SERVICE,
        S::HEARING,
        S::ACCEPTANCE,
        S::REPAIR_APPLICATION,
        S::FOLLOW_UP,
        S::INFORMATION}},
      {"--next-on", &StepFlags::next_on, "day of the next follow-up", {S::FOLLOW_UP}},
      {"--proof", &StepFlags::proof, "title of the proof, order, minutes or mandate", papers},
      {"--proof-number", &StepFlags::proof_number, "its number", papers},
      {"--proof-date", &StepFlags::proof_date, "its date", papers},
      {"--point",
       &StepFlags::points,
       "a point of a statement or objection",
       {S::STATEMENT, S::OBJECTION_GROUNDS}},
      {"--received-on",
       &StepFlags::received_on,
       "day a statement came in; the day it is recorded where none is given",
       {S::STATEMENT}},
      {"--asks-hearing", &StepFlags::asks_hearing, "a hearing is asked for", {S::STATEMENT}},
      {"--lifts",
       &StepFlags::lifts,
       "number of the court's order that a resuming one lifts, where several stand",
       {S::ORDER}},
      {"--answer", &StepFlags::answers, "POINT:adopted|rejected:REASONS", {S::ANSWERS}},
  };
}

std::vector<Flag> OutcomeFlags() {
  using S = CaseStep;
  return {
      {"--confirm",
       &StepFlags::confirm,
       "name of the case: it was read as it is now",
       {S::DECISION}},
      {"--hash", &StepFlags::hash, "hash of the case as it was read", {S::DECISION}},
      {"--remedies", &StepFlags::remedies, "how the decision may be contested", {S::DECISION}},
      {"--effective-on", &StepFlags::effective_on, "day a decision takes effect", {S::DECISION}},
      {"--document-number",
       &StepFlags::document_number,
       "number of the decision as printed",
       {S::DECISION}},
      {"--keeps", &StepFlags::keeps, "points a repaired line keeps", {S::DECISION}},
      {"--void", &StepFlags::voids, "evidence that counts no more", {S::DECISION}},
      {"--amend", &StepFlags::amends, "EVIDENCE=POINTS decided instead", {S::DECISION}},
      {"--text", &StepFlags::text, "text published", {S::PUBLICATION, S::INFORMATION}},
      {"--place", &StepFlags::place, "where it is published", {S::PUBLICATION}},
      {"--until", &StepFlags::until, "last day of an order to rectify", {S::RECTIFICATION}},
      {"--what", &StepFlags::what, "what is to be rectified", {S::RECTIFICATION}},
      {"--met", &StepFlags::met, "an inspection found it met", {S::ACCEPTANCE}},
      {"--not-met", &StepFlags::not_met, "an inspection found it not met", {S::ACCEPTANCE}},
      {"--findings",
       &StepFlags::findings,
       "what an inspection or a visit found",
       {S::ACCEPTANCE, S::FOLLOW_UP}},
      {"--ground",
       &StepFlags::grounds,
       "facts, rule, subject or procedure",
       {S::OBJECTION_GROUNDS}},
      {"--new-fact",
       &StepFlags::new_facts,
       "a fact that was not known before",
       {S::OBJECTION_GROUNDS}},
      {"--duties-done", &StepFlags::duties_done, "all duties are done", {S::REPAIR_APPLICATION}},
      {"--pledge", &StepFlags::pledge, "title of the public pledge", {S::REPAIR_APPLICATION}},
      {"--opinion", &StepFlags::opinions, "BODY:DATE:agrees|objects", {S::MANDATE}},
      {"--told",
       &StepFlags::told,
       "who is told again: receiver=NAME, place=NAME, consumer=NAME",
       {S::INFORMATION}},
      {"--how", &StepFlags::how, "how they are told again", {S::INFORMATION}},
  };
}

// Adds an option by the kind of its value.
struct Adder {
  Command& command;
  StepFlags& flags;
  const Flag& flag;

  void operator()(std::string StepFlags::*place) const {
    command.Option(flag.name, flags.*place, flag.description);
  }
  void operator()(uint64_t StepFlags::*place) const {
    command.Option(flag.name, flags.*place, flag.description);
  }
  void operator()(std::vector<std::string> StepFlags::*place) const {
    command.Options(flag.name, flags.*place, flag.description);
  }
  void operator()(bool StepFlags::*place) const {
    command.Flag(flag.name, flags.*place, flag.description);
  }
};

bool BelongsTo(const Flag& flag, const Records& records) {
  return flag.records.empty() || records.empty() ||
         std::find_first_of(
             records.begin(), records.end(), flag.records.begin(), flag.records.end()) !=
             records.end();
}

}  // namespace

void AddStepFlags(Command& command,
                  StepFlags& flags,
                  const std::string& as,
                  const Records& records) {
  flags.as = as;
  for (const auto& some : {PartyFlags(), ProcessFlags(), OutcomeFlags()}) {
    for (const Flag& flag : some) {
      if (BelongsTo(flag, records)) std::visit(Adder{command, flags, flag}, flag.place);
    }
  }
}

}  // namespace xince::cli
