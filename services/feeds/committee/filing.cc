#include "services/feeds/committee/filing.h"

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/candidate.pb.h"
#include "xince/committee/v1/filing.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::google::protobuf::Message;
using ::xince::committee::v1::Committee;
using ::xince::committee::v1::JointReview;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::MemberConduct;
using ::xince::evidence::v1::Evidence;
using ::xince::feeds::CheckContext;
using ::xince::feeds::EvidenceSink;
using ::xince::feeds::Period;
using ::xince::feeds::RecordType;

// Digits of the code of a street, where filings are numbered.
constexpr size_t kStreetDigits = 9;

// The days a committee acts, as far as its record says: until it ended, else its term.
Period ActsFor(const Committee& committee) {
  return {
      .start = committee.term_start_date(),
      .end = committee.ended_date().empty() ? committee.term_end_date() : committee.ended_date()};
}

absl::Status CheckPlace(const Committee& committee) {
  const auto level = type::LevelOfDivision(committee.division());
  if (level != type::DivisionLevel::kStreet && level != type::DivisionLevel::kCommunity) {
    return runtime::InvalidArgument("DIVISION_LEVEL",
                                    "division",
                                    "a committee belongs to a street or community: 9 or 12 digits",
                                    "自治组织应登记到街道或社区:9位或12位代码",
                                    {{"found", committee.division()}});
  }
  if (committee.estate().empty() && committee.kind() != Committee::ENVIRONMENT_COMMITTEE) {
    return feeds::RequiredWith("estate", "kind");
  }
  if (!committee.supervises().empty() && committee.kind() != Committee::SUPERVISORY_BODY) {
    return feeds::NotApplicable("supervises", "kind SUPERVISORY_BODY");
  }
  if (!committee.party_organization_date().empty() && !committee.party_organization_eligible()) {
    return feeds::RequiredWith("party_organization_eligible", "party_organization_date");
  }
  return absl::OkStatus();
}

absl::Status CheckDates(const Committee& committee) {
  XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
      "filing_date", committee.filing_date(), "formed_date", committee.formed_date()));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = committee.term_start_date(), .end = committee.term_end_date()},
                         "TERM_DATES",
                         "term_end_date"));
  return feeds::CheckNotBefore(
      "ended_date", committee.ended_date(), "term_start_date", committee.term_start_date());
}

absl::Status CheckSuccession(const Committee& committee, const CheckContext& context) {
  const bool has_reason = committee.succession_reason() != Committee::SUCCESSION_REASON_UNSPECIFIED;
  if (committee.predecessor().empty()) {
    return has_reason ? feeds::NotApplicable("succession_reason", "predecessor") : absl::OkStatus();
  }
  if (!has_reason) return feeds::RequiredWith("succession_reason", "predecessor");
  const auto refuse = [&] {
    return runtime::FailedPrecondition("SUCCESSION",
                                       "predecessor",
                                       "the body before is another one, of the same estate",
                                       "前任组织应为同一小区的另一组织",
                                       {{"predecessor", committee.predecessor()}});
  };
  if (committee.predecessor() == committee.name()) return refuse();
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "predecessor", committee.predecessor()));
  const auto before = context.records.Find(committee.predecessor());
  const bool same_estate = static_cast<const Committee&>(*before).estate() == committee.estate();
  return same_estate ? absl::OkStatus() : refuse();
}

// One body of a kind acts for an estate at a time; the one that hands over may overlap.
absl::Status CheckAlone(const Committee& committee, const CheckContext& context) {
  if (committee.estate().empty() || committee.kind() == Committee::SUPERVISORY_BODY) {
    return absl::OkStatus();
  }
  for (const auto& found : context.records.Where("committees", "estate", committee.estate())) {
    const auto& other = static_cast<const Committee&>(*found);
    const bool hands_over =
        other.name() == committee.predecessor() || other.predecessor() == committee.name();
    if (other.name() == committee.name() || other.kind() != committee.kind() || hands_over) {
      continue;
    }
    if (!feeds::Overlap(ActsFor(committee), ActsFor(other))) continue;
    return feeds::Collides("COMMITTEE_OVERLAP", "estate", other.name(), ActsFor(other));
  }
  return absl::OkStatus();
}

absl::Status CheckCommittee(const Committee& committee,
                            const Committee* /*before*/,
                            const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(CheckPlace(committee));
  XINCE_RETURN_IF_ERROR(CheckDates(committee));
  XINCE_RETURN_IF_ERROR(CheckSuccession(committee, context));
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "supervises", committee.supervises()));
  return CheckAlone(committee, context);
}

std::vector<std::string> CommitteeKeys(const Committee& committee) {
  std::vector<std::string> keys;
  if (!committee.uscc().empty()) keys.push_back(absl::StrCat("uscc:", committee.uscc()));
  if (!committee.filing_number().empty()) {
    keys.push_back(absl::StrCat("committee-filing:",
                                committee.division().substr(0, kStreetDigits),
                                "/",
                                committee.filing_number()));
  }
  return keys;
}

Evidence& About(const Committee& committee,
                absl::string_view slot,
                absl::string_view kind,
                const std::string& occurred_on,
                EvidenceSink& sink) {
  Evidence& piece = sink.Add(slot);
  piece.set_subject(committee.name());
  piece.set_kind(std::string(kind));
  piece.set_occurred_on(occurred_on);
  piece.set_division(committee.division());
  return piece;
}

