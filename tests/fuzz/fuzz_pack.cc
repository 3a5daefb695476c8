#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

#include "tests/fuzz/mutate.h"
#include "tests/fuzz/plant.h"
#include "tests/fuzz/targets.h"

// libFuzzer's target for Pack: see targets.h.

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto pack = xince::fuzz::TryPack({reinterpret_cast<const char*>(data), size});
  if (pack.has_value()) xince::fuzz::Plant(*pack);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data,
                                          size_t size,
                                          size_t size_max,
                                          unsigned int seed) {
  if (seed % 8 != 0) {
    const std::string changed =
        xince::fuzz::MutatePackText({reinterpret_cast<char*>(data), size}, seed);
    if (!changed.empty() && changed.size() <= size_max) {
      std::memcpy(data, changed.data(), changed.size());
      return changed.size();
    }
  }
  return LLVMFuzzerMutate(data, size, size_max);
}
