#ifndef SERVICES_SCORING_BACKTEST_RANDOM_REGISTER_H_
#define SERVICES_SCORING_BACKTEST_RANDOM_REGISTER_H_

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/type/civil_date.h"

/// Evidence of a small register, drawn by a seeded generator, for tests.
namespace xince::backtest {

/// Rules with a roll-up, validity by months, a counter of demerits, a restriction that carries over, a
/// list, items that only reach managers, and points for an attribute, a list and a past grade; with
/// procedures of one step.
inline constexpr char kRandomPack[] = R"(
id: "random" zh: "随机" jurisdiction: "3201" effective_from: "2020-01-01"
lists { id: "watch" zh: "关注名单" subjects: "firm" basis: LAW
        terms { ways: PROPOSED_BY_PERSON deciding_level: LEVEL_CITY procedure: "enter" } }
procedures {
  id: "enter" zh: "列入" purpose: LISTING
  states { id: "on" zh: "在册" }
  states { id: "off" zh: "移出" ended: true }
  steps { id: "enter" zh: "列入" to: "on" by: RECORDER effects: ENTER_FORCE }
  steps { id: "leave" zh: "移出" from: "on" to: "off" by: RECORDER effects: LEAVE_FORCE }
}
procedures {
  id: "mend" zh: "修复" purpose: REPAIR
  states { id: "mended" zh: "已修复" }
  states { id: "undone" zh: "已撤销" ended: true }
  steps { id: "mend" zh: "修复" to: "mended" by: RECORDER record: DECISION effects: REPAIR_LINE }
  steps { id: "undo" zh: "撤销" from: "mended" to: "undone" by: RECORDER effects: UNDO_REPAIR }
}
procedures {
  id: "rule" zh: "裁决" purpose: OBJECTION
  states { id: "ruled" zh: "已裁决" ended: true }
  steps { id: "rule" zh: "裁决" to: "ruled" by: RECORDER record: DECISION effects: AMEND }
}
subjects {
  subject: "firm"
  base { points: "80" }
  items { id: "fine" zh: "处罚" kinds: "x.fine" reach: [DIRECT, VIA_PROJECT, VIA_MANAGER] points { given { sign: DEMERIT } }
          piece_limits { least: "-20" most: "0" } validity { months: 4 } limits { least: "-40" } }
  items { id: "branch-fine" zh: "分支处罚" kinds: "x.fine" reach: [VIA_BRANCH, VIA_BRANCH_PROJECT, VIA_BRANCH_MANAGER]
          factor: "50" points { given { sign: DEMERIT } } piece_limits { least: "-20" most: "0" } validity { months: 4 } }
  items { id: "defect" zh: "问题" kinds: "x.defect" reach: [DIRECT, VIA_PROJECT] points { fixed: "-2.5" }
          validity { until_corrected { plus_months: 1 } } }
  items { id: "projects" zh: "项目" factor: "10" roll_up { weight: AREA } }
  items { id: "small" zh: "小型" kinds: "x.none" points { fixed: "0" } validity { never {} }
          not_applicable { when { attribute { name: "subject-type" of: "small" } } points: "1" } }
  items { id: "watched" zh: "在名单" kinds: "x.none" points { fixed: "0" } validity { never {} }
          not_applicable { when { listed { of: "watch" } } points: "2" } }
  items { id: "graded" zh: "上年有等级" kinds: "x.none" points { fixed: "0" } validity { never {} }
          not_applicable { when { past_grade { years_back: 1 } } points: "4" } }
  grades { id: "A" zh: "甲" when { score { at_least: "85" } } }
  grades { id: "B" zh: "乙" when { score { at_least: "75" } } }
  grades { id: "C" zh: "丙" }
  restrictions { code: "no-bids" zh: "不得投标" carry_years: 1 when { demerits { span: THIS_YEAR is { at_least: "12" } } } }
  list_proposals { list: "watch" when { item { id: "defect" number: OPEN is { at_least: "3" } } } }
}
subjects {
  subject: "project"
  base { points: "100" }
  items { id: "fine" zh: "处罚" kinds: "x.fine" points { given { sign: DEMERIT } } piece_limits { least: "-20" most: "0" } validity { months: 6 } }
  items { id: "defect" zh: "问题" kinds: "x.defect" points { fixed: "-4" } validity { until_corrected {} } }
  grades { id: "good" zh: "好" when { score { at_least: "90" } } }
  grades { id: "bad" zh: "差" }
}
subjects {
  subject: "manager"
  base { points: "10" }
  items { id: "defect" zh: "问题" kinds: "x.defect" reach: [DIRECT, VIA_PROJECT] points { fixed: "-1" } validity { months: 3 } }
  grades { id: "good" zh: "好" when { score { at_least: "9" } } }
  grades { id: "bad" zh: "差" }
}
)";

inline constexpr const char* kRandomFirms[] = {
    "firms/91350100M000100Y43", "firms/91510000779827684C", "firms/91110000600037341L"};

