#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/cases/names.h"
#include "services/scoring/creditfile/document_desk.h"
#include "services/scoring/creditfile/document_names.h"

// The points notice: lines of a subject's file, told to it.
namespace xince::creditfile {
namespace {

using documents::PointsLine;
using documents::PointsNotice;
using listing::v1::IssuePointsNoticeRequest;
using policy::v1::CaseStep;

// What the lines of the evidence say, each thing once and in the order of the evidence.
struct Told {
  std::vector<PointsLine> lines;
  std::vector<std::string> content;
  std::vector<std::string> issuers;
  std::vector<std::string> titles;
  std::vector<std::string> projects;
  type::Date accepted = type::kDateMin;
};

void AddOnce(const std::string& text, std::vector<std::string>& to) {
  if (!text.empty() && std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
}

void AddLine(const evaluate::CompiledSubjectPolicy& policy,
             const evaluate::Line& line,
             const evidence::v1::Evidence& evidence,
             Told& told) {
  const policy::v1::Item* item = policy.item(line.item);
  const policy::v1::Source& source = policy.source_of_item(line.item);
  const std::string zh = item == nullptr ? std::string(policy.item_id(line.item)) : item->zh();
  std::string rule = absl::StrCat(ClauseText(policy, source), "：", zh);
  if (line.counted != line.asked) {
    absl::StrAppend(&rule,
                    "（规则分值",
                    documents::FormatHundredths(line.asked),
                    "分，按规定的限额或者递减计入）");
  }
  told.lines.push_back({.rule = std::move(rule), .points_hundredths = line.counted});
  for (const auto& document : policy.pack().documents()) {
    if (document.id() == source.document())
      AddOnce(absl::StrCat("《", document.title(), "》"), told.titles);
  }
  const auto day = type::ParseDate(evidence.occurred_on());
  AddOnce(absl::StrCat(zh, day.ok() ? absl::StrCat("（", documents::FormatDay(*day), "）") : ""),
          told.content);
}

absl::Status LineUnknown(const std::string& evidence) {
  return runtime::NotFound("LINE_UNKNOWN",
                           "evidence",
                           "no line of the subject's file counts this piece of evidence",
                           "该主体的信用档案中没有计入这条信用信息的记分",
                           {{"evidence", evidence}});
}

absl::Status SubjectUnknown(const std::string& subject) {
  return runtime::NotFound("SUBJECT_UNKNOWN",
                           "subject",
                           "nobody filed this subject",
                           "该主体未登记",
                           {{"subject", subject}});
}

absl::Status CheckRequest(const IssuePointsNoticeRequest& request) {
  const auto part = request.party().part();
  if (part != CaseStep::RECORDER && part != CaseStep::OFFICER && part != CaseStep::DECIDER)
    return cases::PartyIncomplete("part");
  if (request.party().person().empty()) return cases::PartyIncomplete("person");
  if (request.party().office().empty()) return cases::PartyIncomplete("office");
  if (cases::SameName(request.review_office(), request.party().office())) {
    return runtime::InvalidArgument("POINTS_REVIEW_OFFICE",
                                    "review_office",
                                    "another office than the one that issues the notice checks it",
                                    "核查应当由开具单位以外的机关办理",
                                    {{"office", request.review_office()}});
  }
  std::set<std::string> seen;
  for (const std::string& evidence : request.evidence()) {
    if (seen.insert(evidence).second) continue;
    return runtime::InvalidArgument("EVIDENCE_TWICE",
                                    "evidence",
                                    "the same piece of evidence is named twice",
                                    "信用信息重复",
                                    {{"value", evidence}});
  }
  return absl::OkStatus();
}

absl::StatusOr<Told> Tell(const DocumentDesk::Books& books,
                          const IssuePointsNoticeRequest& request,
                          type::Date today,
                          Revision known) {
  Told told;
  const SubjectId subject = books.evidence.Find(request.subject());
  const Assessment assessment = books.assessor.Assess(subject, today.days(), known);
  for (const std::string& id : request.evidence()) {
    const PieceId piece = books.evidence.NewestOf(id);
    if (piece == kNone || assessment.policy == nullptr) return LineUnknown(id);
    const absl::string_view bytes = books.evidence.piece(piece).bytes;
    evidence::v1::Evidence evidence;
    evidence.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    const size_t before = told.lines.size();
    for (const evaluate::Line& line : assessment.outcome->lines) {
      if (line.evidence == piece) AddLine(*assessment.policy, line, evidence, told);
    }
    if (told.lines.size() == before) return LineUnknown(id);
    AddOnce(evidence.issuer(), told.issuers);
    if (evidence.subject() != request.subject() && evidence.subject().rfind("projects/", 0) == 0)
      AddOnce(NameOf(books.evidence, evidence.subject()), told.projects);
    told.accepted = std::max(
        told.accepted,
        cases::DayOr(evidence.determined_on(), cases::DayOr(evidence.occurred_on(), today)));
  }
  return told;
}

}  // namespace

absl::StatusOr<journal::v1::DocumentStep> DocumentDesk::DecidePointsNotice(
    const IssuePointsNoticeRequest& request, type::Date today, Revision known) const {
  XINCE_RETURN_IF_ERROR(CheckRequest(request));
  if (!books_.packs.Filed(request.subject())) return SubjectUnknown(request.subject());
  XINCE_RETURN_IF_ERROR(CheckNoIdentity(request, request.subject(), today));
  static const auto* const kNoWords = new documents::DocumentWords;
  const documents::DocumentWords& words = words_ == nullptr ? *kNoWords : *words_;
  XINCE_ASSIGN_OR_RETURN(const documents::Template* from, words.templates.Get(kPointsNotice));
  XINCE_ASSIGN_OR_RETURN(const Told told, Tell(books_, request, today, known));
  const uint32_t objection_days =
      request.objection_days() == 0 ? kObjectionDaysDefault : request.objection_days();
  PointsNotice notice{
      .organ = words.OrganOf(request.party().office(), cases::NameKey(request.party().office())),
      .subject = NameOf(books_.evidence, request.subject()),
      .subject_code = CodeOf(request.subject()),
      .project = absl::StrJoin(told.projects, "、"),
      .content = request.content().empty() ? absl::StrCat(absl::StrJoin(told.content, "；"), "。")
                                           : request.content(),
      .source = request.source().empty() ? absl::StrJoin(told.issuers, "、") : request.source(),
      .accepted_on = cases::DayOr(request.accepted_on(), told.accepted),
      .basis = absl::StrJoin(told.titles, "、"),
      .lines = told.lines,
      .rectify_days = request.rectify_days() == 0 ? "" : absl::StrCat(request.rectify_days(), "日"),
      .objection_days = absl::StrCat(objection_days, "个工作日"),
      .review_organ =
          words.OrganOf(request.review_office(), cases::NameKey(request.review_office())).name,
      .handler = request.party().person(),
      .register_name = words.register_name,
      .verification_base = words.verification_base,
      .date = today};
  documents::NumberPlan plan(numbers_);
  journal::v1::DocumentStep step;
  *step.mutable_party() = request.party();
  XINCE_ASSIGN_OR_RETURN(*step.mutable_issued(), Issue(*from, DraftOfPoints(notice), plan));
  step.mutable_issued()->set_subject(request.subject());
  *step.mutable_issued()->mutable_evidence() = request.evidence();
  return step;
}

}  // namespace xince::creditfile
