#include "services/scoring/cases/case_record.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include <openssl/sha.h>

#include "services/scoring/cases/names.h"

namespace xince::cases {
namespace {

using journal::v1::CaseEvent;
using policy::v1::CaseStep;

// The same event gives the same bytes on every machine.
std::string BytesOf(const CaseEvent& event) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    event.SerializeToCodedStream(&out);
  }
  return bytes;
}

std::string Sha256Hex(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// An order stands until another one lifts it by its number; one that names none lifts the only one.
void NoteOrder(const StepRow& step, const CaseEvent& event, std::set<std::string>& standing) {
  const listing::v1::Order& order = event.details().order();
  if (step.Has(CaseStep::SUSPEND)) standing.insert(NameKey(order.document().number()));
  if (!step.Has(CaseStep::RESUME)) return;
  if (order.lifts().empty()) {
    standing.clear();
  } else {
    standing.erase(NameKey(order.lifts()));
  }
}

// Spans that begin with one effect and end with another, or with a suspension.
std::vector<Span> Spans(const CaseRecord& record,
                        Revision known,
                        CaseStep::Effect begin,
                        CaseStep::Effect end,
                        bool rests) {
  std::vector<Span> spans;
  bool on = false;
  bool suspended = false;
  std::set<std::string> standing;
  const auto open = [&](type::Date day) { spans.push_back({.from = day}); };
  const auto close = [&](type::Date day) {
    spans.back().until = day;
    if (spans.back().until <= spans.back().from) spans.pop_back();
  };
  for (const StepRecord& taken : record.steps) {
    if (taken.revision > known) break;
    const StepRow& step = record.procedure->steps()[taken.step];
    NoteOrder(step, taken.event, standing);
    for (const CaseStep::Effect effect : step.effects) {
      const bool was = on && !(rests && suspended);
      if (effect == begin) on = true;
      if (effect == end) on = false;
      if (effect == CaseStep::SUSPEND || effect == CaseStep::RESUME) suspended = !standing.empty();
      const bool is = on && !(rests && suspended);
      if (is && !was) open(taken.day);
      if (was && !is) close(taken.day);
    }
  }
  return spans;
}

}  // namespace

type::Date DayOr(const std::string& text, type::Date otherwise) {
  const auto date = type::ParseDate(text);
  return date.ok() ? *date : otherwise;
}

std::string CaseName(uint32_t year, uint32_t number) {
  return absl::StrCat("cases/", year, "-", number);
}

const StepRecord* CaseRecord::Last(CaseStep::Record record) const {
  const auto found = std::find_if(steps.rbegin(), steps.rend(), [&](const StepRecord& taken) {
    return procedure->steps()[taken.step].record == record;
  });
  return found == steps.rend() ? nullptr : &*found;
}

const StepRecord* CaseRecord::LastOf(StepIndex step) const {
  const auto found = std::find_if(
      steps.rbegin(), steps.rend(), [&](const StepRecord& taken) { return taken.step == step; });
  return found == steps.rend() ? nullptr : &*found;
}

std::string MatterKeyOf(const listing::v1::Opening& opening) {
  // What is contested or repaired is one matter, whatever it is called.
  std::string matter = NameKey(opening.matter());
  const listing::v1::Target& target = opening.target();
  if (target.of_case() != listing::v1::Target::OF_NOT_SET)
    matter =
        absl::StrCat(target.evidence(), target.case_(), target.standing_day(), "#", target.step());
  if (matter.empty()) matter = opening.list();
  return absl::StrCat(
      opening.procedure(), "\n", opening.subject(), "\n", opening.list(), "\n", matter);
}

std::string CaseRecord::MatterKey() const { return MatterKeyOf(opening); }

std::vector<Span> SpansInForce(const CaseRecord& record, Revision known) {
  return Spans(record, known, CaseStep::ENTER_FORCE, CaseStep::LEAVE_FORCE, true);
}

std::vector<Span> SpansEntered(const CaseRecord& record, Revision known) {
  return Spans(record, known, CaseStep::ENTER_FORCE, CaseStep::LEAVE_FORCE, false);
}

std::vector<Span> SpansPublished(const CaseRecord& record, Revision known) {
  return Spans(record, known, CaseStep::PUBLISH, CaseStep::END_PUBLICATION, false);
}

