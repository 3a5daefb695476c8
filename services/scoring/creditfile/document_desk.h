#ifndef SERVICES_SCORING_CREDITFILE_DOCUMENT_DESK_H_
#define SERVICES_SCORING_CREDITFILE_DOCUMENT_DESK_H_

#include <string>

#include "absl/status/statusor.h"

#include "xince/journal/v1/scoring.pb.h"
#include "xince/listing/v1/issued.pb.h"

#include "services/documents/numbers.h"
#include "services/documents/words.h"
#include "services/scoring/cases/case_book.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/creditfile/case_register.h"
#include "services/scoring/creditfile/evidence_book.h"

/// Where the official documents of a register are made, numbered and kept.
namespace xince::creditfile {

/// Most pieces of evidence of a points notice.
inline constexpr int kPointsNoticeEvidenceMax = 50;
/// Working days in which a check of points may be asked for, where the request says nothing.
inline constexpr uint32_t kObjectionDaysDefault = 10;

/// Kind of document that no step of a case makes.
inline constexpr char kPointsNotice[] = "points-notice";

/// What became of a document.
struct DocumentFate {
  listing::v1::DocumentStatus status = listing::v1::DOCUMENT_STATUS_STANDS;
  /// With SUPERSEDED: the step that ended it, its day, and the number of its document, if any.
  std::string step;
  std::string day;
  std::string number;
};

/// The desk. Its lock is the machine's. What decides asks for words and templates; what applies only
/// compares and keeps.
class DocumentDesk {
 public:
  /// What it reads. These outlive it.
  struct Books {
    const EvidenceBook& evidence;
    const PolicyBook& policies;
    const cases::CaseBook& cases;
    const CaseRegister& packs;
    const Assessor& assessor;
  };
  explicit DocumentDesk(const Books& books) : books_(books) {}

  /// Templates and words; they outlive the desk. Null, as at first: no documents are made.
  void SetWords(const documents::DocumentWords* words) { words_ = words; }
  [[nodiscard]] const documents::DocumentWords* words() const { return words_; }

  /// Makes the documents of steps that were decided, in their order, and adds them. A step of a clock or
  /// a rule whose document cannot be made is taken without it, with the reason. Errors for steps of
  /// persons: those of documents::MakeDocument under `document`, NOT_FOUND DOCUMENT_TEMPLATE_UNKNOWN,
  /// FAILED_PRECONDITION DOCUMENT_NUMBERS_USED_UP, ALREADY_EXISTS DOCUMENT_NUMBER_TAKEN,
  /// INVALID_ARGUMENT DOCUMENT_NUMBER_OWN (the number that the office gives has the form of the
  /// register's).
  absl::Status Make(type::Date today,
                    Revision known,
                    const type::WorkingDays& calendar,
                    journal::v1::CaseSteps& steps) const;

  /// The entry of a points notice. Errors as ListingService.IssuePointsNotice says.
  [[nodiscard]] absl::StatusOr<journal::v1::DocumentStep> DecidePointsNotice(
      const listing::v1::IssuePointsNoticeRequest& request, type::Date today, Revision known) const;
  /// The entry of a voiding. Errors as ListingService.VoidDocument says.
  [[nodiscard]] absl::StatusOr<journal::v1::DocumentStep> DecideVoiding(
      const listing::v1::VoidDocumentRequest& request, type::Date today) const;

  /// Keeps the document of the newest step of a case, which was applied: the `next`-th of the entry's,
  /// which is counted on. What is wrong with it; empty: nothing.
  std::string Take(const journal::v1::CaseEvent& event,
                   const journal::v1::CaseSteps& steps,
                   int& next,
                   const journal::Entry& entry,
                   journal::Undo* undo);
  /// Applies an entry. What is wrong with it; empty: nothing.
  std::string Take(const journal::v1::DocumentStep& step,
                   const journal::Entry& entry,
                   journal::Undo* undo);

  [[nodiscard]] const documents::NumberBook& numbers() const { return numbers_; }
  [[nodiscard]] DocumentFate FateOf(const documents::BookedDocument& document) const;

  void Save(journal::FlatWriter& out) const { numbers_.Save(out); }
  [[nodiscard]] bool Load(journal::FlatReader& in) { return numbers_.Load(in); }
  void Clear() { numbers_.Clear(); }

 private:
  absl::Status MakeOne(const cases::CaseRecord& after,
                       type::Date today,
                       Revision known,
                       const type::WorkingDays& calendar,
                       documents::NumberPlan& plan,
                       journal::v1::CaseEvent& event,
                       journal::v1::CaseSteps& steps) const;
  absl::Status CheckOwnNumber(const documents::Template& from, const std::string& number) const;
  absl::StatusOr<journal::v1::IssuedDocument> Issue(const documents::Template& from,
                                                    documents::Draft draft,
                                                    documents::NumberPlan& plan) const;
  /// Why a document may not be voided.
  absl::Status MayVoid(const documents::BookedDocument& document) const;

  const Books books_;
  const documents::DocumentWords* words_ = nullptr;
  documents::NumberBook numbers_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_DOCUMENT_DESK_H_
