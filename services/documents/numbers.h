#ifndef SERVICES_DOCUMENTS_NUMBERS_H_
#define SERVICES_DOCUMENTS_NUMBERS_H_

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/journal/v1/documents.pb.h"

#include "services/journal/flat_bytes.h"
#include "services/journal/machine.h"

/// The register of numbers: every document that was issued, under its number, which is never given
/// again.
namespace xince::documents {

/// Documents whose numbers follow one another.
struct SeriesKey {
  /// Mark of the organ.
  std::string mark;
  /// Id of the template.
  std::string kind;
  int year = 0;

  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

/// Why a document does not stand.
struct Voiding {
  std::string reason;
  /// `YYYY-MM-DD`.
  std::string day;
  listing::v1::StepParty party;
  std::string actor;
  uint64_t revision = 0;
};

/// A document on the register. Never changed but for `voiding`.
struct BookedDocument {
  journal::v1::IssuedDocument issued;
  /// Case and place of the step that made it; an empty name for none.
  std::string case_name;
  uint32_t step_index = 0;
  uint64_t revision = 0;
  int64_t time_us = 0;
  std::string actor;
  std::optional<Voiding> voiding;

  [[nodiscard]] const std::string& number() const { return issued.document().number(); }
};

/// The series of a document; nothing where the office gave a number of its own.
std::optional<SeriesKey> SeriesOf(const journal::v1::IssuedDocument& issued);

/// The register. No lock of its own.
class NumberBook {
 public:
  using Booked = std::shared_ptr<const BookedDocument>;

  /// The number of the next document of a series: one more than the last, 1 for the first.
  /// FAILED_PRECONDITION DOCUMENT_NUMBERS_USED_UP beyond kDocumentNumberMax.
  [[nodiscard]] absl::StatusOr<uint32_t> Next(const SeriesKey& series) const;
  /// Whether a document has the number as printed.
  [[nodiscard]] bool Taken(absl::string_view number) const;

  /// What keeps a document off the register: it is not the next of its series, its number as printed is
  /// taken or not the one it should have, or its SHA-256 is not that of what it says. Empty: nothing.
  [[nodiscard]] std::string FaultOf(const journal::v1::IssuedDocument& issued) const;
  /// Puts on a document that has no fault.
  void Book(BookedDocument document, journal::Undo* undo);
  /// The document of a number, which is there, does not stand from now on.
  void Void(absl::string_view number, Voiding voiding, journal::Undo* undo);

  /// Null when there is none.
  [[nodiscard]] Booked Find(absl::string_view number) const;
  /// The documents whose SHA-256 begins with these digits, at most two.
  [[nodiscard]] std::vector<Booked> OfDigest(absl::string_view digits) const;
  /// The documents of a case, in the order of its steps.
  [[nodiscard]] std::vector<Booked> OfCase(absl::string_view name) const;
  /// All, in the order they were issued: within a series that of their numbers.
  [[nodiscard]] const std::deque<Booked>& all() const { return all_; }

  void Save(journal::FlatWriter& out) const;
  /// False when the bytes hold no register.
  [[nodiscard]] bool Load(journal::FlatReader& in);
  void Clear();

 private:
  void TakeBack();

  std::deque<Booked> all_;
  /// Last number given.
  std::map<SeriesKey, uint32_t> series_;
  /// Places in all_.
  std::map<std::string, size_t, std::less<>> by_number_;
  std::set<std::pair<std::string, size_t>> by_digest_;
  std::map<std::string, std::vector<size_t>, std::less<>> by_case_;
};

/// Numbers for several documents that are decided together, on top of the register.
class NumberPlan {
 public:
  /// Keeps a reference, which outlives it.
  explicit NumberPlan(const NumberBook& book) : book_(book) {}

  /// As NumberBook::Next, after those already planned.
  [[nodiscard]] absl::StatusOr<uint32_t> Next(const SeriesKey& series) const;
  /// The document has its number. ALREADY_EXISTS DOCUMENT_NUMBER_TAKEN when another has the same as
  /// printed, also one that was voided.
  absl::Status Take(const journal::v1::IssuedDocument& issued);

 private:
  const NumberBook& book_;
  std::map<SeriesKey, uint32_t> planned_;
  std::set<std::string> printed_;
};

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_NUMBERS_H_
