#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/evaluate/cases.h"
#include "services/scoring/policy/decimal.h"
#include "services/type/resource_name.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

namespace {

absl::Status Bad(absl::string_view field, absl::string_view text) {
  return runtime::InvalidArgument("CASE_INVALID",
                                  field,
                                  absl::StrCat(field, ": `", text, "` cannot be read"),
                                  absl::StrCat(field, ":“", text, "”无法识别"));
}

absl::Status ReadDay(const std::string& text, absl::string_view field, Day otherwise, Day& day) {
  day = otherwise;
  if (text.empty()) return absl::OkStatus();
  XINCE_ASSIGN_OR_RETURN(const type::Date date, type::ParseDate(text, field));
  day = date.days();
  return absl::OkStatus();
}

absl::Status ReadNumber(const std::string& text,
                        absl::string_view field,
                        Hundredths otherwise,
                        Hundredths& number) {
  number = otherwise;
  if (text.empty()) return absl::OkStatus();
  const auto read = policy::ParseHundredths(text);
  if (!read.has_value()) return Bad(field, text);
  number = *read;
  return absl::OkStatus();
}

// Case names need no valid credit codes: only the collection and something after it.
absl::StatusOr<type::SubjectKind> KindOf(const std::string& name) {
  const size_t slash = name.find('/');
  if (slash == std::string::npos || slash + 1 == name.size()) return Bad("subject", name);
  const auto kind = type::KindOfCollection(absl::string_view(name).substr(0, slash));
  if (!kind.has_value()) return Bad("subject", name);
  return *kind;
}

}  // namespace

uint32_t CaseWorld::NumberOf(const std::string& subject) {
  return subject.empty() ? kNone : subjects_.Intern(subject);
}

absl::string_view CaseWorld::EvidenceId(uint32_t evidence) const {
  return evidence == kNone ? absl::string_view() : absl::string_view(evidence_ids_[evidence]);
}

absl::string_view CaseWorld::ProjectName(uint32_t project) const {
  return project == kNone ? absl::string_view() : subjects_.WordOf(project);
}

absl::StatusOr<CaseWorld> CaseWorld::Make(const v1::Case& world, Vocabulary& vocabulary) {
  CaseWorld made;
  XINCE_RETURN_IF_ERROR(ReadDay(world.as_of(), "as_of", kNoDay, made.as_of_));
  if (made.as_of_ == kNoDay) return Bad("as_of", world.as_of());
  XINCE_RETURN_IF_ERROR(made.AddRelations(world));
  std::vector<const v1::CaseEvidence*> evidence;
  for (const v1::CaseEvidence& piece : world.evidence()) evidence.push_back(&piece);
  std::sort(evidence.begin(), evidence.end(), [](const auto* a, const auto* b) {
    return a->id() < b->id();
  });
  for (size_t i = 0; i < evidence.size(); ++i) {
    if (evidence[i]->id().empty() || (i > 0 && evidence[i]->id() == evidence[i - 1]->id()))
      return Bad("evidence.id", evidence[i]->id());
    XINCE_RETURN_IF_ERROR(made.AddEvidence(*evidence[i], vocabulary));
  }
  for (const v1::CaseSubject& subject : world.subjects()) {
    XINCE_RETURN_IF_ERROR(made.AddSubject(subject, vocabulary));
  }
  return made;
}

