#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/cases/view.h"

// Visits every state that the shipped procedures can reach, with three officers of two offices, a
// subject, every outcome of every examination, and every clock running out at every moment; and asks in
// each what must never be. What is asked is kept by a monitor of its own, which looks at what happened
// and not at the guards: so taking a guard out of a table makes it speak.
namespace xince::cases {
namespace {

using policy::v1::CaseStep;
using policy::v1::StepGuard;

constexpr char kProcedures[] = "policies/national/procedures/2021-01-01.textproto";

policy::v1::Pack LoadProcedures() {
  std::ifstream file(kProcedures);
  std::stringstream text;
  text << file.rdbuf();
  policy::v1::Pack pack;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &pack));
  return pack;
}

const policy::v1::Procedure& ById(const policy::v1::Pack& pack, const std::string& id) {
  for (const auto& procedure : pack.procedures()) {
    if (procedure.id() == id) return procedure;
  }
  ADD_FAILURE() << "no procedure " << id;
  return pack.procedures(0);
}

// What the monitor has seen. It knows the meaning of steps by what they record and bring, not their
// guards.
struct Seen {
  Bits proposers = 0;
  Bits proposing_offices = 0;
  Bits checkers = 0;
  bool served = false;
  bool window = false;  // over, or waived
  bool open_points = false;
  bool hearing_owed = false;
  bool decided = false;
  bool lawful = false;
  bool decision_served = false;
  bool day_come = false;
  bool everybody_told = false;

  auto Key() const {
    return std::tie(proposers,
                    proposing_offices,
                    checkers,
                    served,
                    window,
                    open_points,
                    hearing_owed,
                    decided,
                    lawful,
                    decision_served,
                    day_come,
                    everybody_told);
  }
};

struct Node {
  View view;
  Seen seen;
};

// Only what some guard looks at tells states apart.
std::string KeyOf(const Procedure& procedure, const Node& node) {
  Bits persons = 0;
  Bits offices = 0;
  Bits done = 0;
  for (const StepRow& step : procedure.steps()) {
    for (const GuardRow& guard : step.guards) {
      if (guard.kind == StepGuard::OTHER_PERSON) persons |= guard.steps;
      if (guard.kind == StepGuard::OTHER_OFFICE) offices |= guard.steps;
      if (guard.kind == StepGuard::DONE) done |= guard.steps;
    }
  }
  const View& v = node.view;
  std::string key = absl::StrCat(v.state,
                                 ",",
                                 v.in_force,
                                 v.published,
                                 v.suspended,
                                 v.contested,
                                 v.repaired,
                                 v.points_open,
                                 v.waived,
                                 v.hearing_asked,
                                 v.hearing_held,
                                 v.rectified,
                                 ",",
                                 v.taken & done);
  for (const ClockStatus clock : v.clocks) absl::StrAppend(&key, static_cast<int>(clock));
  for (int i = 0; i < kStepsMax; ++i) {
    if ((persons & Bit(i)) != 0) absl::StrAppend(&key, "p", v.persons[i]);
    if ((offices & Bit(i)) != 0) absl::StrAppend(&key, "o", v.offices[i]);
  }
  const Seen& s = node.seen;
  absl::StrAppend(&key,
                  "|",
                  s.proposers,
                  ",",
                  s.proposing_offices,
                  ",",
                  s.checkers,
                  ",",
                  s.served,
                  s.window,
                  s.open_points,
                  s.hearing_owed,
                  s.decided,
                  s.lawful,
                  s.decision_served,
                  s.day_come,
                  s.everybody_told,
                  v.undone);
  return key;
}

struct Officer {
  int person;
  int office;
};
constexpr Officer kOfficers[] = {{0, 0}, {1, 0}, {2, 1}};
constexpr Officer kSubject = {3, -1};

// What an examination may find wrong, one at a time: if one alone can do harm, this finds it.
constexpr StepGuard::Kind kFindings[] = {
    StepGuard::CRITERIA_MET,       StepGuard::BASIS_PERMITTED,
    StepGuard::BASIS_IN_FORCE,     StepGuard::MEASURE_ALLOWED,
    StepGuard::DECIDING_LEVEL,     StepGuard::NOTICE_COMPLETE,
    StepGuard::SERVICE_PROVED,     StepGuard::PUBLISHABLE,
    StepGuard::NO_PERSONAL_DATA,   StepGuard::READ_AS_IT_IS,
    StepGuard::REMEDIES_STATED,    StepGuard::EFFECTIVE_DAY_COME,
    StepGuard::LIST_TAKES,         StepGuard::OUTCOME_PROPOSES,
    StepGuard::GROUNDS_NAMED,      StepGuard::OTHER_OFFICE_THAN_CONTESTED,
    StepGuard::TOLD_AGAIN,         StepGuard::INFORMATION_PROVED,
    StepGuard::FOLLOW_UP_IN_ORDER, StepGuard::CONTACTS_NAMED,
    StepGuard::EXIT_HOLDS,
};

