#ifndef TESTS_FUZZ_TARGETS_H_
#define TESTS_FUZZ_TARGETS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "services/scoring/policy/pack.h"

/// What the fuzz targets do with one input. Both end the process when something that must hold does
/// not; whatever an input may be, they return otherwise.
namespace xince::fuzz {

/// Longest input that is tried.
inline constexpr size_t kInputBytesMax = 128 * 1024;

/// Reads a pack's text as a register does: load, lint by the shipped catalogue, compile. Holds it to:
/// a pack that loads prints to a text that loads; every finding stands within the text. The pack,
/// when it loads.
std::optional<policy::Pack> TryPack(absl::string_view text);

/// Evaluates a world. The input is a CaseFile (its paths of packs are not read) and, each after a line
/// that begins with kSection, the text of the pack and of further ones: earlier versions and national
/// packs. Holds the engine to the laws of docs/policy-language.md: lines sum to what they belong to,
/// the same outcome with lines and without, for facts in another order, by an evaluator that is used
/// again, and on each day before the next change; a population pass leaves no rank pending. The pack,
/// when the input could be evaluated.
std::optional<policy::Pack> TryEvaluation(absl::string_view input);

/// Begins the line between two sections of an input of TryEvaluation: a comment of a textproto.
inline constexpr absl::string_view kSection = "# ---";

/// The sections of an input, at least one.
std::vector<std::string> SplitSections(absl::string_view input);

/// The input of sections.
std::string JoinSections(const std::vector<std::string>& sections);

}  // namespace xince::fuzz

#endif  // TESTS_FUZZ_TARGETS_H_
