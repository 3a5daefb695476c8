#include "tests/bench/fold.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/policy/pack.h"

namespace xince::bench {
namespace {

[[noreturn]] void End(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

std::string ReadText(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) End(absl::StrCat("cannot read ", path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

evaluate::CompiledPack CompileFile(const std::string& path,
                                   Counted counted,
                                   evaluate::Vocabulary& vocabulary) {
  std::string text = ReadText(path);
  if (counted == Counted::kAll) {
    absl::StrReplaceAll({{"scoring_years: 0", "scoring_years: 9"}}, &text);
  }
  const auto pack = policy::LoadPack(text, path);
  if (!pack.ok()) End(std::string(pack.status().message()));
  auto compiled = evaluate::Compile(*pack, {.vocabulary = &vocabulary});
  if (!compiled.ok()) End(std::string(compiled.status().message()));
  return *std::move(compiled);
}

Verdict VerdictOf(const evaluate::Outcome& outcome) {
  return {.score = static_cast<int32_t>(outcome.score),
          .grade = static_cast<uint8_t>(outcome.grade),
          .restricted = !outcome.restrictions.empty()};
}

}  // namespace

RulePair CompileRules(Counted counted, evaluate::Vocabulary& vocabulary) {
  return {.before = CompileFile("tests/bench/testdata/before.textproto", counted, vocabulary),
          .after = CompileFile("tests/bench/testdata/after.textproto", counted, vocabulary)};
}

FactMaker::FactMaker(evaluate::Vocabulary& vocabulary) {
  for (size_t i = 0; i < kKinds.size(); ++i) {
    const int kind = static_cast<int>(i) + 1;
    kinds_.push_back(vocabulary.kinds.Intern(kKinds[i]));
    values_.push_back(vocabulary.names.Intern(ValueName(kind)));
    others_.push_back(vocabulary.names.Intern(OtherName(kind)));
  }
}

absl::Span<const evaluate::Fact> FactMaker::Make(absl::Span<const Piece> pieces) {
  facts_.clear();
  measures_.clear();
  measures_.reserve(pieces.size() * 2);  // Facts point into it.
  for (const Piece& piece : pieces) {
    const size_t kind = piece.kind - size_t{1};
    const evaluate::MeasureValue* measures = measures_.data() + measures_.size();
    if (piece.value != kAbsent) measures_.push_back({.name = values_[kind], .value = piece.value});
    if (piece.other != kAbsent) measures_.push_back({.name = others_[kind], .value = piece.other});
    evaluate::Fact& fact = facts_.emplace_back();
    fact.order = piece.id;
    fact.evidence = piece.id;
    if (piece.points != kAbsent) fact.points = piece.points;
    fact.measure_count = static_cast<uint16_t>(measures_.data() + measures_.size() - measures);
    fact.measures = fact.measure_count == 0 ? nullptr : measures;
    fact.kind = kinds_[kind];
    fact.occurred = piece.occurred;
    fact.determined = piece.determined;
    fact.matter = piece.matter;
    fact.issuer = piece.issuer;
    fact.level = piece.level;
    fact.issuer_level = piece.issuer_level;
    fact.reach = evaluate::kDirect;
  }
  return facts_;
}

void AppendVerdicts(std::string& text, uint32_t firm, const Verdicts& verdicts) {
  absl::StrAppend(&text, firm, ",", verdicts.before.score, ",", verdicts.after.score, ",");
  absl::StrAppend(&text, verdicts.before.grade, ",", verdicts.after.grade, ",");
  absl::StrAppend(
      &text, verdicts.before.restricted ? 1 : 0, ",", verdicts.after.restricted ? 1 : 0, "\n");
}

FoldResult ResultOf(absl::Span<const Verdicts> verdicts) {
  FoldResult result;
  result.matrix.assign(kGrades * kGrades, 0);
  std::string text;
  for (uint32_t firm = 0; firm < verdicts.size(); ++firm) {
    const Verdicts& one = verdicts[firm];
    if (one.moved()) ++result.movers;
    ++result.matrix.at(one.before.grade * kGrades + one.after.grade);
    AppendVerdicts(text, firm, one);
  }
  result.digest = policy::FormatDigest(policy::DigestOf(text));
  return result;
}

std::vector<Verdicts> EvaluateAll(const InventedPopulation& population, Counted counted) {
  evaluate::Vocabulary vocabulary;
  FactMaker maker(vocabulary);
  const RulePair rules = CompileRules(counted, vocabulary);
  const auto& before = *rules.before.ForSubject(type::SubjectKind::kFirm);
  const auto& after = *rules.after.ForSubject(type::SubjectKind::kFirm);
  evaluate::Evaluator evaluator;
  std::vector<Verdicts> verdicts(population.firms());
  std::vector<Piece> pieces;
  for (uint32_t firm = 0; firm < population.firms(); ++firm) {
    population.About(firm, pieces);
    const absl::Span<const evaluate::Fact> facts = maker.Make(pieces);
    verdicts[firm].before = VerdictOf(evaluator.Run(before, facts, {}, kDay));
    verdicts[firm].after = VerdictOf(evaluator.Run(after, facts, {}, kDay));
  }
  return verdicts;
}

std::vector<std::string> FoldStatements(Counted counted, Dialect dialect) {
  std::string text = ReadText("tests/bench/peers/fold.sql");
  const bool lite = dialect == Dialect::kSqlite;
  const evaluate::Day year = type::Date::FromCivil(2026, 1, 1).days();
  const bool all = counted == Counted::kAll;
  absl::StrReplaceAll(
      {
          {"{from}", absl::StrCat(all ? kFirstDay : year)},
          {"{day}", absl::StrCat(kDay)},
          {"{this_year}", all ? absl::StrCat(" FILTER (WHERE determined >= ", year, ")") : ""},
          {"{least}", lite ? "min" : "least"},
          {"{greatest}", lite ? "max" : "greatest"},
          {"{div}", lite ? "/" : "//"},
          {"{latest_value}",
           lite ? "max(determined * 16777216 + id), value"
                : "arg_max(value, determined * CAST(16777216 AS BIGINT) + id) AS value"},
      },
      &text);
  std::vector<std::string> statements = absl::StrSplit(text, "\n----\n");
  if (statements.size() != 3 || absl::StrContains(text, "{")) End("fold.sql is not as expected");
  return statements;
}

}  // namespace xince::bench
