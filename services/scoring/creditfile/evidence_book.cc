#include "services/scoring/creditfile/evidence_book.h"

#include <algorithm>
#include <memory>

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

}  // namespace

absl::string_view EvidenceBook::Keep(std::string text) {
  if (text.empty()) return {};
  memory_.push_back(std::move(text));
  return memory_.back();
}

SubjectId EvidenceBook::Find(absl::string_view name) const {
  const auto found = subject_ids_.find(name);
  return found == subject_ids_.end() ? kNone : found->second;
}

SubjectId EvidenceBook::Intern(absl::string_view name) {
  if (const SubjectId known = Find(name); known != kNone) return known;
  const auto id = static_cast<SubjectId>(subjects_.size());
  SubjectEvidence& subject = subjects_.emplace_back();
  subject.name = Keep(std::string(name));
  subject.kind = type::KindOfCollection(name.substr(0, name.find('/'))).value();
  subject_ids_.emplace(subject.name, id);
  return id;
}

absl::Status EvidenceBook::FillFact(const Evidence& evidence, Piece& piece) {
  evaluate::Fact& fact = piece.fact;
  if (!ReadDay(evidence.occurred_on(), evaluate::kNoDay, fact.occurred) ||
      !ReadDay(evidence.determined_on(), fact.occurred, fact.determined) ||
      !ReadDay(evidence.corrected_on(), evaluate::kNoDay, fact.corrected) ||
      !ReadDay(evidence.valid_until(), evaluate::kNoDay, fact.valid_until)) {
    return Malformed(evidence, "date");
  }
  if (fact.occurred == evaluate::kNoDay) fact.occurred = fact.determined;
  fact.kind = vocabulary_.kinds.Intern(evidence.kind());
  fact.matter = matters_.Intern(evidence.matter());
  fact.issuer = issuers_.Intern(evidence.issuer());
  fact.level = static_cast<uint8_t>(evidence.level());
  fact.issuer_level = static_cast<uint8_t>(evidence.issuer_level());
  fact.contested = evidence.contested();
  if (evidence.has_given_points_hundredths())
    fact.points = evaluate::Decided(evidence.given_points_hundredths());
  if (!evidence.measures().empty()) {
    auto& values = measures_.emplace_back();
    for (const auto& measure : evidence.measures()) {
      values.push_back(
          {.name = vocabulary_.names.Intern(measure.name()), .value = measure.value_hundredths()});
    }
    fact.measures = values.data();
    fact.measure_count = static_cast<uint16_t>(values.size());
  }
  if (!evidence.tags().empty()) {
    auto& tags = tags_.emplace_back();
    for (const std::string& tag : evidence.tags()) tags.push_back(vocabulary_.names.Intern(tag));
    fact.tags = tags.data();
    fact.tag_count = static_cast<uint16_t>(tags.size());
  }
  return absl::OkStatus();
}

