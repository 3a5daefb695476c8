#include "services/scoring/creditfile/evidence_book.h"

#include <algorithm>
#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/runtime/errors.h"
#include "services/type/civil_date.h"

namespace xince::creditfile {
namespace {

using ::xince::evidence::v1::Evidence;

absl::Status Malformed(const Evidence& evidence, absl::string_view what) {
  return runtime::InvalidArgument("EVIDENCE_MALFORMED",
                                  "evidence",
                                  absl::StrCat("a piece of evidence cannot be read: ", what),
                                  "信用信息无法读取",
                                  {{"evidence", evidence.id()}, {"what", std::string(what)}});
}

// An empty text is `none`; false for a text that is no date.
bool ReadDay(const std::string& text, Day none, Day& day) {
  day = none;
  if (text.empty()) return true;
  const absl::StatusOr<type::Date> date = type::ParseDate(text);
  if (!date.ok()) return false;
  day = date->days();
  return true;
}

void SortUnique(std::vector<SubjectId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool Contains(const std::vector<SubjectId>& ids, SubjectId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Grows by a quarter: most subjects have few pieces, and doubling would leave a third of all memory
// empty.
template <typename T>
void Append(std::vector<T>& to, const T& value) {
  if (to.size() == to.capacity()) to.reserve(to.size() + to.size() / 4 + 2);
  to.push_back(value);
}

// 0 for none, as evaluation wants it.
uint32_t NumberOf(WordNumbers& words, absl::string_view word) {
  return word.empty() ? 0 : words.Intern(word) + 1;
}

// Digits of a county-level division.
constexpr size_t kDistrictDigits = 6;

}  // namespace

EvidenceBook::EvidenceBook(evaluate::Vocabulary& vocabulary)
    : vocabulary_(vocabulary), newest_(0, HashId{this}, SameId{this}) {}

SubjectId EvidenceBook::Find(absl::string_view name) const { return subject_ids_.Find(name); }

SubjectId EvidenceBook::Intern(absl::string_view name) {
  const SubjectId id = subject_ids_.Intern(name);
  if (id < subjects_.size()) return id;
  SubjectEvidence& subject = subjects_.emplace_back();
  subject.name = subject_ids_.WordOf(id);
  subject.kind = type::KindOfCollection(name.substr(0, name.find('/'))).value();
  return id;
}

Piece EvidenceBook::piece(PieceId id) const {
  const Row& row = rows_[id];
  return {.id = IdOf(id),
          .bytes = {row.bytes, row.size},
          .version = row.version,
          .known = row.known,
          .about = row.about,
          .voided = row.voided,
          .relation = row.relation};
}

absl::Status EvidenceBook::ReadDates(const Evidence& evidence, Reading& reading) {
  evaluate::Fact& fact = reading.fact;
  if (!ReadDay(evidence.occurred_on(), evaluate::kNoDay, fact.occurred) ||
      !ReadDay(evidence.determined_on(), fact.occurred, fact.determined) ||
      !ReadDay(evidence.corrected_on(), evaluate::kNoDay, fact.corrected) ||
      !ReadDay(evidence.valid_until(), evaluate::kNoDay, fact.valid_until)) {
    return Malformed(evidence, "date");
  }
  if (fact.occurred == evaluate::kNoDay) fact.occurred = fact.determined;
  return absl::OkStatus();
}

absl::Status EvidenceBook::ReadRelation(const Evidence& evidence, Reading& reading) {
  Relation& relation = reading.relation;
  const auto read = [&](RelationKind kind,
                        const std::string& left,
                        const std::string& right,
                        const std::string& from,
                        const std::string& until) {
    if (!type::ParseSubject(left).ok() || !type::ParseSubject(right).ok()) {
      return Malformed(evidence, "subject of a relation");
    }
    if (!ReadDay(from, type::kDateMin.days(), relation.from) ||
        !ReadDay(until, evaluate::kForever, relation.until)) {
      return Malformed(evidence, "date of a relation");
    }
    relation.kind = kind;
    reading.left = left;
    reading.right = right;
    return absl::OkStatus();
  };
  switch (evidence.relation_case()) {
    case Evidence::kEngagement: {
      const auto& r = evidence.engagement();
      return read(RelationKind::kEngagement, r.project(), r.firm(), r.start_date(), r.end_date());
    }
    case Evidence::kCharge: {
      const auto& r = evidence.charge();
      return read(RelationKind::kCharge, r.project(), r.manager(), r.start_date(), r.end_date());
    }
    case Evidence::kBranch: {
      const auto& r = evidence.branch();
      return read(RelationKind::kBranch, r.branch(), r.parent(), r.start_date(), r.end_date());
    }
    case Evidence::kEmployment: {
      const auto& r = evidence.employment();
      return read(RelationKind::kEmployment, r.manager(), r.firm(), r.start_date(), r.end_date());
    }
    case Evidence::kFiling:
      relation.kind = RelationKind::kFiling;
      return absl::OkStatus();
    case Evidence::RELATION_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void EvidenceBook::AddRow(const Evidence& evidence, Revision revision, RelationKind relation) {
  const std::string bytes = evidence.SerializeAsString();
  const size_t id_size = evidence.id().size();
  // A message begins with its first field: a tag, the length in one byte or two, and the id.
  rows_.Add({.bytes = bytes_.Copy(bytes),
             .known = revision,
             .size = static_cast<uint32_t>(bytes.size()),
             .version = evidence.version(),
             .about = Intern(evidence.subject()),
             .id_size = static_cast<uint16_t>(id_size),
             .id_at = static_cast<uint8_t>(id_size < 128 ? 2 : 3),
             .relation = relation,
             .voided = evidence.voided()});
}

void EvidenceBook::AddFact(const Evidence& evidence, evaluate::Fact fact) {
  const auto id = static_cast<PieceId>(rows_.size() - 1);
  fact.evidence = id;
  fact.kind = vocabulary_.kinds.Intern(evidence.kind());
  fact.matter = NumberOf(matters_, evidence.matter());
  fact.issuer = NumberOf(issuers_, evidence.issuer());
  fact.level = static_cast<uint8_t>(evidence.level());
  fact.issuer_level = static_cast<uint8_t>(evidence.issuer_level());
  fact.contested = evidence.contested();
  if (evidence.has_given_points_hundredths()) {
    fact.points = evaluate::Decided(evidence.given_points_hundredths());
  }
  absl::InlinedVector<evaluate::MeasureValue, 8> values;
  for (const auto& measure : evidence.measures()) {
    values.push_back(
        {.name = vocabulary_.names.Intern(measure.name()), .value = measure.value_hundredths()});
  }
  fact.measures = measures_.Copy(values);
  fact.measure_count = static_cast<uint16_t>(values.size());
  absl::InlinedVector<evaluate::Symbol, 8> tags;
  for (const std::string& tag : evidence.tags()) tags.push_back(vocabulary_.names.Intern(tag));
  fact.tags = tags_.Copy(tags);
  fact.tag_count = static_cast<uint16_t>(tags.size());
  SubjectEvidence& subject = subjects_[rows_[id].about];
  Append(subject.facts, fact);
  Append(subject.lives, {.from = rows_[id].known});
}

void EvidenceBook::AddRelation(const Reading& reading) {
  const auto id = static_cast<PieceId>(rows_.size() - 1);
  const Row& row = rows_[id];
  Relation relation = reading.relation;
  relation.piece = id;
  relation.left = Intern(reading.left);
  relation.right = Intern(reading.right);
  relation.life = {.from = row.known, .until = row.voided ? row.known : Life::kOn};
  sides_[id] = {.left = relation.left, .right = relation.right};
  subjects_[relation.left].relations.push_back(relation);
  subjects_[relation.right].relations.push_back(relation);
}

void EvidenceBook::AddFiling(const Evidence& evidence) {
  const auto id = static_cast<PieceId>(rows_.size() - 1);
  Filing& filing = filings_.emplace_back();
  filing.piece = piece(id);
  filing.id = id;
  const std::string& division = evidence.filing().division();
  if (division.size() >= kDistrictDigits) filing.district = division.substr(0, kDistrictDigits);
  filing.area = evidence.filing().area_hundredths_m2();
  filing.households = evidence.filing().households();
  if (!evidence.filing().subject_type().empty()) {
    filing.attributes.push_back(
        {.name = vocabulary_.names.Intern(kSubjectType),
         .text = vocabulary_.names.Intern(evidence.filing().subject_type())});
  }
  for (const auto& told : evidence.filing().attributes()) {
    evaluate::Attribute& attribute = filing.attributes.emplace_back();
    attribute.name = vocabulary_.names.Intern(told.name());
    attribute.text = told.text().empty() ? 0 : vocabulary_.names.Intern(told.text());
    attribute.number = told.number_hundredths();
    (void)ReadDay(told.date(), evaluate::kNoDay, attribute.date);
  }
  subjects_[filing.piece.about].filings.push_back(&filing);
}

// Ends what was known of a version, or begins it again with Life::kOn.
void EvidenceBook::SetUntil(PieceId id, Revision until) {
  const Row& row = rows_[id];
  if (row.voided) return;
  if (const auto found = sides_.find(id); found != sides_.end()) {
    for (const SubjectId side : {found->second.left, found->second.right}) {
      std::vector<Relation>& relations = subjects_[side].relations;
      auto at = std::partition_point(
          relations.begin(), relations.end(), [&](const Relation& r) { return r.piece < id; });
      for (; at != relations.end() && at->piece == id; ++at) at->life.until = until;
    }
    return;
  }
  SubjectEvidence& subject = subjects_[row.about];
  const auto at = std::partition_point(subject.facts.begin(),
                                       subject.facts.end(),
                                       [&](const evaluate::Fact& f) { return f.evidence < id; });
  if (at == subject.facts.end() || at->evidence != id) return;
  subject.lives[static_cast<size_t>(at - subject.facts.begin())].until = until;
}

void EvidenceBook::Supersede(PieceId before, PieceId id) {
  if (before != kNone) {
    newest_.erase(before);
    rows_[before].next = id;
    SetUntil(before, rows_[id].known);
    if (!rows_[before].voided) --subjects_[rows_[before].about].live;
  }
  newest_.insert(id);
  if (!rows_[id].voided) ++subjects_[rows_[id].about].live;
}

// Takes back the last version, which came after `before`.
void EvidenceBook::RemoveLast(PieceId before) {
  const auto id = static_cast<PieceId>(rows_.size() - 1);
  const Row row = rows_[id];
  SubjectEvidence& subject = subjects_[row.about];
  newest_.erase(id);
  if (!row.voided) --subject.live;
  if (before != kNone) {
    rows_[before].next = kNone;
    SetUntil(before, Life::kOn);
    if (!rows_[before].voided) ++subjects_[rows_[before].about].live;
    newest_.insert(before);
  }
  if (const auto found = sides_.find(id); found != sides_.end()) {
    subjects_[found->second.left].relations.pop_back();
    subjects_[found->second.right].relations.pop_back();
    sides_.erase(found);
  } else if (row.relation == RelationKind::kFiling) {
    subject.filings.pop_back();
    filings_.pop_back();
  } else if (!subject.facts.empty() && subject.facts.back().evidence == id) {
    tags_.GiveBack(subject.facts.back().tags);
    measures_.GiveBack(subject.facts.back().measures);
    subject.facts.pop_back();
    subject.lives.pop_back();
  }
  bytes_.GiveBack(row.bytes);
  rows_.RemoveLast();
}

absl::StatusOr<std::optional<PieceId>> EvidenceBook::Take(const Evidence& evidence,
                                                          Revision revision,
                                                          journal::Undo* undo) {
  if (evidence.id().empty() || evidence.id().size() > kEvidenceIdBytesMax) {
    return Malformed(evidence, "id");
  }
  if (!type::ParseSubject(evidence.subject()).ok()) return Malformed(evidence, "subject");
  if (evidence.measures_size() > kMeasuresMax) return Malformed(evidence, "measures");
  if (evidence.tags_size() > kMeasuresMax) return Malformed(evidence, "tags");
  const auto newest = newest_.find(absl::string_view(evidence.id()));
  const PieceId before = newest == newest_.end() ? kNone : *newest;
  if (before != kNone && rows_[before].version >= evidence.version()) return std::nullopt;

  Reading reading;
  XINCE_RETURN_IF_ERROR(ReadDates(evidence, reading));
  XINCE_RETURN_IF_ERROR(ReadRelation(evidence, reading));
  const auto id = static_cast<PieceId>(rows_.size());
  AddRow(evidence, revision, reading.relation.kind);
  if (reading.relation.kind == RelationKind::kFiling) {
    AddFiling(evidence);
  } else if (reading.relation.kind != RelationKind::kNone) {
    AddRelation(reading);
  } else if (!evidence.voided() && reading.fact.occurred != evaluate::kNoDay) {
    AddFact(evidence, reading.fact);
  }
  Supersede(before, id);
  if (undo != nullptr) undo->Add([this, before] { RemoveLast(before); });
  return id;
}

const Filing* EvidenceBook::FilingOf(const SubjectEvidence& subject, Revision revision) const {
  if (subject.filings.empty()) return nullptr;
  if (Live(subject.filings.back()->id, revision)) return subject.filings.back();
  for (const Filing* filing : subject.filings) {
    if (Live(filing->id, revision)) return filing;
  }
  return nullptr;
}

std::vector<SubjectId> EvidenceBook::Upward(SubjectId id) const {
  std::vector<SubjectId> found = {id};
  for (size_t next = 0; next < found.size(); ++next) {
    const SubjectId at = found[next];
    for (const Relation& relation : subjects_[at].relations) {
      // A manager leads up to the employer and, through projects, to the firms that had them.
      const bool manager_of_project =
          relation.kind == RelationKind::kCharge && relation.right == at;
      const SubjectId up = manager_of_project ? relation.left : relation.right;
      if (relation.left != at && !manager_of_project) continue;
      if (!Contains(found, up)) found.push_back(up);
    }
  }
  SortUnique(found);
  return found;
}

int64_t EvidenceBook::held() const {
  int64_t held = 0;
  for (const SubjectEvidence& subject : subjects_) {
    if (subject.filings.empty() || subject.filings.back()->piece.voided) held += subject.live;
  }
  return held;
}

void EvidenceBook::Clear() {
  newest_.clear();
  sides_.clear();
  subject_ids_.Clear();
  subjects_.clear();
  filings_.clear();
  rows_.Clear();
  tags_.Clear();
  measures_.Clear();
  bytes_.Clear();
  matters_.Clear();
  issuers_.Clear();
}

absl::Span<const evaluate::Engagement> KnownRelations::EngagementsOfProject(
    uint32_t project) const {
  auto& known = projects_[project];
  if (known != nullptr) return *known;
  known = std::make_unique<std::vector<evaluate::Engagement>>();
  std::vector<evaluate::Engagement> managers;
  book_.EachRelation(project, revision_, [&](const Relation& relation) {
    if (relation.left != project) return;
    if (relation.kind == RelationKind::kEngagement) {
      known->push_back({.project = project,
                        .firm = relation.right,
                        .from = relation.from,
                        .until = relation.until});
    } else if (relation.kind == RelationKind::kCharge) {
      managers.push_back({.project = project,
                          .manager = relation.right,
                          .from = relation.from,
                          .until = relation.until});
    }
  });
  // Firm and manager together, for the days on which both had it.
  const size_t firms = known->size();
  for (size_t i = 0; i < firms; ++i) {
    for (const evaluate::Engagement& manager : managers) {
      const evaluate::Engagement firm = (*known)[i];
      const Day from = std::max(firm.from, manager.from);
      const Day until = std::min(firm.until, manager.until);
      if (from >= until) continue;
      known->push_back({.project = project,
                        .firm = firm.firm,
                        .manager = manager.manager,
                        .from = from,
                        .until = until});
    }
  }
  known->insert(known->end(), managers.begin(), managers.end());
  return *known;
}

absl::Span<const evaluate::Engagement> KnownRelations::EngagementsOfManager(
    uint32_t manager) const {
  auto& known = managers_[manager];
  if (known != nullptr) return *known;
  auto engagements = std::make_unique<std::vector<evaluate::Engagement>>();
  std::vector<SubjectId> projects;
  book_.EachRelation(manager, revision_, [&](const Relation& relation) {
    if (relation.kind == RelationKind::kCharge && relation.right == manager) {
      projects.push_back(relation.left);
    }
  });
  SortUnique(projects);
  for (const SubjectId project : projects) {
    for (const evaluate::Engagement& engagement : EngagementsOfProject(project)) {
      if (engagement.manager == manager) engagements->push_back(engagement);
    }
  }
  auto& kept = managers_[manager];
  kept = std::move(engagements);
  return *kept;
}

absl::Span<const evaluate::Employment> KnownRelations::EmploymentsOf(uint32_t manager) const {
  auto& known = employments_[manager];
  if (known != nullptr) return *known;
  known = std::make_unique<std::vector<evaluate::Employment>>();
  book_.EachRelation(manager, revision_, [&](const Relation& relation) {
    if (relation.kind == RelationKind::kEmployment && relation.left == manager) {
      known->push_back({.manager = manager,
                        .firm = relation.right,
                        .from = relation.from,
                        .until = relation.until});
    }
  });
  return *known;
}

absl::Span<const evaluate::BranchLink> KnownRelations::ParentsOf(uint32_t branch) const {
  auto& known = parents_[branch];
  if (known != nullptr) return *known;
  known = std::make_unique<std::vector<evaluate::BranchLink>>();
  book_.EachRelation(branch, revision_, [&](const Relation& relation) {
    if (relation.kind == RelationKind::kBranch && relation.left == branch) {
      known->push_back({.branch = branch,
                        .parent = relation.right,
                        .from = relation.from,
                        .until = relation.until});
    }
  });
  return *known;
}

}  // namespace xince::creditfile
