#ifndef SERVICES_APPS_XINCE_DEMO_RANDOM_H_
#define SERVICES_APPS_XINCE_DEMO_RANDOM_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace xince::demo {

/// A generator whose numbers are the same on every machine and with every library: xoshiro256**
/// (Blackman and Vigna), seeded by SplitMix64. Integers only.
class Random {
 public:
  /// `purpose` keeps the parts of the register apart: more numbers for one change nothing in another.
  Random(uint64_t seed, absl::string_view purpose) {
    // FNV-1a of the purpose.
    uint64_t state = 0xcbf29ce484222325;
    for (const char c : purpose) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    state ^= seed * 0x9e3779b97f4a7c15;
    for (uint64_t& word : words_) word = SplitMix(state);
  }

  uint64_t Next() {
    const uint64_t result = Rotate(words_[1] * 5, 7) * 9;
    const uint64_t shifted = words_[1] << 17;
    words_[2] ^= words_[0];
    words_[3] ^= words_[1];
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= shifted;
    words_[3] = Rotate(words_[3], 45);
    return result;
  }

  /// 0 to `end` - 1; `end` is positive. The slight preference of small numbers is of no matter here.
  uint64_t Below(uint64_t end) { return Next() % end; }
  /// `first` to `last`.
  int64_t Between(int64_t first, int64_t last) {
    return first + static_cast<int64_t>(Below(static_cast<uint64_t>(last - first) + 1));
  }
  /// True `percent` times in a hundred.
  bool Chance(uint64_t percent) { return Below(100) < percent; }

 private:
  static uint64_t Rotate(uint64_t word, int bits) { return (word << bits) | (word >> (64 - bits)); }
  static uint64_t SplitMix(uint64_t& state) {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::array<uint64_t, 4> words_{};
};

}  // namespace xince::demo

#endif  // SERVICES_APPS_XINCE_DEMO_RANDOM_H_
