#include "services/scoring/creditfile/memberships.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/scoring/cases/examine.h"
#include "services/scoring/cases/told.h"

namespace xince::creditfile {
namespace {

using cases::CaseRecord;
using cases::ScheduledDay;
using cases::Span;
using policy::v1::CaseStep;
using type::Date;

void EndBy(Date day, std::vector<Span>& spans) {
  if (spans.empty() || spans.back().until != type::kDateMax) return;
  spans.back().until = std::max(day, spans.back().from + 1);
}

}  // namespace

std::optional<ListEntry> EntryOf(std::shared_ptr<const CaseRecord> record, cases::Revision known) {
  if (record->opening.list().empty() || record->list == nullptr) return std::nullopt;
  if (known < record->revision()) {
    const auto later = std::find_if(record->steps.begin(),
                                    record->steps.end(),
                                    [&](const auto& step) { return step.revision > known; });
    if (later == record->steps.begin()) return std::nullopt;
    record = std::make_shared<const CaseRecord>(
        AfterSteps(*record, static_cast<size_t>(later - record->steps.begin())));
  }
  ListEntry entry{.record = record,
                  .entered = SpansEntered(*record, known),
                  .in_force = SpansInForce(*record, known),
                  .published = SpansPublished(*record, known)};
  if (entry.entered.empty()) return std::nullopt;
  const Date ends = ScheduledDay(*record, CaseStep::LEAVE_FORCE);
  EndBy(ends, entry.entered);
  EndBy(ends, entry.in_force);
  EndBy(std::min(ends, ScheduledDay(*record, CaseStep::END_PUBLICATION)), entry.published);
  return entry;
}

const Span* SpanOn(const std::vector<Span>& spans, Date day) {
  const auto found = std::find_if(spans.begin(), spans.end(), [&](const Span& span) {
    return span.from <= day && day < span.until;
  });
  return found == spans.end() ? nullptr : &*found;
}

bool EntryContested(const cases::CaseBook& cases,
                    const CaseRecord& record,
                    Date day,
                    cases::Revision known) {
  const auto of = cases.OfSubject(record.opening.subject());
  return std::any_of(of.begin(), of.end(), [&](const auto& other) {
    return other->opening.target().case_() == record.name && ContestedOn(*other, day, known);
  });
}

std::vector<evaluate::Listed> ListsOf(const cases::CaseBook& cases,
                                      const evaluate::Vocabulary& vocabulary,
                                      absl::string_view subject,
                                      cases::Revision known) {
  std::vector<evaluate::Listed> lists;
  if (cases.all().empty()) return lists;
  for (auto& record : cases.OfSubject(subject)) {
    const evaluate::Symbol list = vocabulary.names.Find(record->opening.list());
    if (list == 0) continue;
    const std::optional<ListEntry> entry = EntryOf(record, known);
    if (!entry.has_value()) continue;
    for (const Span& span : entry->in_force)
      lists.push_back({.list = list, .from = span.from.days(), .until = span.until.days()});
  }
  return lists;
}

Memberships MembershipsOf(const cases::CaseBook& cases,
                          absl::string_view subject,
                          evaluate::Day day,
                          cases::Revision known) {
  Memberships memberships;
  if (cases.all().empty()) return memberships;
  const Date on = Date::FromDays(day);
  const auto change = [&](Date at) {
    if (at > on) memberships.next_change = std::min(memberships.next_change, at.days());
  };
  for (auto& record : cases.OfSubject(subject)) {
    const std::optional<ListEntry> entry = EntryOf(record, known);
    if (!entry.has_value()) continue;
    const CaseRecord& listed = *entry->record;
    for (const Span& span : entry->in_force) {
      change(span.from);
      change(span.until);
    }
    for (const Span& span : entry->published) {
      change(span.from);
      change(span.until);
    }
    const Span* now = SpanOn(entry->in_force, on);
    if (now == nullptr) continue;
    credit::v1::Membership& told = memberships.told.emplace_back();
    told.set_list(listed.opening.list());
    told.set_zh(listed.list->zh());
    told.set_en(listed.list->en());
    told.set_case_(listed.name);
    told.set_from(FormatDate(SpanOn(entry->entered, on)->from));
    if (now->until != type::kDateMax) told.set_until(FormatDate(now->until));
    for (const policy::v1::ListEffect* effect : EffectsOf(listed)) {
      auto* brings = told.add_effects();
      brings->set_kind(effect->kind());
      brings->set_zh(effect->zh());
      brings->set_en(effect->en());
      brings->set_amount(effect->amount());
      *brings->mutable_consumers() = effect->consumers();
    }
    told.set_contested(EntryContested(cases, listed, on, known));
    told.set_published(SpanOn(entry->published, on) != nullptr);
  }
  return memberships;
}

}  // namespace xince::creditfile