type::Date ScheduledDay(const CaseRecord& record, CaseStep::Effect effect) {
  type::Date day = type::kDateMax;
  const Procedure& procedure = *record.procedure;
  for (size_t i = 0; i < procedure.clocks().size(); ++i) {
    const ClockRow& clock = procedure.clocks()[i];
    const ClockStatus status = record.view.clocks[i];
    if (clock.then == kNoIndex || record.clocks[i].due == type::kDateMax ||
        (status != ClockStatus::kRunning && status != ClockStatus::kOver))
      continue;
    const StepRow& step = procedure.steps()[clock.then];
    if (!step.Has(effect) || !step.guards.empty() || (step.from & Bit(record.view.state)) == 0 ||
        (record.view.suspended && clock.rests))
      continue;
    day = std::min(day, record.clocks[i].due + 1);
  }
  return day;
}

bool ContestedOn(const CaseRecord& record, type::Date day, Revision known) {
  for (const Span& span : Spans(record, known, CaseStep::CONTEST, CaseStep::END_CONTEST, false)) {
    if (span.from <= day && day < span.until) return true;
  }
  return false;
}

std::set<std::string> OrdersStanding(const CaseRecord& record) {
  std::set<std::string> standing;
  for (const StepRecord& taken : record.steps)
    NoteOrder(record.procedure->steps()[taken.step], taken.event, standing);
  return standing;
}

std::set<std::string> OrdersStanding(const CaseRecord& record, const CaseEvent& event) {
  std::set<std::string> standing = OrdersStanding(record);
  const StepIndex step = record.procedure->FindStep(event.step());
  if (step != kNoIndex) NoteOrder(record.procedure->steps()[step], event, standing);
  return standing;
}

type::Date StatedFrom(const CaseRecord& record) {
  if (record.steps.empty()) return type::kDateMin;
  const StepRecord* served = record.Last(CaseStep::SERVICE);
  // What is posted can be answered before its period is over.
  return served == nullptr ? record.steps.front().day
                           : DayOr(served->event.details().service().day(), served->day);
}

int NumberOf(std::vector<std::string>& table, const std::string& text) {
  std::string name = NameKey(text);
  if (name.empty()) return -1;
  const auto found = std::find(table.begin(), table.end(), name);
  if (found != table.end()) return static_cast<int>(found - table.begin());
  if (table.size() == static_cast<size_t>(kPersonsMax)) return kPersonsMax;
  table.push_back(std::move(name));
  return static_cast<int>(table.size()) - 1;
}

namespace {

void NotePoints(const CaseEvent& event, CaseRecord& record) {
  const listing::v1::StepDetails& details = event.details();
  record.points += static_cast<uint32_t>(details.statement().points_size()) +
                   static_cast<uint32_t>(details.objection().points_size());
  for (const auto& answer : details.answers().answers()) record.answered.insert(answer.point());
}

void SetClocks(const CaseEvent& event, const StepRow& step, type::Date day, CaseRecord& record) {
  for (const auto& set : event.clocks()) {
    const ClockIndex index = record.procedure->FindClock(set.clock());
    if (index == kNoIndex) continue;
    ClockRun& clock = record.clocks[index];
    if ((step.starts & Bit(index)) != 0) clock = {.from = day};
    if (step.extends == index) ++clock.extended;
    clock.due = DayOr(set.due(), type::kDateMax);
  }
}

}  // namespace

void AddStep(const CaseEvent& event,
             const Attempt& attempt,
             Revision revision,
             int64_t time_us,
             const std::string& actor,
             CaseRecord& record) {
  const StepRow& step = record.procedure->steps()[attempt.step];
  const type::Date day = DayOr(event.day(), type::kDateMin);
  Take(*record.procedure, attempt, record.view);
  SetClocks(event, step, day, record);
  NotePoints(event, record);
  // A second order while the first one holds takes no day back.
  if (step.Has(CaseStep::SUSPEND) && !record.suspended_on.has_value()) record.suspended_on = day;
  if (!record.view.suspended) record.suspended_on.reset();
  record.steps.push_back({.event = event,
                          .step = attempt.step,
                          .day = day,
                          .revision = revision,
                          .time_us = time_us,
                          .actor = actor});
  record.hash = Sha256Hex(absl::StrCat(record.hash, BytesOf(event)));
}

void RunOutBefore(type::Date day, CaseRecord& record) {
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    if (record.view.suspended && record.procedure->clocks()[i].rests) continue;
    if (record.clocks[i].due < day) RunOut(static_cast<ClockIndex>(i), record.view);
  }
}

}  // namespace xince::cases