class Explorer {
 public:
  Explorer(const Procedure& procedure, bool adverse) : procedure_(procedure), adverse_(adverse) {}

  // Everything that must never be and can be reached, with a way to it.
  std::set<std::string> Explore(bool until_first = false) {
    Push({}, Node{}, "");
    while (!queue_.empty() && !(until_first && !wrong_.empty())) {
      const auto [node, way] = queue_.front();
      queue_.pop_front();
      const bool moves = Expand(node, way);
      if (node.view.opened()) CheckCanBeUndone(node, way);
      if (node.view.opened() && !procedure_.Ended(node.view.state) && !moves)
        Report("an open case without a next step or a clock", way);
    }
    return wrong_;
  }

  size_t states() const { return visited_.size(); }
  const std::set<std::string>& reached() const { return reached_; }

 private:
  bool Expand(const Node& node, const std::string& way) {
    bool moves = false;
    for (size_t i = 0; i < procedure_.steps().size(); ++i) {
      for (int part = CaseStep::RECORDER; part <= CaseStep::RULE; ++part)
        moves |= TakeBy(node, way, static_cast<StepIndex>(i), static_cast<CaseStep::Party>(part));
    }
    for (size_t i = 0; i < procedure_.clocks().size(); ++i) {
      if (node.view.clocks[i] != ClockStatus::kRunning) continue;
      if (node.view.suspended && procedure_.clocks()[i].rests) continue;
      moves |= Pass(node, way, static_cast<ClockIndex>(i));
    }
    return moves;
  }

  bool TakeBy(const Node& node, const std::string& way, StepIndex step, CaseStep::Party part) {
    bool moves = false;
    if (part == CaseStep::SUBJECT || part == CaseStep::COURT) {
      moves |= TakeAs(node, way, step, part, kSubject);
    } else if (part == CaseStep::RULE) {
      moves |= TakeAs(node, way, step, part, {-1, -1});
    } else {
      for (const Officer& officer : kOfficers) moves |= TakeAs(node, way, step, part, officer);
    }
    return moves;
  }

  bool TakeAs(const Node& node,
              const std::string& way,
              StepIndex step,
              CaseStep::Party part,
              const Officer& officer) {
    Attempt attempt{.step = step,
                    .part = part,
                    .person = officer.person,
                    .office = officer.office,
                    .shown = ~Bits{0}};
    if (Fits(procedure_, node.view, attempt) != Refusal::kNone) return false;
    bool moves = false;
    for (const bool flag : {false, true}) {
      attempt.asks_hearing = attempt.answers_all = attempt.met = flag;
      const bool recorded_late = flag && procedure_.steps()[step].record == CaseStep::STATEMENT;
      attempt.stays_suspended = flag;
      attempt.in_time = recorded_late ? ~Bits{0} : 0;
      moves |= Try(node, way, attempt);
      for (const StepGuard::Kind finding : kFindings) {
        Attempt wrong = attempt;
        wrong.shown &= ~Bit(finding);
        Try(node, way, wrong);
      }
      const auto record = procedure_.steps()[step].record;
      if (record != CaseStep::STATEMENT && record != CaseStep::ANSWERS &&
          record != CaseStep::ACCEPTANCE && record != CaseStep::ORDER)
        break;
    }
    return moves;
  }

  bool Try(const Node& node, const std::string& way, const Attempt& attempt) {
    if (!Missing(procedure_, node.view, attempt).empty()) return false;
    Node next = node;
    Watch(attempt, node.view, next.seen);
    Take(procedure_, attempt, next.view);
    Check(node, next, attempt, way);
    Push(node,
         next,
         absl::StrCat(way, " ", procedure_.proto().steps(attempt.step).id(), "/", attempt.person));
    return true;
  }

