#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"
#include "services/scoring/cases/case_book.h"
#include "services/scoring/cases/testing/fake_register.h"

// A hundred thousand commands by random principals, most of them wrong in some way. Whatever was
// accepted is judged again by what the journal says alone; and the journal is played back.
namespace xince::cases {
namespace {

using journal::v1::CaseEvent;
using listing::v1::StepDetails;
using listing::v1::StepParty;
using policy::v1::CaseStep;
using policy::v1::ListDefinition;
using policy::v1::ListEffect;
using type::Date;

constexpr int kCommands = 100'000;
constexpr int kCommandsPerDay = 400;
const char* const kFirms[] = {"firms/91350100M000100Y43",
                              "firms/91110105771583283D",
                              "firms/91110000802100433B",
                              "firms/91350100M000200YX8",
                              "firms/91350100M000300Y5M",
                              "firms/91350100M000400Y0X",
                              "firms/91350100M000500Y68",
                              "firms/91350100M000600Y1G",
                              "firms/91350100M000700Y7T",
                              "firms/91350100M000800Y23",
                              "firms/91350100M000900Y8D",
                              "firms/91350100M001000YXB"};
const Date kFirstDay = Date::FromCivil(2026, 1, 5);

// An entry of the journal: a step of a case, or a day.
struct Entry {
  bool day = false;
  Date today;
  CaseEvent event;
};

void Fill(FakeRegister& r) {
  for (const char* firm : kFirms) {
    r.subjects.insert(firm);
    for (int i = 0; i < 3; ++i) {
      r.facts[absl::StrCat(firm, "/e", i)] = {firm,
                                              FactSeen{.kind = "inspection.overdue-rectification",
                                                       .office = i == 0 ? "district" : "street",
                                                       .digest = std::string(64, '1'),
                                                       .occurred = Date::FromCivil(2025, 10, 1),
                                                       .determined = Date::FromCivil(2025, 10, 10),
                                                       .counts = true}};
      r.class_of[absl::StrCat(firm, "/e", i)] = "general";
    }
  }
  r.classes["general"] = {.min_months = 3, .max_months = 6, .published = true};
  const std::map<std::string, std::pair<std::string, ListDefinition::Effect>> lists = {
      {"blacklist", {"adverse-listing", ListDefinition::DEPRIVATION}},
      {"key-supervision", {"supervisory-listing", ListDefinition::SUPERVISION}},
      {"whitelist", {"favourable-listing", ListDefinition::FAVOUR}}};
  for (const auto& [id, how] : lists) {
    ListDefinition& list = r.lists[id];
    list.set_id(id);
    list.add_subjects("firm");
    list.set_basis(ListDefinition::LOCAL_REGULATION);
    list.set_effect(how.second);
    list.set_repair_class("general");
    list.mutable_terms()->set_procedure(how.first);
    list.mutable_terms()->set_deciding_level(type::v1::LEVEL_CITY);
    list.mutable_terms()->set_months(4);
    list.mutable_terms()->add_effects()->set_kind(ListEffect::EXCLUSION);
    auto& exit = *list.mutable_terms()->add_exits();
    exit.set_id("orders-met");
    exit.add_kinds("inspection.passed");
  }
  r.lists["whitelist"].mutable_terms()->set_quota(2);
  auto& watched = *r.lists["key-supervision"].mutable_terms();
  watched.add_contacts(type::v1::LEVEL_STREET);
  watched.mutable_follow_up()->set_count(1);
  watched.mutable_follow_up()->set_unit(policy::v1::CaseClock::MONTHS);
  // Passed on some days of the walk: what is in force before may leave.
  for (const char* firm : kFirms) {
    for (int i = 0; i < 3; ++i) {
      const Date passed = kFirstDay + 60 * (i + 1);
      r.facts[absl::StrCat(firm, "/passed", i)] = {firm,
                                                   FactSeen{.kind = "inspection.passed",
                                                            .occurred = passed,
                                                            .determined = passed,
                                                            .counts = true}};
    }
  }
}

class Walk {
 public:
  explicit Walk(uint32_t seed) : dice_(seed), book_(register_, register_) {
    Fill(register_);
    auto calendar = type::WorkingDays::Load("policies/national/working-days.txt");
    if (!calendar.ok()) std::abort();
    calendar_.emplace(*std::move(calendar));
  }

