#include "services/scoring/creditfile/assessor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/journal/journal.h"
#include "services/runtime/errors.h"
#include "services/scoring/creditfile/subject_reach.h"
#include "services/type/civil_date.h"

namespace xince::creditfile {
namespace {

using ::xince::credit::v1::StandingRecord;

evaluate::Evaluator& ThreadEvaluator() {
  thread_local evaluate::Evaluator evaluator;
  return evaluator;
}

bool RollsUpProjects(const evaluate::CompiledSubjectPolicy& policy) {
  return std::any_of(
      policy.tables().items.begin(), policy.tables().items.end(), [](const evaluate::Item& item) {
        return item.source == evaluate::Item::Source::kProjects;
      });
}

}  // namespace

std::string DayText(Day day) {
  if (day == evaluate::kNoDay || day >= evaluate::kForever) return "";
  return type::FormatDate(type::Date::FromDays(day));
}

std::string ClauseText(const evaluate::CompiledSubjectPolicy& policy,
                       const policy::v1::Source& source) {
  for (const auto& document : policy.pack().documents()) {
    if (document.id() == source.document()) {
      return absl::StrCat(document.title(),
                          document.number().empty() ? "" : " ",
                          document.number(),
                          source.clause().empty() ? "" : " ",
                          source.clause());
    }
  }
  return source.clause();
}

std::vector<std::string> ReachWords(evaluate::ReachMask reach) {
  static constexpr std::pair<evaluate::ReachMask, const char*> kWords[] = {
      {evaluate::kDirect, "direct"},
      {evaluate::kViaProject, "via-project"},
      {evaluate::kViaManager, "via-manager"},
      {evaluate::kViaBranch, "via-branch"},
      {evaluate::kViaBranchProject, "via-branch-project"},
      {evaluate::kViaBranchManager, "via-branch-manager"}};
  std::vector<std::string> words;
  for (const auto& [bit, word] : kWords) {
    if ((reach & bit) != 0) words.emplace_back(word);
  }
  return words;
}

absl::Status PolicyBook::Add(const std::string& file, const std::string& content) {
  sources_.emplace_back(file, content);
  const absl::Status status = Rebuild();
  if (!status.ok()) {
    sources_.pop_back();
    (void)Rebuild();  // What was there before compiles again.
  }
  return status;
}

absl::Status PolicyBook::Rebuild() {
  packs_ = policy::PackSet();
  compiled_.clear();
  std::vector<policy::Pack> packs;
  for (const auto& [file, content] : sources_) {
    XINCE_ASSIGN_OR_RETURN(policy::Pack pack, policy::LoadPack(content, file));
    packs.push_back(std::move(pack));
  }
  XINCE_ASSIGN_OR_RETURN(packs_, policy::PackSet::Make(std::move(packs)));
  std::vector<const policy::Pack*> national;
  for (const policy::Pack& pack : packs_.packs()) {
    if (pack.proto().jurisdiction() == "0") national.push_back(&pack);
  }
  for (const policy::Pack& pack : packs_.packs()) {
    const std::vector<const policy::Pack*> earlier = packs_.EarlierThan(pack);
    XINCE_ASSIGN_OR_RETURN(
        evaluate::CompiledPack compiled,
        evaluate::Compile(pack,
                          {.vocabulary = &vocabulary_, .earlier = earlier, .national = national}));
    compiled_.emplace_back(pack.digest(),
                           std::make_unique<const evaluate::CompiledPack>(std::move(compiled)));
  }
  return absl::OkStatus();
}

bool PolicyBook::Has(const policy::Digest& digest) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const auto& source) {
    return policy::DigestOf(source.second) == digest;
  });
}

void PolicyBook::RemoveLast() {
  sources_.pop_back();
  (void)Rebuild();
}

std::function<void()> PolicyBook::Remove(const policy::Digest& digest) {
  const auto found = std::find_if(sources_.begin(), sources_.end(), [&](const auto& source) {
    return policy::DigestOf(source.second) == digest;
  });
  if (found == sources_.end()) return nullptr;
  auto back = [this, at = found - sources_.begin(), source = *found] {
    sources_.insert(sources_.begin() + at, source);
    (void)Rebuild();
  };
  sources_.erase(found);
  (void)Rebuild();
  return back;
}

