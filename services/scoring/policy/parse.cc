#include "services/scoring/policy/parse.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"

#include "services/runtime/errors.h"
#include "services/scoring/policy/pack.h"

namespace xince::policy {
namespace {

// Keeps the first error of the parser.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!message_.empty()) return;
    line_ = line + 1;
    column_ = column + 1;
    message_ = message;
  }
  void AddWarning(int, int, const std::string&) override {}

  [[nodiscard]] absl::Status ToStatus(absl::string_view file, absl::string_view reason) const {
    const std::string where = absl::StrCat(file, ":", line_, ":", column_);
    return runtime::InvalidArgument(reason,
                                    "text",
                                    absl::StrCat(where, ": ", message_),
                                    absl::StrCat(where, ":文本格式错误:", message_),
                                    {{"file", std::string(file)},
                                     {"line", absl::StrCat(line_)},
                                     {"column", absl::StrCat(column_)}});
  }

 private:
  int line_ = 0;
  int column_ = 0;
  std::string message_;
};

}  // namespace

absl::Status ParseText(absl::string_view bytes,
                       absl::string_view file,
                       absl::string_view reason,
                       google::protobuf::Message& message,
                       google::protobuf::TextFormat::ParseInfoTree* tree) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.SetRecursionLimit(kNestingMax);
  parser.RecordErrorsTo(&error);
  if (tree != nullptr) parser.WriteLocationsTo(tree);
  if (parser.ParseFromString(std::string(bytes), &message)) return absl::OkStatus();
  return error.ToStatus(file, reason);
}

}  // namespace xince::policy
