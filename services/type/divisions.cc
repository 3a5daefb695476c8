#include "services/type/divisions.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <sys/mman.h>
#include <sys/stat.h>

#include "services/runtime/errors.h"
#include "services/type/text.h"

namespace xince::type {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is read where it is mapped");

constexpr absl::string_view kMagic = "XINCEDIV";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 40;
constexpr size_t kLevels = 5;
constexpr std::array<size_t, kLevels> kDigits = {2, 4, 6, 9, 12};
constexpr std::array<absl::string_view, 4> kTableCities = {
    "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"};

size_t Rank(DivisionLevel level) { return static_cast<size_t>(level) - 1; }
size_t DigitsOf(DivisionLevel level) { return kDigits[Rank(level)]; }

uint64_t Number(absl::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
  return value;
}

uint64_t PowerOfTen(size_t exponent) {
  uint64_t value = 1;
  while (exponent-- > 0) value *= 10;
  return value;
}

absl::Status Unreadable(absl::string_view path, absl::string_view why) {
  return runtime::FailedPrecondition("DIVISIONS_UNREADABLE",
                                     "",
                                     absl::StrCat("the table of divisions cannot be used: ", why),
                                     "行政区划数据文件无法使用",
                                     {{"path", std::string(path)}, {"why", std::string(why)}});
}

absl::Status BadCode(absl::string_view field, uint32_t digits) {
  const std::string en = digits == 0 ? "2, 4, 6, 9 or 12" : absl::StrCat(digits);
  const std::string zh = digits == 0 ? "2、4、6、9 或 12" : absl::StrCat(digits);
  return runtime::InvalidArgument("DIVISION_SYNTAX",
                                  field,
                                  absl::StrCat("a division code has ", en, " digits here"),
                                  absl::StrCat("此处的行政区划代码应为 ", zh, " 位数字"),
                                  {{"digits", absl::StrCat(digits)}});
}

absl::Status Unknown(absl::string_view code, absl::string_view field) {
  return runtime::InvalidArgument("UNKNOWN_DIVISION",
                                  field,
                                  absl::StrCat("there is no division ", code),
                                  absl::StrCat("没有代码为 ", code, " 的行政区划"),
                                  {{"code", std::string(code)}});
}

template <typename T>
void Append(std::string& image, T value) {
  image.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
T ReadAt(absl::string_view image, size_t offset) {
  T value;
  std::memcpy(&value, image.data() + offset, sizeof(value));
  return value;
}

}  // namespace

/// The bytes of a file: mapped, or owned.
class Divisions::Storage {
 public:
  explicit Storage(std::string image) : owned_(std::move(image)), bytes_(owned_) {}
  Storage(void* mapped, size_t size)
      : mapped_(mapped), bytes_(static_cast<const char*>(mapped), size) {}
  ~Storage() {
    if (mapped_ != nullptr) munmap(mapped_, bytes_.size());
  }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  [[nodiscard]] absl::string_view bytes() const { return bytes_; }