  // The clock runs out, and takes its step where it has one.
  bool Pass(const Node& node, const std::string& way, ClockIndex clock) {
    Node next = node;
    RunOut(clock, next.view);
    const std::string& id = procedure_.proto().clocks(clock).id();
    if (id == "defence") next.seen.window = true;
    if (id == "effective") next.seen.day_come = true;
    const StepIndex then = procedure_.clocks()[clock].then;
    if (then != kNoIndex) {
      const Attempt attempt{.step = then, .part = CaseStep::CLOCK, .shown = ~Bits{0}};
      if (Fits(procedure_, next.view, attempt) == Refusal::kNone &&
          Missing(procedure_, next.view, attempt).empty()) {
        const Node before = next;
        Watch(attempt, before.view, next.seen);
        Take(procedure_, attempt, next.view);
        Check(before, next, attempt, way);
      }
    }
    Push(node, next, absl::StrCat(way, " ~", id));
    return true;
  }

  // What happened, in the monitor's words.
  void Watch(const Attempt& attempt, const View& before, Seen& seen) const {
    const StepRow& step = procedure_.steps()[attempt.step];
    const auto shown = [&](StepGuard::Kind kind) { return (attempt.shown & Bit(kind)) != 0; };
    const Bits person = attempt.person < 0 ? 0 : Bit(attempt.person);
    const Bits office = attempt.office < 0 ? 0 : Bit(attempt.office);
    switch (step.record) {
      case CaseStep::PROPOSAL:
        seen.proposers |= person;
        seen.proposing_offices |= office;
        break;
      case CaseStep::SERVICE:
        if (!shown(StepGuard::SERVICE_PROVED)) break;
        (seen.decided ? seen.decision_served : seen.served) = true;
        break;
      case CaseStep::STATEMENT:
        seen.open_points = true;
        seen.hearing_owed |= attempt.asks_hearing;
        break;
      case CaseStep::WAIVER:
        seen.window = true;
        break;
      case CaseStep::HEARING:
        seen.hearing_owed = false;
        break;
      case CaseStep::ANSWERS:
        if (attempt.answers_all) seen.open_points = false;
        break;
      case CaseStep::DECISION:
        seen.decided = true;
        seen.lawful = Lawful(attempt, seen, shown);
        break;
      default:
        if (procedure_.proto().steps(attempt.step).id() == "check") seen.checkers |= person;
        if (procedure_.proto().steps(attempt.step).id() == "close")
          seen.everybody_told = shown(StepGuard::TOLD_AGAIN);
    }
    (void)before;
  }

  bool Lawful(const Attempt& attempt,
              const Seen& seen,
              const std::function<bool(StepGuard::Kind)>& shown) const {
    const Bits person = attempt.person < 0 ? 0 : Bit(attempt.person);
    const Bits office = attempt.office < 0 ? 0 : Bit(attempt.office);
    const bool separate = ((seen.proposers | seen.checkers) & person) == 0;
    const bool heard = seen.served && seen.window && !seen.open_points && !seen.hearing_owed;
    const bool founded = shown(StepGuard::CRITERIA_MET) && shown(StepGuard::BASIS_IN_FORCE) &&
                         shown(StepGuard::MEASURE_ALLOWED) && shown(StepGuard::DECIDING_LEVEL) &&
                         shown(StepGuard::READ_AS_IT_IS) && shown(StepGuard::REMEDIES_STATED);
    if (!adverse_) return separate && heard && founded;
    return separate && heard && founded && shown(StepGuard::BASIS_PERMITTED) &&
           (seen.proposing_offices & office) == 0;
  }

