#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/scoring/evaluate/evaluate.h"
#include "tests/bench/benches.h"
#include "tests/bench/fold.h"
#include "tests/bench/load.h"
#include "tests/bench/peer.h"

namespace xince::bench {
namespace {

constexpr double kAimExplained = 1.3;
constexpr size_t kPeers = 3;
constexpr int kSlices = 10;
constexpr int kRunsPerLook = 1000;

// 20 pieces of one year: findings, honours, opinions, surveys, assessments and complaints.
std::vector<Piece> TwentyPieces() {
  const auto finding = [](uint8_t kind, int32_t points) {
    return Piece{.kind = kind, .level = 3, .issuer_level = 3, .points = points};
  };
  const auto honour = [](uint8_t level) {
    return Piece{.kind = kKindHonour, .level = level, .issuer_level = level};
  };
  const auto measured = [](int kind, int32_t value, int32_t other) {
    return Piece{.kind = static_cast<uint8_t>(kind),
                 .level = 3,
                 .issuer_level = 5,
                 .value = value,
                 .other = other};
  };
  std::vector<Piece> pieces = {finding(3, kAbsent),
                               finding(5, kAbsent),
                               finding(5, kAbsent),
                               finding(6, -250),
                               finding(6, kAbsent),
                               finding(9, -450),
                               honour(1),
                               honour(2),
                               honour(3),
                               honour(4),
                               measured(kKindParty, 8500, 10000),
                               measured(kKindParty, 9200, 10000),
                               measured(kKindSatisfaction, 9500, 12000),
                               measured(kKindSatisfaction, 8800, 8000),
                               measured(kKindSatisfaction, 5900, 30000),
                               measured(kKindAssessment, 9300, kAbsent),
                               measured(kKindAssessment, 8100, kAbsent),
                               measured(kKindComplaints, 8700, kAbsent),
                               measured(kKindComplaints, 9900, kAbsent),
                               measured(kKindComplaints, 10000, kAbsent)};
  for (uint32_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces[i];
    piece.id = i;
    piece.issuer = i + 1;
    if (piece.kind == kKindHonour) piece.matter = i + 1;
    piece.determined = kDay - 200 + static_cast<evaluate::Day>(i) * 9;
    piece.occurred = piece.determined - 10;
  }
  return pieces;
}

std::string Optional(int32_t number) { return number == kAbsent ? "null" : absl::StrCat(number); }

std::string JsonOf(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces) {
    absl::StrAppend(&text, text.empty() ? "[" : ",\n ", "{\"kind\": ", piece.kind);
    absl::StrAppend(&text, ", \"level\": ", piece.level, ", \"issuerLevel\": ", piece.issuer_level);
    absl::StrAppend(&text, ", \"points\": ", Optional(piece.points));
    absl::StrAppend(&text, ", \"value\": ", Optional(piece.value));
    absl::StrAppend(&text, ", \"other\": ", Optional(piece.other), "}");
  }
  return text + "]\n";
}

// One firm, evaluated over and over.
class Firm {
 public:
  Firm() : maker_(vocabulary_), rules_(CompileRules(Counted::kThisYear, vocabulary_)) {
    facts_ = maker_.Make(pieces_);
    const evaluate::Outcome& outcome = Once(evaluate::Explain::kYes);
    // The base has a line too.
    if (outcome.lines.size() != pieces_.size() + 1) Fail("the firm has not 20 lines and its base");
  }

  const std::vector<Piece>& pieces() const { return pieces_; }

  const evaluate::Outcome& Once(evaluate::Explain explain) {
    return evaluator_.Run(Policy(), facts_, {}, kDay, {.explain = explain});
  }

  const evaluate::CompiledSubjectPolicy& Policy() const {
    return *rules_.before.ForSubject(type::SubjectKind::kFirm);
  }

  // Microseconds of one evaluation over so many seconds.
  double Measure(evaluate::Explain explain, double seconds) {
    const double began = Now();
    int64_t runs = 0;
    double elapsed = 0;
    while (elapsed < seconds) {
      for (int i = 0; i < kRunsPerLook; ++i) score_ += Once(explain).score;
      runs += kRunsPerLook;
      elapsed = Now() - began;
    }
    return elapsed * 1e6 / static_cast<double>(runs);
  }

 private:
  evaluate::Vocabulary vocabulary_;
  FactMaker maker_;
  const RulePair rules_;
  const std::vector<Piece> pieces_ = TwentyPieces();
  absl::Span<const evaluate::Fact> facts_;
  evaluate::Evaluator evaluator_;
  // Keeps the evaluations from being left out.
  evaluate::Hundredths score_ = 0;
};

}  // namespace

void BenchRules(const BenchOptions& options) {
  Firm firm;
  double plain = 0;
  double explained = 0;
  double lean = 0;
  firm.Measure(evaluate::Explain::kYes, options.seconds / 4);
  // They take turns, so that all meet the same machine.
  for (int i = 0; i < kSlices; ++i) {
    plain += firm.Measure(evaluate::Explain::kNo, options.seconds / kSlices) / kSlices;
    explained += firm.Measure(evaluate::Explain::kYes, options.seconds / kSlices) / kSlices;
    lean += firm.Measure(evaluate::Explain::kLean, options.seconds / kSlices) / kSlices;
  }
  std::printf("%-44s %12.3f %12s us\n", "a firm with 20 lines, plain", plain, "");
  std::printf("%-44s %12.3f %12s us\n", "  lean, as a back-test folds", lean, "");
  std::printf("%-44s %12.3f %12.3f us          ratio %.2f  (aim %.1f)\n",
              "  with explanation, beside plain",
              explained,
              plain,
              explained / plain,
              kAimExplained);
  const evaluate::Outcome& outcome = firm.Once(evaluate::Explain::kYes);
  const std::string facts = options.directory + "/facts.json";
  WriteFile(facts, JsonOf(firm.pieces()));
  for (const PeerResult& peer :
       RunPeer({"rules.mjs", facts, absl::StrCat(options.seconds)}, kPeers)) {
    const std::string engine = peer.Text("engine");
    if (static_cast<evaluate::Hundredths>(peer.Number("score")) != outcome.score ||
        peer.Text("grade") != firm.Policy().grade_id(outcome.grade) ||
        (peer.Number("restricted") != 0) != !outcome.restrictions.empty()) {
      Fail(absl::StrCat(engine, " comes to another outcome"));
    }
    const bool traced = absl::EndsWith(engine, "with trace");
    ReportTimes(engine, traced ? explained : plain, peer.Number("microseconds"), "us", 0);
  }
}

}  // namespace xince::bench
