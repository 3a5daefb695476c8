#include "services/feeds/inspection/draw.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "xince/inspection/v1/draw.pb.h"

#include "services/journal/machine.h"
#include "services/runtime/errors.h"

namespace xince::inspection {
namespace {

using v1::DrawCandidate;
using v1::DrawConflict;
using v1::DrawFactor;
using v1::DrawInspector;
using v1::InspectionDraw;

std::string BigEndian(uint64_t number) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (56 - 8 * i));
  return bytes;
}

std::string At(absl::string_view list, int index, absl::string_view field) {
  return absl::StrCat(list, "[", index, "].", field);
}

absl::Status Twice(const std::string& field, const std::string& value) {
  return runtime::InvalidArgument("DRAW_DUPLICATE",
                                  field,
                                  absl::StrCat(value, " is given twice"),
                                  absl::StrCat(value, " 重复"),
                                  {{"found", value}});
}

// Factors by list or by grade.
using Factors = std::map<std::string, int64_t>;

// What counts where no factor applies.
constexpr int64_t kNeutral = 100;

struct DrawFactors {
  Factors lists;
  Factors grades;
};

DrawFactors FactorsOf(const InspectionDraw& draw) {
  DrawFactors factors;
  for (const DrawFactor& one : draw.factors()) {
    Factors& of = one.list().empty() ? factors.grades : factors.lists;
    of[one.list().empty() ? one.grade() : one.list()] = one.factor_hundredths();
  }
  return factors;
}

int64_t WeightOf(const DrawCandidate& candidate, const DrawFactors& factors) {
  int64_t of_lists = 0;
  for (const std::string& list : candidate.lists()) {
    const auto found = factors.lists.find(list);
    if (found != factors.lists.end()) of_lists = std::max(of_lists, found->second);
  }
  const auto grade = factors.grades.find(candidate.grade());
  return (of_lists == 0 ? kNeutral : of_lists) *
         (grade == factors.grades.end() ? kNeutral : grade->second);
}

// What the draw depends on besides the seed, in its one order.
struct Canonical {
  std::map<std::string, int64_t> candidates;
  std::set<std::string> inspectors;
  std::set<std::pair<std::string, std::string>> conflicts;
};

Canonical Canonicalize(const InspectionDraw& draw) {
  Canonical lists;
  const DrawFactors factors = FactorsOf(draw);
  for (const DrawCandidate& one : draw.candidates()) {
    lists.candidates[one.subject()] = WeightOf(one, factors);
  }
  for (const DrawInspector& one : draw.inspectors()) lists.inspectors.insert(one.id());
  for (const DrawConflict& one : draw.conflicts()) {
    lists.conflicts.emplace(one.inspector(), one.subject());
  }
  return lists;
}

std::string CanonicalText(const InspectionDraw& draw, const Canonical& lists) {
  std::string text = absl::StrCat(kDrawAlgorithm,
                                  "\nobjects ",
                                  draw.objects(),
                                  "\ninspectors-per-object ",
                                  draw.inspectors_per_object(),
                                  "\n");
  for (const auto& [subject, weight] : lists.candidates) {
    absl::StrAppend(&text, "candidate ", subject, " ", weight, "\n");
  }
  for (const std::string& id : lists.inspectors) absl::StrAppend(&text, "inspector ", id, "\n");
  for (const auto& [id, subject] : lists.conflicts) {
    absl::StrAppend(&text, "conflict ", id, " ", subject, "\n");
  }
  return text;
}

// ---- Checks -------------------------------------------------------------------------------------

absl::Status CheckSeed(const InspectionDraw& draw) {
  const std::string& seed = draw.seed();
  if (seed.empty()) return absl::OkStatus();
  const bool printable =
      std::all_of(seed.begin(), seed.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable || seed.size() < kSeedCharsMin || seed.size() > kSeedCharsMax) {
    return runtime::InvalidArgument(
        "DRAW_SEED",
        "seed",
        absl::StrCat(
            "a seed is ", kSeedCharsMin, " to ", kSeedCharsMax, " printable ASCII characters"),
        absl::StrCat("随机种子为", kSeedCharsMin, "至", kSeedCharsMax, "个可打印的ASCII字符"));
  }
  if (!draw.seed_source().empty()) return absl::OkStatus();
  return runtime::InvalidArgument("DRAW_SEED",
                                  "seed_source",
                                  "say where a seed of your own comes from",
                                  "自带随机种子时须说明种子来源");
}

