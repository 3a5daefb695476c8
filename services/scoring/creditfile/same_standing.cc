#include "services/scoring/creditfile/same_standing.h"

#include <algorithm>
#include <string>

#include <google/protobuf/unknown_field_set.h>

namespace xince::creditfile {
namespace {

using ::xince::credit::v1::Membership;
using ::xince::credit::v1::Restriction;
using ::xince::credit::v1::StandingContest;
using ::xince::credit::v1::StandingRecord;

// Fields that this build does not know are told apart by their bytes.
bool SameUnknown(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  const auto& of_a = a.GetReflection()->GetUnknownFields(a);
  const auto& of_b = b.GetReflection()->GetUnknownFields(b);
  if (of_a.empty() && of_b.empty()) return true;
  std::string bytes_a;
  std::string bytes_b;
  return of_a.SerializeToString(&bytes_a) && of_b.SerializeToString(&bytes_b) && bytes_a == bytes_b;
}

bool SameRestriction(const Restriction& a, const Restriction& b) {
  return a.code() == b.code() && a.zh() == b.zh() && a.en() == b.en() && a.from() == b.from() &&
         a.until() == b.until() && a.clause() == b.clause() && SameUnknown(a, b);
}

// Few subjects are on a list.
bool SameMembership(const Membership& a, const Membership& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

// Nor is a standing often contested.
bool SameContest(const StandingContest& a, const StandingContest& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

bool SameText(const std::string& a, const std::string& b) { return a == b; }

template <typename List, typename Same>
bool SameLists(const List& a, const List& b, const Same& same) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same);
}

}  // namespace

bool SameStanding(const StandingRecord& a, const StandingRecord& b) {
  // The digest first: it is what differs when anything does.
  return a.explanation_digest() == b.explanation_digest() &&
         a.score_hundredths() == b.score_hundredths() && a.rated() == b.rated() &&
         a.grade() == b.grade() && a.contested() == b.contested() &&
         a.uncontested_score_hundredths() == b.uncontested_score_hundredths() &&
         a.uncontested_grade() == b.uncontested_grade() && a.policy() == b.policy() &&
         a.policy_digest() == b.policy_digest() && a.next_change_on() == b.next_change_on() &&
         SameLists(a.restrictions(), b.restrictions(), SameRestriction) &&
         SameLists(a.proposals(), b.proposals(), SameText) &&
         SameLists(a.memberships(), b.memberships(), SameMembership) &&
         SameLists(a.contests(), b.contests(), SameContest) && SameUnknown(a, b);
}

bool SameRecord(const StandingRecord& a, const StandingRecord& b) {
  return a.day() == b.day() && SameStanding(a, b);
}

}  // namespace xince::creditfile
