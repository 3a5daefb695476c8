#ifndef SERVICES_DOCUMENTS_FIELDS_H_
#define SERVICES_DOCUMENTS_FIELDS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/listing/v1/case.pb.h"

#include "services/documents/document.h"

/// What a case, or a piece of evidence, gives to the fields of a document.
namespace xince::documents {

/// Most points of a case that its documents quote, and most code points of these and their answers
/// together; of more it is said how many there are, and that they are attached.
inline constexpr size_t kQuotedPointsMax = 200;
inline constexpr size_t kQuotedCharsMax = 20'000;

/// An organ as documents name it.
struct OrganNames {
  std::string name;
  /// 机关代字, such as `X住建`; part of the number.
  std::string mark;
};

/// What stands in no case: words, and what the policy says.
struct CaseNames {
  /// Name of the subject as it is addressed.
  std::string subject;
  /// Its credit code; empty for persons.
  std::string subject_code;
  /// Name of the list in Chinese; empty without one.
  std::string list;
  /// The basis in words, such as `《X市物业管理条例》第三十条`.
  std::string basis;
  /// Name of the register.
  std::string register_name;
  /// As in Draft.
  std::string verification_base;
  /// Organ of a case in which no office took a step yet; its mark is that of offices not in `organs`.
  OrganNames organ;
  /// By `StepParty.office`; an office that is not here is its own name.
  std::map<std::string, OrganNames> organs;
  /// Words for pieces of evidence, by id.
  std::map<std::string, std::string> facts;
  /// What an objection or a repair is about, in words; empty: by the ids of the target.
  std::string target;
  /// Numbers of the documents of the case's steps, in the order of the steps; 0 for none. Not asked for
  /// where a step has its `document_number`.
  std::vector<uint32_t> numbers;
  /// Terms of the list; null without one.
  const policy::v1::ListTerms* terms = nullptr;
  /// The procedure of the case; null when no words about its clocks are asked for.
  const policy::v1::Procedure* procedure = nullptr;
};

/// The draft of the document that a step of a case made (`StepTaken.document`); `step` is its index in
/// `Case.steps`. Only that step and those before it are looked at. Its organ is that of the officer who
/// took the step; where none did, that which decided, else that of the step before. Its date is the day
/// the step counts from; with service by public notice, which counts later, the day the notice was put
/// up. NOT_FOUND DOCUMENT_STEP_UNKNOWN when there is no such step or it makes no document,
/// DOCUMENT_TEMPLATE_UNKNOWN.
absl::StatusOr<Draft> DraftOfStep(const TemplateSet& templates,
                                  const listing::v1::Case& of,
                                  int step,
                                  const CaseNames& names);

/// A rule and the points recorded under it.
struct PointsLine {
  /// Words of the rule.
  std::string rule;
  /// In hundredths, negative for a deduction.
  int64_t points_hundredths = 0;
};

/// What a points notice says.
struct PointsNotice {
  OrganNames organ;
  std::string subject;
  std::string subject_code;
  /// Empty when no project is concerned.
  std::string project;
  /// What was found, as a noun phrase or sentences.
  std::string content;
  std::string source;
  type::Date accepted_on;
  /// The rules' document.
  std::string basis;
  /// At least one.
  std::vector<PointsLine> lines;
  /// Such as `7日`; empty when nothing is to be rectified.
  std::string rectify_days;
  /// Such as `10个工作日`.
  std::string objection_days;
  /// Who decides an objection: another organ than the one that recorded.
  std::string review_organ;
  std::string handler;
  std::string register_name;
  std::string verification_base;
  type::Date date;
  uint32_t number = 0;
};

/// The draft of a points notice.
Draft DraftOfPoints(const PointsNotice& notice);

/// Hundredths as a decimal number: `-2.5`, `3`, `0.25`.
std::string FormatHundredths(int64_t hundredths);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_FIELDS_H_
