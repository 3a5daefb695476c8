#include "services/feeds/committee/duty.h"

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/duty.pb.h"
#include "xince/committee/v1/filing.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::google::protobuf::Message;
using ::xince::committee::v1::Disclosure;
using ::xince::committee::v1::DutyReport;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::Training;
using ::xince::evidence::v1::Evidence;
using ::xince::feeds::CheckContext;
using ::xince::feeds::EvidenceSink;
using ::xince::feeds::RecordType;

// OK when the member, if one is named, is filed and sits on the committee.
absl::Status CheckSits(const std::string& member,
                       const std::string& committee,
                       const CheckContext& context) {
  if (member.empty()) return absl::OkStatus();
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "member", member));
  const auto found = context.records.Find(member);
  const std::string& sits_on = static_cast<const Member&>(*found).committee();
  if (sits_on == committee) return absl::OkStatus();
  return runtime::FailedPrecondition("MEMBER_MISMATCH",
                                     "member",
                                     absl::StrCat("the member belongs to ", sits_on),
                                     absl::StrCat("该委员属于 ", sits_on),
                                     {{"committee", sits_on}});
}

absl::Status CheckTrainingDate(const Training& training, const Member& member) {
  const bool before_start = training.training_date() < member.start_date();
  const bool after_end =
      !member.end_date().empty() && training.training_date() >= member.end_date();
  const bool before_term = training.audience() == Training::MEMBER_BEFORE_TERM;
  if (before_term ? before_start : !before_start && !after_end) return absl::OkStatus();
  return runtime::InvalidArgument(
      "TRAINING_DATE",
      "training_date",
      before_term ? absl::StrCat("a training before the term ends before ", member.start_date())
                  : "a training in the term is held while the member sits",
      before_term ? absl::StrCat("任前培训应早于任职起始日 ", member.start_date())
                  : "任中培训应在任职期间",
      {{"start", member.start_date()}, {"end", member.end_date()}});
}

// A person trained before the term who is not filed as a member yet.
absl::Status CheckTrainee(const Training& training, const Training* before) {
  if (!training.has_trainee()) return absl::OkStatus();
  if (training.audience() != Training::MEMBER_BEFORE_TERM) {
    return feeds::NotApplicable("trainee", "audience MEMBER_BEFORE_TERM");
  }
  const std::string& hash = training.trainee().identity_hash();
  if (hash.empty()) {
    return feeds::RequiredWith("trainee.identity_number", "trainee.display_name");
  }
  if (before == nullptr || !before->has_trainee() || before->trainee().identity_hash() == hash) {
    return absl::OkStatus();
  }
  return runtime::FailedPrecondition(
      "IDENTITY_CHANGED",
      "trainee.identity_number",
      "the number is another person's: void this record and file that person",
      "身份证号与原登记不是同一人,请作废后重新登记");
}

absl::Status CheckTraining(const Training& training,
                           const Training* before,
                           const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", training.committee()));
  XINCE_RETURN_IF_ERROR(CheckTrainee(training, before));
  if (training.audience() == Training::PREPARATORY_GROUP) {
    return training.member().empty()
               ? absl::OkStatus()
               : feeds::NotApplicable("member", "audience MEMBER_BEFORE_TERM, MEMBER_IN_TERM");
  }
  if (training.member().empty() && !training.has_trainee()) {
    return feeds::RequiredWith("member", "audience");
  }
  if (training.attendee_count() != 0) {
    return feeds::NotApplicable("attendee_count", "audience PREPARATORY_GROUP");
  }
  if (training.member().empty()) return absl::OkStatus();
  XINCE_RETURN_IF_ERROR(CheckSits(training.member(), training.committee(), context));
  const auto found = context.records.Find(training.member());
  const auto& member = static_cast<const Member&>(*found);
  if (training.has_trainee() &&
      training.trainee().identity_hash() != member.person().identity_hash()) {
    return runtime::FailedPrecondition("MEMBER_MISMATCH",
                                       "member",
                                       "the member is another person than the trainee",
                                       "该委员与受训人不是同一人",
                                       {{"member", training.member()}});
  }
  return CheckTrainingDate(training, member);
}

// The member is left out: what leaves the feed is about the organisation.
void TrainingEvidence(const Training& training, EvidenceSink& sink) {
  Evidence& piece = sink.Add("committee");
  piece.set_subject(training.committee());
  piece.set_kind("committee.training");
  piece.set_matter(training.name());
  piece.set_occurred_on(training.training_date());
  piece.set_level(training.level());
  piece.set_issuer(training.organizer());
  piece.set_issuer_level(training.level());
  piece.add_tags(feeds::TagOf(*Training::Audience_descriptor(), training.audience()));
  feeds::AddCount(piece, "training-hours", training.hours());
  if (training.has_document()) *piece.add_documents() = training.document();
}

absl::Status CheckDecisionDate(const Disclosure& disclosure) {
  if (disclosure.decision_date().empty()) return absl::OkStatus();
  if (disclosure.category() != Disclosure::DECISIONS) {
    return feeds::NotApplicable("decision_date", "category DECISIONS");
  }
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(disclosure, "decision_date", "due_date"));
  return feeds::CheckDateOrder(disclosure, "decision_date", "made_date");
}

