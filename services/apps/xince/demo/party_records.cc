#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

#include "xince/party/v1/party.pb.h"

#include "services/apps/xince/demo/steps.h"

// Forms, windows, what is owed, what was said, and figures of party work.
namespace xince::demo {
namespace {

using namespace party::v1;  // NOLINT(google-build-using-namespace): the subject of this file.

// A window takes evaluations while it is open by the server's own calendar. The register of a
// demonstration has to load on any later day, so that its windows stay open until 2099, or, where
// evaluations are to be late, have closed but are not locked.
constexpr char kOpenUntil[] = "2099-12-31";
constexpr char kForm[] = "evaluationForms/demo-form";
constexpr char kWindow2025[] = "evaluationWindows/demo-2025";
constexpr char kWindow2026[] = "evaluationWindows/demo-2026-h1";
constexpr char kWindowLate[] = "evaluationWindows/demo-late";

struct Item {
  const char* code;
  const char* text;
  int most;
};
constexpr Item kItems[] = {
    {"A1", "党建引领", 30}, {"A2", "服务质量", 40}, {"A3", "矛盾化解", 20}, {"A4", "社会责任", 10}};

// A firm works in a street: the pair that is evaluated, with one of its projects.
struct Pair {
  std::string street;
  std::string firm;
  std::string community;
};

// The firms with stories are left out: nothing happens to them by chance.
std::vector<Pair> PairsOn(const Register& made, type::Date day) {
  std::vector<Pair> pairs;
  std::set<std::pair<std::string, std::string>> seen;
  for (const Place& place : made.places) {
    if (place.serial <= kStoryFirms * kStoryProjects) continue;
    const std::string firm = ServiceFirm(place.ServiceOn(day));
    if (!seen.emplace(place.street, firm).second) continue;
    pairs.push_back({.street = place.street, .firm = firm, .community = place.community});
  }
  return pairs;
}

void AddForm(const Register& made, Steps& steps) {
  steps.Begin("CreateEvaluationForm");
  EvaluationForm& form = *steps.Add<CreateEvaluationFormRequest>().mutable_evaluation_form();
  form.set_name(kForm);
  form.set_title("街道党组织评价表(示例)");
  form.set_standard("“红色物业”工作标准(示例)");
  form.set_form_version("2025");
  form.set_issuer(Organ(made, kCity, "物业行业党建工作机构"));
  form.set_division(kCity);
  form.set_effective_date("2025-01-01");
  for (const Item& item : kItems) {
    FormItem& added = *form.add_items();
    added.set_code(item.code);
    added.set_text(item.text);
    added.set_max_hundredths(item.most * 100);
  }
}

void AddWindow(const Register& made,
               Steps& steps,
               const std::string& name,
               const std::string& title,
               const std::string& period_start,
               const std::string& period_end,
               const std::string& open) {
  EvaluationWindow& window =
      *steps.Add<CreateEvaluationWindowRequest>().mutable_evaluation_window();
  window.set_name(name);
  window.set_title(title);
  window.set_division(kCity);
  window.set_evaluator_level(type::v1::LEVEL_STREET);
  window.set_form(kForm);
  window.set_start_date(period_start);
  window.set_end_date(period_end);
  window.set_open_date(open);
  window.set_close_date(name == kWindowLate ? "2026-08-16" : kOpenUntil);
  window.set_lock_date(kOpenUntil);
  window.set_issuer(Organ(made, kCity, "物业行业党建工作机构"));
}

void AddWindows(const Register& made, Steps& steps) {
  steps.Begin("CreateEvaluationWindow");
  AddWindow(made,
            steps,
            kWindow2025,
            "2025年度街道党组织评价(示例)",
            "2025-01-01",
            "2026-01-01",
            "2026-01-05");
  AddWindow(made,
            steps,
            kWindow2026,
            "2026年上半年街道党组织评价(示例)",
            "2026-01-01",
            "2026-07-01",
            "2026-07-01");
  AddWindow(made,
            steps,
            kWindowLate,
            "2026年第二季度专项评价(示例)",
            "2026-04-01",
            "2026-07-01",
            "2026-07-15");
}

void AddExpected(
    const Register& made, Steps& steps, const std::string& window, const Pair& pair, int serial) {
  auto& expected = *steps.Add<CreateExpectedEvaluationRequest>().mutable_expected_evaluation();
  expected.set_name(RecordName("expectedEvaluations", "x", serial));
  expected.set_window(window);
  expected.set_division(pair.street);
  expected.set_evaluator(Organ(made, pair.street, "党工委"));
  expected.set_firm(pair.firm);
}

void AddEvaluation(const Register& made,
                   Steps& steps,
                   Random& random,
                   const std::string& window,
                   const Pair& pair,
                   type::Date signed_on,
                   int serial) {
  Evaluation& record = *steps.Add<CreateEvaluationRequest>().mutable_evaluation();
  record.set_name(RecordName("evaluations", "y", serial));
  record.set_window(window);
  record.set_firm(pair.firm);
  record.set_project_division(pair.community);
  record.set_evaluator(Organ(made, pair.street, "党工委"));
  record.set_division(pair.street);
  record.set_evaluator_type(Evaluation::STREET_PARTY_COMMITTEE);
  for (const Item& item : kItems) {
    // Halves of a point, seldom below six tenths.
    const int64_t halves = random.Between(item.most * 12 / 10, item.most * 2);
    record.add_answers(absl::StrCat(item.code, "=", halves / 2, halves % 2 == 0 ? "" : ".5"));
  }
  record.set_opinion("党建工作和服务情况评价(示例)");
  record.set_signed_by("党工委书记(示例)");
  record.set_sign_date(Day(signed_on));
}

// Nineteen of twenty evaluations owed are there.
void AddEvaluations(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "evaluations");
  struct Round {
    const char* window;
    type::Date period_last, signed_first, signed_last;
  };
  const Round rounds[] = {{kWindow2025,
                           type::Date::FromCivil(2025, 12, 31),
                           type::Date::FromCivil(2026, 1, 6),
                           type::Date::FromCivil(2026, 3, 31)},
                          {kWindow2026,
                           type::Date::FromCivil(2026, 6, 30),
                           type::Date::FromCivil(2026, 7, 2),
                           type::Date::FromCivil(2026, 9, 30)}};
  struct Owed {
    const Round* round;
    Pair pair;
  };
  std::vector<Owed> owed;
  for (const Round& round : rounds) {
    for (const Pair& pair : PairsOn(made, round.period_last)) {
      if (random.Chance(35)) owed.push_back({.round = &round, .pair = pair});
    }
  }
  int expected = 0;
  steps.Begin("CreateExpectedEvaluation");
  for (const Owed& one : owed) AddExpected(made, steps, one.round->window, one.pair, ++expected);
  for (size_t i = 0; i < 24 && i < owed.size(); ++i) {
    const Owed& late = owed[owed.size() - 1 - i];
    AddExpected(made, steps, kWindowLate, late.pair, ++expected);
  }
  int serial = 0;
  steps.Begin("CreateEvaluation");
  for (const Owed& one : owed) {
    if (random.Chance(5)) continue;
    AddEvaluation(made,
                  steps,
                  random,
                  one.round->window,
                  one.pair,
                  AnyDay(random, one.round->signed_first, one.round->signed_last),
                  ++serial);
  }
}

void AddIndicators(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "indicators");
  for (int serial = 1; serial <= kFirmCount; ++serial) {
    // The last is the very last record of the feed.
    if (serial == 1 || serial == kFirmCount) steps.Begin("CreatePartyIndicator");
    auto& record = *steps.Add<CreatePartyIndicatorRequest>().mutable_party_indicator();
    record.set_name(RecordName("partyIndicators", "z", serial));
    record.set_firm(FirmName(serial));
    record.set_year(2025);
    record.set_division(kCity);
    record.set_report_date("2025-12-31");
    if (random.Chance(60)) record.set_organisation_date("2024-07-01");
    if (random.Chance(50)) record.set_volunteers_date("2025-03-05");
    record.set_double_entry(random.Between(0, 6));
    record.set_party_members(random.Between(0, 40));
    record.set_claimed_projects(random.Between(1, 4));
    record.set_completed_projects(random.Between(0, record.claimed_projects()));
    record.set_secretary_consulted(random.Chance(80));
    record.set_issuer(Organ(made, kCity, "物业行业党建工作机构"));
  }
}

}  // namespace

void AddParty(uint64_t seed, const Register& made, std::vector<Step>& out) {
  Steps steps(seed, "party", "xince.party.v1.PartyEvaluationService", out);
  AddForm(made, steps);
  AddWindows(made, steps);
  AddEvaluations(seed, made, steps);
  AddIndicators(seed, made, steps);
}

}  // namespace xince::demo
