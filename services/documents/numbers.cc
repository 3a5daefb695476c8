#include "services/documents/numbers.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/documents/document.h"
#include "services/runtime/errors.h"
#include "services/type/civil_date.h"

namespace xince::documents {
namespace {

using journal::v1::IssuedDocument;

// Whether one of the runs of digits in a text is this.
bool HasRun(const std::string& text, const std::string& digits) {
  std::string run;
  for (const char c : absl::StrCat(text, " ")) {
    if (absl::ascii_isdigit(c)) {
      run.push_back(c);
    } else {
      if (run == digits) return true;
      run.clear();
    }
  }
  return false;
}

absl::StatusOr<uint32_t> After(uint32_t last, const SeriesKey& series) {
  if (last < kDocumentNumberMax) return last + 1;
  return runtime::FailedPrecondition(
      "DOCUMENT_NUMBERS_USED_UP",
      "number",
      absl::StrCat("the numbers of ", series.year, " are used up"),
      absl::StrCat(series.year, " 年的文号已用完"),
      {{"year", absl::StrCat(series.year)}, {"kind", series.kind}, {"mark", series.mark}});
}

}  // namespace

std::optional<SeriesKey> SeriesOf(const IssuedDocument& issued) {
  if (issued.serial() == 0) return std::nullopt;
  const auto date = type::ParseDate(issued.document().date());
  return SeriesKey{.mark = issued.organ_mark(),
                   .kind = issued.document().template_(),
                   .year = date.ok() ? date->year() : 0};
}

absl::StatusOr<uint32_t> NumberBook::Next(const SeriesKey& series) const {
  const auto found = series_.find(series);
  return After(found == series_.end() ? 0 : found->second, series);
}

bool NumberBook::Taken(absl::string_view number) const { return by_number_.contains(number); }

std::string NumberBook::FaultOf(const IssuedDocument& issued) const {
  const listing::v1::OfficialDocument& document = issued.document();
  if (!type::ParseDate(document.date()).ok() || document.template_().empty())
    return "a document without a date or a kind";
  if (document.sha256() != DigestOf(document) ||
      document.check_code() != document.sha256().substr(0, kCheckCodeDigits))
    return "a document that does not have its digest";
  if (document.number().empty() || Taken(document.number())) return "a number that is taken";
  const std::optional<SeriesKey> series = SeriesOf(issued);
  if (!series.has_value()) return issued.organ_mark().empty() ? "" : "a mark without a number";
  const absl::StatusOr<uint32_t> next = Next(*series);
  if (!next.ok() || issued.organ_mark().empty() || *next != issued.serial())
    return "another number than the next";
  if (!HasRun(document.number(), absl::StrCat(issued.serial())) ||
      !absl::StrContains(document.number(), issued.organ_mark()))
    return "another number than is printed";
  return "";
}

void NumberBook::Book(BookedDocument document, journal::Undo* undo) {
  const size_t at = all_.size();
  if (const auto series = SeriesOf(document.issued); series.has_value())
    series_[*series] = document.issued.serial();
  by_number_.emplace(document.number(), at);
  by_digest_.emplace(document.issued.document().sha256(), at);
  if (!document.case_name.empty()) by_case_[document.case_name].push_back(at);
  all_.push_back(std::make_shared<const BookedDocument>(std::move(document)));
  if (undo != nullptr) undo->Add([this] { TakeBack(); });
}

void NumberBook::TakeBack() {
  const BookedDocument& last = *all_.back();
  if (const auto series = SeriesOf(last.issued); series.has_value()) {
    if (last.issued.serial() == 1) {
      series_.erase(*series);
    } else {
      series_[*series] = last.issued.serial() - 1;
    }
  }
  by_number_.erase(last.number());
  by_digest_.erase({last.issued.document().sha256(), all_.size() - 1});
  if (const auto of = by_case_.find(last.case_name); of != by_case_.end()) {
    of->second.pop_back();
    if (of->second.empty()) by_case_.erase(of);
  }
  all_.pop_back();
}

void NumberBook::Void(absl::string_view number, Voiding voiding, journal::Undo* undo) {
  const size_t at = by_number_.find(number)->second;
  const Booked before = all_[at];
  BookedDocument document = *before;
  document.voiding = std::move(voiding);
  all_[at] = std::make_shared<const BookedDocument>(std::move(document));
  if (undo != nullptr) undo->Add([this, at, before] { all_[at] = before; });
}

NumberBook::Booked NumberBook::Find(absl::string_view number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : all_[found->second];
}

std::vector<NumberBook::Booked> NumberBook::OfDigest(absl::string_view digits) const {
  std::vector<Booked> of;
  for (auto at = by_digest_.lower_bound({std::string(digits), 0});
       at != by_digest_.end() && absl::StartsWith(at->first, digits) && of.size() < 2;
       ++at) {
    of.push_back(all_[at->second]);
  }
  return of;
}

std::vector<NumberBook::Booked> NumberBook::OfCase(absl::string_view name) const {
  std::vector<Booked> of;
  const auto found = by_case_.find(name);
  if (found == by_case_.end()) return of;
  for (const size_t at : found->second) of.push_back(all_[at]);
  return of;
}

void NumberBook::Save(journal::FlatWriter& out) const {
  out.U64(all_.size());
  for (const Booked& document : all_) {
    out.Text(document->issued.SerializeAsString());
    out.Text(document->case_name);
    out.U32(document->step_index);
    out.U64(document->revision);
    out.I64(document->time_us);
    out.Text(document->actor);
    out.U8(document->voiding.has_value() ? 1 : 0);
    if (!document->voiding.has_value()) continue;
    out.Text(document->voiding->reason);
    out.Text(document->voiding->day);
    out.Text(document->voiding->party.SerializeAsString());
    out.Text(document->voiding->actor);
    out.U64(document->voiding->revision);
  }
}

bool NumberBook::Load(journal::FlatReader& in) {
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    BookedDocument document;
    if (!document.issued.ParseFromString(std::string(in.Text()))) return false;
    document.case_name = std::string(in.Text());
    document.step_index = in.U32();
    document.revision = in.U64();
    document.time_us = in.I64();
    document.actor = std::string(in.Text());
    if (in.U8() != 0) {
      Voiding& voiding = document.voiding.emplace();
      voiding.reason = std::string(in.Text());
      voiding.day = std::string(in.Text());
      if (!voiding.party.ParseFromString(std::string(in.Text()))) return false;
      voiding.actor = std::string(in.Text());
      voiding.revision = in.U64();
    }
    if (!in.ok() || !FaultOf(document.issued).empty()) return false;
    Book(std::move(document), nullptr);
  }
  return in.ok();
}

void NumberBook::Clear() {
  all_.clear();
  series_.clear();
  by_number_.clear();
  by_digest_.clear();
  by_case_.clear();
}

absl::StatusOr<uint32_t> NumberPlan::Next(const SeriesKey& series) const {
  const auto found = planned_.find(series);
  return found == planned_.end() ? book_.Next(series) : After(found->second, series);
}

absl::Status NumberPlan::Take(const IssuedDocument& issued) {
  const std::string& number = issued.document().number();
  if (book_.Taken(number) || !printed_.insert(number).second) {
    return runtime::AlreadyExists("DOCUMENT_NUMBER_TAKEN",
                                  "document_number",
                                  absl::StrCat("another document has the number ", number),
                                  absl::StrCat("文号 ", number, " 已被使用"),
                                  {{"number", number}});
  }
  if (const auto series = SeriesOf(issued); series.has_value()) planned_[*series] = issued.serial();
  return absl::OkStatus();
}

}  // namespace xince::documents
