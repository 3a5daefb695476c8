#include "services/scoring/cases/criteria.h"

#include <algorithm>

namespace xince::cases {
namespace {

using listing::v1::FactGone;
using listing::v1::Proposal;
using policy::v1::ListCriterion;

// A fact as the entry needs it.
class Facts {
 public:
  Facts(const CaseRecord& record, const RegisterView& view, const std::set<std::string>& without)
      : record_(record), view_(view), without_(without) {}

  [[nodiscard]] bool Count(const std::string& evidence) const {
    const std::optional<FactSeen> fact = view_.Fact(evidence);
    return fact.has_value() && fact->counts && !without_.contains(evidence);
  }

  [[nodiscard]] bool Meet(const ListCriterion& criterion, const Proposal& proposal) const {
    std::set<std::string> named;
    for (const auto& fact : proposal.facts()) {
      if (!ChangedSince(record_, fact, view_)) named.insert(fact.evidence());
    }
    std::set<std::string> shown;
    for (const auto& row : proposal.criteria()) {
      if (row.criterion() == criterion.id())
        shown.insert(row.evidence().begin(), row.evidence().end());
    }
    const auto& kinds = criterion.kinds();
    const auto met = std::count_if(shown.begin(), shown.end(), [&](const std::string& evidence) {
      const std::optional<FactSeen> fact = view_.Fact(evidence);
      return named.contains(evidence) && fact.has_value() && Count(evidence) &&
             std::find(kinds.begin(), kinds.end(), fact->kind) != kinds.end() &&
             view_.Reaches(evidence, record_.opening.subject());
    });
    return met >= static_cast<int64_t>(std::max<uint32_t>(1, criterion.count()));
  }

 private:
  const CaseRecord& record_;
  const RegisterView& view_;
  const std::set<std::string>& without_;
};

}  // namespace

const Proposal& ProposalOf(const CaseRecord& record) {
  const StepRecord* proposed = record.Last(policy::v1::CaseStep::PROPOSAL);
  return proposed != nullptr ? proposed->event.details().proposal() : Proposal::default_instance();
}

bool ChangedSince(const CaseRecord& record,
                  const listing::v1::FactNamed& named,
                  const RegisterView& view) {
  if (named.digest().empty() || record.Last(policy::v1::CaseStep::DECISION) != nullptr)
    return false;
  const std::optional<FactSeen> fact = view.Fact(named.evidence());
  return fact.has_value() && fact->digest != named.digest();
}

bool CriteriaMet(const CaseRecord& record,
                 const Proposal& proposal,
                 const RegisterView& view,
                 const std::set<std::string>& without) {
  if (record.list == nullptr) return false;
  const Facts facts(record, view, without);
  const auto& criteria = record.list->terms().criteria();
  if (!criteria.empty())
    return std::all_of(criteria.begin(), criteria.end(), [&](const ListCriterion& criterion) {
      return facts.Meet(criterion, proposal);
    });
  return std::all_of(proposal.facts().begin(), proposal.facts().end(), [&](const auto& named) {
    return facts.Count(named.evidence()) && !ChangedSince(record, named, view);
  });
}

std::vector<FactGone> FactsGone(const CaseRecord& record, const RegisterView& view) {
  std::vector<FactGone> gone;
  for (const auto& named : ProposalOf(record).facts()) {
    const std::optional<FactSeen> fact = view.Fact(named.evidence());
    if (!fact.has_value()) continue;
    const bool counts = fact->gone == FactGone::WHY_UNSPECIFIED;
    if (counts && !ChangedSince(record, named, view)) continue;
    FactGone& one = gone.emplace_back();
    one.set_evidence(named.evidence());
    one.set_why(counts ? FactGone::CHANGED : fact->gone);
    one.set_case_(fact->gone_by);
  }
  return gone;
}

bool AnyFactGone(const CaseRecord& record, const RegisterView& view) {
  if (record.list == nullptr || record.ended()) return false;
  const auto& facts = ProposalOf(record).facts();
  return std::any_of(facts.begin(), facts.end(), [&](const auto& named) {
    const std::optional<FactSeen> fact = view.Fact(named.evidence());
    return fact.has_value() && (!fact->counts || ChangedSince(record, named, view));
  });
}

}  // namespace xince::cases