  void Check(const Node& before,
             const Node& after,
             const Attempt& attempt,
             const std::string& way) {
    const std::string then =
        absl::StrCat(way, " ", procedure_.proto().steps(attempt.step).id(), "/", attempt.person);
    const auto shown = [&](StepGuard::Kind kind) { return (attempt.shown & Bit(kind)) != 0; };
    const bool begins = after.view.in_force && !before.view.in_force;
    const auto purpose = procedure_.proto().purpose();
    if (purpose == policy::v1::Procedure::LISTING && begins && !favourable()) {
      if (!after.seen.lawful) Report("in force without a lawful decision", then);
      if (adverse_ && !after.seen.decision_served) Report("in force without service", then);
      if (adverse_ && !after.view.published) Report("in force without publication", then);
      if (adverse_ && !(after.seen.day_come && shown(StepGuard::EFFECTIVE_DAY_COME)))
        Report("in force before its day", then);
    }
    if (after.view.published && !before.view.published && adverse_) {
      if (!after.seen.decided || !after.seen.decision_served)
        Report("published before the decision was served", then);
      if (!shown(StepGuard::PUBLISHABLE)) Report("published although it may not be", then);
      if (!shown(StepGuard::NO_PERSONAL_DATA)) Report("an identity published", then);
    }
    const StepRow& step = procedure_.steps()[attempt.step];
    // A rule ends an entry because of a repair, with reasons; else for a condition of the list.
    if (step.record == CaseStep::REASONS && step.by == Bit(CaseStep::RULE) &&
        !step.proto->undoes() && before.view.in_force && !after.view.in_force &&
        !shown(StepGuard::EXIT_HOLDS))
      Report("ended by rule although no condition holds", then);
    if (step.record == CaseStep::FOLLOW_UP &&
        !(before.view.in_force && shown(StepGuard::FOLLOW_UP_IN_ORDER)))
      Report("a follow-up of nobody, or of what is not in force", then);
    if (step.record == CaseStep::CONTACTS &&
        !(before.view.in_force && shown(StepGuard::CONTACTS_NAMED)))
      Report("a level without a contact", then);
    const ClockIndex publicity = procedure_.FindClock("publicity");
    if (publicity != kNoIndex && after.view.published &&
        (after.view.clocks[publicity] == ClockStatus::kOver ||
         after.view.clocks[publicity] == ClockStatus::kStopped))
      Report("published beyond the maximum", then);
    if (procedure_.Ended(after.view.state) &&
        (after.view.in_force || after.view.published || after.view.contested))
      Report("an ended case leaves an effect behind", then);
    if (purpose == policy::v1::Procedure::OBJECTION && after.seen.decided && !before.seen.decided &&
        !shown(StepGuard::OTHER_OFFICE_THAN_CONTESTED))
      Report("the office that recorded decided the objection", then);
    if (after.view.contested && procedure_.Ended(after.view.state))
      Report("contested without an objection", then);
    CheckUndone(before, after, attempt, then);
  }

  // What is undone takes with it what rests on it, and is told again before the case ends.
  void CheckUndone(const Node& before,
                   const Node& after,
                   const Attempt& attempt,
                   const std::string& then) {
    const auto shown = [&](StepGuard::Kind kind) { return (attempt.shown & Bit(kind)) != 0; };
    const std::string& step = procedure_.proto().steps(attempt.step).id();
    if ((step == "uphold" || step == "revoke") && !after.view.undone)
      Report("what rests on it is left", then);
    if (after.view.undone && procedure_.Ended(after.view.state) && !after.seen.everybody_told)
      Report("ended before everybody was told again", then);
    if (procedure_.steps()[attempt.step].record == CaseStep::INFORMATION) {
      if (!shown(StepGuard::INFORMATION_PROVED)) Report("told again without proof", then);
      if (!shown(StepGuard::NO_PERSONAL_DATA)) Report("an identity shown in a correction", then);
    }
    if (step == "annul" && !before.view.undone && before.view.published && after.view.published)
      Report("undone and still shown", then);
  }

  // As long as it holds, or may come to hold, a rule can undo a case.
  void CheckCanBeUndone(const Node& node, const std::string& way) {
    const auto purpose = procedure_.proto().purpose();
    if (purpose != policy::v1::Procedure::LISTING && purpose != policy::v1::Procedure::CORRECTION)
      return;
    if (node.view.undone || procedure_.Ended(node.view.state)) return;
    for (size_t i = 0; i < procedure_.steps().size(); ++i) {
      const Attempt attempt{
          .step = static_cast<StepIndex>(i), .part = CaseStep::RULE, .shown = ~Bits{0}};
      if (procedure_.steps()[i].proto->undoes() &&
          Fits(procedure_, node.view, attempt) == Refusal::kNone &&
          Missing(procedure_, node.view, attempt).empty())
        return;
    }
    Report("a case that no rule can undo", way);
  }

  bool favourable() const { return procedure_.proto().id() == "favourable-listing"; }

  void Push(const Node&, const Node& node, const std::string& way) {
    if (!visited_.insert(KeyOf(procedure_, node)).second) return;
    if (node.view.opened()) reached_.insert(procedure_.proto().states(node.view.state).id());
    queue_.emplace_back(node, way);
  }

