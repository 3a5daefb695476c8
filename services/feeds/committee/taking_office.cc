#include "services/feeds/committee/taking_office.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/candidate.pb.h"

#include "services/feeds/record_checks.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::CommitteeRule;
using ::xince::committee::v1::CommitteeRules;
using ::xince::committee::v1::JointReview;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::Training;
using ::xince::committee::v1::Warning;

bool Owes(const Member& member, const CommitteeRules& rules, const CommitteeRule& rule) {
  return member.post() != Member::ALTERNATE && Asked(rules, rule, member.start_date());
}

bool IsOf(const Training& training, const Member& member) {
  if (!training.member().empty()) return training.member() == member.name();
  const std::string& hash = training.trainee().identity_hash();
  return !hash.empty() && hash == member.person().identity_hash();
}

}  // namespace

std::optional<Warning> PledgeWarning(const Member& member, const CommitteeRules& rules) {
  if (!Owes(member, rules, rules.pledge())) return std::nullopt;
  if (!member.pledge_date().empty() && member.pledge_date() <= member.start_date()) {
    return std::nullopt;
  }
  Warning warning = MakeWarning(
      Warning::PLEDGE_MISSING,
      rules.pledge().clause(),
      absl::StrCat("the pledge of integrity is signed not later than ", member.start_date()),
      absl::StrCat("诚信承诺书应不晚于任职起始日 ", member.start_date(), " 签署"));
  warning.set_due_date(member.start_date());
  return warning;
}

std::optional<Warning> BeforeTermWarning(const Member& member,
                                         const std::vector<Training>& trainings,
                                         const CommitteeRules& rules) {
  const CommitteeRule& rule = rules.training_before_term();
  if (!Owes(member, rules, rule)) return std::nullopt;
  const bool trained = std::any_of(trainings.begin(), trainings.end(), [&](const Training& t) {
    return t.audience() == Training::MEMBER_BEFORE_TERM && LevelCounts(rule, t.level()) &&
           t.training_date() < member.start_date() && IsOf(t, member);
  });
  if (trained) return std::nullopt;
  Warning warning = MakeWarning(
      Warning::TRAINING_BEFORE_TERM_MISSING,
      rule.clause(),
      absl::StrCat("no training of the person before ",
                   member.start_date(),
                   " is filed, by an organiser of the level asked: file it with `trainee` first"),
      absl::StrCat("没有该人员在 ",
                   member.start_date(),
                   " 之前的规定层级的任前培训,请先登记培训并填写受训人"));
  warning.set_due_date(feeds::DayBefore(member.start_date()));
  return warning;
}

std::vector<Training> TrainingsOf(const Member& member, const feeds::RecordView& records) {
  std::vector<Training> trainings;
  for (const auto& found : records.Where("trainings", "committee", member.committee())) {
    trainings.push_back(static_cast<const Training&>(*found));
  }
  return trainings;
}

void TellOffice(Member& member, const feeds::RecordView& records, const CommitteeRules& rules) {
  member.clear_warnings();
  if (auto warning = PledgeWarning(member, rules)) *member.add_warnings() = *std::move(warning);
  if (auto warning = BeforeTermWarning(member, TrainingsOf(member, records), rules)) {
    *member.add_warnings() = *std::move(warning);
  }
  const auto found = records.Find(member.joint_review());
  if (found == nullptr) return;
  for (const Warning& open : static_cast<const JointReview&>(*found).warnings()) {
    Warning& warning = *member.add_warnings();
    warning = open;
    warning.set_record(member.joint_review());
  }
}

absl::Status CheckOffice(const Member& member,
                         const Member* before,
                         const feeds::CheckContext& context,
                         const CommitteeRules& rules) {
  if (rules.pledge().gate() == CommitteeRule::BLOCK) {
    const auto warning = PledgeWarning(member, rules);
    const bool known = before != nullptr && PledgeWarning(*before, rules);
    if (warning && !known) return Refused(*warning, "PLEDGE_MISSING", "pledge_date");
  }
  if (rules.training_before_term().gate() == CommitteeRule::BLOCK) {
    const std::vector<Training> trainings = TrainingsOf(member, context.records);
    const auto warning = BeforeTermWarning(member, trainings, rules);
    const bool known = before != nullptr && BeforeTermWarning(*before, trainings, rules);
    if (warning && !known) return Refused(*warning, "TRAINING_MISSING", "start_date");
  }
  return absl::OkStatus();
}

}  // namespace xince::committee
