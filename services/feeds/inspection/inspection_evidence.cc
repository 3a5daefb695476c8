#include "services/feeds/inspection/inspection_evidence.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_kinds.h"

namespace xince::inspection {

absl::Status CheckOpenKind(const std::string& kind) {
  if (!absl::StartsWith(kind, kKindPrefix)) {
    return runtime::InvalidArgument("KIND_OF_OTHER_FEED",
                                    "kind",
                                    absl::StrCat("the kinds of this feed begin with ", kKindPrefix),
                                    absl::StrCat("本来源的类别以 ", kKindPrefix, " 开头"),
                                    {{"kind", kind}});
  }
  const auto among = [&kind](const auto& kinds) {
    return std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds);
  };
  if (among(kReservedKinds)) {
    return runtime::InvalidArgument("KIND_RESERVED",
                                    "kind",
                                    absl::StrCat(kind, " is given by a record type of its own"),
                                    absl::StrCat(kind, " 由专门的记录产生,不得在此填写"),
                                    {{"kind", kind}});
  }
  if (among(kNamedKinds)) return absl::OkStatus();
  return runtime::InvalidArgument("KIND_UNKNOWN",
                                  "kind",
                                  absl::StrCat(kind, " is not a kind of the vocabulary"),
                                  absl::StrCat("信用信息类别中没有 ", kind),
                                  {{"kind", kind}});
}

}  // namespace xince::inspection