  void Report(const std::string& what, const std::string& way) {
    if (wrong_.insert(what).second) ways_[what] = way;
  }

  const Procedure& procedure_;
  const bool adverse_;
  std::set<std::string> visited_;
  std::set<std::string> reached_;
  std::deque<std::pair<Node, std::string>> queue_;
  std::set<std::string> wrong_;
  std::map<std::string, std::string> ways_;
};

class ShippedProcedure : public testing::TestWithParam<std::string> {};

TEST_P(ShippedProcedure, NeverDoesWhatItMustNot) {
  const policy::v1::Pack pack = LoadProcedures();
  const auto procedure = Procedure::Compile(ById(pack, GetParam()));
  ASSERT_TRUE(procedure.ok()) << procedure.status();
  Explorer explorer(*procedure, GetParam() == "adverse-listing");
  EXPECT_THAT(explorer.Explore(), testing::IsEmpty());
  std::set<std::string> states;
  for (const auto& state : procedure->proto().states()) states.insert(state.id());
  EXPECT_EQ(explorer.reached(), states) << "every state can be reached";
  EXPECT_GT(explorer.states(), states.size());
  RecordProperty("states", static_cast<int>(explorer.states()));
}

INSTANTIATE_TEST_SUITE_P(All,
                         ShippedProcedure,
                         testing::Values("adverse-listing",
                                         "supervisory-listing",
                                         "favourable-listing",
                                         "objection",
                                         "repair",
                                         "committee-correction"),
                         [](const auto& info) {
                           std::string name;
                           for (const char c : info.param) {
                             if (c != '-') name += c;
                           }
                           return name;
                         });

// Each guard by itself: without it, something happens that must not.
TEST(AdverseListing, EveryGuardOfTheChainIsNeeded) {
  const policy::v1::Pack pack = LoadProcedures();
  const policy::v1::Procedure& whole = ById(pack, "adverse-listing");
  const std::map<std::string, std::set<StepGuard::Kind>> needed = {
      {"serve-notice", {StepGuard::SERVICE_PROVED}},
      {"decide",
       {StepGuard::CLOCK_OVER_OR_WAIVED,
        StepGuard::POINTS_ANSWERED,
        StepGuard::HEARING_HELD_IF_DUE,
        StepGuard::DECIDING_LEVEL,
        StepGuard::OTHER_PERSON,
        StepGuard::OTHER_OFFICE,
        StepGuard::CRITERIA_MET,
        StepGuard::BASIS_PERMITTED,
        StepGuard::BASIS_IN_FORCE,
        StepGuard::MEASURE_ALLOWED,
        StepGuard::READ_AS_IT_IS,
        StepGuard::REMEDIES_STATED}},
      {"serve-decision", {StepGuard::SERVICE_PROVED}},
      {"publish", {StepGuard::PUBLISHABLE, StepGuard::NO_PERSONAL_DATA}}};
  for (const auto& [step_id, kinds] : needed) {
    for (const StepGuard::Kind kind : kinds) {
      policy::v1::Procedure without = whole;
      for (auto& step : *without.mutable_steps()) {
        if (step.id() != step_id) continue;
        auto& guards = *step.mutable_guards();
        for (int i = guards.size() - 1; i >= 0; --i) {
          if (guards[i].kind() == kind) guards.DeleteSubrange(i, 1);
        }
      }
      const auto procedure = Procedure::Compile(without);
      ASSERT_TRUE(procedure.ok()) << procedure.status();
      EXPECT_THAT(Explorer(*procedure, true).Explore(true), testing::Not(testing::IsEmpty()))
          << step_id << " without " << StepGuard::Kind_Name(kind);
    }
  }
}

// The same of what happens while an entry is in force.
TEST(Listing, EveryGuardOfFollowUpsAndExitsIsNeeded) {
  const policy::v1::Pack pack = LoadProcedures();
  const std::tuple<const char*, const char*, const char*> needed[] = {
      {"supervisory-listing", "follow-up", "a follow-up of nobody, or of what is not in force"},
      {"supervisory-listing", "name-contacts", "a level without a contact"},
      {"supervisory-listing", "leave-by-rule", "ended by rule although no condition holds"},
      {"favourable-listing", "leave-by-rule", "ended by rule although no condition holds"},
      {"adverse-listing", "leave-by-rule", "ended by rule although no condition holds"}};
  for (const auto& [id, step_id, says] : needed) {
    policy::v1::Procedure without = ById(pack, id);
    for (auto& step : *without.mutable_steps()) {
      if (step.id() == step_id) step.clear_guards();
    }
    const auto procedure = Procedure::Compile(without);
    ASSERT_TRUE(procedure.ok()) << procedure.status();
    EXPECT_THAT(Explorer(*procedure, std::string(id) == "adverse-listing").Explore(true),
                testing::ElementsAre(says))
        << id;
  }
}