  void Run(int commands) {
    Day(kFirstDay);
    for (int i = 1; i <= commands; ++i) {
      Command();
      if (i % kCommandsPerDay == 0) Day(today_ + 1);
    }
  }

  const std::vector<Entry>& entries() const { return entries_; }
  const CaseBook& book() const { return book_; }
  int accepted() const { return accepted_; }
  const std::map<std::string, int>& refused() const { return refused_; }

 private:
  int Roll(int sides) { return static_cast<int>(dice_() % static_cast<uint32_t>(sides)); }
  bool Often() { return Roll(8) != 0; }

  void Day(Date day) {
    today_ = day;
    entries_.push_back({.day = true, .today = day});
    book_.OpenDay(day, nullptr);
    Clocks();
  }

  void Clocks() {
    while (true) {
      const auto due = book_.DueSteps(today_, *calendar_);
      if (due.empty()) return;
      for (const CaseEvent& event : due) Accept(event);
    }
  }

  void Accept(const CaseEvent& event) {
    const auto status = book_.Apply(event, today_, entries_.size(), 0, "walk", nullptr);
    ASSERT_TRUE(status.ok()) << status;
    entries_.push_back({.today = today_, .event = event});
  }

  void Command() {
    absl::StatusOr<CaseEvent> event = absl::UnknownError("");
    if (book_.all().empty() || Roll(20) == 0) {
      event = RandomOpening();
    } else {
      event = RandomStep();
    }
    if (!event.ok()) {
      ++refused_[runtime::ReasonOf(event.status())];
      return;
    }
    ++accepted_;
    Accept(*event);
    Clocks();
  }

  StepParty RandomParty() {
    static const std::pair<const char*, type::v1::Level> kOffices[] = {
        {"street", type::v1::LEVEL_STREET},
        {"district", type::v1::LEVEL_DISTRICT},
        {"city", type::v1::LEVEL_CITY}};
    StepParty party;
    party.set_part(static_cast<CaseStep::Party>(1 + Roll(5)));
    party.set_person(absl::StrCat("p", Roll(8)));
    const auto& office = kOffices[Roll(3)];
    party.set_office(office.first);
    party.set_level(office.second);
    return party;
  }

  // Mostly somebody of its own.
  void NameSubject(StepParty& party) {
    if (party.part() == CaseStep::SUBJECT && Roll(40) != 0) party.set_person("s");
  }

  absl::StatusOr<CaseEvent> RandomOpening() {
    static const char* const kProcedures[] = {
        "adverse-listing", "supervisory-listing", "favourable-listing", "objection", "repair"};
    static const char* const kLists[] = {"blacklist", "key-supervision", "whitelist"};
    const int which = Roll(5);
    listing::v1::Opening opening;
    opening.set_procedure(kProcedures[which]);
    opening.set_subject(kFirms[Roll(std::size(kFirms))]);
    opening.set_matter(absl::StrCat("m", Roll(40)));
    if (which < 3) {
      opening.set_list(kLists[Often() ? which : Roll(3)]);
    } else if (Often() || book_.all().empty()) {
      opening.mutable_target()->set_evidence(absl::StrCat(opening.subject(), "/e", Roll(3)));
    } else {
      opening.mutable_target()->set_case_(RandomCase()->name);
    }
    const auto procedure = register_.Find(opening.procedure(), today_).procedure;
    StepParty party = RandomParty();
    if (Often()) party.set_part(which < 3 ? CaseStep::RECORDER : CaseStep::SUBJECT);
    NameSubject(party);
    return book_.DecideOpen(
        opening,
        party,
        Details(procedure->steps()[procedure->opening()].record, nullptr, opening.subject()),
        today_,
        *calendar_);
  }

  std::shared_ptr<const CaseRecord> RandomCase() {
    // Younger ones more often: the old ones have ended.
    const int back = std::min<int>(Roll(Roll(60) + 1), static_cast<int>(book_.all().size()) - 1);
    return std::prev(book_.all().end(), back + 1)->second;
  }

