#include "services/feeds/committee/composition.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/feeds/committee/rules.h"
#include "services/feeds/record_checks.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::Committee;
using ::xince::committee::v1::CommitteeRules;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::Warning;

bool Sits(const Member& member, absl::string_view day) {
  return member.post() != Member::ALTERNATE && member.start_date() <= day &&
         (member.end_date().empty() || member.end_date() > day);
}

std::vector<Member> MembersOf(const std::string& committee, const feeds::RecordView& records) {
  std::vector<Member> members;
  for (const auto& found : records.Where("members", "committee", committee)) {
    members.push_back(static_cast<const Member&>(*found));
  }
  return members;
}

}  // namespace

bool Acts(const Committee& committee, absl::string_view day) {
  return committee.term_start_date() <= day &&
         (committee.ended_date().empty() || committee.ended_date() > day);
}

int32_t Seats::PartyShareHundredths() const {
  return members == 0 ? 0 : static_cast<int32_t>(feeds::PercentHundredths(party_members, members));
}

Seats SeatsOn(const std::vector<Member>& members, absl::string_view day) {
  Seats seats;
  for (const Member& member : members) {
    if (!Sits(member, day)) continue;
    ++seats.members;
    if (member.party_member()) ++seats.party_members;
    if (member.public_office() != Member::PUBLIC_OFFICE_UNSPECIFIED) ++seats.public_offices;
  }
  return seats;
}

std::optional<Warning> CompositionWarning(const Seats& seats,
                                          const CommitteeRules& rules,
                                          absl::string_view day) {
  const int32_t least = rules.party_share().value();
  if (seats.members == 0 || !Asked(rules, rules.party_share(), day) ||
      100 * seats.party_members >= least * seats.members) {
    return std::nullopt;
  }
  return MakeWarning(
      Warning::PARTY_SHARE_LOW,
      rules.party_share().clause(),
      absl::StrCat(seats.party_members,
                   " of ",
                   seats.members,
                   " members are party members, ",
                   least,
                   " % are usual"),
      absl::StrCat(
          "委员", seats.members, "人中党员", seats.party_members, "人,一般不低于", least, "%"));
}

void TellComposition(Committee& committee,
                     const feeds::CheckContext& context,
                     const CommitteeRules& rules) {
  auto& warnings = *committee.mutable_warnings();
  warnings.erase(
      std::remove_if(warnings.begin(),
                     warnings.end(),
                     [](const Warning& w) { return w.kind() == Warning::PARTY_SHARE_LOW; }),
      warnings.end());
  const std::string today = type::FormatDate(context.today);
  if (!Asked(rules, rules.party_share(), today) || !Acts(committee, today)) return;
  const Seats seats = SeatsOn(MembersOf(committee.name(), context.records), today);
  if (auto warning = CompositionWarning(seats, rules, today)) *warnings.Add() = *std::move(warning);
}

void TellComposition(Member& member,
                     const feeds::CheckContext& context,
                     const CommitteeRules& rules) {
  if (rules.party_share().gate() == v1::CommitteeRule::GATE_UNSPECIFIED) return;
  const auto found = context.records.Find(member.committee());
  if (found == nullptr) return;
  const auto& committee = static_cast<const Committee&>(*found);
  if (committee.seat_count() == 0) return;
  // A member of the next term is looked at when the term begins.
  const std::string day = std::max(type::FormatDate(context.today), member.start_date());
  if (!Acts(committee, day)) return;
  std::vector<Member> members = MembersOf(member.committee(), context.records);
  members.erase(std::remove_if(members.begin(),
                               members.end(),
                               [&](const Member& m) { return m.name() == member.name(); }),
                members.end());
  members.push_back(member);
  const Seats seats = SeatsOn(members, day);
  if (seats.members < committee.seat_count()) return;
  if (auto warning = CompositionWarning(seats, rules, day)) {
    *member.add_warnings() = *std::move(warning);
    member.mutable_warnings()->rbegin()->set_record(member.committee());
  }
}

}  // namespace xince::committee
