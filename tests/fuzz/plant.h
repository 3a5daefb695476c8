#ifndef TESTS_FUZZ_PLANT_H_
#define TESTS_FUZZ_PLANT_H_

#include <cstdlib>
#include <memory>

#include "services/scoring/policy/pack.h"

/// The negative control of the fuzz targets: a mistake that no seed shows and mutation must find.
namespace xince::fuzz {

/// Reads beyond a table when the pack has an item that needs more than 7 pieces and the environment
/// has XINCE_FUZZ_PLANT; else does nothing. scripts/fuzz --self-test sets it and wants to see it found.
inline void Plant(const policy::Pack& pack) {
  static const bool planted = std::getenv("XINCE_FUZZ_PLANT") != nullptr;
  if (!planted) return;
  const auto table = std::make_unique<volatile int[]>(8);
  for (const auto& subject : pack.proto().subjects()) {
    for (const auto& item : subject.items()) {
      [[maybe_unused]] const int beyond = table[item.counting().min_pieces()];
    }
  }
}

}  // namespace xince::fuzz

#endif  // TESTS_FUZZ_PLANT_H_
