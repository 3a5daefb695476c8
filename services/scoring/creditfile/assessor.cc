#include "services/scoring/creditfile/assessor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/journal/journal.h"
#include "services/runtime/errors.h"
#include "services/scoring/creditfile/contests.h"
#include "services/scoring/creditfile/subject_reach.h"
#include "services/scoring/evaluate/calendar.h"
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

bool LooksBack(const evaluate::CompiledSubjectPolicy& policy) {
  using Op = evaluate::ConditionNode::Op;
  const auto& conditions = policy.tables().conditions;
  return std::any_of(conditions.begin(), conditions.end(), [](const auto& node) {
    return node.op == Op::kPastGrade || node.op == Op::kStreak;
  });
}

// What is ahead when every scoring year that ends is recorded as it then stands.
std::vector<evaluate::Outcome> AheadOf(const evaluate::CompiledSubjectPolicy& policy,
                                       const evaluate::Vocabulary& vocabulary,
                                       absl::Span<const evaluate::Fact> facts,
                                       evaluate::SubjectFacts besides,
                                       Day day,
                                       Day until,
                                       int count_max) {
  if (!LooksBack(policy)) return evaluate::Ahead(policy, facts, besides, day, until, count_max);
  const evaluate::Calendar calendar(policy.tables().year_month);
  std::vector<evaluate::Recorded> history(besides.history.begin(), besides.history.end());
  std::vector<evaluate::Outcome> ahead;
  while (day < until && static_cast<int>(ahead.size()) < count_max) {
    const Day last = calendar.YearHolding(day + 1).end - 1;
    for (evaluate::Outcome& outcome : evaluate::Ahead(policy,
                                                      facts,
                                                      besides,
                                                      day,
                                                      std::min(last, until),
                                                      count_max - static_cast<int>(ahead.size()))) {
      ahead.push_back(std::move(outcome));
    }
    const evaluate::Outcome outcome =
        evaluate::Evaluate(policy, facts, besides, last, evaluate::Explain::kNo);
    if (outcome.rated) {
      history.push_back({.on = last,
                         .score = outcome.score,
                         .grade = vocabulary.names.Find(policy.grade_id(outcome.grade))});
    }
    besides.history = history;
    day = last;
  }
  return ahead;
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
  // What a condition of a later pack may ask for has a number before that pack comes.
  vocabulary_.names.Intern(kSubjectType);
  for (const policy::Pack& pack : packs_.packs()) {
    for (const auto& list : pack.proto().lists()) vocabulary_.names.Intern(list.id());
    for (const auto& subject : pack.proto().subjects()) {
      for (const auto& grade : subject.grades()) vocabulary_.names.Intern(grade.id());
    }
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

const evaluate::CompiledPack* PolicyBook::PackOf(const policy::Digest& digest) const {
  for (const auto& [of, compiled] : compiled_) {
    if (of == digest) return compiled.get();
  }
  return nullptr;
}

const evaluate::CompiledPack* PolicyBook::PackFor(const std::string& jurisdiction, Day day) const {
  const policy::Pack* pack = packs_.InForceFor(jurisdiction, type::Date::FromDays(day));
  return pack == nullptr ? nullptr : PackOf(pack->digest());
}

const evaluate::CompiledSubjectPolicy* PolicyBook::For(const std::string& jurisdiction,
                                                       type::SubjectKind kind,
                                                       Day day) const {
  const evaluate::CompiledPack* pack = PackFor(jurisdiction, day);
  return pack == nullptr ? nullptr : pack->ForSubject(kind);
}

policy::Digest PolicyBook::InForce(const std::string& jurisdiction, Day day) const {
  const policy::Pack* pack = packs_.InForceFor(jurisdiction, type::Date::FromDays(day));
  return pack == nullptr ? policy::Digest{} : pack->digest();
}

// What a subject is evaluated with besides evidence.
struct Assessor::Surroundings {
  KnownOfSubject known;
  std::vector<evaluate::ProjectScore> projects;
  int ranked_grade = -1;
  /// Earliest later day on which it changes by itself.
  Day next_change = evaluate::kForever;

  [[nodiscard]] evaluate::SubjectFacts With(absl::Span<const evaluate::Repaired> repairs) const {
    return {.attributes = known.attributes,
            .lists = known.lists,
            .history = known.history,
            .projects = projects,
            .repairs = repairs,
            .ranked_grade = ranked_grade};
  }
};

void Assessor::AddProjects(const evaluate::CompiledPack& pack,
                           SubjectId subject,
                           Day day,
                           Revision known,
                           Surroundings& out) const {
  EachProjectHad(book_, subject, known, [&](const Relation& had, const Filing& filing) {
    if (day < had.from) out.next_change = std::min(out.next_change, had.from);
    if (day < had.from || day >= had.until) return;
    const Assessment assessment = AssessUnder(&pack, had.left, day, known);
    out.next_change = std::min({out.next_change, had.until, assessment.next_change});
    evaluate::ProjectScore score{.project = had.left};
    score.rated = assessment.policy != nullptr && assessment.outcome->rated;
    score.score = score.rated ? assessment.outcome->score : 0;
    score.area = filing.area;
    score.households = filing.households;
    out.projects.push_back(score);
  });
  std::sort(out.projects.begin(), out.projects.end(), [this](const auto& a, const auto& b) {
    return book_.subject(a.project).name < book_.subject(b.project).name;
  });
  // A project counts once, whatever says that it was had.
  out.projects.erase(
      std::unique(out.projects.begin(),
                  out.projects.end(),
                  [](const auto& a, const auto& b) { return a.project == b.project; }),
      out.projects.end());
}

KnownOfSubject Assessor::KnownOf(SubjectId subject, Revision known) const {
  const SubjectEvidence& about = book_.subject(subject);
  KnownOfSubject of{.lists = ListsOf(cases_, vocabulary_, about.name, known),
                    .history = past_.Of(subject, known)};
  if (const Filing* filing = book_.FilingOf(about, known); filing != nullptr) {
    of.attributes = filing->attributes;
  }
  return of;
}

void Assessor::EvidenceOf(SubjectId subject,
                          Day day,
                          Revision known,
                          std::vector<evaluate::Fact>& facts,
                          std::vector<evaluate::Repaired>& repairs) const {
  GatherFacts(book_, subject, known, facts);
  rulings_.Apply(day, known, facts, repairs);
}

void Assessor::Surround(const evaluate::CompiledPack& pack,
                        SubjectId subject,
                        Day day,
                        Revision known,
                        Surroundings& out) const {
  out.known = KnownOf(subject, known);
  const auto* policy = pack.ForSubject(book_.subject(subject).kind);
  if (policy == nullptr) return;
  out.ranked_grade = ranks_.RowOf(subject, day, known, policy->digest());
  if (RollsUpProjects(*policy)) AddProjects(pack, subject, day, known, out);
}

Assessment Assessor::Assess(SubjectId subject, Day day, Revision known) const {
  return AssessUnder(policies_.PackFor(jurisdiction_, day), subject, day, known);
}

Assessment Assessor::AssessUnder(const evaluate::CompiledPack* pack,
                                 SubjectId subject,
                                 Day day,
                                 Revision known) const {
  Assessment assessment;
  EvidenceOf(subject, day, known, assessment.facts, assessment.repairs);
  Memberships memberships = MembershipsOf(cases_, book_.subject(subject).name, day, known);
  assessment.memberships = std::move(memberships.told);
  assessment.contests = ContestsOf(cases_, book_.subject(subject).name, day, known);
  assessment.next_change = memberships.next_change;
  if (pack != nullptr) assessment.policy = pack->ForSubject(book_.subject(subject).kind);
  if (assessment.policy == nullptr) return assessment;
  Surroundings around;
  Surround(*pack, subject, day, known, around);
  assessment.outcome = &ThreadEvaluator().Run(*assessment.policy,
                                              assessment.facts,
                                              around.With(assessment.repairs),
                                              day,
                                              {.explain = evaluate::Explain::kYes});
  assessment.next_change =
      std::min({assessment.next_change, assessment.outcome->next_change, around.next_change});
  return assessment;
}

std::optional<evaluate::Ranked> Assessor::Rankable(SubjectId subject,
                                                   Day day,
                                                   Revision known) const {
  const evaluate::CompiledPack* pack = policies_.PackFor(jurisdiction_, day);
  if (pack == nullptr) return std::nullopt;
  const auto* policy = pack->ForSubject(book_.subject(subject).kind);
  if (policy == nullptr) return std::nullopt;
  std::vector<evaluate::Fact> facts;
  std::vector<evaluate::Repaired> repairs;
  EvidenceOf(subject, day, known, facts, repairs);
  Surroundings around;
  Surround(*pack, subject, day, known, around);
  // The pass is what gives ranks.
  around.ranked_grade = -1;
  const evaluate::SubjectFacts besides = around.With(repairs);
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

namespace {

void AddContests(const Assessment& assessment, StandingRecord& record) {
  if (assessment.contests.empty()) return;
  *record.mutable_contests() = {assessment.contests.begin(), assessment.contests.end()};
  record.set_contested(true);
}

}  // namespace

StandingRecord Assessor::Record(const Assessment& assessment, Day day) const {
  if (assessment.policy == nullptr) {
    StandingRecord record;
    record.set_day(DayText(day));
    record.set_next_change_on(DayText(assessment.next_change));
    *record.mutable_memberships() = {assessment.memberships.begin(), assessment.memberships.end()};
    AddContests(assessment, record);
    return record;
  }
  StandingRecord record = RecordOf(*assessment.policy, *assessment.outcome);
  *record.mutable_memberships() = {assessment.memberships.begin(), assessment.memberships.end()};
  AddContests(assessment, record);
  record.set_next_change_on(DayText(assessment.next_change));
  const auto evidence_name = [this](uint32_t piece) { return book_.IdOf(piece); };
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
  const evaluate::CompiledPack* pack = policies_.PackFor(jurisdiction_, day);
  if (assessment.policy == nullptr || pack == nullptr) return steps;
  Surroundings around;
  Surround(*pack, subject, day, known, around);
  for (const evaluate::Outcome& outcome : AheadOf(*assessment.policy,
                                                  vocabulary_,
                                                  assessment.facts,
                                                  around.With(assessment.repairs),
                                                  day,
                                                  until,
                                                  count_max)) {
    steps.push_back(RecordOf(*assessment.policy, outcome));
  }
  return steps;
}

evaluate::WaysUp Assessor::WaysUp(SubjectId subject,
                                  const Assessment& assessment,
                                  Day day,
                                  Revision known) const {
  const evaluate::CompiledPack* pack = policies_.PackFor(jurisdiction_, day);
  if (assessment.policy == nullptr || pack == nullptr) return {};
  Surroundings around;
  Surround(*pack, subject, day, known, around);
  return evaluate::FindWaysUp(
      *assessment.policy, assessment.facts, around.With(assessment.repairs), day);
}

}  // namespace xince::creditfile