 private:
  std::string owned_;
  void* mapped_ = nullptr;
  absl::string_view bytes_;
};

std::optional<DivisionLevel> LevelOfDivision(absl::string_view code) {
  const auto digits = std::find(kDigits.begin(), kDigits.end(), code.size());
  if (digits == kDigits.end() || code[0] == '0') return std::nullopt;
  if (!std::all_of(code.begin(), code.end(), absl::ascii_isdigit)) return std::nullopt;
  return static_cast<DivisionLevel>(digits - kDigits.begin() + 1);
}

absl::string_view ParentOfDivision(absl::string_view code) {
  const auto level = LevelOfDivision(code);
  if (!level.has_value() || *level == DivisionLevel::kProvince) return "";
  return code.substr(0, kDigits[Rank(*level) - 1]);
}

bool DivisionContains(absl::string_view ancestor, absl::string_view descendant) {
  return LevelOfDivision(ancestor).has_value() && LevelOfDivision(descendant).has_value() &&
         descendant.substr(0, ancestor.size()) == ancestor;
}

absl::StatusOr<Divisions> Divisions::Load(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Unreadable(path, "the file cannot be opened");
  struct stat info;
  const bool sized = fstat(fd, &info) == 0 && info.st_size >= static_cast<off_t>(kHeaderBytes);
  void* mapped = MAP_FAILED;
  if (sized) {
    mapped = mmap(
        nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
  }
  close(fd);
  if (!sized) return Unreadable(path, "the file is too short");
  if (mapped == MAP_FAILED) return Unreadable(path, "the file cannot be mapped");
  auto divisions = Over(std::make_shared<const Storage>(mapped, static_cast<size_t>(info.st_size)));
  if (!divisions.ok()) return Unreadable(path, divisions.status().message());
  return divisions;
}

absl::StatusOr<Divisions> Divisions::Parse(std::string image) {
  auto divisions = Over(std::make_shared<const Storage>(std::move(image)));
  if (!divisions.ok()) return Unreadable("", divisions.status().message());
  return divisions;
}

absl::StatusOr<Divisions> Divisions::FromList(
    const std::vector<std::pair<std::string, std::string>>& divisions) {
  XINCE_ASSIGN_OR_RETURN(std::string image, BuildDivisionsImage(divisions));
  return Parse(std::move(image));
}

absl::StatusOr<Divisions> Divisions::Over(std::shared_ptr<const Storage> storage) {
  const absl::string_view bytes = storage->bytes();
  const auto refuse = [](absl::string_view why) { return absl::DataLossError(why); };
  if (bytes.size() < kHeaderBytes || bytes.substr(0, kMagic.size()) != kMagic) {
    return refuse("not a table of divisions");
  }
  if (ReadAt<uint32_t>(bytes, 8) != kVersion) return refuse("of another version");
  Divisions result;
  size_t count = 0;
  for (size_t level = 0; level < kLevels; ++level) {
    result.level_start_[level] = count;
    count += ReadAt<uint32_t>(bytes, 12 + 4 * level);
  }
  result.level_start_[kLevels] = count;
  result.name_count_ = ReadAt<uint32_t>(bytes, 32);
  const size_t text_bytes = ReadAt<uint32_t>(bytes, 36);
  if (count > kDivisionsMax || result.name_count_ > count) return refuse("too many divisions");
  const size_t names_at = kHeaderBytes + 8 * count;
  const size_t starts_at = names_at + 4 * count;
  const size_t text_at = starts_at + 4 * (result.name_count_ + 1);
  if (bytes.size() != text_at + text_bytes) return refuse("its size does not fit its header");
  result.codes_ = reinterpret_cast<const uint64_t*>(bytes.data() + kHeaderBytes);
  result.names_ = reinterpret_cast<const uint32_t*>(bytes.data() + names_at);
  result.name_starts_ = reinterpret_cast<const uint32_t*>(bytes.data() + starts_at);
  result.text_ = bytes.data() + text_at;
  // What follows makes every later access safe, whatever the file holds.
  for (size_t level = 0; level < kLevels; ++level) {
    uint64_t least = PowerOfTen(kDigits[level] - 1);
    const uint64_t end = least * 10;
    for (size_t i = result.level_start_[level]; i < result.level_start_[level + 1]; ++i) {
      if (result.codes_[i] < least || result.codes_[i] >= end) return refuse("codes out of order");
      least = result.codes_[i] + 1;
      if (result.names_[i] >= result.name_count_) return refuse("a name is missing");
    }
  }
  uint32_t start = 0;
  for (size_t i = 0; i <= result.name_count_; ++i) {
    if (result.name_starts_[i] < start) return refuse("names out of order");
    start = result.name_starts_[i];
  }
  if (start != text_bytes) return refuse("names out of order");
  result.storage_ = std::move(storage);
  return result;
}

absl::string_view Divisions::NameAt(size_t name) const {
  return {text_ + name_starts_[name], name_starts_[name + 1] - name_starts_[name]};
}

Division Divisions::At(size_t index) const {
  Division division;
  division.code = absl::StrCat(codes_[index]);
  division.name = NameAt(names_[index]);
  division.level = *LevelOfDivision(division.code);
  division.parent = std::string(ParentOfDivision(division.code));
  return division;
}

std::pair<size_t, size_t> Divisions::Range(DivisionLevel level,
                                           uint64_t first,
                                           uint64_t end) const {
  const uint64_t* begin = codes_ + level_start_[Rank(level)];
  const uint64_t* stop = codes_ + level_start_[Rank(level) + 1];
  const uint64_t* from = std::lower_bound(begin, stop, first);
  return {static_cast<size_t>(from - codes_),
          static_cast<size_t>(std::lower_bound(from, stop, end) - codes_)};
}

std::optional<Division> Divisions::Find(absl::string_view code) const {
  const auto level = LevelOfDivision(code);
  if (!level.has_value()) return std::nullopt;
  const uint64_t number = Number(code);
  const auto [from, to] = Range(*level, number, number + 1);
  if (from == to) return std::nullopt;
  return At(from);
}

size_t Divisions::Count(DivisionLevel level) const {
  return level_start_[Rank(level) + 1] - level_start_[Rank(level)];
}

std::vector<Division> Divisions::Children(absl::string_view code) const {
  std::pair<size_t, size_t> range = {0, level_start_[1]};
  if (!code.empty()) {
    const auto level = LevelOfDivision(code);
    if (!level.has_value() || *level == DivisionLevel::kCommunity) return {};
    const auto below = static_cast<DivisionLevel>(static_cast<int>(*level) + 1);
    const uint64_t scale = PowerOfTen(DigitsOf(below) - code.size());
    range = Range(below, Number(code) * scale, (Number(code) + 1) * scale);
  }
  std::vector<Division> children;
  children.reserve(range.second - range.first);
  for (size_t i = range.first; i < range.second; ++i) children.push_back(At(i));
  return children;
}

std::vector<Division> Divisions::FindByName(absl::string_view name,
                                            absl::string_view within,
                                            size_t results_max) const {
  size_t low = 0;
  for (size_t high = name_count_; low < high;) {
    const size_t middle = low + (high - low) / 2;
    if (NameAt(middle) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == name_count_ || NameAt(low) != name) return {};
  const auto top = LevelOfDivision(within);
  if (!within.empty() && !top.has_value()) return {};
  std::vector<Division> found;
  for (size_t rank = top.has_value() ? Rank(*top) : 0; rank < kLevels; ++rank) {
    std::pair<size_t, size_t> range = {level_start_[rank], level_start_[rank + 1]};
    if (!within.empty()) {
      const uint64_t scale = PowerOfTen(kDigits[rank] - within.size());
      range = Range(static_cast<DivisionLevel>(rank + 1),
                    Number(within) * scale,
                    (Number(within) + 1) * scale);
    }
    for (size_t i = range.first; i < range.second && found.size() < results_max; ++i) {
      if (names_[i] == low) found.push_back(At(i));
    }
  }
  return found;
}

std::vector<Division> Divisions::Path(absl::string_view code) const {
  std::vector<Division> path;
  for (; !code.empty(); code = ParentOfDivision(code)) {
    auto division = Find(code);
    if (!division.has_value()) return {};
    path.push_back(*std::move(division));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::string Divisions::FullName(absl::string_view code) const {
  std::string full;
  absl::string_view above;
  const std::vector<Division> path = Path(code);
  for (const Division& division : path) {
    const bool only_in_tables =
        division.level == DivisionLevel::kCity &&
        std::find(kTableCities.begin(), kTableCities.end(), division.name) != kTableCities.end();
    // The last is what was asked for, and always said.
    if ((only_in_tables && division.code != code) || division.name == above) continue;
    absl::StrAppend(&full, division.name);
    above = division.name;
  }
  return full;
}

absl::Status Divisions::Validate(absl::string_view code,
                                 uint32_t digits,
                                 absl::string_view field) const {
  const auto level = LevelOfDivision(code);
  if (!level.has_value() || (digits != 0 && code.size() != digits)) return BadCode(field, digits);
  const uint64_t number = Number(code);
  const auto [from, to] = Range(*level, number, number + 1);
  return from == to ? Unknown(code, field) : absl::OkStatus();
}

absl::StatusOr<std::string> BuildDivisionsImage(
    const std::vector<std::pair<std::string, std::string>>& divisions) {
  std::map<uint64_t, absl::string_view> by_code;
  std::map<absl::string_view, uint32_t> by_name;
  std::array<uint32_t, kLevels> counts = {};
  for (const auto& [code, name] : divisions) {
    const auto level = LevelOfDivision(code);
    if (!level.has_value() || name.empty() || name.size() > kDivisionNameBytesMax ||
        !by_code.emplace(Number(code), name).second) {
      return BadCode(code, 0);
    }
    ++counts[Rank(*level)];
    by_name.emplace(name, 0);
  }
  if (divisions.size() > kDivisionsMax) return BadCode("", 0);
  for (const auto& [code, name] : divisions) {
    const absl::string_view parent = ParentOfDivision(code);
    if (!parent.empty() && by_code.count(Number(parent)) == 0) return Unknown(parent, code);
  }
  std::string starts;
  std::string text;
  for (uint32_t index = 0; auto& [name, number] : by_name) {
    number = index++;
    Append(starts, static_cast<uint32_t>(text.size()));
    absl::StrAppend(&text, name);
  }
  Append(starts, static_cast<uint32_t>(text.size()));
  std::string image(kMagic);
  Append(image, kVersion);
  for (const uint32_t count : counts) Append(image, count);
  Append(image, static_cast<uint32_t>(by_name.size()));
  Append(image, static_cast<uint32_t>(text.size()));
  for (const auto& [code, name] : by_code) Append(image, code);
  for (const auto& [code, name] : by_code) Append(image, by_name.at(name));
  return absl::StrCat(image, starts, text);
}

}  // namespace xince::type