  // Of a list and a subject one case at a time is prepared: it is met however old it is.
  std::shared_ptr<const CaseRecord> OpenListing() {
    std::vector<std::shared_ptr<const CaseRecord>> open;
    for (const auto& of : book_.OfSubject(kFirms[Roll(std::size(kFirms))]))
      if (of->list != nullptr && !of->ended()) open.push_back(of);
    return open.empty() ? RandomCase() : open[Roll(static_cast<int>(open.size()))];
  }

  absl::StatusOr<CaseEvent> RandomStep() {
    const auto record = Roll(2) == 0 ? OpenListing() : RandomCase();
    const auto& steps = record->procedure->steps();
    std::vector<int> fitting;
    for (size_t i = 0; i < steps.size(); ++i) {
      // Steps that end a case are easy to take: fewer of them let more cases go on.
      const bool ends = (steps[i].to != kNoIndex && record->procedure->Ended(steps[i].to)) ||
                        steps[i].Has(CaseStep::LEAVE_FORCE);
      const bool closes = steps[i].Asks(policy::v1::StepGuard::TOLD_AGAIN);
      if ((steps[i].from & Bit(record->view.state)) != 0 && (!ends || closes || Roll(30) == 0))
        fitting.push_back(static_cast<int>(i));
    }
    const int index = Often() && !fitting.empty() ? fitting[Roll(static_cast<int>(fitting.size()))]
                                                  : Roll(static_cast<int>(steps.size()));
    const StepRow& step = steps[index];
    StepParty party = RandomParty();
    if (Often()) {
      const auto& by = step.proto->by();
      party.set_part(static_cast<CaseStep::Party>(by[Roll(by.size())]));
    }
    NameSubject(party);
    return book_.DecideStep(record->name,
                            step.proto->id(),
                            party,
                            step.record == CaseStep::INFORMATION
                                ? Information(*record)
                                : Details(step.record, record.get(), record->opening.subject()),
                            0,
                            today_,
                            *calendar_);
  }

  // Mostly those who were told before, on some day.
  StepDetails Information(const CaseRecord& record) {
    StepDetails d;
    d.mutable_information();
    for (const auto& before : book_.ToldOfUndone(record)) {
      if (!Often()) continue;
      auto& told = *d.mutable_information()->add_told();
      told.set_kind(before.kind());
      told.set_who(Often() ? before.who() : "somebody");
      told.set_how("letter");
      told.set_day(SomeDay(2));
      told.set_text(Often() ? "corrected" : "");
    }
    return d;
  }

  type::v1::Document Paper() {
    type::v1::Document document;
    if (!Often()) return document;
    document.set_title("paper");
    document.set_number("1");
    document.set_issue_date("2026-01-05");
    return document;
  }

  std::string SomeDay(int back) { return FormatDate(today_ - Roll(back)); }

