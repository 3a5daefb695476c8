#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "google/protobuf/text_format.h"

#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/policy/lint.h"
#include "tests/fuzz/targets.h"

namespace xince::fuzz {
namespace {

void Demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: pack: %s\n", what);
  std::abort();
}

const policy::Kinds& ShippedKinds() {
  static const policy::Kinds* kinds = [] {
    std::ifstream in("policies/national/kinds.textproto", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    auto loaded = policy::Kinds::Load(text, "kinds");
    Demand(loaded.ok(), "the shipped catalogue loads; run from the root of the source tree");
    return new policy::Kinds(*std::move(loaded));
  }();
  return *kinds;
}

}  // namespace

std::optional<policy::Pack> TryPack(absl::string_view text) {
  if (text.size() > kInputBytesMax) return std::nullopt;
  const auto findings = policy::LintPack(text, "pack", ShippedKinds());
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  bool faulty = false;
  if (findings.ok()) {
    for (const policy::Finding& finding : *findings) {
      (void)policy::FormatFinding(finding, "pack");
      Demand(finding.at.line >= 0 && finding.at.line <= lines, "a finding stands within the text");
      faulty |= finding.severity == policy::Finding::Severity::kError;
    }
  }
  auto pack = policy::LoadPack(text, "pack");
  if (!pack.ok()) {
    Demand(!findings.ok() || faulty, "what does not load has an error that lint names");
    return std::nullopt;
  }
  // Dear, so for a part of the inputs.
  if (std::hash<std::string>{}(std::string(text)) % 8 == 0) {
    std::string printed;
    google::protobuf::TextFormat::PrintToString(pack->proto(), &printed);
    Demand(policy::LoadPack(printed, "pack").ok(), "a pack that loads prints to one that loads");
  }
  evaluate::Vocabulary vocabulary;
  (void)evaluate::Compile(*pack, {.vocabulary = &vocabulary, .earlier = {}, .national = {}});
  return *std::move(pack);
}

}  // namespace xince::fuzz
