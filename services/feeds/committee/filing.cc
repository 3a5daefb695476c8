#include "services/feeds/committee/filing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/candidate.pb.h"
#include "xince/committee/v1/filing.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/committee/composition.h"
#include "services/feeds/committee/taking_office.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::google::protobuf::Message;
using ::xince::committee::v1::Committee;
using ::xince::committee::v1::CommitteeRule;
using ::xince::committee::v1::JointReview;
using ::xince::committee::v1::LawfulBasis;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::MemberConduct;
using ::xince::committee::v1::Warning;
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
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(committee, "formed_date", "filing_date"));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = committee.term_start_date(), .end = committee.term_end_date()},
                         "TERM_DATES",
                         "term_end_date"));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckDateOrder(committee, "term_start_date", "re_election_called_date"));
  return feeds::CheckDateOrder(committee, "term_start_date", "ended_date");
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

// The filing came later after the forming than the rules allow.
std::optional<Warning> LateWarning(const Committee& committee, const v1::CommitteeRules& rules) {
  if (!Asked(rules, rules.filing(), committee.formed_date())) return std::nullopt;
  const auto formed = type::ParseDate(committee.formed_date());
  const auto filed = type::ParseDate(committee.filing_date());
  if (!formed.ok() || !filed.ok()) return std::nullopt;
  const type::Date due = *formed + rules.filing().value();
  if (*filed <= due) return std::nullopt;
  const std::string last_day = type::FormatDate(due);
  Warning warning = MakeWarning(Warning::FILED_LATE,
                                rules.filing().clause(),
                                absl::StrCat("the committee was to be filed by ", last_day),
                                absl::StrCat("应不晚于 ", last_day, " 备案"));
  warning.set_due_date(last_day);
  warning.set_days_late(*filed - due);
  return warning;
}

// One warning for each document that the rules ask for and the filing lacks.
std::vector<Warning> DocumentWarnings(const Committee& committee, const v1::CommitteeRules& rules) {
  std::vector<Warning> warnings;
  if (!Asked(rules, rules.filing_documents(), committee.formed_date())) return warnings;
  const auto& filed = committee.filed_documents();
  for (const std::string& title : rules.filing_documents().documents()) {
    if (std::find(filed.begin(), filed.end(), title) != filed.end()) continue;
    warnings.push_back(MakeWarning(Warning::FILING_DOCUMENT_MISSING,
                                   rules.filing_documents().clause(),
                                   absl::StrCat("the filing lacks the document ", title),
                                   absl::StrCat("备案材料缺少:", title)));
    warnings.back().set_item(title);
  }
  return warnings;
}

void TellFiling(Committee& committee, const v1::CommitteeRules& rules) {
  committee.clear_warnings();
  if (auto late = LateWarning(committee, rules)) *committee.add_warnings() = *std::move(late);
  for (Warning& warning : DocumentWarnings(committee, rules)) {
    *committee.add_warnings() = std::move(warning);
  }
}

