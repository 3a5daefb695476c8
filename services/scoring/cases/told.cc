#include "services/scoring/cases/told.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace xince::cases {
namespace {

using listing::v1::Information;
using listing::v1::Service;
using listing::v1::ToldBefore;
using policy::v1::CaseStep;
using policy::v1::StepGuard;

// Adds each once, with every case they were told of.
class Roll {
 public:
  explicit Roll(std::vector<ToldBefore>& told) : told_(told) {}

  void Add(ToldBefore::Kind kind, const std::string& who, type::Date day, const std::string& of) {
    if (who.empty()) return;
    auto found = std::find_if(told_.begin(), told_.end(), [&](const ToldBefore& one) {
      return one.kind() == kind && one.who() == who;
    });
    if (found == told_.end()) {
      found = told_.insert(told_.end(), ToldBefore());
      found->set_kind(kind);
      found->set_who(who);
      found->set_since(FormatDate(day));
    }
    if (std::find(found->cases().begin(), found->cases().end(), of) == found->cases().end())
      found->add_cases(of);
  }

 private:
  std::vector<ToldBefore>& told_;
};

// A notice is put up where its proof was taken.
void AddService(const CaseRecord& record, const StepRecord& taken, Roll& roll) {
  const Service& service = taken.event.details().service();
  roll.Add(ToldBefore::RECEIVER, service.receiver(), taken.day, record.name);
  if (service.method() != Service::PUBLIC_NOTICE) return;
  const type::v1::Document& proof = service.proof();
  roll.Add(
      ToldBefore::PLACE, proof.uri().empty() ? proof.title() : proof.uri(), taken.day, record.name);
}

void AddCase(const CaseRecord& record, Roll& roll) {
  for (const StepRecord& taken : record.steps) {
    const StepRow& step = record.procedure->steps()[taken.step];
    if (step.record == CaseStep::SERVICE) AddService(record, taken, roll);
    if (step.Has(CaseStep::PUBLISH)) {
      const std::string& place = taken.event.details().publication().place();
      const std::string fallback = record.list == nullptr ? step.proto->zh() : record.list->zh();
      roll.Add(ToldBefore::PLACE, place.empty() ? fallback : place, taken.day, record.name);
    }
    if (!step.Has(CaseStep::ENTER_FORCE)) continue;
    for (const policy::v1::ListEffect* effect : EffectsOf(record)) {
      for (const std::string& consumer : effect->consumers())
        roll.Add(ToldBefore::CONSUMER, consumer, taken.day, record.name);
    }
  }
}

// The step after which those who were told are to be told again.
const StepRecord* UndoneBy(const CaseRecord& record) {
  const auto found =
      std::find_if(record.steps.rbegin(), record.steps.rend(), [&](const StepRecord& taken) {
        return record.procedure->steps()[taken.step].Has(CaseStep::UNDO_DEPENDENT);
      });
  return found == record.steps.rend() ? nullptr : &*found;
}

}  // namespace

std::vector<const policy::v1::ListEffect*> EffectsOf(const CaseRecord& record) {
  std::vector<const policy::v1::ListEffect*> effects;
  if (record.list == nullptr) return effects;
  std::set<int> kinds;
  if (const auto* proposed = record.Last(CaseStep::PROPOSAL); proposed != nullptr) {
    const auto& measures = proposed->event.details().proposal().measures();
    kinds = {measures.begin(), measures.end()};
  }
  if (const auto* decided = record.Last(CaseStep::DECISION); decided != nullptr) {
    const auto& measures = decided->event.details().decision().measures();
    if (!measures.empty()) kinds = {measures.begin(), measures.end()};
  }
  for (const auto& effect : record.list->terms().effects()) {
    if (kinds.empty() || kinds.contains(effect.kind())) effects.push_back(&effect);
  }
  return effects;
}

std::vector<ToldBefore> ToldOf(const std::vector<std::shared_ptr<const CaseRecord>>& cases) {
  std::vector<ToldBefore> told;
  Roll roll(told);
  for (const auto& record : cases) AddCase(*record, roll);
  std::stable_sort(told.begin(), told.end(), [](const ToldBefore& a, const ToldBefore& b) {
    return a.since() < b.since();
  });
  return told;
}

std::vector<ToldBefore> StillToTell(const CaseRecord& record, std::vector<ToldBefore> told) {
  std::set<std::pair<int, std::string>> again;
  for (const StepRecord& taken : record.steps) {
    for (const auto& one : taken.event.details().information().told())
      again.emplace(one.kind(), one.who());
  }
  told.erase(std::remove_if(told.begin(),
                            told.end(),
                            [&](const ToldBefore& one) {
                              return again.contains({one.kind(), one.who()});
                            }),
             told.end());
  return told;
}

bool InformationProved(const CaseRecord& record,
                       const Information& information,
                       const std::vector<ToldBefore>& told,
                       type::Date today) {
  const StepRecord* undone = UndoneBy(record);
  const type::Date since = undone == nullptr ? type::kDateMax : undone->day;
  return !information.told().empty() &&
         std::all_of(information.told().begin(), information.told().end(), [&](const auto& one) {
           const type::Date day = DayOr(one.day(), type::kDateMax);
           return !one.how().empty() && since <= day && day <= today &&
                  (one.kind() != ToldBefore::PLACE || !one.text().empty()) &&
                  std::any_of(told.begin(), told.end(), [&](const ToldBefore& before) {
                    return before.kind() == one.kind() && before.who() == one.who();
                  });
         });
}

bool AsksWhoWasTold(const CaseRecord& record) {
  if (!record.view.opened()) return false;
  const auto& steps = record.procedure->steps();
  return std::any_of(steps.begin(), steps.end(), [&](const StepRow& step) {
    return (step.from & Bit(record.view.state)) != 0 &&
           (step.Asks(StepGuard::TOLD_AGAIN) || step.Asks(StepGuard::INFORMATION_PROVED));
  });
}

}  // namespace xince::cases