void CommitteeEvidence(const Committee& committee, EvidenceSink& sink) {
  auto& filing = *About(committee, "subject", "committee.subject", committee.filing_date(), sink)
                      .mutable_filing();
  filing.set_display_name(committee.display_name());
  filing.set_division(committee.division());
  filing.set_filed_on(committee.filing_date());
  filing.set_subject_type(feeds::TagOf(*Committee::Kind_descriptor(), committee.kind()));
  filing.set_estate(committee.estate());
  filing.set_withdrawn(!committee.ended_date().empty());

  Evidence& filed = About(committee, "filing", "committee.filing", committee.filing_date(), sink);
  if (committee.has_filing_receipt()) *filed.add_documents() = committee.filing_receipt();
  const absl::StatusOr<type::Date> formed_on = type::ParseDate(committee.formed_date());
  const absl::StatusOr<type::Date> filed_on = type::ParseDate(committee.filing_date());
  if (formed_on.ok() && filed_on.ok()) {
    feeds::AddCount(filed, "days-since-formed", *filed_on - *formed_on);
  }

  if (!committee.party_organization_date().empty()) {
    About(committee,
          "party-organization",
          "committee.party-organization",
          committee.party_organization_date(),
          sink);
  } else if (committee.party_organization_eligible()) {
    About(committee,
          "party-organization-missing",
          "committee.party-organization-missing",
          committee.filing_date(),
          sink);
  }
}

absl::Status CheckReview(const Member& member, const CheckContext& context) {
  if (member.joint_review().empty()) return absl::OkStatus();
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "joint_review", member.joint_review()));
  const auto found = context.records.Find(member.joint_review());
  const auto& review = static_cast<const JointReview&>(*found);
  if (review.candidate().identity_hash() == member.person().identity_hash() &&
      review.result() == JointReview::PASSED) {
    return absl::OkStatus();
  }
  return runtime::FailedPrecondition(
      "REVIEW_MISMATCH",
      "joint_review",
      "the review is another person's, or did not let the person stand",
      "该联审不属于此人,或未予通过",
      {{"joint_review", member.joint_review()}});
}

absl::Status CheckIdentity(const Member& member, const Member* before) {
  const std::string& hash = member.person().identity_hash();
  if (hash.empty()) {
    return feeds::RequiredWith("person.identity_number", "person.display_name");
  }
  if (before == nullptr || before->person().identity_hash() == hash) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "IDENTITY_CHANGED",
      "person.identity_number",
      "the number is another person's: void this record and file that person",
      "身份证号与原登记不是同一人,请作废后重新登记");
}

absl::Status CheckMember(const Member& member, const Member* before, const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(CheckIdentity(member, before));
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", member.committee()));
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(
      {.start = member.start_date(), .end = member.end_date()}, "MEMBER_DATES", "end_date"));
  if (member.end_reason() != Member::END_REASON_UNSPECIFIED && member.end_date().empty()) {
    return feeds::RequiredWith("end_date", "end_reason");
  }
  if (member.has_pledge_document() && member.pledge_date().empty()) {
    return feeds::RequiredWith("pledge_date", "pledge_document");
  }
  XINCE_RETURN_IF_ERROR(CheckReview(member, context));
  XINCE_RETURN_IF_ERROR(feeds::RefuseOverlap(
      member, context, {"members", "committee"}, "MEMBER_OVERLAP", [&](const Message& other) {
        return static_cast<const Member&>(other).person().identity_hash() ==
               member.person().identity_hash();
      }));
  if (member.post() != Member::CHAIR) return absl::OkStatus();
  return feeds::RefuseOverlap(
      member, context, {"members", "committee"}, "CHAIR_OVERLAP", [](const Message& other) {
        return static_cast<const Member&>(other).post() == Member::CHAIR;
      });
}

absl::Status CheckConduct(const MemberConduct& conduct,
                          const MemberConduct* /*before*/,
                          const CheckContext& context) {
  return feeds::RequireRecord(context, "member", conduct.member());
}

}  // namespace

RecordType CommitteeType() {
  RecordType type = feeds::MakeRecordType(Committee::descriptor());
  type.check = feeds::Check<Committee>(CheckCommittee);
  type.check_void = [](const Message& committee, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(committee,
                                        context,
                                        {{"members", "committee"},
                                         {"committees", "predecessor"},
                                         {"committees", "supervises"},
                                         {"jointReviews", "committee"},
                                         {"trainings", "committee"},
                                         {"disclosures", "committee"},
                                         {"dutyReports", "committee"},
                                         {"audits", "committee"},
                                         {"committeeEvaluations", "committee"},
                                         {"priorReviews", "committee"},
                                         {"decisionDefects", "committee"},
                                         {"correctionOrders", "committee"}});
  };
  type.unique_keys = feeds::Of<Committee>(CommitteeKeys);
  type.evidence = feeds::Of<Committee>(CommitteeEvidence);
  type.indexed = {"display_name"};
  return type;
}

RecordType MemberType() {
  RecordType type = feeds::MakeRecordType(Member::descriptor());
  type.check = feeds::Check<Member>(CheckMember);
  type.check_void = [](const Message& member, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(
        member,
        context,
        {{"trainings", "member"}, {"memberConducts", "member"}, {"dutyReports", "member"}});
  };
  return type;
}

RecordType MemberConductType() {
  RecordType type = feeds::MakeRecordType(MemberConduct::descriptor());
  type.check = feeds::Check<MemberConduct>(CheckConduct);
  return type;
}

}  // namespace xince::committee