// What a rule that blocks asks, unless it was missing before.
absl::Status CheckFiling(const Committee& committee,
                         const Committee* before,
                         const v1::CommitteeRules& rules) {
  if (rules.filing().gate() == CommitteeRule::BLOCK) {
    const auto late = LateWarning(committee, rules);
    const bool known = before != nullptr && LateWarning(*before, rules);
    if (late && !known) return Refused(*late, "FILING_LATE", "filing_date");
  }
  if (rules.filing_documents().gate() == CommitteeRule::BLOCK) {
    const auto missing = DocumentWarnings(committee, rules);
    const size_t known = before == nullptr ? 0 : DocumentWarnings(*before, rules).size();
    if (missing.size() > known) {
      return Refused(missing.front(), "FILING_DOCUMENT_MISSING", "filed_documents");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCommittee(const Committee& committee,
                            const Committee* before,
                            const CheckContext& context,
                            const v1::CommitteeRules& rules) {
  XINCE_RETURN_IF_ERROR(CheckPlace(committee));
  XINCE_RETURN_IF_ERROR(CheckDates(committee));
  XINCE_RETURN_IF_ERROR(CheckFiling(committee, before, rules));
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

absl::Status CheckMember(const Member& member,
                         const Member* before,
                         const CheckContext& context,
                         const v1::CommitteeRules& rules) {
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
  XINCE_RETURN_IF_ERROR(CheckOffice(member, before, context, rules));
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
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "member", conduct.member()));
  if (!conduct.has_lawful_basis() || MayLimitRights(conduct.lawful_basis().kind())) {
    return absl::OkStatus();
  }
  return runtime::InvalidArgument(
      "LAWFUL_BASIS_KIND",
      "lawful_basis.kind",
      "a conduct counts only by a law, an administrative or a local regulation: name one, or leave "
      "the basis out and it stays internal",
      "个人后果须以法律、行政法规或地方性法规为依据;没有依据的请留空,记录仅供内部使用",
      {{"kind", LawfulBasis::Kind_Name(conduct.lawful_basis().kind())}});
}

// Only what a lawful basis opens, and neither the person nor the member: of the document what finds it,
// since a title may name the person.
void ConductEvidence(const MemberConduct& conduct, EvidenceSink& sink) {
  if (!conduct.has_lawful_basis() || !MayLimitRights(conduct.lawful_basis().kind())) return;
  Evidence& piece = sink.Add("conduct");
  piece.set_subject(conduct.committee());
  piece.set_kind("committee.member-conduct");
  piece.set_matter(conduct.name());
  piece.set_occurred_on(conduct.conduct_date());
  piece.set_determined_on(conduct.document().issue_date());
  piece.set_issuer(conduct.determined_by());
  piece.add_tags(feeds::TagOf(*LawfulBasis::Kind_descriptor(), conduct.lawful_basis().kind()));
  auto& document = *piece.add_documents();
  document.set_number(conduct.document().number());
  document.set_issuer(conduct.document().issuer());
  document.set_issue_date(conduct.document().issue_date());
  document.set_sha256(conduct.document().sha256());
  piece.add_documents()->set_title(BasisText(conduct.lawful_basis()));
}

}  // namespace

RecordType CommitteeType(const Rules& rules) {
  RecordType type = feeds::MakeRecordType(Committee::descriptor());
  type.complete = feeds::Complete<Committee>(
      [rules](Committee& committee, const Committee*, const CheckContext&) {
        TellFiling(committee, *rules);
        return absl::OkStatus();
      });
  type.tell = [rules](Message& committee, const CheckContext& context) {
    TellComposition(static_cast<Committee&>(committee), context, *rules);
  };
  type.check = feeds::Check<Committee>(
      [rules](const Committee& now, const Committee* before, const CheckContext& context) {
        return CheckCommittee(now, before, context, *rules);
      });
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

RecordType MemberType(const Rules& rules) {
  RecordType type = feeds::MakeRecordType(Member::descriptor());
  type.complete =
      feeds::Complete<Member>([rules](Member& member, const Member*, const CheckContext& context) {
        TellOffice(member, context.records, *rules);
        TellComposition(member, context, *rules);
        return absl::OkStatus();
      });
  type.check = feeds::Check<Member>(
      [rules](const Member& now, const Member* before, const CheckContext& context) {
        return CheckMember(now, before, context, *rules);
      });
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
  type.complete = feeds::Complete<MemberConduct>(
      [](MemberConduct& conduct, const MemberConduct*, const CheckContext& context) {
        const auto member = context.records.Find(conduct.member());
        if (member != nullptr) {
          conduct.set_committee(static_cast<const Member&>(*member).committee());
        }
        return absl::OkStatus();
      });
  type.check = feeds::Check<MemberConduct>(CheckConduct);
  type.evidence = feeds::Of<MemberConduct>(ConductEvidence);
  return type;
}

}  // namespace xince::committee