absl::Status CheckDisclosure(const Disclosure& disclosure,
                             const Disclosure* /*before*/,
                             const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", disclosure.committee()));
  XINCE_RETURN_IF_ERROR(CheckDecisionDate(disclosure));
  const bool made = !disclosure.made_date().empty();
  if (!made && disclosure.online()) return feeds::NotApplicable("online", "made_date");
  if (!made && disclosure.offline()) return feeds::NotApplicable("offline", "made_date");
  if (made && !disclosure.online() && !disclosure.offline()) {
    return runtime::InvalidArgument("CHANNEL_MISSING",
                                    "online",
                                    "say whether it was made public online, on site or both",
                                    "请注明线上公开、线下公开或两者");
  }
  const bool found = !disclosure.found_missing_date().empty();
  if (found && disclosure.found_missing_by().empty()) {
    return feeds::RequiredWith("found_missing_by", "found_missing_date");
  }
  if (!found && !disclosure.found_missing_by().empty()) {
    return feeds::RequiredWith("found_missing_date", "found_missing_by");
  }
  if (!found) return absl::OkStatus();
  XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore("found_missing_date",
                                              disclosure.found_missing_date(),
                                              "due_date",
                                              feeds::DayAfter(disclosure.due_date())));
  // What was public by then was not missing.
  return feeds::CheckDateOrder(disclosure, "found_missing_date", "made_date");
}

std::vector<std::string> DisclosureKeys(const Disclosure& disclosure) {
  // Decisions, repairs and what has no category of its own come up more than once in a period.
  if (disclosure.category() == Disclosure::DECISIONS ||
      disclosure.category() == Disclosure::REPAIRS || disclosure.category() == Disclosure::OTHER) {
    return {};
  }
  return {absl::StrCat("disclosure:",
                       disclosure.committee(),
                       "/",
                       feeds::TagOf(*Disclosure::Category_descriptor(), disclosure.category()),
                       "/",
                       disclosure.period())};
}

void DisclosureEvidence(const Disclosure& disclosure, EvidenceSink& sink) {
  const bool made = !disclosure.made_date().empty();
  const bool missing = !disclosure.found_missing_date().empty();
  if (!made && !missing) return;
  const bool late = made && disclosure.made_date() > disclosure.due_date();
  Evidence& piece = sink.Add("committee");
  piece.set_subject(disclosure.committee());
  piece.set_matter(disclosure.name());
  piece.add_tags(feeds::TagOf(*Disclosure::Category_descriptor(), disclosure.category()));
  if (disclosure.online()) piece.add_tags("online");
  if (disclosure.offline()) piece.add_tags("offline");
  if (disclosure.has_document()) *piece.add_documents() = disclosure.document();
  if (missing) {
    piece.set_kind("committee.disclosure-missing");
    piece.set_occurred_on(feeds::DayAfter(disclosure.due_date()));
    piece.set_determined_on(disclosure.found_missing_date());
    piece.set_corrected_on(disclosure.made_date());
    piece.set_issuer(disclosure.found_missing_by());
    return;
  }
  piece.set_kind(late ? "committee.disclosure-late" : "committee.disclosure");
  piece.set_occurred_on(disclosure.made_date());
  const absl::StatusOr<type::Date> due = type::ParseDate(disclosure.due_date());
  const absl::StatusOr<type::Date> done = type::ParseDate(disclosure.made_date());
  if (late && due.ok() && done.ok()) feeds::AddCount(piece, "days-late", *done - *due);
}

absl::Status CheckDutyReport(const DutyReport& report,
                             const DutyReport* /*before*/,
                             const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", report.committee()));
  XINCE_RETURN_IF_ERROR(CheckSits(report.member(), report.committee(), context));
  return feeds::CheckNotBefore(
      "report_date", report.report_date(), "year", absl::StrCat(report.year(), "-01-01"));
}

void DutyReportEvidence(const DutyReport& report, EvidenceSink& sink) {
  Evidence& piece = sink.Add("committee");
  piece.set_subject(report.committee());
  piece.set_kind("committee.duty-report");
  piece.set_matter(absl::StrCat(report.year()));
  piece.set_occurred_on(report.report_date());
  piece.set_issuer(report.heard_by());
  feeds::AddCount(piece, "year", report.year());
  if (report.has_score_hundredths()) feeds::AddMeasure(piece, "score", report.score_hundredths());
  if (report.has_document()) *piece.add_documents() = report.document();
}

}  // namespace

RecordType TrainingType() {
  RecordType type = feeds::MakeRecordType(Training::descriptor());
  type.check = feeds::Check<Training>(CheckTraining);
  type.evidence = feeds::Of<Training>(TrainingEvidence);
  return type;
}

RecordType DisclosureType() {
  RecordType type = feeds::MakeRecordType(Disclosure::descriptor());
  type.check = feeds::Check<Disclosure>(CheckDisclosure);
  type.unique_keys = feeds::Of<Disclosure>(DisclosureKeys);
  type.evidence = feeds::Of<Disclosure>(DisclosureEvidence);
  return type;
}

RecordType DutyReportType() {
  RecordType type = feeds::MakeRecordType(DutyReport::descriptor());
  type.check = feeds::Check<DutyReport>(CheckDutyReport);
  type.unique_keys = feeds::Of<DutyReport>([](const DutyReport& report) {
    return std::vector<std::string>{
        absl::StrCat("duty-report:", report.committee(), "/", report.year())};
  });
  type.evidence = feeds::Of<DutyReport>(DutyReportEvidence);
  return type;
}

}  // namespace xince::committee