void PolicyBook::Clear() {
  sources_.clear();
  packs_ = policy::PackSet();
  compiled_.clear();
}

const evaluate::CompiledSubjectPolicy* PolicyBook::For(const std::string& jurisdiction,
                                                       type::SubjectKind kind,
                                                       Day day) const {
  const policy::Pack* pack = packs_.InForceFor(jurisdiction, type::Date::FromDays(day));
  if (pack == nullptr) return nullptr;
  for (const auto& [digest, compiled] : compiled_) {
    if (digest == pack->digest()) return compiled->ForSubject(kind);
  }
  return nullptr;
}

policy::Digest PolicyBook::InForce(const std::string& jurisdiction, Day day) const {
  const policy::Pack* pack = packs_.InForceFor(jurisdiction, type::Date::FromDays(day));
  return pack == nullptr ? policy::Digest{} : pack->digest();
}

// What a subject is evaluated with besides evidence.
struct Assessor::Surroundings {
  std::vector<evaluate::Attribute> attributes;
  std::vector<evaluate::ProjectScore> projects;
};

std::vector<evaluate::Fact> Assessor::Gather(SubjectId subject, Revision known) const {
  const SubjectReach to_subject(book_, subject, known);
  std::vector<evaluate::Fact> facts;
  for (const SubjectId about : book_.Downward(subject, known)) {
    const SubjectEvidence& source = book_.subject(about);
    // What nobody filed is held, not counted.
    if (about != subject && book_.FilingAt(source, known) == nullptr) continue;
    for (const PieceId id : source.about) {
      const Piece& piece = book_.piece(id);
      if (piece.fact.occurred == evaluate::kNoDay || !book_.Live(piece, known)) continue;
      if (piece.relation != RelationKind::kNone) continue;
      const evaluate::ReachMask reach = to_subject.Of(about, piece.fact.occurred);
      if (reach == 0) continue;
      evaluate::Fact fact = piece.fact;
      fact.evidence = id;
      fact.reach = reach;
      facts.push_back(fact);
    }
  }
  std::sort(facts.begin(), facts.end(), [this](const evaluate::Fact& a, const evaluate::Fact& b) {
    return book_.piece(a.evidence).id < book_.piece(b.evidence).id;
  });
  for (uint32_t i = 0; i < facts.size(); ++i) facts[i].order = i;
  return facts;
}

void Assessor::Surround(SubjectId subject, Day day, Revision known, Surroundings& out) const {
  const evaluate::CompiledSubjectPolicy* policy =
      policies_.For(jurisdiction_, book_.subject(subject).kind, day);
  if (policy == nullptr || !RollsUpProjects(*policy)) return;
  book_.EachRelation(subject, known, [&](const Piece& piece) {
    if (piece.right != subject || day < piece.from || day >= piece.until) return;
    if (piece.relation != RelationKind::kEngagement && piece.relation != RelationKind::kCharge)
      return;
    const SubjectEvidence& project = book_.subject(piece.left);
    const Piece* filed = book_.FilingAt(project, known);
    if (filed == nullptr) return;
    evidence::v1::Evidence filing;
    filing.ParseFromArray(filed->bytes.data(), static_cast<int>(filed->bytes.size()));
    const Assessment assessment = Assess(piece.left, day, known);
    evaluate::ProjectScore score{.project = piece.left};
    score.rated = assessment.policy != nullptr && assessment.outcome->rated;
    score.score = score.rated ? assessment.outcome->score : 0;
    score.area = filing.filing().area_hundredths_m2();
    score.households = filing.filing().households();
    out.projects.push_back(score);
  });
  std::sort(out.projects.begin(), out.projects.end(), [this](const auto& a, const auto& b) {
    return book_.subject(a.project).name < book_.subject(b.project).name;
  });
}

Assessment Assessor::Assess(SubjectId subject, Day day, Revision known) const {
  Assessment assessment;
  assessment.policy = PolicyFor(subject, day);
  assessment.facts = Gather(subject, known);
  if (assessment.policy == nullptr) return assessment;
  Surroundings around;
  Surround(subject, day, known, around);
  assessment.outcome = &ThreadEvaluator().Run(
      *assessment.policy,
      assessment.facts,
      {.attributes = around.attributes,
       .projects = around.projects,
       .ranked_grade = ranks_.RowOf(subject, day, known, assessment.policy->digest())},
      day,
      {.explain = evaluate::Explain::kYes});
  return assessment;
}