absl::Status CaseWorld::AddRelations(const v1::Case& world) {
  for (const v1::CaseEngagement& e : world.engagements()) {
    Engagement engagement{.project = NumberOf(e.project()),
                          .firm = NumberOf(e.firm()),
                          .manager = NumberOf(e.manager())};
    XINCE_RETURN_IF_ERROR(ReadDay(e.from(), "from", kNoDay, engagement.from));
    XINCE_RETURN_IF_ERROR(ReadDay(e.until(), "until", kForever, engagement.until));
    relations_.Add(engagement);
  }
  for (const v1::CaseBranch& b : world.branches()) {
    BranchLink link{.branch = NumberOf(b.branch()), .parent = NumberOf(b.parent())};
    XINCE_RETURN_IF_ERROR(ReadDay(b.from(), "from", kNoDay, link.from));
    XINCE_RETURN_IF_ERROR(ReadDay(b.until(), "until", kForever, link.until));
    relations_.Add(link);
  }
  for (const v1::CaseEmployment& e : world.employments()) {
    Employment employment{.manager = NumberOf(e.manager()), .firm = NumberOf(e.firm())};
    XINCE_RETURN_IF_ERROR(ReadDay(e.from(), "from", kNoDay, employment.from));
    XINCE_RETURN_IF_ERROR(ReadDay(e.until(), "until", kForever, employment.until));
    relations_.Add(employment);
  }
  return absl::OkStatus();
}

absl::Status CaseWorld::AddEvidence(const v1::CaseEvidence& e, Vocabulary& vocabulary) {
  XINCE_ASSIGN_OR_RETURN(const type::SubjectKind kind, KindOf(e.subject()));
  Fact fact;
  fact.evidence = static_cast<uint32_t>(evidence_ids_.size());
  fact.order = fact.evidence;
  evidence_ids_.push_back(e.id());
  fact.kind = vocabulary.kinds.Intern(e.kind());
  XINCE_RETURN_IF_ERROR(ReadDay(e.determined_on(), "determined_on", kNoDay, fact.determined));
  if (fact.determined == kNoDay) return Bad("determined_on", e.determined_on());
  XINCE_RETURN_IF_ERROR(ReadDay(e.occurred_on(), "occurred_on", fact.determined, fact.occurred));
  XINCE_RETURN_IF_ERROR(ReadDay(e.corrected_on(), "corrected_on", kNoDay, fact.corrected));
  XINCE_RETURN_IF_ERROR(ReadDay(e.valid_until(), "valid_until", kNoDay, fact.valid_until));
  Hundredths points = kNoPoints;
  XINCE_RETURN_IF_ERROR(ReadNumber(e.points(), "points", kNoPoints, points));
  if (points != kNoPoints) fact.points = Decided(points);
  Repaired amended{.evidence = fact.evidence, .amended = true};
  XINCE_RETURN_IF_ERROR(ReadNumber(e.amended(), "amended", kNoPoints, amended.points));
  if (amended.points != kNoPoints) {
    fact.points = Decided(amended.points);
    repairs_.push_back(amended);
  }
  for (const v1::CaseRepair& r : e.repairs()) {
    Repaired repair{.evidence = fact.evidence};
    XINCE_RETURN_IF_ERROR(ReadDay(r.from(), "repairs.from", kNoDay, repair.from));
    XINCE_RETURN_IF_ERROR(ReadDay(r.until(), "repairs.until", kForever, repair.until));
    XINCE_RETURN_IF_ERROR(ReadNumber(r.points(), "repairs.points", 0, repair.points));
    repairs_.push_back(repair);
  }
  fact.level = static_cast<uint8_t>(e.level());
  fact.issuer_level = static_cast<uint8_t>(e.issuer_level());
  fact.issuer = issuers_.Intern(e.issuer());
  fact.matter = matters_.Intern(e.matter());
  fact.contested = e.contested();
  std::vector<MeasureValue>& measures = measures_.emplace_back();
  for (const v1::CaseMeasure& m : e.measures()) {
    MeasureValue measure{.name = vocabulary.names.Intern(m.name())};
    XINCE_RETURN_IF_ERROR(ReadNumber(m.value(), "measures.value", 0, measure.value));
    measures.push_back(measure);
  }
  std::vector<Symbol>& tags = tags_.emplace_back();
  for (const std::string& tag : e.tags()) tags.push_back(vocabulary.names.Intern(tag));
  fact.measures = measures.data();
  fact.measure_count = static_cast<uint16_t>(measures.size());
  fact.tags = tags.data();
  fact.tag_count = static_cast<uint16_t>(tags.size());
  facts_.push_back(fact);
  const SubjectRef about{kind, NumberOf(e.subject())};
  for (const Found& found : FindSubjects(about, fact.occurred, relations_))
    found_[std::string(subjects_.WordOf(found.subject.id))].emplace_back(fact.evidence,
                                                                         found.reach);
  return absl::OkStatus();
}

