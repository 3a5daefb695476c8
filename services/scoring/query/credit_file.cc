#include "services/scoring/query/credit_file.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/scoring/creditfile/subject_reach.h"
#include "services/type/civil_date.h"

namespace xince::query {
namespace {

using ::xince::credit::v1::CreditFile;
using ::xince::creditfile::Assessment;
using ::xince::creditfile::CreditState;
using ::xince::creditfile::DayText;
using ::xince::creditfile::Piece;
using ::xince::creditfile::RelationKind;
using ::xince::creditfile::SubjectId;
using ::xince::evaluate::CompiledSubjectPolicy;

const char* OriginWord(evaluate::Origin origin) {
  switch (origin) {
    case evaluate::Origin::kEvidence:
      return "evidence";
    case evaluate::Origin::kBase:
      return "base";
    case evaluate::Origin::kNotApplicable:
      return "not-applicable";
    case evaluate::Origin::kMissing:
      return "missing";
    case evaluate::Origin::kProject:
      return "project";
    case evaluate::Origin::kRaterFull:
      return "rater-full";
  }
  return "";
}

const char* MarkWord(policy::v1::Mark mark) {
  switch (mark) {
    case policy::v1::SEED:
      return "S";
    case policy::v1::RULE:
      return "R";
    case policy::v1::ASSUMPTION:
      return "A";
    default:
      return "";
  }
}

const char* RelationWord(RelationKind kind) {
  switch (kind) {
    case RelationKind::kEngagement:
      return "engagement";
    case RelationKind::kCharge:
      return "charge";
    case RelationKind::kBranch:
      return "branch";
    case RelationKind::kEmployment:
      return "employment";
    default:
      return "";
  }
}

evidence::v1::Evidence EvidenceOf(const Piece& piece) {
  evidence::v1::Evidence evidence;
  evidence.ParseFromArray(piece.bytes.data(), static_cast<int>(piece.bytes.size()));
  return evidence;
}

void WriteRule(const CompiledSubjectPolicy& policy,
               const evaluate::Line& from,
               credit::v1::Line& to) {
  to.set_item(std::string(policy.item_id(from.item)));
  if (const policy::v1::Item* item = policy.item(from.item); item != nullptr) {
    to.set_zh(item->zh());
    to.set_en(item->en());
  } else {
    to.set_zh(from.origin == evaluate::Origin::kBase ? "基础分" : "缺项按满分计");
    to.set_en(from.origin == evaluate::Origin::kBase ? "base" : "missing rater at full marks");
  }
  const policy::v1::Source& source = policy.source_of_item(from.item);
  to.set_clause(creditfile::ClauseText(policy, source));
  to.set_mark(MarkWord(source.mark()));
}

void WriteLine(const CreditState& state,
               const CompiledSubjectPolicy& policy,
               const evaluate::Line& from,
               credit::v1::Line& to) {
  WriteRule(policy, from, to);
  to.set_origin(OriginWord(from.origin));
  if (from.evidence != evaluate::kNone) {
    const Piece& piece = state.book().piece(from.evidence);
    to.set_evidence(std::string(piece.id));
    // A name of its own: a loop over a part of a temporary outlives the temporary.
    const evidence::v1::Evidence evidence = EvidenceOf(piece);
    for (const auto& document : evidence.documents()) {
      if (!document.sha256().empty()) to.add_document_sha256(document.sha256());
    }
  } else if (from.project != evaluate::kNone) {
    to.set_evidence(std::string(state.book().subject(from.project).name));
  }
  to.set_asked_hundredths(from.asked);
  to.set_decayed_hundredths(from.decayed);
  to.set_counted_hundredths(from.counted);
  if (from.cut != evaluate::Cut::kNone) to.set_cut(std::string(evaluate::CutWord(from.cut)));
  if (from.cut_group != evaluate::kNoIndex) {
    to.set_cut_group(std::string(policy.group_id(from.cut_group)));
  }
  to.set_start(DayText(from.start));
  to.set_end(DayText(from.end));
  to.set_repair_from(DayText(from.repair_from));
  to.set_contested(from.contested);
}

// The repair of a line that holds on the day; null for none.
const evaluate::Repaired* RepairOf(const Assessment& assessment, const evaluate::Line& line) {
  if (line.evidence == evaluate::kNone) return nullptr;
  for (const evaluate::Repaired& repair : assessment.repairs) {
    const creditfile::Day day = assessment.outcome->day;
    if (!repair.amended && repair.evidence == line.evidence && repair.from <= day &&
        day < repair.until)
      return &repair;
  }
  return nullptr;
}

// The lines that count, and in their places those that were repaired and count nothing.
std::vector<evaluate::Line> LinesOf(const Assessment& assessment) {
  std::vector<evaluate::Line> lines = assessment.outcome->lines;
  if (assessment.repairs.empty()) return lines;
  std::vector<evaluate::Repaired> amended = assessment.repairs;
  amended.erase(std::remove_if(amended.begin(),
                               amended.end(),
                               [](const evaluate::Repaired& one) { return !one.amended; }),
                amended.end());
  const evaluate::Outcome before = evaluate::Evaluate(
      *assessment.policy, assessment.facts, {.repairs = amended}, assessment.outcome->day);
  for (evaluate::Line line : before.lines) {
    const evaluate::Repaired* repair = RepairOf(assessment, line);
    if (repair == nullptr || repair->points != 0) continue;
    line.counted = line.in_item = 0;
    line.cut = evaluate::Cut::kRepaired;
    line.cut_group = evaluate::kNoIndex;
    lines.push_back(line);
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) {
    return std::pair(a.item, a.start) < std::pair(b.item, b.start);
  });
  return lines;
}

void WriteOutcome(const CreditState& state, const Assessment& assessment, CreditFile& file) {
  const CompiledSubjectPolicy& policy = *assessment.policy;
  for (const evaluate::Line& line : LinesOf(assessment)) {
    credit::v1::Line& to = *file.add_lines();
    WriteLine(state, policy, line, to);
    if (const evaluate::Repaired* repair = RepairOf(assessment, line); repair != nullptr)
      to.set_repaired_from(DayText(repair->from));
  }
  for (size_t i = 0; i < assessment.outcome->groups.size(); ++i) {
    auto* group = file.add_groups();
    group->set_group(std::string(policy.group_id(static_cast<uint16_t>(i))));
    group->set_value_hundredths(assessment.outcome->groups[i].value);
  }
}

// What cases decided about a piece, and which contest it on the day.
void WriteRulings(const CreditState& state,
                  const creditfile::RulingsOf& of,
                  creditfile::Day day,
                  creditfile::Revision known,
                  credit::v1::FileEvidence& entry) {
  const auto add = [&](const std::string& by, const char* kind, creditfile::Day from, uint64_t at) {
    credit::v1::EvidenceRuling& ruling = *entry.add_rulings();
    ruling.set_case_(by);
    ruling.set_kind(kind);
    ruling.set_from(DayText(from));
    ruling.set_revision(at);
  };
  for (const creditfile::Ruling& ruling : of.rulings) {
    if (!ruling.Holds(known)) continue;
    const char* kind = ruling.kind == creditfile::Ruling::Kind::kVoided    ? "voided"
                       : ruling.kind == creditfile::Ruling::Kind::kAmended ? "amended"
                                                                           : "repaired";
    add(ruling.by, kind, ruling.from, ruling.revision);
    if (ruling.undone <= known) add(ruling.by, "repair-undone", ruling.undone_on, ruling.undone);
  }
  for (const std::string& by : of.contests) {
    const auto contest = state.cases().Find(by);
    if (contest != nullptr && ContestedOn(*contest, type::Date::FromDays(day), known))
      add(by, "contested", contest->steps.front().day.days(), contest->steps.front().revision);
  }
}

void WriteEvidence(const CreditState& state,
                   SubjectId subject,
                   creditfile::Day day,
                   creditfile::Revision known,
                   CreditFile& file) {
  // As the feeds sent it: what a case voided is told, too.
  std::vector<evaluate::Fact> facts;
  creditfile::GatherFacts(state.book(), subject, known, facts);
  for (const evaluate::Fact& fact : facts) {
    const Piece& piece = state.book().piece(fact.evidence);
    auto* entry = file.add_evidence();
    *entry->mutable_evidence() = EvidenceOf(piece);
    entry->set_taken_at_revision(piece.known);
    for (const std::string& word : creditfile::ReachWords(fact.reach)) entry->add_reach(word);
    if (const auto* of = state.rulings().OfPiece(fact.evidence); of != nullptr)
      WriteRulings(state, *of, day, known, *entry);
  }
}

void WriteRelations(const CreditState& state,
                    SubjectId subject,
                    creditfile::Revision known,
                    CreditFile& file) {
  state.book().EachRelation(subject, known, [&](const creditfile::Relation& from) {
    auto* relation = file.add_relations();
    relation->set_kind(RelationWord(from.kind));
    relation->set_from_subject(std::string(state.book().subject(from.left).name));
    relation->set_to_subject(std::string(state.book().subject(from.right).name));
    relation->set_start_date(DayText(from.from));
    relation->set_end_date(DayText(from.until));
    relation->set_evidence(std::string(state.book().IdOf(from.piece)));
  });
}

const char* StepWord(evaluate::Step::Kind kind) {
  switch (kind) {
    case evaluate::Step::Kind::kCorrect:
      return "correct";
    case evaluate::Step::Kind::kRepair:
      return "repair";
    case evaluate::Step::Kind::kMerit:
      return "merit";
  }
  return "";
}

void WriteStep(const CreditState& state,
               const CompiledSubjectPolicy& policy,
               const evaluate::Step& from,
               credit::v1::WayUpStep& to) {
  to.set_kind(StepWord(from.kind));
  if (from.evidence != evaluate::kNone) {
    to.set_evidence(std::string(state.book().piece(from.evidence).id));
  }
  to.set_item(std::string(policy.item_id(from.item)));
  if (const policy::v1::Item* item = policy.item(from.item); item != nullptr) {
    to.set_zh(item->zh());
    to.set_en(item->en());
  }
  to.set_on(DayText(from.on));
  to.set_points_hundredths(from.points);
  to.set_clause(creditfile::ClauseText(policy, policy.source_of_item(from.item)));
}

// Nothing can be done about a day that has passed, or about what was known once.
void WriteWaysUp(const CreditState& state,
                 SubjectId subject,
                 const Assessment& assessment,
                 creditfile::Day day,
                 creditfile::Revision known,
                 CreditFile& file) {
  if (assessment.policy == nullptr || day < state.today() || known < state.revision()) return;
  const CompiledSubjectPolicy& policy = *assessment.policy;
  const evaluate::WaysUp found = state.assessor().WaysUp(subject, assessment, day, known);
  file.set_ways_up_limited(found.limited);
  for (const evaluate::WayUp& way : found.ways) {
    credit::v1::WayUp& to = *file.add_ways_up();
    for (const evaluate::Step& step : way.steps) WriteStep(state, policy, step, *to.add_steps());
    to.set_reached_on(DayText(way.reached_on));
    to.set_score_hundredths(way.score);
    to.set_grade(std::string(policy.grade_id(way.grade)));
    for (const uint16_t index : way.lifted) {
      const policy::v1::Restriction& rule = policy.restriction(index);
      credit::v1::Restriction& lifted = *to.add_lifted();
      lifted.set_code(rule.code());
      lifted.set_zh(rule.zh());
      lifted.set_en(rule.en());
      lifted.set_clause(creditfile::ClauseText(policy, rule.source()));
    }
  }
}

}  // namespace

