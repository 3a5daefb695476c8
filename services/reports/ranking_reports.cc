#include "services/reports/ranking_reports.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace xince::reports {
namespace {

using ::xince::credit::v1::Standing;
using ::xince::inspection::v1::SatisfactionSurvey;
using ::xince::registry::v1::Estate;
using ::xince::registry::v1::Project;

// Ranks of a list in order: those that are equal to the one before share its rank.
template <class Item, class Same>
std::vector<std::string> Ranks(const std::vector<Item>& ordered, Same same) {
  std::vector<std::string> ranks;
  for (size_t i = 0; i < ordered.size(); ++i) {
    const bool shared = i > 0 && same(ordered[i - 1], ordered[i]);
    ranks.push_back(shared ? ranks.back() : absl::StrCat(i + 1));
  }
  return ranks;
}

struct StreetScore {
  int64_t sum = 0;
  int64_t rated = 0;
  int64_t subjects = 0;
  [[nodiscard]] int64_t mean() const { return Mean(sum, rated); }
};

void AddSubject(const Standing& standing, const std::string& rank, Report& report) {
  const credit::v1::StandingRecord& record = standing.record();
  report.rows.push_back({rank,
                         standing.subject(),
                         standing.display_name(),
                         standing.division(),
                         record.rated() ? Hundredths(record.score_hundredths()) : kNone,
                         record.grade(),
                         record.contested() ? "是" : "否"});
}

// ---- Poor estates -------------------------------------------------------------------------------

struct Share {
  int64_t judged = 0;
  int64_t poor = 0;
};
using Shares = std::map<std::string, Share>;

bool Larger(const Share& a, const Share& b) { return a.poor * b.judged > b.poor * a.judged; }

// The last survey of each project in the period.
std::map<std::string, const SatisfactionSurvey*> LastSurveys(const Period& period,
                                                             const EstateRecords& records) {
  std::map<std::string, const SatisfactionSurvey*> last;
  for (const SatisfactionSurvey& survey : records.surveys) {
    const type::Date end = type::ParseDate(survey.end_date()).value_or(type::Date());
    if (!period.Has(type::FormatDate(end - 1))) continue;
    const SatisfactionSurvey*& known = last[survey.subject()];
    const bool later = known == nullptr || std::make_pair(survey.end_date(), survey.name()) >
                                               std::make_pair(known->end_date(), known->name());
    if (later) known = &survey;
  }
  return last;
}

// Whether a project was judged in a period, and poor.
struct Verdict {
  bool judged = false;
  bool poor = false;
};

Verdict VerdictOf(const Project& project,
                  const PoorPeriod& period,
                  const PoorEstate& poor,
                  const std::map<std::string, const SatisfactionSurvey*>& surveys) {
  Verdict verdict;
  const auto survey = surveys.find(project.name());
  if (poor.satisfaction_below.has_value() && survey != surveys.end()) {
    verdict.judged = true;
    verdict.poor = survey->second->rate_hundredths_percent() < *poor.satisfaction_below;
  }
  const auto grade = period.grades.find(project.name());
  if (poor.grades.empty() || grade == period.grades.end()) return verdict;
  verdict.judged = true;
  verdict.poor = verdict.poor || std::find(poor.grades.begin(), poor.grades.end(), grade->second) !=
                                     poor.grades.end();
  return verdict;
}

bool GoesOn(const Project& project, const std::string& day) {
  return project.start_date() <= day && (project.end_date().empty() || project.end_date() > day);
}

Shares SharesOf(const PoorPeriod& period,
                size_t code_digits,
                const PoorEstate& poor,
                const EstateRecords& records) {
  const auto surveys = LastSurveys(period.scope.period, records);
  std::map<std::string, Verdict> estates;
  for (const Project& project : records.projects) {
    if (!GoesOn(project, period.scope.as_of)) continue;
    const Verdict verdict = VerdictOf(project, period, poor, surveys);
    Verdict& estate = estates[project.estate()];
    estate.judged = estate.judged || verdict.judged;
    estate.poor = estate.poor || verdict.poor;
  }
  Shares shares;
  for (const Estate& estate : records.estates) {
    const std::string& division = estate.division();
    if (division.size() < code_digits || !Inside(division, period.scope.division)) continue;
    Share& share = shares[division.substr(0, code_digits)];
    const auto verdict = estates.find(estate.name());
    if (verdict == estates.end() || !verdict->second.judged) continue;
    ++share.judged;
    if (verdict->second.poor) ++share.poor;
  }
  return shares;
}

// How many have a larger share; nothing for one without a judged estate.
std::optional<int> RankOf(const Share& share, const Shares& shares) {
  if (share.judged == 0) return std::nullopt;
  int rank = 1;
  for (const auto& [division, other] : shares) {
    if (other.judged > 0 && Larger(other, share)) ++rank;
  }
  return rank;
}

bool InBottom(const Share& share, const std::optional<int>& rank) {
  constexpr int kBottom = 3;
  return share.poor > 0 && rank.has_value() && *rank <= kBottom;
}

std::string RankText(const std::optional<int>& rank) {
  return rank.has_value() ? absl::StrCat(*rank) : kNone;
}

std::vector<std::string> NotesOf(const PoorPeriod& before, const PoorEstate& poor) {
  std::vector<std::string> notes;
  if (poor.satisfaction_below.has_value()) {
    notes.push_back(
        absl::StrCat("较差小区: 满意率低于 ", Hundredths(*poor.satisfaction_below), "%"));
  }
  if (!poor.grades.empty()) {
    notes.push_back(absl::StrCat("较差小区: 项目等级为 ", absl::StrJoin(poor.grades, "、")));
  }
  notes.push_back(absl::StrCat("依据: ", poor.source));
  notes.push_back(absl::StrCat("上期: ", before.scope.period.label));
  return notes;
}

}  // namespace