absl::Status CaseWorld::AddSubject(const v1::CaseSubject& subject, Vocabulary& vocabulary) {
  XINCE_RETURN_IF_ERROR(KindOf(subject.subject()).status());
  Known& known = known_[subject.subject()];
  known.ranked_grade = subject.ranked_grade();
  for (const v1::CaseAttribute& a : subject.attributes()) {
    Attribute attribute{.name = vocabulary.names.Intern(a.name()),
                        .text = vocabulary.names.Intern(a.text())};
    XINCE_RETURN_IF_ERROR(ReadNumber(a.number(), "number", 0, attribute.number));
    XINCE_RETURN_IF_ERROR(ReadDay(a.date(), "date", kNoDay, attribute.date));
    XINCE_RETURN_IF_ERROR(ReadDay(a.from(), "from", kNoDay, attribute.from));
    XINCE_RETURN_IF_ERROR(ReadDay(a.until(), "until", kForever, attribute.until));
    known.attributes.push_back(attribute);
  }
  for (const v1::CaseListed& l : subject.lists()) {
    Listed listed{.list = vocabulary.names.Intern(l.list())};
    XINCE_RETURN_IF_ERROR(ReadDay(l.from(), "from", kNoDay, listed.from));
    XINCE_RETURN_IF_ERROR(ReadDay(l.until(), "until", kForever, listed.until));
    known.lists.push_back(listed);
  }
  for (const v1::CaseRecorded& r : subject.history()) {
    Recorded recorded{.grade = vocabulary.names.Intern(r.grade())};
    XINCE_RETURN_IF_ERROR(ReadDay(r.on(), "on", kNoDay, recorded.on));
    XINCE_RETURN_IF_ERROR(ReadNumber(r.score(), "score", 0, recorded.score));
    known.history.push_back(recorded);
  }
  std::vector<const v1::CaseProjectScore*> projects;
  for (const v1::CaseProjectScore& p : subject.projects()) projects.push_back(&p);
  std::sort(projects.begin(), projects.end(), [](const auto* a, const auto* b) {
    return a->project() < b->project();
  });
  for (const v1::CaseProjectScore* p : projects) {
    ProjectScore score{.project = NumberOf(p->project()), .rated = !p->score().empty()};
    XINCE_RETURN_IF_ERROR(ReadNumber(p->score(), "score", 0, score.score));
    XINCE_RETURN_IF_ERROR(ReadNumber(p->area(), "area", 0, score.area));
    XINCE_RETURN_IF_ERROR(ReadNumber(p->households(), "households", 0, score.households));
    known.projects.push_back(score);
  }
  return absl::OkStatus();
}

std::vector<Fact> CaseWorld::FactsOf(const std::string& subject) const {
  std::vector<Fact> facts;
  const auto found = found_.find(subject);
  if (found == found_.end()) return facts;
  for (const auto& [evidence, reach] : found->second) {
    facts.push_back(facts_[evidence]);
    facts.back().reach = reach;
  }
  return facts;
}

SubjectFacts CaseWorld::SubjectOf(const std::string& subject,
                                  const CompiledSubjectPolicy& policy) const {
  const auto known = known_.find(subject);
  if (known == known_.end()) return {.repairs = repairs_};
  return {.attributes = known->second.attributes,
          .lists = known->second.lists,
          .history = known->second.history,
          .projects = known->second.projects,
          .repairs = repairs_,
          .ranked_grade = policy.FindGrade(known->second.ranked_grade)};
}

}  // namespace xince::evaluate