// A change to one step of a shipped procedure, and what it makes possible.
struct Control {
  const char* procedure;
  const char* step;
  std::function<void(CaseStep&)> change;
  const char* wrong;
};

TEST(Undoing, EveryStepEffectAndGuardOfItIsNeeded) {
  const policy::v1::Pack pack = LoadProcedures();
  const auto without = [](StepGuard::Kind kind) {
    return [kind](CaseStep& step) {
      auto& guards = *step.mutable_guards();
      for (int i = guards.size() - 1; i >= 0; --i) {
        if (guards[i].kind() == kind) guards.DeleteSubrange(i, 1);
      }
    };
  };
  const auto no_effect = [](CaseStep& step) {
    auto& effects = *step.mutable_effects();
    effects.erase(std::remove(effects.begin(), effects.end(), CaseStep::UNDO_DEPENDENT),
                  effects.end());
  };
  const auto no_rule = [](CaseStep& step) { step.set_undoes(false); };
  const auto shows_on = [](CaseStep& step) {
    auto& effects = *step.mutable_effects();
    effects.erase(std::remove(effects.begin(), effects.end(), CaseStep::END_PUBLICATION),
                  effects.end());
  };
  const auto not_told = [](CaseStep& step) { step.set_to("upheld"); };
  const Control controls[] = {
      {"objection", "uphold", no_effect, "what rests on it is left"},
      {"objection", "inform-again", not_told, "ended before everybody was told again"},
      {"objection",
       "close",
       without(StepGuard::TOLD_AGAIN),
       "ended before everybody was told again"},
      {"objection",
       "inform-again",
       without(StepGuard::INFORMATION_PROVED),
       "told again without proof"},
      {"objection",
       "inform-again",
       without(StepGuard::NO_PERSONAL_DATA),
       "an identity shown in a correction"},
      {"adverse-listing", "revoke", no_effect, "what rests on it is left"},
      {"adverse-listing",
       "close",
       without(StepGuard::TOLD_AGAIN),
       "ended before everybody was told again"},
      {"adverse-listing", "annul", no_rule, "a case that no rule can undo"},
      {"adverse-listing", "withdraw", no_rule, "a case that no rule can undo"},
      {"adverse-listing", "annul", shows_on, "an ended case leaves an effect behind"},
      {"supervisory-listing", "revoke", no_effect, "what rests on it is left"},
      {"supervisory-listing",
       "inform-again",
       without(StepGuard::INFORMATION_PROVED),
       "told again without proof"},
      {"supervisory-listing", "annul", no_rule, "a case that no rule can undo"},
      {"favourable-listing", "annul", no_rule, "a case that no rule can undo"},
      {"committee-correction", "annul", no_rule, "a case that no rule can undo"},
  };
  for (const Control& control : controls) {
    policy::v1::Procedure changed = ById(pack, control.procedure);
    for (auto& step : *changed.mutable_steps()) {
      if (step.id() == control.step) control.change(step);
    }
    const auto procedure = Procedure::Compile(changed);
    ASSERT_TRUE(procedure.ok()) << procedure.status();
    Explorer explorer(*procedure, std::string(control.procedure) == "adverse-listing");
    EXPECT_THAT(explorer.Explore(true), testing::Contains(control.wrong))
        << control.procedure << " " << control.step;
  }
}

TEST(AdverseListing, WithoutTheClocksStepPublicationGoesOnForEver) {
  const policy::v1::Pack pack = LoadProcedures();
  policy::v1::Procedure without = ById(pack, "adverse-listing");
  for (auto& step : *without.mutable_steps()) {
    if (step.id() == "end-publication") step.clear_effects();
  }
  const auto procedure = Procedure::Compile(without);
  ASSERT_TRUE(procedure.ok()) << procedure.status();
  EXPECT_THAT(Explorer(*procedure, true).Explore(),
              testing::Contains("published beyond the maximum"));
}

}  // namespace
}  // namespace xince::cases
