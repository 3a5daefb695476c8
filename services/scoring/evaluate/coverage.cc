#include "services/scoring/evaluate/coverage.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/text_format.h"

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/scoring/evaluate/coverage_targets.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

namespace {

constexpr char kProbePrefix[] = "coverage-probe-";

std::string ProbeList(int probe) { return absl::StrCat(kProbePrefix, probe); }

// Whether conditions hold is found out with the engine itself: each becomes a proposal for a list of
// its own in a copy of the pack. `round` says which of them, since a pack has a limit of proposals.
v1::Pack ProbePack(const v1::Pack& pack, const std::vector<SubjectTargets>& subjects, int round) {
  v1::Pack probe = pack;
  for (int i = 0; i < probe.subjects_size(); ++i) {
    v1::SubjectPolicy& subject = *probe.mutable_subjects(i);
    subject.clear_restrictions();
    subject.clear_list_proposals();
    const std::vector<v1::Condition>& conditions = subjects[i].probes;
    const int begin = round * policy::kRestrictionsMax;
    const int end = std::min(begin + policy::kRestrictionsMax, static_cast<int>(conditions.size()));
    for (int number = begin; number < end; ++number) {
      v1::ListProposal& proposal = *subject.add_list_proposals();
      proposal.set_list(absl::StrCat(ProbeList(number), "-", subject.subject()));
      *proposal.mutable_when() = conditions[number];
      v1::ListDefinition& list = *probe.add_lists();
      list.set_id(proposal.list());
      list.set_zh(proposal.list());
      list.add_subjects(subject.subject());
      list.set_basis(v1::ListDefinition::LAW);
    }
  }
  return probe;
}

int Rounds(const std::vector<SubjectTargets>& subjects) {
  size_t most = 0;
  for (const SubjectTargets& subject : subjects) most = std::max(most, subject.probes.size());
  return static_cast<int>((most + policy::kRestrictionsMax - 1) / policy::kRestrictionsMax);
}

// The probes of a compiled probe pack that hold for a subject on the day of its case.
void FindProbes(const CompiledPack& pack,
                const CaseWorld& world,
                const std::string& subject,
                std::set<int>& probes) {
  const auto kind = type::KindOfCollection(absl::string_view(subject).substr(0, subject.find('/')));
  const CompiledSubjectPolicy& policy = *pack.ForSubject(*kind);
  const Outcome outcome = Evaluate(policy,
                                   world.FactsOf(subject),
                                   world.SubjectOf(subject, policy),
                                   world.as_of(),
                                   Explain::kNo);
  for (const uint16_t proposal : outcome.proposals) {
    absl::string_view list = policy.proposal_list(proposal);
    if (!absl::ConsumePrefix(&list, kProbePrefix)) continue;
    int number = 0;
    if (absl::SimpleAtoi(list.substr(0, list.find('-')), &number)) probes.insert(number);
  }
}

}  // namespace

class Coverage::Impl {
 public:
  policy::v1::Pack pack;
  std::string file;
  std::vector<SubjectTargets> subjects;
  std::vector<policy::Pack> probe_packs;
  std::vector<CompiledPack> probes;
};

Coverage::Coverage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Coverage::~Coverage() = default;
Coverage::Coverage(Coverage&&) noexcept = default;
Coverage& Coverage::operator=(Coverage&&) noexcept = default;

absl::StatusOr<Coverage> Coverage::Make(absl::string_view bytes, absl::string_view file) {
  XINCE_RETURN_IF_ERROR(policy::LoadPack(bytes, file).status());
  auto impl = std::make_unique<Impl>();
  impl->file = std::string(file);
  google::protobuf::TextFormat::ParseInfoTree tree;
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, file, "POLICY_SYNTAX", impl->pack, &tree));
  impl->subjects =
      TargetsOf(impl->pack, {.message = &impl->pack, .tree = &tree, .at = {}, .id = ""});
  for (int round = 0; round < Rounds(impl->subjects); ++round) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(ProbePack(impl->pack, impl->subjects, round),
                                                &text);
    XINCE_ASSIGN_OR_RETURN(policy::Pack probe, policy::LoadPack(text, file));
    impl->probe_packs.push_back(std::move(probe));
  }
  return Coverage(std::move(impl));
}

absl::Status Coverage::Begin(const CompileContext& context) {
  impl_->probes.clear();
  for (const policy::Pack& pack : impl_->probe_packs) {
    XINCE_ASSIGN_OR_RETURN(CompiledPack compiled, Compile(pack, context));
    impl_->probes.push_back(std::move(compiled));
  }
  return absl::OkStatus();
}

void Coverage::Add(const v1::Case& one,
                   const CaseWorld& world,
                   const CompiledPack& compiled,
                   const std::string& subject) {
  const auto kind = type::KindOfCollection(absl::string_view(subject).substr(0, subject.find('/')));
  const CompiledSubjectPolicy& policy = *compiled.ForSubject(*kind);
  const std::vector<Fact> facts = world.FactsOf(subject);
  const SubjectFacts known = world.SubjectOf(subject, policy);
  const auto on = [&](Day day) {
    return Describe(Evaluate(policy, facts, known, day, Explain::kYes), policy, world, subject);
  };
  const v1::CaseOutcome outcome = on(world.as_of());
  const v1::CaseOutcome day_before = on(world.as_of() - 1);
  std::set<int> probes;
  for (const CompiledPack& pack : impl_->probes) FindProbes(pack, world, subject, probes);
  const Seen seen{one, outcome, day_before, probes};
  for (SubjectTargets& targets : impl_->subjects) {
    if (targets.subject != policy.proto().subject()) continue;
    for (Target& target : targets.targets) {
      if (!target.touched) target.touched = target.touched_by(seen);
    }
  }
}

std::vector<policy::Finding> Coverage::Gaps() const {
  std::vector<policy::Finding> gaps;
  for (const SubjectTargets& subject : impl_->subjects) {
    for (const Target& target : subject.targets) {
      if (!target.touched) gaps.push_back(target.gap);
    }
  }
  std::stable_sort(gaps.begin(), gaps.end(), [](const auto& a, const auto& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });
  return gaps;
}

size_t Coverage::size() const {
  size_t size = 0;
  for (const SubjectTargets& subject : impl_->subjects) size += subject.targets.size();
  return size;
}

absl::StatusOr<Coverage*> CoverageBook::For(const std::string& path, absl::string_view bytes) {
  auto found = packs_.find(path);
  if (found == packs_.end()) {
    XINCE_ASSIGN_OR_RETURN(Coverage coverage, Coverage::Make(bytes, path));
    found = packs_.emplace(path, std::move(coverage)).first;
  }
  return &found->second;
}

}  // namespace xince::evaluate
