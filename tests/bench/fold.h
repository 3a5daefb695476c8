#ifndef TESTS_BENCH_FOLD_H_
#define TESTS_BENCH_FOLD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/evaluate/compiled.h"
#include "tests/bench/population.h"

/// What the back-test benchmark folds, for us and for the databases beside us: two packs that differ in
/// five numbers, over every piece of evidence of an invented population, on one day.
namespace xince::bench {

/// Day asked about.
inline constexpr evaluate::Day kDay = kLastDay;

/// Which pieces count.
enum class Counted : uint8_t {
  /// Those of the scoring year, as Nanjing's rules have it: about a fifth.
  kThisYear,
  /// All of them: the packs with every validity made ten years.
  kAll,
};

/// The two packs, compiled.
struct RulePair {
  evaluate::CompiledPack before;
  evaluate::CompiledPack after;
};

/// Reads tests/bench/testdata. The vocabulary outlives the pair. Ends the process on an error.
RulePair CompileRules(Counted counted, evaluate::Vocabulary& vocabulary);

/// Makes facts of pieces. Everything it makes stays valid until the next Make.
class FactMaker {
 public:
  /// The vocabulary is the one the rules are compiled with; words are added to it.
  explicit FactMaker(evaluate::Vocabulary& vocabulary);

  /// Facts about one firm, `order` and `evidence` being the pieces' ids.
  absl::Span<const evaluate::Fact> Make(absl::Span<const Piece> pieces);

 private:
  std::vector<evaluate::Symbol> kinds_;
  std::vector<evaluate::Symbol> values_;
  std::vector<evaluate::Symbol> others_;
  std::vector<evaluate::Fact> facts_;
  std::vector<evaluate::MeasureValue> measures_;
};

/// What one pack says of a firm.
struct Verdict {
  int32_t score = 0;
  /// Row of the grade.
  uint8_t grade = 0;
  /// The pack's restriction holds.
  bool restricted = false;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// What both packs say of a firm.
struct Verdicts {
  Verdict before;
  Verdict after;

  /// The two differ.
  [[nodiscard]] bool moved() const { return !(before == after); }
};

/// What a fold comes to, the same for whoever folded.
struct FoldResult {
  /// Firms for which the packs differ.
  uint64_t movers = 0;
  /// Old grade × 5 + new grade.
  std::vector<uint64_t> matrix;
  /// DigestOf every firm's verdicts.
  std::string digest;

  friend bool operator==(const FoldResult&, const FoldResult&) = default;
};

/// Grades of the packs.
inline constexpr size_t kGrades = 5;

/// A line for a firm, as the digest is taken over: firm, scores, grades, restrictions; decimal, comma
/// between, a line feed at the end.
void AppendVerdicts(std::string& text, uint32_t firm, const Verdicts& verdicts);

/// Counts verdicts, by firm, and digests them.
FoldResult ResultOf(absl::Span<const Verdicts> verdicts);

/// Evaluates every firm under both packs, one after the other on this thread, without the back-test: the
/// check of everybody's results.
std::vector<Verdicts> EvaluateAll(const InventedPopulation& population, Counted counted);

/// Words that differ between SQL dialects.
enum class Dialect : uint8_t { kSqlite, kDuckdb };

/// The statements of tests/bench/peers/fold.sql for a dialect: the verdicts (table `verdict`), the
/// matrix (table `matrix`), and the movers (table `mover`). Ends the process on an error.
std::vector<std::string> FoldStatements(Counted counted, Dialect dialect);

}  // namespace xince::bench

#endif  // TESTS_BENCH_FOLD_H_