  StepDetails Details(CaseStep::Record record, const CaseRecord* of, const std::string& subject) {
    StepDetails d;
    switch (record) {
      case CaseStep::PROPOSAL:
        if (Often()) d.mutable_proposal()->set_reasons("reasons");
        d.mutable_proposal()->add_facts()->set_evidence(absl::StrCat(subject, "/e", Roll(4)));
        d.mutable_proposal()->add_contacts()->set_level(type::v1::LEVEL_STREET);
        d.mutable_proposal()->mutable_contacts(0)->set_name("chen");
        break;
      case CaseStep::NOTICE:
        d.mutable_notice()->set_reasons("r");
        d.mutable_notice()->set_basis("b");
        d.mutable_notice()->set_measure("m");
        if (Often()) d.mutable_notice()->set_rights("r");
        d.mutable_notice()->set_time_limits("t");
        break;
      case CaseStep::SERVICE:
        d.mutable_service()->set_method(static_cast<listing::v1::Service::Method>(1 + Roll(6)));
        d.mutable_service()->set_day(SomeDay(2));
        d.mutable_service()->set_receiver("firm");
        *d.mutable_service()->mutable_proof() = Paper();
        break;
      case CaseStep::STATEMENT:
        d.mutable_statement()->add_points("p");
        d.mutable_statement()->set_asks_hearing(Roll(4) == 0);
        break;
      case CaseStep::WAIVER:
        *d.mutable_waiver()->mutable_document() = Paper();
        break;
      case CaseStep::HEARING:
        d.mutable_hearing()->set_convened_on(SomeDay(5));
        d.mutable_hearing()->set_held_on(SomeDay(3));
        *d.mutable_hearing()->mutable_minutes() = Paper();
        break;
      case CaseStep::ANSWERS:
        for (uint32_t i = 1; of != nullptr && i <= of->points; ++i) {
          if (Often()) d.mutable_answers()->add_answers()->set_point(i);
        }
        if (!d.has_answers()) d.mutable_answers();
        break;
      case CaseStep::DECISION:
        d.mutable_decision()->set_read_hash(Often() && of != nullptr ? of->hash : "0");
        d.mutable_decision()->set_read_revision(of == nullptr ? 0 : of->revision());
        d.mutable_decision()->set_reasons("reasons");
        if (Often()) d.mutable_decision()->set_remedies("review");
        if (Roll(4) == 0) d.mutable_decision()->set_effective_on(FormatDate(today_ + Roll(9)));
        break;
      case CaseStep::PUBLICATION:
        d.mutable_publication()->set_place("site");
        d.mutable_publication()->set_text(Often() ? "text" : "11010519491231002X");
        break;
      case CaseStep::ORDER:
        *d.mutable_order()->mutable_document() = Paper();
        break;
      case CaseStep::RECTIFICATION:
        d.mutable_rectification()->set_until(FormatDate(today_ + Roll(20)));
        d.mutable_rectification()->set_what("w");
        break;
      default:
        MoreDetails(record, d);
    }
    return d;
  }

  void MoreDetails(CaseStep::Record record, StepDetails& d) {
    switch (record) {
      case CaseStep::ACCEPTANCE:
        d.mutable_acceptance()->set_met(Roll(2) == 0);
        d.mutable_acceptance()->set_inspected_on(FormatDate(today_));
        break;
      case CaseStep::OBJECTION_GROUNDS:
        if (Often()) d.mutable_objection()->add_grounds(listing::v1::Objection::FACTS);
        d.mutable_objection()->add_points("p");
        if (Roll(3) == 0) d.mutable_objection()->add_new_facts("n");
        break;
      case CaseStep::REPAIR_APPLICATION:
        d.mutable_repair()->set_corrected_on(SomeDay(20));
        d.mutable_repair()->set_duties_done(Often());
        *d.mutable_repair()->add_proofs() = Paper();
        *d.mutable_repair()->mutable_pledge() = Paper();
        break;
      case CaseStep::REASONS:
        d.mutable_reasons()->set_text(Often() ? "because" : "");
        if (Often()) d.mutable_reasons()->set_exit("orders-met");
        break;
      case CaseStep::FOLLOW_UP: {
        auto& log = *d.mutable_follow_up();
        log.mutable_contact()->set_level(type::v1::LEVEL_STREET);
        log.mutable_contact()->set_name(Often() ? "chen" : "lu");
        log.set_held_on(SomeDay(4));
        log.set_findings("findings");
        if (Roll(2) == 0) log.set_next_on(FormatDate(today_ + Roll(30)));
        break;
      }
      case CaseStep::CONTACTS: {
        auto& contact = *d.mutable_contacts()->add_contacts();
        contact.set_level(Often() ? type::v1::LEVEL_STREET : type::v1::LEVEL_CITY);
        contact.set_name(Often() ? "chen" : "lu");
        break;
      }
      case CaseStep::MANDATE:
        *d.mutable_mandate()->mutable_document() = Paper();
        break;
      default:
        break;
    }
  }