CreditFile WriteFile(const CreditState& state,
                     SubjectId subject,
                     creditfile::Day day,
                     creditfile::Revision known) {
  CreditFile file;
  const creditfile::Assessor& assessor = state.assessor();
  const Assessment assessment = assessor.Assess(subject, day, known);
  *file.mutable_standing() = creditfile::DescribeSubject(state.book(), subject, known);
  *file.mutable_standing()->mutable_record() = assessor.Record(assessment, day);
  file.mutable_standing()->set_as_of(DayText(day));
  if (assessment.policy != nullptr) WriteOutcome(state, assessment, file);
  WriteEvidence(state, subject, day, known, file);
  WriteRelations(state, subject, known, file);
  const type::Date until = type::AddYears(type::Date::FromDays(day), kAheadYears);
  for (auto& step : assessor.Ahead(subject, assessment, day, until.days(), kAheadMax, known)) {
    *file.add_ahead() = std::move(step);
  }
  WriteWaysUp(state, subject, assessment, day, known, file);
  return file;
}

std::optional<credit::v1::StandingStep> StepOf(const journal::Entry& entry,
                                               const std::string& subject) {
  journal::v1::ScoringEntry payload;
  if (!payload.ParseFromString(entry.payload)) return std::nullopt;
  for (const auto& change : payload.standings_changed().changes()) {
    if (change.subject() != subject) continue;
    credit::v1::StandingStep step;
    step.set_revision(entry.revision);
    *step.mutable_record_time() =
        google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(entry.record_time_us);
    *step.mutable_causes() = change.causes();
    *step.mutable_record() = change.after();
    return step;
  }
  return std::nullopt;
}

}  // namespace xince::query
