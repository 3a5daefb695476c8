#ifndef SERVICES_SCORING_EVALUATE_CASES_H_
#define SERVICES_SCORING_EVALUATE_CASES_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/case.pb.h"

#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/evaluate/reach.h"
#include "services/scoring/policy/check.h"

/// Cases: small worlds written as data, evaluated with a pack and compared with what is expected.
namespace xince::evaluate {

class CoverageBook;

/// The world of one case, made ready for evaluation.
class CaseWorld {
 public:
  /// Reads a case. INVALID_ARGUMENT CASE_INVALID, naming the case, for a date, number or name that
  /// cannot be read or an evidence id that is there twice.
  static absl::StatusOr<CaseWorld> Make(const policy::v1::Case& world, Vocabulary& vocabulary);

  /// The facts that find a subject, each with its ways, in the order of their ids.
  [[nodiscard]] std::vector<Fact> FactsOf(const std::string& subject) const;
  /// What is known of a subject besides; refers into the world.
  [[nodiscard]] SubjectFacts SubjectOf(const std::string& subject,
                                       const CompiledSubjectPolicy& policy) const;
  [[nodiscard]] Day as_of() const { return as_of_; }
  [[nodiscard]] absl::string_view EvidenceId(uint32_t evidence) const;
  [[nodiscard]] absl::string_view ProjectName(uint32_t project) const;

 private:
  struct Known {
    std::vector<Attribute> attributes;
    std::vector<Listed> lists;
    std::vector<Recorded> history;
    std::vector<ProjectScore> projects;
    std::string ranked_grade;
  };

  uint32_t NumberOf(const std::string& subject);
  absl::Status AddRelations(const policy::v1::Case& world);
  absl::Status AddEvidence(const policy::v1::CaseEvidence& evidence, Vocabulary& vocabulary);
  absl::Status AddSubject(const policy::v1::CaseSubject& subject, Vocabulary& vocabulary);

  Day as_of_ = kNoDay;
  SymbolTable subjects_;
  SymbolTable issuers_;
  SymbolTable matters_;
  RelationTable relations_;
  std::deque<std::string> evidence_ids_;
  std::deque<Fact> facts_;
  std::deque<std::vector<MeasureValue>> measures_;
  std::deque<std::vector<Symbol>> tags_;
  std::map<std::string, std::vector<std::pair<uint32_t, ReachMask>>> found_;
  std::map<std::string, Known> known_;
  /// Of all pieces.
  std::vector<Repaired> repairs_;
};

/// The outcome in the words of a case, every field filled.
policy::v1::CaseOutcome Describe(const Outcome& outcome,
                                 const CompiledSubjectPolicy& policy,
                                 const CaseWorld& world,
                                 const std::string& subject);

/// Evaluates a subject of a case on its day, with lines. FAILED_PRECONDITION POLICY_NO_SUBJECT when
/// the pack has no rules for the kind of subject.
absl::StatusOr<policy::v1::CaseOutcome> EvaluateSubject(const CompiledPack& pack,
                                                        const CaseWorld& world,
                                                        const std::string& subject);

/// How an outcome differs from what is expected, a sentence for each difference.
std::vector<std::string> Differences(const policy::v1::CaseOutcome& expected,
                                     const policy::v1::CaseOutcome& actual);

/// Reads a file of the source tree.
using ReadFile = std::function<absl::StatusOr<std::string>(const std::string& path)>;

/// Something that came out otherwise than a case expects.
struct CaseFailure {
  /// Where the outcome is expected.
  policy::Position at;
  /// Name of the case.
  std::string name;
  std::string subject;
  /// One sentence without a full stop: `score is 99, expected 98`.
  std::string en;
};

/// What came of a file of cases.
struct CaseReport {
  /// Path of the pack.
  std::string pack;
  int cases = 0;
  /// Outcomes that were compared.
  int outcomes = 0;
  std::vector<CaseFailure> failures;
};

/// `file:line:column: error: case: subject: sentence`.
std::string FormatFailure(const CaseFailure& failure, absl::string_view file);

/// Runs the cases of a file; what they touch of their pack is noted in `coverage`, which may be null.
/// Errors: those of LoadPack and Compile; INVALID_ARGUMENT CASE_SYNTAX with line and column.
absl::StatusOr<CaseReport> RunCases(absl::string_view bytes,
                                    absl::string_view file,
                                    const ReadFile& read,
                                    CoverageBook* coverage = nullptr);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_CASES_H_
