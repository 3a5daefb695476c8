#include "services/feeds/party/late_evaluations.h"

#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

#include "services/feeds/party/evaluation_window.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::party {
namespace {

using v1::Evaluation;
using v1::EvaluationProgress;
using v1::EvaluationProgressRow;
using v1::EvaluationWindow;
using v1::ExpectedEvaluation;

constexpr size_t kDistrictDigits = 6;

// Where and until when an answer is read.
struct Reading {
  feeds::Feed& feed;
  journal::Revision at_least = 0;
  absl::Time deadline;
};

template <class Record>
const feeds::RecordType& TypeOf(const feeds::Feed& feed) {
  return *feed.TypeOf(Record::descriptor()->full_name());
}

absl::StatusOr<EvaluationWindow> GetWindow(Reading& reading, const std::string& name) {
  XINCE_ASSIGN_OR_RETURN(
      const feeds::RecordAnswer answer,
      reading.feed.Get(
          TypeOf<EvaluationWindow>(reading.feed), name, 0, reading.at_least, reading.deadline));
  return static_cast<const EvaluationWindow&>(*answer.record);
}

// All records of the type that the query finds.
template <class Record>
absl::Status ForEach(Reading& reading,
                     feeds::ListQuery query,
                     absl::FunctionRef<absl::Status(const Record&)> visit) {
  query.page_size = feeds::kPageSizeMax;
  do {
    XINCE_ASSIGN_OR_RETURN(
        const feeds::Page page,
        reading.feed.List(TypeOf<Record>(reading.feed), query, reading.at_least, reading.deadline));
    reading.at_least = page.revision;
    for (const auto& record : page.records) {
      XINCE_RETURN_IF_ERROR(visit(static_cast<const Record&>(*record)));
    }
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return absl::OkStatus();
}

// The evaluations of a window, by what they are about.
class Filed {
 public:
  void Add(const Evaluation& record) {
    const bool effective =
        !record.countersign_required() || record.state() == Evaluation::COUNTERSIGNED;
    for (const std::string& project : {std::string(), record.project()}) {
      bool& counts = by_key_[Key(record.division(), record.firm(), project)];
      counts = counts || effective;
    }
  }
  // Whether it counts; nothing when it was not filed.
  [[nodiscard]] std::optional<bool> Find(const ExpectedEvaluation& expected) const {
    const auto found = by_key_.find(Key(expected.division(), expected.firm(), expected.project()));
    if (found == by_key_.end()) return std::nullopt;
    return found->second;
  }

 private:
  static std::string Key(const std::string& division,
                         const std::string& firm,
                         const std::string& project) {
    return absl::StrCat(division, " ", firm, " ", project);
  }
  absl::flat_hash_map<std::string, bool> by_key_;
};

absl::StatusOr<Filed> LoadFiled(Reading& reading, const std::string& window) {
  Filed filed;
  XINCE_RETURN_IF_ERROR(ForEach<Evaluation>(
      reading, feeds::ListQuery{.filters = {{"window", window}}}, [&](const Evaluation& record) {
        filed.Add(record);
        return absl::OkStatus();
      }));
  return filed;
}

bool IsClosed(const EvaluationWindow& window, const std::string& today) {
  return today >= window.close_date();
}

absl::StatusOr<size_t> RowDigits(const EvaluationWindow& window, uint32_t digits) {
  const size_t finest = EvaluatorDigits(window);
  if (digits == 0) return finest;
  if ((digits == kDistrictDigits || digits == 9 || digits == 12) && digits <= finest) {
    return size_t{digits};
  }
  return runtime::InvalidArgument(
      "PROGRESS_DIGITS",
      "digits",
      absl::StrCat("rows are by divisions of 6, 9 or 12 digits, at most ", finest),
      absl::StrCat("按6、9或12位区划汇总,且不细于", finest, "位"),
      {{"found", absl::StrCat(digits)}, {"limit", absl::StrCat(finest)}});
}

void Count(EvaluationProgressRow& row, std::optional<bool> filed) {
  row.set_expected(row.expected() + 1);
  if (!filed.has_value()) {
    row.set_missing(row.missing() + 1);
    return;
  }
  row.set_filed(row.filed() + 1);
  if (*filed) row.set_effective(row.effective() + 1);
}

void SetRate(EvaluationProgressRow& row) {
  if (row.expected() == 0) return;
  row.set_filed_rate_hundredths_percent(
      static_cast<int32_t>(feeds::PercentHundredths(row.filed(), row.expected())));
}

absl::Status CheckCount(int64_t expected, int64_t expected_max) {
  if (expected <= expected_max) return absl::OkStatus();
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kResourceExhausted,
      .reason = "WINDOW_TOO_LARGE",
      .field = "window",
      .en = absl::StrCat("progress counts at most ", expected_max, " expected evaluations"),
      .zh = absl::StrCat("进度统计至多", expected_max, "项应评价事项"),
      .metadata = {{"limit", absl::StrCat(expected_max)}}});
}

}  // namespace

