#ifndef SERVICES_TYPE_DIVISIONS_H_
#define SERVICES_TYPE_DIVISIONS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// Administrative divisions 行政区划: the national tree, GB/T 2260 and the statistical codes below it.
///
/// A code has 2 digits for a province, 4 for a city, 6 for a district or county, 9 for a street or
/// town, 12 for a community or village. The parent's code is the front of the child's.
///
/// File format, little-endian, made by scripts/build-divisions or BuildDivisionsImage:
///   0   8 bytes   "XINCEDIV"
///   8   u32       version, 1
///   12  u32[5]    number of divisions of each level, provinces first
///   32  u32       number of distinct names
///   36  u32       bytes of the name text
///   40  u64[n]    codes as decimal numbers, ascending: shorter codes are smaller, so levels follow
///                 one another
///   ..  u32[n]    index of each division's name
///   ..  u32[m+1]  where each name begins in the name text, and the end of the last
///   ..  text      the distinct names, UTF-8, ascending by bytes
/// Everything lies on its natural alignment, and the file is read where it is mapped.
namespace xince::type {

/// Longest name, in bytes.
inline constexpr size_t kDivisionNameBytesMax = 255;
/// Most divisions of a file.
inline constexpr size_t kDivisionsMax = 4'000'000;

/// Level of a division, by the length of its code.
enum class DivisionLevel {
  kProvince = 1,
  kCity = 2,
  kDistrict = 3,
  kStreet = 4,
  kCommunity = 5,
};

/// A division found.
struct Division {
  std::string code;
  /// As the national tables print it. Lives as long as the Divisions it came from.
  absl::string_view name;
  DivisionLevel level = DivisionLevel::kProvince;
  /// Empty for a province.
  std::string parent;
};

/// The level of a code of legal length that consists of digits; nothing for anything else.
std::optional<DivisionLevel> LevelOfDivision(absl::string_view code);

/// The code of the parent: empty for a province and for what is not a code.
absl::string_view ParentOfDivision(absl::string_view code);

/// True when `descendant` lies in `ancestor` or is the same. Compares along the legal lengths only:
/// anything that is not a code contains nothing and lies in nothing. Both may be unknown divisions.
bool DivisionContains(absl::string_view ancestor, absl::string_view descendant);

/// The tree. Immutable; safe to use from any thread.
class Divisions {
 public:
  /// Maps a file. Takes some milliseconds for the national tree; the memory is shared by all processes
  /// that map it. Errors: FAILED_PRECONDITION DIVISIONS_UNREADABLE (metadata `path`) for a file that
  /// cannot be opened or is not such a file.
  static absl::StatusOr<Divisions> Load(const std::string& path);

  /// The tree in a file image held in memory. Error: FAILED_PRECONDITION DIVISIONS_UNREADABLE.
  static absl::StatusOr<Divisions> Parse(std::string image);

  /// A small tree from (code, name) pairs in any order, for tests. Error as for
  /// BuildDivisionsImage.
  static absl::StatusOr<Divisions> FromList(
      const std::vector<std::pair<std::string, std::string>>& divisions);

  Divisions(Divisions&&) noexcept = default;
  Divisions& operator=(Divisions&&) noexcept = default;

  /// The division of a code.
  [[nodiscard]] std::optional<Division> Find(absl::string_view code) const;

  /// Number of divisions of a level.
  [[nodiscard]] size_t Count(DivisionLevel level) const;

  /// The divisions directly below, ascending by code; the provinces for an empty code.
  [[nodiscard]] std::vector<Division> Children(absl::string_view code) const;

  /// Every division called exactly `name` in `within` (at any depth, itself included), ascending by
  /// code, at most `results_max`. The whole country when `within` is empty.
  [[nodiscard]] std::vector<Division> FindByName(absl::string_view name,
                                                 absl::string_view within,
                                                 size_t results_max = 100) const;

  /// The division and everything above it, province first; empty for an unknown code.
  [[nodiscard]] std::vector<Division> Path(absl::string_view code) const;

  /// The names along Path without a gap, as on an envelope: 江苏省南京市秦淮区夫子庙街道. Cities that
  /// exist only in the tables (市辖区, 县, 省直辖县级行政区划, 自治区直辖县级行政区划) and names that
  /// repeat the one above are left out. Empty for an unknown code.
  [[nodiscard]] std::string FullName(absl::string_view code) const;

  /// OK for a known division of `digits` digits (0 for any legal length). Errors, INVALID_ARGUMENT
  /// about `field`: DIVISION_SYNTAX (not digits of the length asked, metadata `digits`),
  /// UNKNOWN_DIVISION (metadata `code`).
  [[nodiscard]] absl::Status Validate(absl::string_view code,
                                      uint32_t digits,
                                      absl::string_view field = "division") const;

 private:
  class Storage;

  Divisions() = default;
  static absl::StatusOr<Divisions> Over(std::shared_ptr<const Storage> storage);

  [[nodiscard]] Division At(size_t index) const;
  [[nodiscard]] absl::string_view NameAt(size_t name) const;
  /// Indices of the divisions of a level whose numbers are in [first, end).
  [[nodiscard]] std::pair<size_t, size_t> Range(DivisionLevel level,
                                                uint64_t first,
                                                uint64_t end) const;

  std::shared_ptr<const Storage> storage_;
  const uint64_t* codes_ = nullptr;
  const uint32_t* names_ = nullptr;
  const uint32_t* name_starts_ = nullptr;
  const char* text_ = nullptr;
  size_t name_count_ = 0;
  /// Index of the first division of each level, and the number of all.
  size_t level_start_[6] = {};
};

/// A file image of the divisions given, byte for byte what scripts/build-divisions writes for them.
/// Errors, INVALID_ARGUMENT: DIVISION_SYNTAX (an illegal code, one given twice, an empty name or one
/// beyond kDivisionNameBytesMax), UNKNOWN_DIVISION (a parent is missing).
absl::StatusOr<std::string> BuildDivisionsImage(
    const std::vector<std::pair<std::string, std::string>>& divisions);

}  // namespace xince::type

#endif  // SERVICES_TYPE_DIVISIONS_H_
