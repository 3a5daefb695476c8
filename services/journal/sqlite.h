#ifndef SERVICES_JOURNAL_SQLITE_H_
#define SERVICES_JOURNAL_SQLITE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

/// A thin owner of SQLite's handles for this directory. Results are SQLite's own codes: what a code
/// means for durability is decided by the engine, in one place.
namespace xince::journal::sqlite {

/// A revision as SQLite stores it. Its integers are signed: what is beyond them is never stored, so
/// the greatest stands for all of that.
inline int64_t ToInteger(uint64_t revision) {
  return static_cast<int64_t>(std::min<uint64_t>(revision, INT64_MAX));
}

/// A prepared statement. Bound text and blobs are not copied: they must live until Reset.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }
  ~Statement();

  void Bind(int index, int64_t value);
  void BindBlob(int index, absl::string_view value);
  void BindText(int index, absl::string_view value);
  /// SQLITE_ROW, SQLITE_DONE or an extended error code.
  int Step();
  void Reset();
  /// Step and Reset: SQLITE_DONE or an error code.
  int Run();
  [[nodiscard]] int64_t Int(int column) const;
  /// Valid until the next Step or Reset.
  [[nodiscard]] absl::string_view Bytes(int column) const;

 private:
  friend class Database;
  sqlite3_stmt* statement_ = nullptr;
};

/// Resets a statement at the end of a scope, which ends its read transaction.
class StatementScope {
 public:
  explicit StatementScope(Statement& statement) : statement_(statement) {}
  ~StatementScope() { statement_.Reset(); }
  StatementScope(const StatementScope&) = delete;
  StatementScope& operator=(const StatementScope&) = delete;

 private:
  Statement& statement_;
};

/// A connection, used by one thread at a time. Statements must be destroyed before it.
class Database {
 public:
  Database() = default;
  Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Database& operator=(Database&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Database();

  /// Opens with `flags` of sqlite3_open_v2 in the VFS named (the default one when empty).
  int Open(const std::string& path, int flags, const std::string& vfs);
  /// Runs statements that return no rows.
  int Execute(const char* sql);
  int Prepare(absl::string_view sql, Statement& statement);
  /// The first column of the only row as text; nothing when there is not one row, or an error.
  std::optional<std::string> Value(absl::string_view sql);

  [[nodiscard]] sqlite3* handle() const { return handle_; }
  /// Text of the last error. SQLite's words and numbers, never stored bytes.
  [[nodiscard]] std::string Message() const;
  /// errno of the last failed system call.
  [[nodiscard]] int SystemErrno() const;

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace xince::journal::sqlite

#endif  // SERVICES_JOURNAL_SQLITE_H_
