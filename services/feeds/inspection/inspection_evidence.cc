#include "services/feeds/inspection/inspection_evidence.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_kinds.h"

namespace xince::inspection {

feeds::KindList OpenKinds(const feeds::KindList& vocabulary) {
  return vocabulary.BeginningWith(kKindPrefix)
      .Without({std::begin(kReservedKinds), std::end(kReservedKinds)});
}

absl::Status CheckOpenKind(const std::string& kind, const feeds::KindList& open) {
  if (open.Contains(kind)) return absl::OkStatus();
  if (!absl::StartsWith(kind, kKindPrefix)) {
    return runtime::InvalidArgument("KIND_OF_OTHER_FEED",
                                    "kind",
                                    absl::StrCat("the kinds of this feed begin with ", kKindPrefix),
                                    absl::StrCat("本来源的类别以 ", kKindPrefix, " 开头"),
                                    {{"kind", kind}});
  }
  if (std::find(std::begin(kReservedKinds), std::end(kReservedKinds), kind) !=
      std::end(kReservedKinds)) {
    return runtime::InvalidArgument("KIND_RESERVED",
                                    "kind",
                                    absl::StrCat(kind, " is given by a record type of its own"),
                                    absl::StrCat(kind, " 由专门的记录产生,不得在此填写"),
                                    {{"kind", kind}});
  }
  const std::string nearest = open.Nearest(kind);
  return runtime::InvalidArgument(
      "KIND_UNKNOWN",
      "kind",
      absl::StrCat(kind, " is not a kind of the vocabulary; did you mean ", nearest, "?"),
      absl::StrCat("信用信息类别中没有 ", kind, ",是否为 ", nearest, "?"),
      {{"kind", kind}, {"nearest", nearest}});
}

}  // namespace xince::inspection
