#include <algorithm>

#include "services/scoring/cases/case_book.h"

// The longest publication follows the law of the day: a version that shortens it ends what it no longer
// allows, though the clock was set by an older one.
namespace xince::cases {
namespace {

using policy::v1::CaseClock;
using policy::v1::CaseStep;
using type::Date;

// The clock of the longest publication, while it runs; kNoIndex for none.
ClockIndex PublicityClock(const CaseRecord& record) {
  if (!record.view.published || record.ended()) return kNoIndex;
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    const ClockRow& clock = record.procedure->clocks()[i];
    if (clock.proto->length() == CaseClock::PUBLICITY_MAXIMUM && clock.then != kNoIndex &&
        record.view.clocks[i] == ClockStatus::kRunning)
      return static_cast<ClockIndex>(i);
  }
  return kNoIndex;
}

}  // namespace

Date CaseBook::PublishedUntil(const CaseRecord& record, Date day) const {
  const std::vector<Span> shown = SpansPublished(record, record.revision());
  if (shown.empty()) return type::kDateMax;
  if (shown.back().until != type::kDateMax) return shown.back().until;
  const Date scheduled = ScheduledDay(record, CaseStep::END_PUBLICATION);
  if (PublicityClock(record) == kNoIndex) return scheduled;
  const PublicitySeen law = PublicityOfCase(record, view_, day);
  if (law.max_months == 0) return scheduled;
  return std::min(scheduled, std::max(day, AddMonths(law.from, law.max_months)));
}

ClockIndex CaseBook::ShortenedByLaw(const CaseRecord& record, Date day) const {
  const ClockIndex clock = PublicityClock(record);
  if (clock == kNoIndex) return kNoIndex;
  const PublicitySeen law = PublicityOfCase(record, view_, day);
  const bool passed = law.max_months > 0 && day >= AddMonths(law.from, law.max_months);
  return passed ? clock : kNoIndex;
}

void CaseBook::LookAtLaw(Date day) {
  shortened_.clear();
  for (const Key& key : published_) {
    if (ShortenedByLaw(*cases_.at(key), day) != kNoIndex) shortened_.insert(key);
  }
}

}  // namespace xince::cases
