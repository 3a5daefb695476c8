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
  if (std::find(std::begin(kReservedKinds), std::end(kReservedKinds), kind) ==
      std::end(kReservedKinds)) {
    return absl::OkStatus();
  }
  return runtime::InvalidArgument("KIND_RESERVED",
                                  "kind",
                                  absl::StrCat(kind, " is given by a record type of its own"),
                                  absl::StrCat(kind, " 由专门的记录产生,不得在此填写"),
                                  {{"kind", kind}});
}

}  // namespace xince::inspection
