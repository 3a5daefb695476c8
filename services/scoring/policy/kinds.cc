#include "services/scoring/policy/kinds.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/scoring/policy/checker.h"

namespace xince::policy {
namespace {

absl::Status Invalid(const v1::EvidenceKind& kind, absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("KINDS_INVALID",
                                  "kinds",
                                  absl::StrCat("kind `", kind.kind(), "` ", en),
                                  absl::StrCat("信息类别“", kind.kind(), "”", zh),
                                  {{"kind", kind.kind()}});
}

}  // namespace

absl::StatusOr<Kinds> Kinds::Load(absl::string_view bytes, absl::string_view file) {
  Kinds kinds;
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, file, "KINDS_SYNTAX", kinds.catalogue_));
  for (int i = 0; i < kinds.catalogue_.kinds_size(); ++i) {
    const v1::EvidenceKind& kind = kinds.catalogue_.kinds(i);
    if (!IsKind(kind.kind())) return Invalid(kind, "is not `feed.word`", "应为“来源.类别”");
    if (!absl::StartsWith(kind.kind(), absl::StrCat(kind.feed(), ".")))
      return Invalid(kind, "is not of its feed", "与来源不符");
    if (kind.zh().empty() || kind.en().empty()) return Invalid(kind, "has no name", "缺少名称");
    if (!kinds.index_.emplace(kind.kind(), i).second)
      return Invalid(kind, "is there twice", "重复");
  }
  return kinds;
}

const v1::EvidenceKind* Kinds::Find(absl::string_view kind) const {
  const auto found = index_.find(std::string(kind));
  return found == index_.end() ? nullptr : &catalogue_.kinds(found->second);
}

}  // namespace xince::policy
