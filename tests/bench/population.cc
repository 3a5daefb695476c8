#include "tests/bench/population.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>

#include "services/scoring/policy/pack.h"

namespace xince::bench {
namespace {

constexpr uint8_t kNational = 1;
constexpr uint8_t kCity = 3;
constexpr uint8_t kStreet = 5;
constexpr uint32_t kStreets = 2000;
// Matters of one firm, so that no two firms share one.
constexpr uint32_t kMattersPerFirm = 4096;

uint64_t Mixed(uint64_t number) {
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ number >> 27) * 0x94D049BB133111EBULL;
  return number ^ number >> 31;
}

// splitmix64: a counter through a mixer. The seed is mixed too, so that neighbours share nothing.
class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(Mixed(seed + kStep)) {}

  uint64_t Next() { return Mixed(state_ += kStep); }

  // 0 to bound - 1.
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(static_cast<unsigned __int128>(Next()) * bound >> 64);
  }

  // least to most.
  uint32_t Between(uint32_t least, uint32_t most) { return least + Below(most - least + 1); }

 private:
  static constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  uint64_t state_;
};

// So many of 1,000 firms have between `least` and `most` pieces.
struct Class {
  uint32_t firms;
  uint32_t least;
  uint32_t most;
};
constexpr Class kClasses[] = {{50, 0, 0},
                              {350, 1, 4},
                              {350, 5, 20},
                              {170, 21, 80},
                              {60, 81, 190},
                              {18, 201, 380},
                              {2, 401, 1200}};

uint32_t CountOf(uint32_t firm) {
  Draws draws(firm * 2ULL);
  uint32_t place = draws.Below(1000);
  for (const Class& one : kClasses) {
    if (place < one.firms) return draws.Between(one.least, one.most);
    place -= one.firms;
  }
  return 0;
}

// So many of 1,000 pieces are of the kind.
constexpr std::array<uint32_t, kKinds.size()> kShares = {
    2, 8, 25, 10, 115, 120, 5, 3, 3, 3, 1, 135, 120, 150, 120, 150, 30};

uint8_t DrawKind(Draws& draws) {
  uint32_t place = draws.Below(1000);
  uint8_t kind = 1;
  while (place >= kShares[kind - 1]) place -= kShares[kind++ - 1];
  return kind;
}

// Half the honours are of a district, few of the nation.
uint8_t DrawLevel(Draws& draws) {
  const uint32_t place = draws.Below(100);
  return static_cast<uint8_t>(place < 3 ? 1 : place < 15 ? 2 : place < 50 ? 3 : 4);
}

// A rate in hundredths of a percent: often full marks, else in steps of a tenth.
int32_t DrawRate(Draws& draws, uint32_t least, uint32_t full_of_ten) {
  if (draws.Below(10) < full_of_ten) return 10000;
  return static_cast<int32_t>(draws.Between(least, 999) * 10);
}

// What the kind asks for. `matters` are the firm's so far.
void FillIn(Draws& draws, uint32_t firm, uint32_t& matters, Piece& piece) {
  piece.issuer = draws.Between(1, 40);
  piece.issuer_level = static_cast<uint8_t>(draws.Between(kCity, kStreet));
  piece.level = kCity;
  switch (piece.kind) {
    case kKindHonour: {
      // Every third honour is one of the last three again, at its own level.
      const bool again = matters > 3 && draws.Below(3) == 0;
      const uint32_t matter = again ? matters - draws.Below(3) : ++matters;
      piece.matter = firm * kMattersPerFirm + matter;
      piece.level = DrawLevel(draws);
      return;
    }
    case kKindParty:
      piece.issuer = 1 + (firm * 7 + draws.Below(6)) % kStreets;
      piece.issuer_level = draws.Below(10) == 0 ? kCity : kStreet;
      piece.value = static_cast<int32_t>(draws.Between(45, 100) * 100);
      piece.other = draws.Below(20) == 0 ? 1000 : 10000;
      return;
    case kKindSatisfaction:
      piece.value = DrawRate(draws, 450, 1);
      piece.other = static_cast<int32_t>(draws.Between(10, 400) * 100);
      return;
    case kKindAssessment:
      piece.value = static_cast<int32_t>(draws.Between(45, 100) * 100);
      return;
    case kKindComplaints:
      piece.value = DrawRate(draws, 800, 6);
      return;
    default:
      // One finding of ten is undecided; some decisions are beyond what the pack allows.
      if (draws.Below(10) != 0) piece.points = -static_cast<int32_t>(draws.Between(1, 30) * 50);
  }
}

