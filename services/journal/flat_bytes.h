#ifndef SERVICES_JOURNAL_FLAT_BYTES_H_
#define SERVICES_JOURNAL_FLAT_BYTES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

/// Length-prefixed big-endian bytes for snapshots and digests: canonical (equal values, equal
/// bytes) and read without copying.
namespace xince::journal {

/// Appends values.
class FlatWriter {
 public:
  void U8(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void U32(uint32_t value) { Integer<4>(value); }
  void U64(uint64_t value) { Integer<8>(value); }
  void I64(int64_t value) { Integer<8>(static_cast<uint64_t>(value)); }
  void Raw(absl::string_view bytes) { out_.append(bytes.data(), bytes.size()); }
  /// Length as U32, then the bytes. At most 4 GiB.
  void Text(absl::string_view bytes) {
    U32(static_cast<uint32_t>(bytes.size()));
    Raw(bytes);
  }
  [[nodiscard]] const std::string& bytes() const { return out_; }
  std::string Finish() && { return std::move(out_); }

 private:
  template <int kBytes>
  void Integer(uint64_t value) {
    char buffer[kBytes];
    for (int i = kBytes - 1; i >= 0; --i, value >>= 8) buffer[i] = static_cast<char>(value & 0xff);
    out_.append(buffer, kBytes);
  }
  std::string out_;
};

/// Reads them back. Past the end, and from then on, everything reads as zero or empty and ok() is
/// false. Views point into the bytes given.
class FlatReader {
 public:
  explicit FlatReader(absl::string_view bytes) : left_(bytes) {}
  uint8_t U8() { return static_cast<uint8_t>(Integer(1)); }
  uint32_t U32() { return static_cast<uint32_t>(Integer(4)); }
  uint64_t U64() { return Integer(8); }
  int64_t I64() { return static_cast<int64_t>(Integer(8)); }
  absl::string_view Raw(size_t size) {
    if (size > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const absl::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }
  absl::string_view Text() { return Raw(U32()); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] size_t left() const { return left_.size(); }

 private:
  uint64_t Integer(size_t size) {
    uint64_t value = 0;
    for (const char c : Raw(size)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  absl::string_view left_;
  bool ok_ = true;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_FLAT_BYTES_H_