Report SubjectRanking(const Scope& scope,
                      const std::string& what,
                      const std::vector<Standing>& standings) {
  Report report{.name = "ranking", .title = absl::StrCat(what, "信用排名"), .scope = scope};
  report.columns = {{.key = "rank", .zh = "名次", .number = true},
                    {.key = "subject", .zh = "信用主体"},
                    {.key = "display_name", .zh = "名称"},
                    {.key = "division", .zh = "区划"},
                    {.key = "score", .zh = "得分", .number = true},
                    {.key = "grade", .zh = "等级"},
                    {.key = "contested", .zh = "异议中"}};
  std::vector<const Standing*> rated;
  std::vector<const Standing*> unrated;
  for (const Standing& standing : standings) {
    if (standing.withdrawn() || !Inside(standing.division(), scope.division)) continue;
    (standing.record().rated() ? rated : unrated).push_back(&standing);
  }
  const auto score = [](const Standing* one) { return one->record().score_hundredths(); };
  std::sort(rated.begin(), rated.end(), [&](const Standing* a, const Standing* b) {
    return std::make_pair(-score(a), a->subject()) < std::make_pair(-score(b), b->subject());
  });
  std::sort(unrated.begin(), unrated.end(), [](const Standing* a, const Standing* b) {
    return a->subject() < b->subject();
  });
  const std::vector<std::string> ranks =
      Ranks(rated, [&](const Standing* a, const Standing* b) { return score(a) == score(b); });
  for (size_t i = 0; i < rated.size(); ++i) AddSubject(*rated[i], ranks[i], report);
  for (const Standing* one : unrated) AddSubject(*one, kNone, report);
  return report;
}

Report StreetRanking(const Scope& scope,
                     const std::string& what,
                     const std::vector<Standing>& standings) {
  Report report{
      .name = "ranking", .title = absl::StrCat("街道", what, "平均分排名"), .scope = scope};
  report.columns = {{.key = "rank", .zh = "名次", .number = true},
                    {.key = "division", .zh = "街道"},
                    {.key = "subjects", .zh = "主体数", .number = true},
                    {.key = "rated", .zh = "已评数", .number = true},
                    {.key = "mean", .zh = "平均分", .number = true}};
  std::map<std::string, StreetScore> streets;
  int64_t larger = 0;
  for (const Standing& standing : standings) {
    if (standing.withdrawn() || !Inside(standing.division(), scope.division)) continue;
    if (standing.division().size() < kStreetCode) {
      ++larger;
      continue;
    }
    StreetScore& street = streets[StreetOf(standing.division())];
    ++street.subjects;
    if (!standing.record().rated()) continue;
    ++street.rated;
    street.sum += standing.record().score_hundredths();
  }
  std::vector<std::pair<std::string, StreetScore>> ordered;
  for (const auto& street : streets) {
    if (street.second.rated > 0) ordered.push_back(street);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.second.mean() > b.second.mean();
  });
  const auto add = [&](const std::string& rank, const std::string& code, const StreetScore& one) {
    report.rows.push_back({rank,
                           code,
                           absl::StrCat(one.subjects),
                           absl::StrCat(one.rated),
                           one.rated > 0 ? Hundredths(one.mean()) : kNone});
  };
  const std::vector<std::string> ranks = Ranks(
      ordered, [](const auto& a, const auto& b) { return a.second.mean() == b.second.mean(); });
  for (size_t i = 0; i < ordered.size(); ++i) add(ranks[i], ordered[i].first, ordered[i].second);
  for (const auto& [code, street] : streets) {
    if (street.rated == 0) add(kNone, code, street);
  }
  if (larger > 0) report.notes.push_back(absl::StrCat("未登记到街道的主体 ", larger, " 个未计入"));
  return report;
}

Report BottomThree(const PoorPeriod& now,
                   const PoorPeriod& before,
                   size_t code_digits,
                   const PoorEstate& poor,
                   const EstateRecords& records) {
  Report report{.name = "bottom-three", .title = "连续两次后三位", .scope = now.scope};
  report.columns = {{.key = "division", .zh = "区划"},
                    {.key = "judged", .zh = "参评小区", .number = true},
                    {.key = "poor", .zh = "较差小区", .number = true},
                    {.key = "share", .zh = "较差占比%", .number = true},
                    {.key = "rank", .zh = "倒数名次", .number = true},
                    {.key = "share_before", .zh = "上期较差占比%", .number = true},
                    {.key = "rank_before", .zh = "上期倒数名次", .number = true},
                    {.key = "twice", .zh = "连续两次后三位"}};
  const Shares shares = SharesOf(now, code_digits, poor, records);
  const Shares shares_before = SharesOf(before, code_digits, poor, records);
  std::vector<std::pair<std::string, Share>> ordered(shares.begin(), shares.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    if (a.second.judged == 0 || b.second.judged == 0) return a.second.judged > b.second.judged;
    return Larger(a.second, b.second);
  });
  for (const auto& [division, share] : ordered) {
    // Both periods count the estates on file, so that a division of one is a division of the other.
    const Share& earlier = shares_before.at(division);
    const std::optional<int> rank = RankOf(share, shares);
    const std::optional<int> rank_before = RankOf(earlier, shares_before);
    const bool twice = InBottom(share, rank) && InBottom(earlier, rank_before);
    report.rows.push_back({division,
                           absl::StrCat(share.judged),
                           absl::StrCat(share.poor),
                           Percent(share.poor, share.judged),
                           RankText(rank),
                           Percent(earlier.poor, earlier.judged),
                           RankText(rank_before),
                           twice ? "是" : "否"});
  }
  report.notes = NotesOf(before, poor);
  return report;
}

}  // namespace xince::reports
