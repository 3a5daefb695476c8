#ifndef SERVICES_APPS_XINCE_REPORT_RECORDS_H_
#define SERVICES_APPS_XINCE_REPORT_RECORDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/reports/committee_reports.h"
#include "services/reports/dispatch_report.h"
#include "services/reports/evaluation_reports.h"
#include "services/reports/follow_up_reports.h"
#include "services/reports/ranking_reports.h"
#include "services/reports/rectification_reports.h"

/// What reports are made from, read through the lists any caller may ask for.
namespace xince::cli {

struct Session;

/// Records read of one type.
inline constexpr size_t kReportRecordsMax = 200'000;
/// Subjects whose standing is asked for a day before today.
inline constexpr size_t kReportStandingsMax = 20'000;

/// Reads for one report. What is beyond the limits is left out and told by truncated(). Errors are those
/// of the calls.
class RecordReader {
 public:
  /// Keeps a reference to the session. `division` narrows lists that can be narrowed.
  RecordReader(Session& session, type::Date today, std::string division);

  absl::StatusOr<reports::CommitteeRecords> Committees();
  absl::StatusOr<reports::EvaluationRecords> Evaluations();
  absl::StatusOr<reports::RectificationRecords> Rectifications();
  absl::StatusOr<reports::FollowUpRecords> FollowUps();
  absl::StatusOr<reports::StatisticsRecords> Statistics();
  absl::StatusOr<reports::EstateRecords> Estates();
  /// Standings of a collection on a day, `YYYY-MM-DD`, not later than today.
  absl::StatusOr<std::vector<credit::v1::Standing>> Standings(const std::string& collection,
                                                              const std::string& division,
                                                              const std::string& day);

  [[nodiscard]] bool truncated() const { return truncated_; }
  [[nodiscard]] type::Date today() const { return today_; }

 private:
  // Reads a list to its end.
  template <class Response, class Request, class Record>
  absl::Status Read(const char* method,
                    Request request,
                    google::protobuf::RepeatedPtrField<Record>* (Response::*rows)(),
                    std::vector<Record>& out);

  Session& session_;
  const type::Date today_;
  const std::string division_;
  bool truncated_ = false;
};

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_REPORT_RECORDS_H_