absl::Status EvidenceBook::FillRelation(const Evidence& evidence, Piece& piece) {
  const auto fill = [&](RelationKind kind,
                        const std::string& left,
                        const std::string& right,
                        const std::string& from,
                        const std::string& until) {
    if (!type::ParseSubject(left).ok() || !type::ParseSubject(right).ok()) {
      return Malformed(evidence, "subject of a relation");
    }
    if (!ReadDay(from, type::kDateMin.days(), piece.from) ||
        !ReadDay(until, evaluate::kForever, piece.until)) {
      return Malformed(evidence, "date of a relation");
    }
    piece.relation = kind;
    piece.left = Intern(left);
    piece.right = Intern(right);
    return absl::OkStatus();
  };
  switch (evidence.relation_case()) {
    case Evidence::kEngagement: {
      const auto& r = evidence.engagement();
      return fill(RelationKind::kEngagement, r.project(), r.firm(), r.start_date(), r.end_date());
    }
    case Evidence::kCharge: {
      const auto& r = evidence.charge();
      return fill(RelationKind::kCharge, r.project(), r.manager(), r.start_date(), r.end_date());
    }
    case Evidence::kBranch: {
      const auto& r = evidence.branch();
      return fill(RelationKind::kBranch, r.branch(), r.parent(), r.start_date(), r.end_date());
    }
    case Evidence::kEmployment: {
      const auto& r = evidence.employment();
      return fill(RelationKind::kEmployment, r.manager(), r.firm(), r.start_date(), r.end_date());
    }
    case Evidence::kFiling:
      piece.relation = RelationKind::kFiling;
      return absl::OkStatus();
    case Evidence::RELATION_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void EvidenceBook::Link(PieceId id) {
  const Piece& piece = pieces_[id];
  subjects_[piece.about].about.push_back(id);
  if (piece.relation == RelationKind::kFiling) subjects_[piece.about].filing = id;
  if (piece.left != kNone) subjects_[piece.left].relations.push_back(id);
  if (piece.right != kNone) subjects_[piece.right].relations.push_back(id);
}

void EvidenceBook::Unlink(PieceId id) {
  const Piece& piece = pieces_[id];
  subjects_[piece.about].about.pop_back();
  if (piece.left != kNone) subjects_[piece.left].relations.pop_back();
  if (piece.right != kNone) subjects_[piece.right].relations.pop_back();
}

absl::StatusOr<std::optional<PieceId>> EvidenceBook::Take(const Evidence& evidence,
                                                          Revision revision,
                                                          journal::Undo* undo) {
  if (evidence.id().empty()) return Malformed(evidence, "id");
  if (!type::ParseSubject(evidence.subject()).ok()) return Malformed(evidence, "subject");
  const auto newest = newest_.find(evidence.id());
  const PieceId before = newest == newest_.end() ? kNone : newest->second;
  if (before != kNone && pieces_[before].version >= evidence.version()) return std::nullopt;

  Piece piece;
  piece.version = evidence.version();
  piece.voided = evidence.voided();
  piece.known = revision;
  XINCE_RETURN_IF_ERROR(FillFact(evidence, piece));
  XINCE_RETURN_IF_ERROR(FillRelation(evidence, piece));
  piece.about = Intern(evidence.subject());
  piece.id = before == kNone ? Keep(evidence.id()) : pieces_[before].id;
  piece.bytes = Keep(evidence.SerializeAsString());

  const auto id = static_cast<PieceId>(pieces_.size());
  const PieceId filing_before = subjects_[piece.about].filing;
  pieces_.push_back(piece);
  if (before != kNone) pieces_[before].next = id;
  newest_[piece.id] = id;
  Link(id);
  if (undo != nullptr) {
    undo->Add([this, id, before, filing_before] {
      const Piece& last = pieces_[id];
      Unlink(id);
      subjects_[last.about].filing = filing_before;
      if (before == kNone) {
        newest_.erase(last.id);
      } else {
        newest_[last.id] = before;
        pieces_[before].next = kNone;
      }
      pieces_.pop_back();
    });
  }
  return id;
}

const Piece* EvidenceBook::FilingAt(const SubjectEvidence& subject, Revision revision) const {
  if (subject.filing != kNone && Live(pieces_[subject.filing], revision)) {
    return &pieces_[subject.filing];
  }
  for (const PieceId id : subject.about) {
    if (pieces_[id].relation == RelationKind::kFiling && Live(pieces_[id], revision)) {
      return &pieces_[id];
    }
  }
  return nullptr;
}

std::vector<SubjectId> EvidenceBook::Upward(SubjectId id) const {
  std::vector<SubjectId> found = {id};
  for (size_t next = 0; next < found.size(); ++next) {
    const SubjectId at = found[next];
    for (const PieceId piece_id : subjects_[at].relations) {
      const Piece& piece = pieces_[piece_id];
      // A manager leads up to the employer and, through projects, to the firms that had them.
      const bool manager_of_project = piece.relation == RelationKind::kCharge && piece.right == at;
      const SubjectId up = manager_of_project ? piece.left : piece.right;
      if (piece.left != at && !manager_of_project) continue;
      if (!Contains(found, up)) found.push_back(up);
    }
  }
  SortUnique(found);
  return found;
}

std::vector<SubjectId> EvidenceBook::Downward(SubjectId id, Revision revision) const {
  std::vector<SubjectId> found = {id};
  for (size_t next = 0; next < found.size(); ++next) {
    const SubjectId at = found[next];
    const type::SubjectKind kind = subjects_[at].kind;
    EachRelation(at, revision, [&](const Piece& piece) {
      SubjectId down = kNone;
      if (piece.right == at) down = piece.left;
      // A firm's project leads to the managers that had it; a manager asked about does not lead on
      // from the project to other managers.
      if (piece.relation == RelationKind::kCharge && piece.left == at &&
          subjects_[id].kind == type::SubjectKind::kFirm && kind == type::SubjectKind::kProject) {
        down = piece.right;
      }
      if (down != kNone && !Contains(found, down)) found.push_back(down);
    });
  }
  SortUnique(found);
  return found;
}

int64_t EvidenceBook::held() const {
  int64_t held = 0;
  for (const SubjectEvidence& subject : subjects_) {
    if (subject.filing != kNone && !pieces_[subject.filing].voided) continue;
    for (const PieceId id : subject.about) {
      if (pieces_[id].next == kNone && !pieces_[id].voided) ++held;
    }
  }
  return held;
}

void EvidenceBook::Clear() {
  newest_.clear();
  subject_ids_.clear();
  subjects_.clear();
  pieces_.clear();
  tags_.clear();
  measures_.clear();
  memory_.clear();
  matters_ = {};
  issuers_ = {};
}

absl::Span<const evaluate::Engagement> KnownRelations::EngagementsOfProject(
    uint32_t project) const {
  auto& known = projects_[project];
  if (known != nullptr) return *known;
  known = std::make_unique<std::vector<evaluate::Engagement>>();
  std::vector<evaluate::Engagement> managers;
  book_.EachRelation(project, revision_, [&](const Piece& piece) {
    if (piece.left != project) return;
    if (piece.relation == RelationKind::kEngagement) {
      known->push_back(
          {.project = project, .firm = piece.right, .from = piece.from, .until = piece.until});
    } else if (piece.relation == RelationKind::kCharge) {
      managers.push_back(
          {.project = project, .manager = piece.right, .from = piece.from, .until = piece.until});
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
  book_.EachRelation(manager, revision_, [&](const Piece& piece) {
    if (piece.relation == RelationKind::kCharge && piece.right == manager) {
      projects.push_back(piece.left);
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
  book_.EachRelation(manager, revision_, [&](const Piece& piece) {
    if (piece.relation == RelationKind::kEmployment && piece.left == manager) {
      known->push_back(
          {.manager = manager, .firm = piece.right, .from = piece.from, .until = piece.until});
    }
  });
  return *known;
}

absl::Span<const evaluate::BranchLink> KnownRelations::ParentsOf(uint32_t branch) const {
  auto& known = parents_[branch];
  if (known != nullptr) return *known;
  known = std::make_unique<std::vector<evaluate::BranchLink>>();
  book_.EachRelation(branch, revision_, [&](const Piece& piece) {
    if (piece.relation == RelationKind::kBranch && piece.left == branch) {
      known->push_back(
          {.branch = branch, .parent = piece.right, .from = piece.from, .until = piece.until});
    }
  });
  return *known;
}

}  // namespace xince::creditfile
