#include "services/apps/xince/demo/generator.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

#include "services/apps/xince/demo/register.h"
#include "services/apps/xince/demo/steps.h"
#include "services/runtime/errors.h"

namespace xince::demo {

absl::StatusOr<std::vector<Step>> Generate(uint64_t seed, const type::Divisions& divisions) {
  XINCE_ASSIGN_OR_RETURN(const Register made, MakeRegister(seed, divisions));
  std::vector<Step> steps;
  AddRegistry(seed, made, steps);
  AddInspection(seed, made, steps);
  AddParty(seed, made, steps);
  AddCommittee(seed, made, steps);
  return steps;
}

std::string ToJsonLines(const std::vector<Step>& steps) {
  std::string lines;
  for (const Step& step : steps) {
    for (const auto& request : step.requests) {
      std::string json;
      (void)google::protobuf::util::MessageToJsonString(*request, &json);
      absl::StrAppend(&lines, "{\"method\":\"", step.method, "\",\"request\":", json, "}\n");
    }
  }
  return lines;
}

}  // namespace xince::demo