  std::mt19937 dice_;
  FakeRegister register_;
  std::optional<type::WorkingDays> calendar_;
  CaseBook book_;
  Date today_;
  std::vector<Entry> entries_;
  int accepted_ = 0;
  std::map<std::string, int> refused_;
};

// Judges an adverse case by its steps alone: what stands before the step that puts it in force.
std::string WrongWith(const CaseRecord& record) {
  const StepRecord* decision = nullptr;
  std::set<std::string> before;
  std::set<std::string> done;
  Date served = type::kDateMax;
  bool waived = false;
  uint32_t stated = 0;
  std::set<uint32_t> answered;
  for (const StepRecord& taken : record.steps) {
    const std::string id = record.procedure->proto().steps(taken.step).id();
    const StepDetails& details = taken.event.details();
    if (id == "propose" || id == "check") before.insert(taken.event.party().person());
    if (id == "serve-notice") served = taken.day;
    waived |= id == "waive";
    stated += details.statement().points_size();
    for (const auto& answer : details.answers().answers()) answered.insert(answer.point());
    if (id == "decide") {
      decision = &taken;
      if (before.contains(taken.event.party().person())) return "decided by who took part";
      if (taken.event.party().level() > type::v1::LEVEL_CITY) return "decided too low";
      if (!waived && taken.day < served + 10) return "decided within the window";
      if (answered.size() < stated) return "a point was not answered";
      if (details.decision().remedies().empty()) return "no remedies";
    }
    done.insert(id);
    if (id != "take-effect") continue;
    if (decision == nullptr) return "in force without a decision";
    for (const char* step :
         {"propose", "check", "write-notice", "serve-notice", "serve-decision", "publish"}) {
      if (!done.contains(step)) return absl::StrCat("in force without ", step);
    }
    const auto& effective = decision->event.details().decision().effective_on();
    if (!effective.empty() && FormatDate(taken.day) < effective) return "in force too early";
  }
  for (const Span& span : SpansPublished(record, record.revision())) {
    if (decision == nullptr) return "published without a decision";
    if (span.from < decision->day) return "published before the decision";
    if (span.until > AddMonths(decision->day, 6) && record.ended()) return "published too long";
  }
  if (record.ended() && (record.view.in_force || record.view.published)) return "effects left";
  return "";
}

// Judges what happened while an entry was in force: who followed it up, and why a rule ended it.
std::string WrongInForce(const CaseRecord& record) {
  std::string named = "chen";
  Date since = type::kDateMax;
  Date last = type::kDateMin;
  for (const StepRecord& taken : record.steps) {
    const StepRow& step = record.procedure->steps()[taken.step];
    const StepDetails& details = taken.event.details();
    if (step.Has(CaseStep::ENTER_FORCE)) since = taken.day;
    if (details.has_contacts()) named = details.contacts().contacts(0).name();
    if (details.has_follow_up()) {
      if (details.follow_up().contact().name() != named) return "followed up by somebody";
      if (taken.day < since || taken.day < last) return "followed up on another day";
      last = taken.day;
    }
    if (step.proto->id() == "leave-by-rule") {
      if (details.reasons().exit() != "orders-met") return "left without a condition";
      if (kFirstDay + 60 * 3 <= since) return "left although nothing happened";
    }
  }
  return "";
}

// Judges the end of what was undone, from the steps alone: everybody to whom the entry's papers went, and
// every place where it was shown, hears of it before the case ends, and nobody else does.
std::string WrongTold(const CaseRecord& record) {
  std::set<std::string> told;
  std::set<std::string> again;
  bool undone = false;
  for (const StepRecord& taken : record.steps) {
    const StepRow& step = record.procedure->steps()[taken.step];
    const StepDetails& details = taken.event.details();
    if (details.has_service()) told.insert(details.service().receiver());
    if (details.has_publication()) told.insert(details.publication().place());
    for (const auto& one : details.information().told()) {
      if (one.who() == "somebody") return "told who was not told before";
      again.insert(one.who());
    }
    undone |= step.Has(CaseStep::UNDO_DEPENDENT);
  }
  if (!undone) return again.empty() ? "" : "told again of nothing";
  if (!record.ended()) return "";
  return std::includes(again.begin(), again.end(), told.begin(), told.end())
             ? ""
             : "ended before everybody was told again";
}

// Most subjects that were on a list on one day.
int MostAtOnce(const CaseBook& book, const std::string& list) {
  std::map<Date, std::map<std::string, int>> changes;
  for (const auto& [key, record] : book.all()) {
    if (record->opening.list() != list) continue;
    for (const Span& span : SpansInForce(*record, record->revision())) {
      ++changes[span.from][record->opening.subject()];
      --changes[span.until][record->opening.subject()];
    }
  }
  int most = 0;
  std::map<std::string, int> now;
  for (const auto& [day, of_day] : changes) {
    for (const auto& [subject, change] : of_day) now[subject] += change;
    for (const auto& [subject, times] : now)
      EXPECT_LE(times, 1) << subject << " is on " << list << " twice on " << FormatDate(day);
    const auto on =
        std::count_if(now.begin(), now.end(), [](const auto& one) { return one.second > 0; });
    most = std::max(most, static_cast<int>(on));
  }
  return most;
}

TEST(RandomWalk, WhatIsAcceptedIsLawfulAndPlaysBack) {
  Walk walk(20261122);
  walk.Run(kCommands);
  EXPECT_GT(walk.accepted(), 5'000);
  for (const char* reason : {"GUARD_MISSING", "STEP_NOT_HERE", "STEP_DETAILS"})
    EXPECT_GT(walk.refused().count(reason), 0) << reason;

  int in_force = 0;
  std::set<std::string> states;
  std::set<std::string> steps;
  for (const auto& [key, record] : walk.book().all()) {
    states.insert(absl::StrCat(record->opening.procedure(),
                               "/",
                               record->procedure->proto().states(record->view.state).id()));
    for (const StepRecord& taken : record->steps)
      steps.insert(record->procedure->proto().steps(taken.step).id());
    EXPECT_EQ(WrongInForce(*record), "") << record->name;
    EXPECT_EQ(record->list == nullptr ? "" : WrongTold(*record), "") << record->name;
    if (record->opening.procedure() != "adverse-listing") continue;
    EXPECT_EQ(WrongWith(*record), "") << record->name;
    in_force += SpansInForce(*record, record->revision()).empty() ? 0 : 1;
  }
  EXPECT_GT(in_force, 10) << "the walk gets far enough to be worth judging";
  EXPECT_GT(states.size(), 20);
  for (const char* step :
       {"follow-up", "name-contacts", "leave-by-rule", "annul", "inform-again", "close"})
    EXPECT_THAT(steps, testing::Contains(step));
  EXPECT_LE(MostAtOnce(walk.book(), "whitelist"), 2) << "its quota";
  for (const char* list : {"blacklist", "key-supervision"})
    EXPECT_GT(MostAtOnce(walk.book(), list), 0) << list;

  FakeRegister again;
  Fill(again);
  CaseBook book(again, again);
  for (size_t i = 0; i < walk.entries().size(); ++i) {
    const Entry& entry = walk.entries()[i];
    if (entry.day) {
      book.OpenDay(entry.today, nullptr);
    } else {
      ASSERT_TRUE(book.Apply(entry.event, entry.today, i, 0, "walk", nullptr).ok());
    }
  }
  ASSERT_EQ(book.all().size(), walk.book().all().size());
  for (const auto& [key, record] : book.all()) {
    EXPECT_EQ(record->hash, walk.book().all().at(key)->hash);
    EXPECT_EQ(record->view, walk.book().all().at(key)->view);
  }
}

TEST(RandomWalk, TheJudgeSeesWhatIsUnlawful) {
  Walk walk(7);
  walk.Run(kCommands / 4);
  int judged = 0;
  for (const auto& [key, shared] : walk.book().all()) {
    if (shared->opening.procedure() != "adverse-listing") continue;
    if (SpansInForce(*shared, shared->revision()).empty()) continue;
    ++judged;
    CaseRecord record = *shared;
    for (StepRecord& taken : record.steps) {
      if (taken.event.has_details() && taken.event.details().has_decision())
        taken.event.mutable_party()->set_person(record.steps[0].event.party().person());
    }
    EXPECT_EQ(WrongWith(record), "decided by who took part");
    CaseRecord unserved = *shared;
    unserved.steps.erase(unserved.steps.begin());
    EXPECT_EQ(WrongWith(unserved), "in force without propose");
  }
  EXPECT_GT(judged, 0);
}

}  // namespace
}  // namespace xince::cases
