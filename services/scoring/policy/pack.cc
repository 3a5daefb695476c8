#include "services/scoring/policy/pack.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <openssl/evp.h>

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/scoring/policy/check.h"

namespace xince::policy {
namespace {

absl::Status Invalid(const Finding& finding, absl::string_view file) {
  return runtime::InvalidArgument(
      "POLICY_INVALID",
      finding.field,
      FormatFinding(finding, file),
      absl::StrCat(file,
                   ":",
                   finding.at.line,
                   ":",
                   finding.at.column,
                   ":",
                   finding.id.empty() ? "" : absl::StrCat("“", finding.id, "”"),
                   finding.zh),
      {{"file", std::string(file)},
       {"line", absl::StrCat(finding.at.line)},
       {"column", absl::StrCat(finding.at.column)},
       {"item", finding.id}});
}

// One context per thread: finding the algorithm and making a context cost more than 300 bytes do.
class Sha256 {
 public:
  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {}
  ~Sha256() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  [[nodiscard]] Digest Of(absl::string_view bytes) const {
    Digest digest{};
    if (EVP_DigestInit_ex2(context_, algorithm_, nullptr) != 1 ||
        EVP_DigestUpdate(context_, bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context_, digest.data(), nullptr) != 1)
      std::abort();  // A digest that is none must never leave.
    return digest;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

type::Date DateOr(const std::string& text, type::Date otherwise) {
  const auto date = type::ParseDate(text);
  return date.ok() ? *date : otherwise;
}

}  // namespace

Digest DigestOf(absl::string_view bytes) {
  thread_local const Sha256 sha256;
  return sha256.Of(bytes);
}

std::string FormatDigest(const Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::StatusOr<Pack> LoadPack(absl::string_view bytes, absl::string_view file) {
  if (bytes.size() > kPackBytesMax)
    return runtime::InvalidArgument("POLICY_TOO_LARGE",
                                    "pack",
                                    absl::StrCat(file, " has more than ", kPackBytesMax, " bytes"),
                                    absl::StrCat(file, " 超过 ", kPackBytesMax, " 字节"),
                                    {{"file", std::string(file)}});
  auto proto = std::make_shared<v1::Pack>();
  google::protobuf::TextFormat::ParseInfoTree tree;
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, file, "POLICY_SYNTAX", *proto, &tree));
  const std::vector<Finding> findings = CheckPack(*proto, &tree);
  if (!findings.empty()) return Invalid(findings.front(), file);
  Pack pack;
  pack.from_ = DateOr(proto->effective_from(), type::kDateMin);
  pack.until_ = DateOr(proto->effective_until(), type::kDateMax);
  pack.proto_ = std::move(proto);
  pack.digest_ = DigestOf(bytes);
  pack.file_ = std::string(file);
  return pack;
}

absl::StatusOr<PackSet> PackSet::Make(std::vector<Pack> packs) {
  std::sort(packs.begin(), packs.end(), [](const Pack& a, const Pack& b) {
    return std::pair(absl::string_view(a.proto().id()), a.from()) <
           std::pair(absl::string_view(b.proto().id()), b.from());
  });
  for (size_t i = 1; i < packs.size(); ++i) {
    const Pack& a = packs[i - 1];
    const Pack& b = packs[i];
    if (a.proto().id() != b.proto().id()) continue;
    if (a.from() != b.from() && a.proto().jurisdiction() == b.proto().jurisdiction()) continue;
    return runtime::FailedPrecondition(
        "POLICY_VERSION",
        "effective_from",
        absl::StrCat(
            a.file(),
            " and ",
            b.file(),
            " are versions of one pack with the same first day or different jurisdictions"),
        absl::StrCat(a.file(), " 与 ", b.file(), " 为同一评分标准的版本,但生效日相同或辖区不同"),
        {{"pack", a.proto().id()}});
  }
  PackSet set;
  set.packs_ = std::move(packs);
  return set;
}

const Pack* PackSet::InForce(absl::string_view id, type::Date day) const {
  const Pack* found = nullptr;
  for (const Pack& pack : packs_) {
    if (pack.proto().id() == id && pack.from() <= day) found = &pack;
  }
  return found != nullptr && day < found->until() ? found : nullptr;
}

const Pack* PackSet::InForceFor(absl::string_view jurisdiction, type::Date day) const {
  for (const Pack& pack : packs_) {
    if (pack.proto().jurisdiction() != jurisdiction) continue;
    if (const Pack* found = InForce(pack.proto().id(), day); found != nullptr) return found;
  }
  return nullptr;
}

std::vector<const Pack*> PackSet::EarlierThan(const Pack& pack) const {
  std::vector<const Pack*> earlier;
  for (const Pack& other : packs_) {
    if (other.proto().id() == pack.proto().id() && other.from() < pack.from())
      earlier.insert(earlier.begin(), &other);
  }
  return earlier;
}

}  // namespace xince::policy