std::optional<evaluate::Ranked> Assessor::Rankable(SubjectId subject,
                                                   Day day,
                                                   Revision known) const {
  const evaluate::CompiledSubjectPolicy* policy = PolicyFor(subject, day);
  if (policy == nullptr) return std::nullopt;
  const std::vector<evaluate::Fact> facts = Gather(subject, known);
  Surroundings around;
  Surround(subject, day, known, around);
  const evaluate::SubjectFacts besides{.attributes = around.attributes,
                                       .projects = around.projects};
  const evaluate::Outcome& outcome = ThreadEvaluator().Run(*policy, facts, besides, day);
  if (!outcome.rated) return std::nullopt;
  return evaluate::Ranked{.name = book_.subject(subject).name,
                          .score = outcome.score,
                          .grade_rows = outcome.grade_rows,
                          .tie_breaks = TieBreakValues(*policy, outcome, besides)};
}

StandingRecord RecordOf(const evaluate::CompiledSubjectPolicy& policy,
                        const evaluate::Outcome& outcome) {
  StandingRecord record;
  record.set_day(DayText(outcome.day));
  record.set_rated(outcome.rated);
  record.set_score_hundredths(outcome.score);
  record.set_grade(std::string(policy.grade_id(outcome.grade)));
  for (const evaluate::ActiveRestriction& active : outcome.restrictions) {
    const policy::v1::Restriction& rule = policy.restriction(active.restriction);
    auto* restriction = record.add_restrictions();
    restriction->set_code(rule.code());
    restriction->set_zh(rule.zh());
    restriction->set_en(rule.en());
    restriction->set_from(DayText(active.from));
    restriction->set_until(DayText(active.until));
    restriction->set_clause(ClauseText(policy, rule.source()));
  }
  record.set_contested(outcome.contested);
  record.set_uncontested_score_hundredths(outcome.contested ? outcome.uncontested_score
                                                            : outcome.score);
  record.set_uncontested_grade(
      std::string(policy.grade_id(outcome.contested ? outcome.uncontested_grade : outcome.grade)));
  for (const uint16_t proposal : outcome.proposals) {
    record.add_proposals(std::string(policy.proposal_list(proposal)));
  }
  record.set_policy(policy.pack().id());
  record.set_policy_digest(policy::FormatDigest(policy.digest()));
  record.set_next_change_on(DayText(outcome.next_change));
  return record;
}

StandingRecord Assessor::Record(const Assessment& assessment, Day day) const {
  if (assessment.policy == nullptr) {
    StandingRecord record;
    record.set_day(DayText(day));
    return record;
  }
  StandingRecord record = RecordOf(*assessment.policy, *assessment.outcome);
  const auto evidence_name = [this](uint32_t piece) { return book_.piece(piece).id; };
  const auto project_name = [this](uint32_t subject) { return book_.subject(subject).name; };
  record.set_explanation_digest(journal::HexEncode(
      evaluate::ExplanationDigest(*assessment.outcome,
                                  *assessment.policy,
                                  {.evidence = evidence_name, .project = project_name})));
  return record;
}

std::vector<StandingRecord> Assessor::Ahead(SubjectId subject,
                                            const Assessment& assessment,
                                            Day day,
                                            Day until,
                                            int count_max,
                                            Revision known) const {
  std::vector<StandingRecord> steps;
  if (assessment.policy == nullptr) return steps;
  Surroundings around;
  Surround(subject, day, known, around);
  for (const evaluate::Outcome& outcome : evaluate::Ahead(
           *assessment.policy,
           assessment.facts,
           {.attributes = around.attributes,
           .projects = around.projects,
           .ranked_grade = ranks_.RowOf(subject, day, known, assessment.policy->digest())},
           day,
           until,
           count_max)) {
    steps.push_back(RecordOf(*assessment.policy, outcome));
  }
  return steps;
}

}  // namespace xince::creditfile