void AppendNumber(std::string& line, int64_t number, char end) {
  char digits[24];
  const auto done = std::to_chars(digits, digits + sizeof digits, number);
  line.append(digits, static_cast<size_t>(done.ptr - digits));
  line.push_back(end);
}

void AppendOptional(std::string& line, int32_t number, char end) {
  if (number != kAbsent) return AppendNumber(line, number, end);
  line.push_back(end);
}

void AppendPiece(std::string& text, uint32_t firm, const Piece& piece) {
  for (const int64_t number : {int64_t{piece.id},
                               int64_t{firm},
                               int64_t{piece.kind},
                               int64_t{piece.level},
                               int64_t{piece.issuer_level},
                               int64_t{piece.issuer},
                               int64_t{piece.matter},
                               int64_t{piece.determined}}) {
    AppendNumber(text, number, ',');
  }
  AppendOptional(text, piece.points, ',');
  AppendOptional(text, piece.value, ',');
  AppendOptional(text, piece.other, '\n');
}

}  // namespace

InventedPopulation::InventedPopulation(uint32_t firms, uint64_t pieces)
    : begins_(firms + size_t{1}, 0) {
  uint64_t total = 0;
  std::vector<uint32_t> counts(firms);
  for (uint32_t firm = 0; firm < firms; ++firm) total += counts[firm] = CountOf(firm);
  for (uint32_t firm = 0; total != pieces; firm = (firm + 1) % firms) {
    if (total < pieces) {
      ++counts[firm];
      ++total;
    } else if (counts[firm] > 1 || (counts[firm] == 1 && pieces < firms)) {
      --counts[firm];
      --total;
    }
  }
  for (uint32_t firm = 0; firm < firms; ++firm) begins_[firm + 1] = begins_[firm] + counts[firm];
}

void InventedPopulation::About(uint32_t firm, std::vector<Piece>& pieces) const {
  Draws draws(firm * 2ULL + 1);
  pieces.assign(begins_[firm + 1] - begins_[firm], {});
  uint32_t matters = 0;
  for (Piece& piece : pieces) {
    piece.kind = DrawKind(draws);
    piece.determined =
        kFirstDay +
        static_cast<evaluate::Day>(draws.Below(static_cast<uint32_t>(kLastDay - kFirstDay + 1)));
    piece.occurred = piece.determined - static_cast<evaluate::Day>(draws.Below(30));
    FillIn(draws, firm, matters, piece);
  }
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return a.determined < b.determined;
  });
  auto id = static_cast<uint32_t>(begins_[firm]);
  for (Piece& piece : pieces) piece.id = id++;
}

absl::string_view ValueName(int kind) {
  switch (kind) {
    case kKindParty:
    case kKindAssessment:
      return "score";
    case kKindSatisfaction:
      return "satisfaction-rate";
    case kKindComplaints:
      return "complaint-disposal-rate";
    default:
      return "";
  }
}

absl::string_view OtherName(int kind) {
  if (kind == kKindParty) return "full-score";
  return kind == kKindSatisfaction ? "sample-size" : "";
}

std::string DigestOfPopulation(const InventedPopulation& population) {
  std::string text;
  std::vector<Piece> pieces;
  for (uint32_t firm = 0; firm < population.firms(); ++firm) {
    population.About(firm, pieces);
    for (const Piece& piece : pieces) {
      AppendNumber(text, piece.occurred, ',');
      AppendPiece(text, firm, piece);
    }
  }
  return policy::FormatDigest(policy::DigestOf(text));
}

bool WritePieces(const InventedPopulation& population, const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  if (file == nullptr) return false;
  std::string text;
  std::vector<Piece> pieces;
  for (uint32_t firm = 0; firm < population.firms(); ++firm) {
    population.About(firm, pieces);
    for (const Piece& piece : pieces) AppendPiece(text, firm, piece);
    if (text.size() < (1 << 20) && firm + 1 < population.firms()) continue;
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) return false;
    text.clear();
  }
  return std::fflush(file.get()) == 0;
}

}  // namespace xince::bench
