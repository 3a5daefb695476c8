#include "services/apps/xince/importer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "xince/journal/v1/journal.pb.h"

#include "services/apps/xince/batch.h"
#include "services/apps/xince/progress.h"
#include "services/runtime/errors.h"

namespace xince::cli {

bool DependsOnRegister(const absl::Status& status) {
  return status.code() == absl::StatusCode::kAlreadyExists ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

Importer::Importer(Session& session, const RecordEntry& type, std::string bytes, ImportFile& file)
    : session_(session), type_(type), bytes_(std::move(bytes)), file_(file) {}

absl::Status Importer::Preview() {
  std::vector<size_t> rows;
  for (size_t i = 0; i < file_.rows.size(); ++i) {
    if (file_.rows[i].problem.ok()) rows.push_back(i);
  }
  return Send(rows, true, "校验");
}

size_t Importer::good() const {
  return static_cast<size_t>(std::count_if(
      file_.rows.begin(), file_.rows.end(), [](const ImportRow& row) { return row.problem.ok(); }));
}

size_t Importer::pending() const {
  return static_cast<size_t>(
      std::count_if(file_.rows.begin(), file_.rows.end(), [](const ImportRow& row) {
        return DependsOnRegister(row.problem);
      }));
}

absl::Status Importer::File() {
  XINCE_RETURN_IF_ERROR(LearnStart());
  std::vector<size_t> good;
  std::vector<size_t> pending;
  for (size_t i = 0; i < file_.rows.size(); ++i) {
    if (file_.rows[i].problem.ok()) good.push_back(i);
    if (DependsOnRegister(file_.rows[i].problem)) pending.push_back(i);
  }
  XINCE_RETURN_IF_ERROR(Send(good, false, "登记"));
  return Send(pending, false, "登记");
}

ImportCounts Importer::counts() const {
  return {.rows = file_.rows.size(),
          .filed = filed_,
          .known = known_,
          .refused = file_.rows.size() - good()};
}

absl::Status Importer::Send(const std::vector<size_t>& rows,
                            bool validate_only,
                            const std::string& title) {
  std::vector<BatchItem> items;
  for (const size_t i : rows) {
    items.push_back({.record = file_.rows[i].record.get(),
                     .request_id = RowRequestId(type_.command, bytes_, file_.rows[i].line)});
  }
  Progress progress(title, items.size(), session_.clock);
  for (size_t start = 0; start < items.size();) {
    const size_t length = BatchLength(items, start);
    const auto first = items.begin() + static_cast<ptrdiff_t>(start);
    XINCE_ASSIGN_OR_RETURN(
        const std::vector<BatchOutcome> outcomes,
        FileBatch(session_,
                  type_,
                  std::vector<BatchItem>(first, first + static_cast<ptrdiff_t>(length)),
                  validate_only));
    for (size_t i = 0; i < length; ++i) {
      file_.rows[rows[start + i]].problem = outcomes[i].status;
      if (validate_only || !outcomes[i].status.ok()) continue;
      // The answer to a repeat is the first answer, with the revision of that time.
      ++(RevisionOf(*outcomes[i].record) > start_ ? filed_ : known_);
    }
    progress.Add(length);
    start += length;
  }
  return absl::OkStatus();
}

absl::Status Importer::LearnStart() {
  journal::v1::ListJournalsResponse journals;
  XINCE_RETURN_IF_ERROR(session_.Call("xince.journal.v1.JournalService/ListJournals",
                                      journal::v1::ListJournalsRequest(),
                                      journals));
  for (const auto& journal : journals.journals()) {
    if (absl::EndsWith(journal.journal(), absl::StrCat("/", type_.feed)))
      start_ = journal.revision();
  }
  return absl::OkStatus();
}

}  // namespace xince::cli
