#ifndef SERVICES_REPORTS_EVALUATION_REPORTS_H_
#define SERVICES_REPORTS_EVALUATION_REPORTS_H_

#include <vector>

#include "xince/party/v1/party.pb.h"

#include "services/reports/report.h"

/// Reports about who evaluates.
namespace xince::reports {

/// Records of the party feed that were not voided.
struct EvaluationRecords {
  std::vector<party::v1::EvaluationWindow> windows;
  std::vector<party::v1::ExpectedEvaluation> expected;
  std::vector<party::v1::Evaluation> evaluations;
};

/// Of the evaluations owed in windows whose evaluated period ends in the report's: how many each street
/// filed, how many count, and how many did before their window closed (NJ-17). Windows open after the
/// period they are about, so that everything filed when the report is made is counted.
Report EvaluationSubmission(const Scope& scope, const EvaluationRecords& records);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_EVALUATION_REPORTS_H_
