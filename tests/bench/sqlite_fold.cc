#include "tests/bench/sqlite_fold.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include <sqlite3.h>

namespace xince::bench {
namespace {

[[noreturn]] void End(sqlite3* database, absl::string_view what) {
  std::fprintf(
      stderr, "bench: sqlite: %s: %s\n", sqlite3_errmsg(database), std::string(what).c_str());
  std::exit(1);
}

sqlite3* OpenInMemory() {
  sqlite3* database = nullptr;
  if (sqlite3_open(":memory:", &database) != SQLITE_OK) End(database, "open");
  return database;
}

constexpr char kSchema[] = R"(
  PRAGMA page_size = 65536;
  PRAGMA temp_store = memory;
  PRAGMA cache_size = -4000000;
  CREATE TABLE firm(id INTEGER PRIMARY KEY);
  CREATE TABLE evidence(
    id INTEGER NOT NULL, firm INTEGER NOT NULL, kind INTEGER NOT NULL, level INTEGER NOT NULL,
    issuer_level INTEGER NOT NULL, issuer INTEGER NOT NULL, matter INTEGER NOT NULL,
    determined INTEGER NOT NULL, points INTEGER, value INTEGER, other INTEGER,
    PRIMARY KEY (firm, id)) WITHOUT ROWID;
  BEGIN)";

constexpr char kIndexes[] = R"(
  COMMIT;
  CREATE INDEX honour ON evidence(firm, matter, (level = 1), level, determined) WHERE kind = 12;
  CREATE INDEX opinion ON evidence(firm, issuer, determined, id, value)
    WHERE kind = 13 AND issuer_level = 5 AND other = 10000;
  ANALYZE)";

// Walks a statement's rows.
class Rows {
 public:
  Rows(sqlite3* database, absl::string_view sql) : database_(database) {
    if (sqlite3_prepare_v2(
            database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr) !=
        SQLITE_OK) {
      End(database, sql);
    }
  }
  ~Rows() { sqlite3_finalize(statement_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  void Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void BindOptional(int index, int32_t value) {
    if (value == kAbsent) {
      sqlite3_bind_null(statement_, index);
    } else {
      Bind(index, value);
    }
  }
  bool Next() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) End(database_, sqlite3_sql(statement_));
    return code == SQLITE_ROW;
  }
  void Again() { sqlite3_reset(statement_); }
  [[nodiscard]] int32_t Int(int column) const { return sqlite3_column_int(statement_, column); }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

void Insert(Rows& insert, uint32_t firm, const Piece& piece) {
  insert.Bind(1, piece.id);
  insert.Bind(2, firm);
  insert.Bind(3, piece.kind);
  insert.Bind(4, piece.level);
  insert.Bind(5, piece.issuer_level);
  insert.Bind(6, piece.issuer);
  insert.Bind(7, piece.matter);
  insert.Bind(8, piece.determined);
  insert.BindOptional(9, piece.points);
  insert.BindOptional(10, piece.value);
  insert.BindOptional(11, piece.other);
  insert.Next();
  insert.Again();
}

}  // namespace

SqliteFold::SqliteFold(const InventedPopulation& population)
    : database_(OpenInMemory(), sqlite3_close), firms_(population.firms()) {
  Execute(kSchema);
  {
    Rows firms(database_.get(), "INSERT INTO firm VALUES(?)");
    Rows evidence(database_.get(), "INSERT INTO evidence VALUES(?,?,?,?,?,?,?,?,?,?,?)");
    std::vector<Piece> pieces;
    for (uint32_t firm = 0; firm < firms_; ++firm) {
      firms.Bind(1, firm);
      firms.Next();
      firms.Again();
      population.About(firm, pieces);
      for (const Piece& piece : pieces) Insert(evidence, firm, piece);
    }
  }
  Execute(kIndexes);
}

void SqliteFold::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    End(database_.get(), sql);
  }
}

Took SqliteFold::Run(const std::vector<std::string>& statements) {
  for (const char* table : {"verdict", "matrix", "mover"}) {
    Execute(absl::StrCat("DROP TABLE IF EXISTS ", table));
  }
  const Stopwatch watch;
  for (const std::string& statement : statements) Execute(statement);
  return watch.Read();
}

FoldResult SqliteFold::Result() {
  std::vector<Verdicts> verdicts;
  Rows rows(database_.get(), "SELECT * FROM verdict ORDER BY firm");
  while (rows.Next()) {
    verdicts.push_back(
        {.before = {rows.Int(1), static_cast<uint8_t>(rows.Int(3)), rows.Int(5) != 0},
         .after = {rows.Int(2), static_cast<uint8_t>(rows.Int(4)), rows.Int(6) != 0}});
  }
  FoldResult result = ResultOf(verdicts);
  // The matrix and the movers are the fold's own.
  result.matrix.assign(kGrades * kGrades, 0);
  Rows cells(database_.get(), "SELECT * FROM matrix");
  while (cells.Next()) {
    result.matrix.at(static_cast<size_t>(cells.Int(0)) * kGrades +
                     static_cast<size_t>(cells.Int(1))) = static_cast<uint64_t>(cells.Int(2));
  }
  Rows movers(database_.get(), "SELECT count(*) FROM mover");
  movers.Next();
  result.movers = static_cast<uint64_t>(movers.Int(0));
  return result;
}

std::string SqliteFold::Version() { return sqlite3_libversion(); }

}  // namespace xince::bench
