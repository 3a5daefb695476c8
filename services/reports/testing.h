#ifndef SERVICES_REPORTS_TESTING_H_
#define SERVICES_REPORTS_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"

#include "gtest/gtest.h"
#include "services/reports/report.h"

/// For tests of reports.
namespace xince::reports {

/// The scope of a period as of a day, of all divisions unless one is given.
inline Scope ScopeOf(const std::string& period,
                     const std::string& today,
                     const std::string& division = "") {
  return *MakeScope(*ParsePeriod(period), division, *type::ParseDate(today));
}

/// Appends a message from its text form.
template <class Message>
Message& AddText(std::vector<Message>& messages, const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return messages.emplace_back(std::move(message));
}

/// The rows of a report, a line each, cells separated by `|`.
inline std::string Lines(const Report& report) {
  return absl::StrJoin(report.rows, "\n", [](std::string* out, const auto& row) {
    EXPECT_FALSE(row.empty());
    out->append(absl::StrJoin(row, "|"));
  });
}

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_TESTING_H_