absl::Status CheckCandidates(const InspectionDraw& draw) {
  const std::string collection =
      draw.population() == InspectionDraw::FIRMS ? "firms/" : "projects/";
  std::set<std::string> seen;
  for (int i = 0; i < draw.candidates_size(); ++i) {
    const std::string& subject = draw.candidates(i).subject();
    if (!absl::StartsWith(subject, collection)) {
      return runtime::InvalidArgument("DRAW_POPULATION",
                                      At("candidates", i, "subject"),
                                      absl::StrCat("candidates are ", collection, "…"),
                                      absl::StrCat("抽取对象应为 ", collection, "…"),
                                      {{"found", subject}});
    }
    if (!seen.insert(subject).second) return Twice(At("candidates", i, "subject"), subject);
    std::set<std::string> lists;
    for (const std::string& list : draw.candidates(i).lists()) {
      if (!lists.insert(list).second) return Twice(At("candidates", i, "lists"), list);
    }
  }
  for (int i = 0; i < draw.exclusions_size(); ++i) {
    const std::string& subject = draw.exclusions(i).subject();
    if (!seen.insert(subject).second) return Twice(At("exclusions", i, "subject"), subject);
  }
  if (draw.objects() <= draw.candidates_size()) return absl::OkStatus();
  return runtime::InvalidArgument("DRAW_TOO_FEW",
                                  "objects",
                                  "there are fewer candidates than objects to draw",
                                  "抽取户数多于对象名录",
                                  {{"candidates", absl::StrCat(draw.candidates_size())},
                                   {"objects", absl::StrCat(draw.objects())}});
}

absl::Status CheckFactors(const InspectionDraw& draw) {
  std::set<std::pair<std::string, std::string>> seen;
  for (int i = 0; i < draw.factors_size(); ++i) {
    const DrawFactor& factor = draw.factors(i);
    if (factor.list().empty() == factor.grade().empty()) {
      return runtime::InvalidArgument("DRAW_FACTOR",
                                      At("factors", i, "grade"),
                                      "a factor is for a list or for a grade, one of them",
                                      "一项权重适用于一个名单或一个等级,二者择一");
    }
    if (!seen.emplace(factor.list(), factor.grade()).second) {
      return factor.list().empty() ? Twice(At("factors", i, "grade"), factor.grade())
                                   : Twice(At("factors", i, "list"), factor.list());
    }
  }
  return absl::OkStatus();
}

// What is looked up must be there to be looked up again.
absl::Status CheckBasis(const InspectionDraw& draw, type::Date today) {
  if (!draw.has_basis()) return absl::OkStatus();
  const v1::DrawBasis& basis = draw.basis();
  absl::Time known;
  std::string problem;
  const bool instant = absl::EndsWith(basis.known_at(), "Z") &&
                       absl::ParseTime(absl::RFC3339_full, basis.known_at(), &known, &problem);
  if (!instant || type::TodayInShanghai(known) > today) {
    return runtime::InvalidArgument("DRAW_BASIS",
                                    "basis.known_at",
                                    "an instant of the past, such as 2026-03-31T01:02:03Z",
                                    "应为已过去的时点,如 2026-03-31T01:02:03Z",
                                    {{"found", basis.known_at()}});
  }
  if (basis.weights().empty() == basis.weights_sha256().empty()) return absl::OkStatus();
  return runtime::InvalidArgument("DRAW_BASIS",
                                  "basis.weights",
                                  "a table of weights goes with the digest of its file",
                                  "权重表与其文件摘要应同时填写");
}

