#ifndef SERVICES_SCORING_EVALUATE_REACH_H_
#define SERVICES_SCORING_EVALUATE_REACH_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

#include "services/scoring/evaluate/fact.h"
#include "services/type/resource_name.h"

/// Whom a piece of evidence finds, and how, on the day the behaviour occurred. Relations hold from a
/// day to a day, half open: the last day is the day before `until`.
namespace xince::evaluate {

/// A subject by kind and the caller's own number.
struct SubjectRef {
  type::SubjectKind kind = type::SubjectKind::kFirm;
  uint32_t id = kNone;

  friend auto operator<=>(const SubjectRef&, const SubjectRef&) = default;
};

/// Who had a project. `firm` or `manager` is kNone when there was none, or when another engagement of
/// the same project says it.
struct Engagement {
  uint32_t project = kNone;
  uint32_t firm = kNone;
  uint32_t manager = kNone;
  Day from = kNoDay;
  Day until = kForever;
};

/// Which firm was whose branch.
struct BranchLink {
  uint32_t branch = kNone;
  uint32_t parent = kNone;
  Day from = kNoDay;
  Day until = kForever;
};

/// Who employed a manager.
struct Employment {
  uint32_t manager = kNone;
  uint32_t firm = kNone;
  Day from = kNoDay;
  Day until = kForever;
};

/// A subject found, and every way that leads to it.
struct Found {
  SubjectRef subject;
  ReachMask reach = 0;

  friend bool operator==(const Found&, const Found&) = default;
};

/// Longest chain of branch and parent that is followed.
inline constexpr int kBranchDepthMax = 4;

/// Where relations are looked up. Pointers stay valid until the next change.
class Relations {
 public:
  virtual ~Relations() = default;
  virtual absl::Span<const Engagement> EngagementsOfProject(uint32_t project) const = 0;
  virtual absl::Span<const Engagement> EngagementsOfManager(uint32_t manager) const = 0;
  virtual absl::Span<const Employment> EmploymentsOf(uint32_t manager) const = 0;
  virtual absl::Span<const BranchLink> ParentsOf(uint32_t branch) const = 0;
};

/// Relations in memory. Not synchronised.
class RelationTable : public Relations {
 public:
  void Add(const Engagement& engagement);
  void Add(const BranchLink& link);
  void Add(const Employment& employment);
  /// Forgets every engagement of a project, every parent of a branch, every employment of a manager,
  /// so that what is known now can be added again.
  void ForgetProject(uint32_t project);
  void ForgetBranch(uint32_t branch);
  void ForgetEmployments(uint32_t manager);

  absl::Span<const Engagement> EngagementsOfProject(uint32_t project) const override;
  absl::Span<const Engagement> EngagementsOfManager(uint32_t manager) const override;
  absl::Span<const Employment> EmploymentsOf(uint32_t manager) const override;
  absl::Span<const BranchLink> ParentsOf(uint32_t branch) const override;

 private:
  absl::flat_hash_map<uint32_t, std::vector<Engagement>> by_project_;
  absl::flat_hash_map<uint32_t, std::vector<Engagement>> by_manager_;
  absl::flat_hash_map<uint32_t, std::vector<Employment>> employments_;
  absl::flat_hash_map<uint32_t, std::vector<BranchLink>> parents_;
};

/// Everybody whom evidence about `about` on day `occurred` finds, each once with all its ways, in
/// ascending order:
/// - `about` itself: direct;
/// - about a project: the firms and managers that had it: via project; the firms' parents: via branch
///   project;
/// - about a manager: the firms that employed the manager, or had on that day a project that the
///   manager had: via manager; their parents: via branch manager;
/// - about a firm: its parents: via branch.
/// A parent's parent is a parent, up to kBranchDepthMax.
std::vector<Found> FindSubjects(SubjectRef about, Day occurred, const Relations& relations);

/// The ways by which evidence about `about` on day `occurred` finds `subject`; 0 for none.
ReachMask ReachOf(SubjectRef subject, SubjectRef about, Day occurred, const Relations& relations);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_REACH_H_
