#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"

#include "xince/policy/v1/case.pb.h"
#include "xince/policy/v1/pack.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/evaluate/cases.h"
#include "services/scoring/evaluate/rank.h"

// evaluate_cases: the engine, for compare.py. Reads trials from standard input and answers each on
// standard output. A message is its length (four bytes, little-endian) and its bytes. A trial is a
// CaseFile and the packs it names: its pack, the `earlier` ones, the `national` ones, each serialized.
// The answer is the CaseFile with every expectation replaced by the outcome; where a policy has quotas,
// after a pass over the subjects of its kind that the case asks about.
namespace {

namespace v1 = xince::policy::v1;
using xince::evaluate::CaseWorld;
using xince::evaluate::CompiledPack;
using xince::evaluate::CompiledSubjectPolicy;
using xince::evaluate::Outcome;
using xince::evaluate::SubjectFacts;
using xince::policy::Pack;

// Nothing at the end of the input.
std::optional<std::string> ReadMessage() {
  std::array<unsigned char, 4> length{};
  if (!std::cin.read(reinterpret_cast<char*>(length.data()), length.size())) return std::nullopt;
  std::string bytes(length[0] | length[1] << 8U | length[2] << 16U | length[3] << 24U, '\0');
  if (!std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return std::nullopt;
  return bytes;
}

void WriteMessage(const std::string& bytes) {
  std::array<char, 4> length{};
  for (size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<char>(bytes.size() >> (8 * i) & 0xff);
  std::cout.write(length.data(), length.size());
  std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::cout.flush();
}

// Through the text, as a register reads it.
absl::StatusOr<Pack> ReadPack() {
  const std::optional<std::string> bytes = ReadMessage();
  v1::Pack pack;
  if (!bytes.has_value() || !pack.ParseFromString(*bytes))
    return absl::InvalidArgumentError("not a Pack");
  std::string text;
  google::protobuf::TextFormat::PrintToString(pack, &text);
  return xince::policy::LoadPack(text, "pack");
}

absl::StatusOr<std::vector<Pack>> ReadPacks(int count) {
  std::vector<Pack> packs;
  for (int i = 0; i < count; ++i) {
    XINCE_ASSIGN_OR_RETURN(Pack pack, ReadPack());
    packs.push_back(std::move(pack));
  }
  return packs;
}

std::vector<const Pack*> Pointers(const std::vector<Pack>& packs) {
  std::vector<const Pack*> pointers;
  for (const Pack& pack : packs) pointers.push_back(&pack);
  return pointers;
}

const CompiledSubjectPolicy* PolicyOf(const CompiledPack& pack, const std::string& subject) {
  const auto kind =
      xince::type::KindOfCollection(absl::string_view(subject).substr(0, subject.find('/')));
  return kind.has_value() ? pack.ForSubject(*kind) : nullptr;
}

// Rows by subject, of all policies with quotas.
std::map<std::string, int> Ranks(const CompiledPack& pack,
                                 const v1::Case& one,
                                 const CaseWorld& world) {
  std::map<const CompiledSubjectPolicy*, std::vector<xince::evaluate::Ranked>> populations;
  for (const v1::CaseOutcome& expect : one.expect()) {
    const CompiledSubjectPolicy* policy = PolicyOf(pack, expect.subject());
    if (policy == nullptr || !policy->tables().has_quota) continue;
    const SubjectFacts known = world.SubjectOf(expect.subject(), *policy);
    const Outcome outcome = Evaluate(*policy,
                                     world.FactsOf(expect.subject()),
                                     known,
                                     world.as_of(),
                                     xince::evaluate::Explain::kNo);
    if (!outcome.rated) continue;
    populations[policy].push_back({.name = expect.subject(),
                                   .score = outcome.score,
                                   .grade_rows = outcome.grade_rows,
                                   .tie_breaks = TieBreakValues(*policy, outcome, known)});
  }
  std::map<std::string, int> ranks;
  for (const auto& [policy, population] : populations) {
    const std::vector<int> rows = RankGrades(*policy, population);
    for (size_t i = 0; i < rows.size(); ++i) ranks[std::string(population[i].name)] = rows[i];
  }
  return ranks;
}

// Whether an evaluation that leaves lines out comes to the same.
bool LeanSaysSo(const CompiledSubjectPolicy& policy,
                absl::Span<const xince::evaluate::Fact> facts,
                const SubjectFacts& known,
                const Outcome& outcome) {
  const Outcome lean = Evaluate(policy, facts, known, outcome.day, xince::evaluate::Explain::kLean);
  return lean.score == outcome.score && lean.grade == outcome.grade &&
         lean.rated == outcome.rated && lean.rank_pending == outcome.rank_pending &&
         lean.grade_rows == outcome.grade_rows && lean.vetoes == outcome.vetoes &&
         lean.proposals == outcome.proposals &&
         std::equal(lean.restrictions.begin(),
                    lean.restrictions.end(),
                    outcome.restrictions.begin(),
                    outcome.restrictions.end(),
                    [](const auto& a, const auto& b) {
                      return a.restriction == b.restriction && a.until == b.until;
                    });
}

absl::Status Answer(const CompiledPack& pack, const CaseWorld& world, v1::Case& one) {
  const std::map<std::string, int> ranks = Ranks(pack, one, world);
  for (v1::CaseOutcome& expect : *one.mutable_expect()) {
    const std::string subject = expect.subject();
    const CompiledSubjectPolicy* policy = PolicyOf(pack, subject);
    if (policy == nullptr)
      return absl::InvalidArgumentError(absl::StrCat("no rules for ", subject));
    SubjectFacts known = world.SubjectOf(subject, *policy);
    if (const auto rank = ranks.find(subject); rank != ranks.end())
      known.ranked_grade = rank->second;
    const Outcome outcome = Evaluate(*policy, world.FactsOf(subject), known, world.as_of());
    if (!LeanSaysSo(*policy, world.FactsOf(subject), known, outcome))
      return absl::InternalError(absl::StrCat("lean says something else of ", subject));
    expect = Describe(outcome, *policy, world, subject);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Run(const std::string& bytes) {
  v1::CaseFile cases;
  if (!cases.ParseFromString(bytes)) return absl::InvalidArgumentError("not a CaseFile");
  XINCE_ASSIGN_OR_RETURN(const Pack pack, ReadPack());
  XINCE_ASSIGN_OR_RETURN(const std::vector<Pack> earlier, ReadPacks(cases.earlier_size()));
  XINCE_ASSIGN_OR_RETURN(const std::vector<Pack> national, ReadPacks(cases.national_size()));
  const std::vector<const Pack*> earlier_packs = Pointers(earlier);
  const std::vector<const Pack*> national_packs = Pointers(national);
  xince::evaluate::Vocabulary vocabulary;
  XINCE_ASSIGN_OR_RETURN(
      const CompiledPack compiled,
      xince::evaluate::Compile(
          pack, {.vocabulary = &vocabulary, .earlier = earlier_packs, .national = national_packs}));
  for (v1::Case& one : *cases.mutable_cases()) {
    XINCE_ASSIGN_OR_RETURN(const CaseWorld world, CaseWorld::Make(one, vocabulary));
    XINCE_RETURN_IF_ERROR(Answer(compiled, world, one));
  }
  return cases.SerializeAsString();
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  while (const std::optional<std::string> bytes = ReadMessage()) {
    const absl::StatusOr<std::string> answer = Run(*bytes);
    if (!answer.ok()) {
      std::cerr << "evaluate_cases: " << answer.status().message() << "\n";
      return 1;
    }
    WriteMessage(*answer);
  }
  return 0;
}
