#ifndef TESTS_FUZZ_MUTATE_H_
#define TESTS_FUZZ_MUTATE_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

/// Changes to texts that keep them readable, so that most of a run is spent behind the parser.
namespace xince::fuzz {

using Random = std::minstd_rand;

/// Changes a few fields of a message, knowing nothing but its schema: sets, clears, repeats, swaps and
/// moves values, mostly to ones the message already has elsewhere (so that ids meet), to edges of
/// numbers and to neighbouring numbers and days.
void Mutate(google::protobuf::Message& message, Random& random);

/// A pack's text changed by Mutate; empty when it is no textproto of a pack.
std::string MutatePackText(absl::string_view text, uint32_t seed);

/// An input of TryEvaluation with one of its sections changed by Mutate; empty when that section
/// cannot be read or nothing is left of it.
std::string MutateEvaluation(absl::string_view input, uint32_t seed);

/// The cases of one input of TryEvaluation with the packs of another.
std::string CrossEvaluations(absl::string_view cases, absl::string_view packs);

}  // namespace xince::fuzz

#endif  // TESTS_FUZZ_MUTATE_H_
