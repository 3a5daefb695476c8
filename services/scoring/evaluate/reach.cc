#include "services/scoring/evaluate/reach.h"

#include <algorithm>

namespace xince::evaluate {
namespace {

using type::SubjectKind;

bool Holds(Day from, Day until, Day day) { return from <= day && day < until; }

// Collects subjects; the few there are make a scan cheaper than a map.
class Collector {
 public:
  Collector(Day day, const Relations& relations) : day_(day), relations_(relations) {}

  void Add(SubjectKind kind, uint32_t id, ReachMask way) {
    if (id == kNone) return;
    const SubjectRef subject{kind, id};
    for (Found& found : found_) {
      if (found.subject == subject) {
        found.reach |= way;
        return;
      }
    }
    found_.push_back({subject, way});
  }

  // A firm by `way`, and those it is a branch of by `branch_way`.
  void AddFirm(uint32_t firm, ReachMask way, ReachMask branch_way) {
    if (firm == kNone) return;
    Add(SubjectKind::kFirm, firm, way);
    AddParents(firm, branch_way, 0);
  }

  void AddParents(uint32_t firm, ReachMask way, int depth) {
    if (depth >= kBranchDepthMax) return;
    for (const BranchLink& link : relations_.ParentsOf(firm)) {
      if (!Holds(link.from, link.until, day_)) continue;
      Add(SubjectKind::kFirm, link.parent, way);
      AddParents(link.parent, way, depth + 1);
    }
  }

  std::vector<Found> Take() {
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return a.subject < b.subject;
    });
    return std::move(found_);
  }

 private:
  const Day day_;
  const Relations& relations_;
  std::vector<Found> found_;
};

template <typename Map, typename Value = typename Map::mapped_type::value_type>
absl::Span<const Value> Lookup(const Map& map, uint32_t key) {
  const auto found = map.find(key);
  return found == map.end() ? absl::Span<const Value>() : absl::MakeConstSpan(found->second);
}

}  // namespace

void RelationTable::Add(const Engagement& engagement) {
  by_project_[engagement.project].push_back(engagement);
  if (engagement.manager != kNone) by_manager_[engagement.manager].push_back(engagement);
}

void RelationTable::Add(const BranchLink& link) { parents_[link.branch].push_back(link); }

void RelationTable::Add(const Employment& employment) {
  employments_[employment.manager].push_back(employment);
}

void RelationTable::ForgetProject(uint32_t project) {
  const auto found = by_project_.find(project);
  if (found == by_project_.end()) return;
  for (const Engagement& engagement : found->second) {
    const auto managed = by_manager_.find(engagement.manager);
    if (managed == by_manager_.end()) continue;
    auto& list = managed->second;
    list.erase(
        std::remove_if(
            list.begin(), list.end(), [&](const Engagement& e) { return e.project == project; }),
        list.end());
  }
  by_project_.erase(found);
}

void RelationTable::ForgetBranch(uint32_t branch) { parents_.erase(branch); }

void RelationTable::ForgetEmployments(uint32_t manager) { employments_.erase(manager); }

absl::Span<const Engagement> RelationTable::EngagementsOfProject(uint32_t project) const {
  return Lookup(by_project_, project);
}

absl::Span<const Engagement> RelationTable::EngagementsOfManager(uint32_t manager) const {
  return Lookup(by_manager_, manager);
}

absl::Span<const Employment> RelationTable::EmploymentsOf(uint32_t manager) const {
  return Lookup(employments_, manager);
}

absl::Span<const BranchLink> RelationTable::ParentsOf(uint32_t branch) const {
  return Lookup(parents_, branch);
}

std::vector<Found> FindSubjects(SubjectRef about, Day occurred, const Relations& relations) {
  Collector collector(occurred, relations);
  collector.Add(about.kind, about.id, kDirect);
  if (about.kind == SubjectKind::kFirm) collector.AddParents(about.id, kViaBranch, 0);
  if (about.kind == SubjectKind::kProject) {
    for (const Engagement& e : relations.EngagementsOfProject(about.id)) {
      if (!Holds(e.from, e.until, occurred)) continue;
      collector.Add(SubjectKind::kManager, e.manager, kViaProject);
      collector.AddFirm(e.firm, kViaProject, kViaBranchProject);
    }
  }
  if (about.kind == SubjectKind::kManager) {
    for (const Engagement& led : relations.EngagementsOfManager(about.id)) {
      if (!Holds(led.from, led.until, occurred)) continue;
      for (const Engagement& served : relations.EngagementsOfProject(led.project)) {
        if (Holds(served.from, served.until, occurred))
          collector.AddFirm(served.firm, kViaManager, kViaBranchManager);
      }
    }
    for (const Employment& e : relations.EmploymentsOf(about.id)) {
      if (Holds(e.from, e.until, occurred))
        collector.AddFirm(e.firm, kViaManager, kViaBranchManager);
    }
  }
  return collector.Take();
}

ReachMask ReachOf(SubjectRef subject, SubjectRef about, Day occurred, const Relations& relations) {
  for (const Found& found : FindSubjects(about, occurred, relations)) {
    if (found.subject == subject) return found.reach;
  }
  return 0;
}

}  // namespace xince::evaluate