/// Filings, relations, findings; amended, corrected, contested and voided.
class RandomRegister {
 public:
  explicit RandomRegister(uint32_t seed) : random_(seed) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  /// Everybody's filing but one project's, which Next may bring.
  std::vector<evidence::v1::Evidence> Filings() {
    std::vector<evidence::v1::Evidence> filings;
    for (const char* firm : kRandomFirms) filings.push_back(Filed(firm));
    for (int i = 0; i < 3; ++i) filings.push_back(Filed(absl::StrCat("managers/m", i)));
    for (int i = 0; i < 5; ++i) filings.push_back(Filed(absl::StrCat("projects/p", i)));
    return filings;
  }

  /// A piece that is new, or a further version of one that was there.
  evidence::v1::Evidence Next(type::Date today) {
    if (!known_.empty() && Below(4) == 0) return Again(today);
    evidence::v1::Evidence piece = Below(4) == 0 ? Relation(today) : Finding(today);
    piece.set_id(absl::StrCat("x/", Below(1'000'000), "/", known_.size()));
    piece.set_version(1);
    known_[piece.id()] = piece;
    return piece;
  }

  /// A piece that Next brought; none before the first.
  const evidence::v1::Evidence* Known() {
    if (known_.empty()) return nullptr;
    auto at = known_.begin();
    std::advance(at, static_cast<int64_t>(Below(known_.size())));
    return &at->second;
  }
  /// A firm.
  std::string AnyFirm() { return Firm(); }

 private:
  evidence::v1::Evidence Filed(const std::string& subject) {
    evidence::v1::Evidence evidence;
    evidence.set_id(absl::StrCat("registry/", subject, "#subject"));
    evidence.set_version(1);
    evidence.set_subject(subject);
    evidence.set_kind("registry.subject");
    evidence.mutable_filing()->set_display_name("示例");
    evidence.mutable_filing()->set_division(absl::StrCat(32010400 + 100 * Below(3), "1"));
    if (Below(2) == 0) evidence.mutable_filing()->set_subject_type("small");
    evidence.mutable_filing()->set_area_hundredths_m2(static_cast<int64_t>(Below(900)) + 100);
    return evidence;
  }

  std::string Firm() { return kRandomFirms[Below(3)]; }
  std::string Manager() { return absl::StrCat("managers/m", Below(3)); }
  // One more than are filed.
  std::string Project() { return absl::StrCat("projects/p", Below(6)); }
  std::string DayBefore(type::Date today, uint64_t most) {
    return type::FormatDate(today + -static_cast<int64_t>(Below(most)));
  }

  evidence::v1::Evidence Relation(type::Date today) {
    evidence::v1::Evidence evidence;
    evidence.set_kind("registry.relation");
    const std::string start = DayBefore(today, 300);
    const std::string end =
        Below(2) == 0 ? "" : type::FormatDate(today + static_cast<int64_t>(Below(200)));
    const auto span = [&](auto* relation) {
      relation->set_start_date(start);
      relation->set_end_date(end);
      return relation;
    };
    const std::string project = Project();
    const std::string manager = Manager();
    switch (Below(5)) {
      case 0:
      case 1:
        evidence.set_subject(project);
        span(evidence.mutable_engagement())->set_project(project);
        evidence.mutable_engagement()->set_firm(Firm());
        break;
      case 2:
        evidence.set_subject(project);
        span(evidence.mutable_charge())->set_project(project);
        evidence.mutable_charge()->set_manager(manager);
        break;
      case 3:
        evidence.set_subject(manager);
        span(evidence.mutable_employment())->set_manager(manager);
        evidence.mutable_employment()->set_firm(Firm());
        break;
      default:
        evidence.set_subject(Firm());
        span(evidence.mutable_branch())->set_branch(evidence.subject());
        evidence.mutable_branch()->set_parent(Firm());
    }
    return evidence;
  }

  evidence::v1::Evidence Finding(type::Date today) {
    evidence::v1::Evidence evidence;
    const uint64_t about = Below(4);
    evidence.set_subject(about == 0 ? Firm() : about == 1 ? Manager() : Project());
    evidence.set_kind(Below(2) == 0 ? "x.fine" : "x.defect");
    evidence.set_occurred_on(DayBefore(today, 120));
    evidence.set_determined_on(type::FormatDate(today));
    if (Below(5) != 0) evidence.set_given_points_hundredths(-static_cast<int64_t>(Below(900)));
    evidence.set_contested(Below(6) == 0);
    return evidence;
  }

  evidence::v1::Evidence Again(type::Date today) {
    auto at = known_.begin();
    std::advance(at, static_cast<int64_t>(Below(known_.size())));
    evidence::v1::Evidence& piece = at->second;
    piece.set_version(piece.version() + 1);
    switch (Below(4)) {
      case 0:
        piece.set_voided(!piece.voided());
        break;
      case 1:
        piece.set_contested(!piece.contested());
        break;
      case 2:
        piece.set_given_points_hundredths(-static_cast<int64_t>(Below(900)));
        break;
      default:
        piece.set_corrected_on(type::FormatDate(today));
    }
    return piece;
  }

  std::mt19937 random_;
  std::map<std::string, evidence::v1::Evidence> known_;
};

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_RANDOM_REGISTER_H_
