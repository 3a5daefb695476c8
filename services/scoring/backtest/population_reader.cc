#include "services/scoring/backtest/population_reader.h"

#include <algorithm>
#include <utility>

#include "services/scoring/creditfile/subject_reach.h"

namespace xince::backtest {

using creditfile::Filing;
using creditfile::SubjectId;

PopulationReader::PopulationReader(const creditfile::EvidenceBook& book,
                                   const creditfile::Assessor& assessor,
                                   creditfile::Revision revision)
    : book_(book),
      assessor_(assessor),
      revision_(revision),
      population_(std::make_unique<Population>(assessor.vocabulary(), revision)),
      subjects_(book.subjects()),
      places_(book.subjects(), kNone) {}

void PopulationReader::Step(size_t subjects) {
  if (!reading_) {
    Find(subjects);
    if (looked_at_ < subjects_) return;
    reading_ = true;
    next_ = filed_[0].begin();
    SkipEmptyKinds();
    return;
  }
  for (; subjects > 0 && !done(); --subjects) {
    Read(next_->second);
    ++next_;
    SkipEmptyKinds();
  }
}

void PopulationReader::SkipEmptyKinds() {
  while (!done() && next_ == filed_[kind_].end()) {
    if (++kind_ < kKindCount) next_ = filed_[kind_].begin();
  }
}

void PopulationReader::Find(size_t subjects) {
  const size_t end = std::min(subjects_, looked_at_ + subjects);
  for (; looked_at_ < end; ++looked_at_) {
    const auto id = static_cast<SubjectId>(looked_at_);
    const creditfile::SubjectEvidence& subject = book_.subject(id);
    if (book_.FilingOf(subject, revision_) == nullptr) continue;
    filed_[KindIndex(subject.kind)].emplace(subject.name, id);
  }
}

void PopulationReader::ReadProjects(SubjectId subject) {
  projects_.clear();
  creditfile::EachProjectHad(
      book_, subject, revision_, [&](const creditfile::Relation& had, const Filing& filing) {
        projects_.push_back({.project = places_[had.left],
                             .from = had.from,
                             .until = had.until,
                             .area = filing.area,
                             .households = filing.households});
      });
  std::sort(projects_.begin(), projects_.end(), [](const HadProject& a, const HadProject& b) {
    return std::pair(a.project, a.from) < std::pair(b.project, b.from);
  });
}

void PopulationReader::Read(SubjectId id) {
  const creditfile::SubjectEvidence& subject = book_.subject(id);
  // Whether a piece is contested is the only thing about it that depends on the day, and nothing a
  // back-test tells.
  assessor_.EvidenceOf(id, evaluate::kForever, revision_, facts_, repairs_);
  const creditfile::KnownOfSubject known = assessor_.KnownOf(id, revision_);
  ReadProjects(id);
  const Filing* filing = book_.FilingOf(subject, revision_);
  if (subject.kind == type::SubjectKind::kProject) {
    places_[id] = static_cast<uint32_t>(population_->subjects(subject.kind));
  }
  population_->Add({.kind = subject.kind,
                    .name = subject.name,
                    .district = filing->district,
                    .facts = facts_,
                    .attributes = known.attributes,
                    .lists = known.lists,
                    .history = known.history,
                    .repairs = repairs_,
                    .projects = projects_});
}

std::unique_ptr<Population> PopulationReader::Take() {
  population_->Finish();
  return std::move(population_);
}

}  // namespace xince::backtest