absl::StatusOr<Answer<v1::ListLateEvaluationsResponse>> ListLate(
    feeds::Feed& feed,
    const v1::ListLateEvaluationsRequest& request,
    type::Date today,
    journal::Revision at_least,
    absl::Time deadline) {
  Reading reading{.feed = feed, .at_least = at_least, .deadline = deadline};
  XINCE_ASSIGN_OR_RETURN(const EvaluationWindow window, GetWindow(reading, request.window()));
  feeds::ListQuery query{.page_size = request.page_size(),
                         .page_token = request.page_token(),
                         .filters = {{"window", request.window()}}};
  if (!request.division().empty()) query.filters.emplace_back("division", request.division());
  if (!request.firm().empty()) query.filters.emplace_back("firm", request.firm());
  XINCE_ASSIGN_OR_RETURN(
      const feeds::Page page,
      feed.List(TypeOf<ExpectedEvaluation>(feed), query, reading.at_least, deadline));
  // What was filed is read after what is expected: nothing is called late that came in between.
  reading.at_least = page.revision;
  XINCE_ASSIGN_OR_RETURN(const Filed filed, LoadFiled(reading, request.window()));
  Answer<v1::ListLateEvaluationsResponse> answer{.revision = reading.at_least};
  answer.response.set_today(type::FormatDate(today));
  answer.response.set_late(IsClosed(window, answer.response.today()));
  answer.response.set_next_page_token(page.next_page_token);
  for (const auto& record : page.records) {
    const auto& expected = static_cast<const ExpectedEvaluation&>(*record);
    if (!filed.Find(expected)) *answer.response.add_expected_evaluations() = expected;
  }
  return answer;
}

absl::StatusOr<Answer<EvaluationProgress>> Progress(feeds::Feed& feed,
                                                    const v1::GetEvaluationProgressRequest& request,
                                                    type::Date today,
                                                    journal::Revision at_least,
                                                    absl::Time deadline,
                                                    int64_t expected_max) {
  Reading reading{.feed = feed, .at_least = at_least, .deadline = deadline};
  XINCE_ASSIGN_OR_RETURN(const EvaluationWindow window, GetWindow(reading, request.window()));
  XINCE_ASSIGN_OR_RETURN(const size_t digits, RowDigits(window, request.digits()));
  XINCE_ASSIGN_OR_RETURN(const Filed filed, LoadFiled(reading, request.window()));
  Answer<EvaluationProgress> answer;
  EvaluationProgress& progress = answer.response;
  std::map<std::string, EvaluationProgressRow> rows;
  feeds::ListQuery query{.filters = {{"window", request.window()}}};
  if (!request.division().empty()) query.filters.emplace_back("division", request.division());
  XINCE_RETURN_IF_ERROR(
      ForEach<ExpectedEvaluation>(reading, query, [&](const ExpectedEvaluation& expected) {
        const std::optional<bool> found = filed.Find(expected);
        Count(rows[expected.division().substr(0, digits)], found);
        Count(*progress.mutable_total(), found);
        return CheckCount(progress.total().expected(), expected_max);
      }));
  for (auto& [division, row] : rows) {
    row.set_division(division);
    SetRate(row);
    *progress.add_rows() = std::move(row);
  }
  progress.set_window(request.window());
  progress.mutable_total()->set_division(window.division());
  SetRate(*progress.mutable_total());
  progress.set_today(type::FormatDate(today));
  progress.set_closed(IsClosed(window, progress.today()));
  answer.revision = reading.at_least;
  return answer;
}

}  // namespace xince::party
