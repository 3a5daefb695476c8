#ifndef SERVICES_SCORING_EVALUATE_TEST_WORLD_H_
#define SERVICES_SCORING_EVALUATE_TEST_WORLD_H_

#include <deque>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/evaluate.h"
#include "services/type/civil_date.h"

/// Packs and random facts for tests and benchmarks.
namespace xince::evaluate {

/// The day of a date.
constexpr Day DayOf(int year, int month, int day) {
  return type::Date::FromCivil(year, month, day).days();
}

/// A compiled pack with its vocabulary.
struct TestPack {
  std::unique_ptr<Vocabulary> vocabulary = std::make_unique<Vocabulary>();
  std::unique_ptr<CompiledPack> pack;

  [[nodiscard]] const CompiledSubjectPolicy& firm() const {
    return *pack->ForSubject(type::SubjectKind::kFirm);
  }
};

/// Compiles a text; ends the process when it is no pack.
inline TestPack CompileText(const std::string& text) {
  TestPack made;
  const auto pack = policy::LoadPack(text, "test");
  if (!pack.ok()) std::fprintf(stderr, "%s\n", std::string(pack.status().message()).c_str());
  made.pack =
      std::make_unique<CompiledPack>(*Compile(*pack, {.vocabulary = made.vocabulary.get()}));
  return made;
}

/// Compiles a file of the source tree.
inline TestPack CompileFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return CompileText(text.str());
}

/// Facts with their measures, from a seeded generator.
class RandomFacts {
 public:
  RandomFacts(TestPack& pack, uint32_t seed) : pack_(pack), random_(seed) {}

  /// One fact of one of the kinds, between 2020 and 2023.
  Fact Make(const std::vector<std::string>& kinds) {
    Fact fact;
    fact.order = ++count_;
    fact.evidence = count_;
    fact.kind = pack_.vocabulary->kinds.Intern(kinds[Below(kinds.size())]);
    fact.occurred = DayOf(2020, 1, 1) + static_cast<Day>(Below(1461));
    fact.determined = fact.occurred + static_cast<Day>(Below(60));
    if (Below(3) == 0) fact.corrected = fact.determined + static_cast<Day>(Below(200));
    if (Below(4) != 0) fact.points = static_cast<DecidedPoints>(Below(4001)) - 2000;
    fact.matter = static_cast<uint32_t>(Below(4));
    fact.issuer = static_cast<uint32_t>(Below(4));
    fact.level = static_cast<uint8_t>(Below(7));
    fact.issuer_level = static_cast<uint8_t>(Below(7));
    fact.reach = static_cast<ReachMask>(1 + Below(63));
    fact.contested = Below(8) == 0;
    std::vector<MeasureValue>& measures = measures_.emplace_back();
    for (const char* name : {"count", "amount", "on-time", "all", "rate", "sample"}) {
      if (Below(6) != 0)
        measures.push_back(
            {pack_.vocabulary->names.Intern(name), static_cast<Hundredths>(Below(12000))});
    }
    fact.measures = measures.data();
    fact.measure_count = static_cast<uint16_t>(measures.size());
    std::vector<Symbol>& tags = tags_.emplace_back();
    if (Below(2) == 0) tags.push_back(pack_.vocabulary->names.Intern("poll"));
    fact.tags = tags.data();
    fact.tag_count = static_cast<uint16_t>(tags.size());
    return fact;
  }

  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  TestPack& pack_;
  std::mt19937 random_;
  uint32_t count_ = 0;
  std::deque<std::vector<MeasureValue>> measures_;
  std::deque<std::vector<Symbol>> tags_;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_TEST_WORLD_H_