absl::Status CheckInspectors(const InspectionDraw& draw) {
  std::set<std::string> seen;
  for (int i = 0; i < draw.inspectors_size(); ++i) {
    const std::string& id = draw.inspectors(i).id();
    const bool plain = std::all_of(
        id.begin(), id.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
    if (!plain) {
      return runtime::InvalidArgument("DRAW_INSPECTOR_ID",
                                      At("inspectors", i, "id"),
                                      "an inspector's id is letters, digits and `-`",
                                      "执法证号由字母、数字和“-”组成");
    }
    if (!seen.insert(id).second) return Twice(At("inspectors", i, "id"), id);
  }
  return absl::OkStatus();
}

// Whoever could be drawn must find inspectors, or the lists, not chance, would decide.
absl::Status CheckConflicts(const InspectionDraw& draw) {
  const Canonical lists = Canonicalize(draw);
  std::map<std::string, int> conflicts_of;
  std::set<std::pair<std::string, std::string>> seen;
  for (int i = 0; i < draw.conflicts_size(); ++i) {
    const DrawConflict& one = draw.conflicts(i);
    const bool inspector = lists.inspectors.count(one.inspector()) > 0;
    if (!inspector || lists.candidates.count(one.subject()) == 0) {
      return runtime::InvalidArgument("DRAW_CONFLICT",
                                      At("conflicts", i, inspector ? "subject" : "inspector"),
                                      "a conflict is between an inspector and a candidate listed",
                                      "回避关系的双方应在名录之内");
    }
    if (!seen.emplace(one.inspector(), one.subject()).second) {
      return Twice(At("conflicts", i, "subject"), one.subject());
    }
    ++conflicts_of[one.subject()];
  }
  for (const auto& [subject, weight] : lists.candidates) {
    const auto found = conflicts_of.find(subject);
    const int left = draw.inspectors_size() - (found == conflicts_of.end() ? 0 : found->second);
    if (left >= draw.inspectors_per_object()) continue;
    return runtime::InvalidArgument(
        "DRAW_INSPECTORS_TOO_FEW",
        "inspectors",
        absl::StrCat(subject, " has ", left, " inspectors without a conflict"),
        absl::StrCat(subject, " 可派检查人员仅", left, "名"),
        {{"subject", subject},
         {"found", absl::StrCat(left)},
         {"needed", absl::StrCat(draw.inspectors_per_object())}});
  }
  return absl::OkStatus();
}

// ---- The draw -----------------------------------------------------------------------------------

using Weighted = std::pair<std::string, int64_t>;

// Takes one out, with a chance that is its weight's share of all that are left.
Weighted TakeWeighted(std::vector<Weighted>& left, int64_t& total, SeededNumbers& numbers) {
  auto number = static_cast<int64_t>(numbers.Below(static_cast<uint64_t>(total)));
  auto taken = left.begin();
  while (number >= taken->second) {
    number -= taken->second;
    ++taken;
  }
  Weighted result = std::move(*taken);
  total -= result.second;
  left.erase(taken);
  return result;
}

void DrawInspectorsOf(const Canonical& lists,
                      int wanted,
                      v1::DrawnObject& object,
                      SeededNumbers& numbers) {
  std::vector<std::string> left;
  for (const std::string& id : lists.inspectors) {
    if (lists.conflicts.count({id, object.subject()}) == 0) left.push_back(id);
  }
  for (int i = 0; i < wanted; ++i) {
    const auto taken = left.begin() + static_cast<std::ptrdiff_t>(numbers.Below(left.size()));
    object.add_inspectors(*taken);
    left.erase(taken);
  }
}

}  // namespace

SeededNumbers::SeededNumbers(absl::string_view seed)
    : prefix_(absl::StrCat(
          kDrawAlgorithm, absl::string_view("\0", 1), seed, absl::string_view("\0", 1))) {}

uint64_t SeededNumbers::Next() {
  if (at_ == 0) block_ = journal::Sha256({prefix_, BigEndian(blocks_++)});
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<uint8_t>(block_[at_ + i]);
  at_ = (at_ + 8) % block_.size();
  return number;
}

uint64_t SeededNumbers::Below(uint64_t bound) {
  // 2^64 modulo the bound: as many numbers at the upper end would favour the small remainders.
  const uint64_t unfair = (uint64_t{0} - bound) % bound;
  for (;;) {
    const uint64_t number = Next();
    if (number <= std::numeric_limits<uint64_t>::max() - unfair) return number % bound;
  }
}

absl::Status CheckDraw(const InspectionDraw& draw, type::Date today) {
  XINCE_RETURN_IF_ERROR(CheckSeed(draw));
  XINCE_RETURN_IF_ERROR(CheckBasis(draw, today));
  XINCE_RETURN_IF_ERROR(CheckCandidates(draw));
  XINCE_RETURN_IF_ERROR(CheckFactors(draw));
  XINCE_RETURN_IF_ERROR(CheckInspectors(draw));
  return CheckConflicts(draw);
}

void Draw(InspectionDraw& draw) {
  const Canonical lists = Canonicalize(draw);
  draw.set_algorithm(kDrawAlgorithm);
  draw.set_input_digest(journal::Sha256Hex(CanonicalText(draw, lists)));
  draw.clear_drawn();
  SeededNumbers numbers(draw.seed());
  std::vector<Weighted> left(lists.candidates.begin(), lists.candidates.end());
  int64_t total = 0;
  for (const Weighted& one : left) total += one.second;
  for (int i = 0; i < draw.objects(); ++i) {
    const Weighted taken = TakeWeighted(left, total, numbers);
    v1::DrawnObject& object = *draw.add_drawn();
    object.set_subject(taken.first);
    object.set_weight(taken.second);
  }
  for (v1::DrawnObject& object : *draw.mutable_drawn()) {
    DrawInspectorsOf(lists, draw.inspectors_per_object(), object, numbers);
  }
}

}  // namespace xince::inspection
