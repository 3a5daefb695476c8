#ifndef SERVICES_SCORING_CREDITFILE_BUMP_H_
#define SERVICES_SCORING_CREDITFILE_BUMP_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"

/// Memory for many small things that stay where they are.
namespace xince::creditfile {

/// Runs of plain values, each contiguous, handed out one after the other from large chunks. Nothing
/// moves; what was handed out last can be given back.
template <typename T, size_t kChunk>
class Bump {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// A copy of the values; null for none. Valid until it is given back or Clear.
  const T* Copy(absl::Span<const T> values) {
    if (values.empty()) return nullptr;
    if (chunks_.empty() || chunks_.back().size - chunks_.back().used < values.size()) {
      const size_t size = std::max(kChunk, values.size());
      chunks_.push_back({.values = std::make_unique<T[]>(size), .size = size});
    }
    Chunk& chunk = chunks_.back();
    T* const at = chunk.values.get() + chunk.used;
    std::copy(values.begin(), values.end(), at);
    chunk.used += values.size();
    return at;
  }

  /// Takes back the last run handed out; null is nothing.
  void GiveBack(const T* run) {
    if (run == nullptr) return;
    Chunk& chunk = chunks_.back();
    chunk.used = static_cast<size_t>(run - chunk.values.get());
    if (chunk.used == 0) chunks_.pop_back();
  }

  void Clear() { chunks_.clear(); }

  /// Bytes taken from the system.
  [[nodiscard]] size_t bytes() const {
    size_t bytes = chunks_.capacity() * sizeof(Chunk);
    for (const Chunk& chunk : chunks_) bytes += chunk.size * sizeof(T);
    return bytes;
  }

 private:
  struct Chunk {
    std::unique_ptr<T[]> values;
    size_t size = 0;
    size_t used = 0;
  };
  std::vector<Chunk> chunks_;
};

/// An array that grows without moving what it holds.
template <typename T, size_t kChunk>
class StableArray {
 public:
  T& Add(T value) {
    if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<T[]>(kChunk));
    T& at = chunks_[size_ / kChunk][size_ % kChunk];
    ++size_;
    at = std::move(value);
    return at;
  }
  void RemoveLast() { --size_; }
  [[nodiscard]] T& operator[](size_t i) { return chunks_[i / kChunk][i % kChunk]; }
  [[nodiscard]] const T& operator[](size_t i) const { return chunks_[i / kChunk][i % kChunk]; }
  [[nodiscard]] size_t size() const { return size_; }
  void Clear() {
    chunks_.clear();
    size_ = 0;
  }
  /// Bytes taken from the system.
  [[nodiscard]] size_t bytes() const { return chunks_.size() * kChunk * sizeof(T); }

 private:
  std::vector<std::unique_ptr<T[]>> chunks_;
  size_t size_ = 0;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_BUMP_H_
