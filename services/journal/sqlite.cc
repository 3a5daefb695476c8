#include "services/journal/sqlite.h"

#include "absl/strings/str_cat.h"
#include <sqlite3.h>

namespace xince::journal::sqlite {

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Statement::BindBlob(int index, absl::string_view value) {
  // A null pointer would bind NULL, not the empty blob.
  sqlite3_bind_blob64(
      statement_, index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_STATIC);
}

void Statement::BindText(int index, absl::string_view value) {
  sqlite3_bind_text64(statement_,
                      index,
                      value.data() == nullptr ? "" : value.data(),
                      value.size(),
                      SQLITE_STATIC,
                      SQLITE_UTF8);
}

int Statement::Step() { return sqlite3_step(statement_); }

void Statement::Reset() { sqlite3_reset(statement_); }

int Statement::Run() {
  const int code = Step();
  Reset();
  return code;
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

absl::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

Database::~Database() { sqlite3_close(handle_); }

int Database::Open(const std::string& path, int flags, const std::string& vfs) {
  const int code = sqlite3_open_v2(
      path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, vfs.empty() ? nullptr : vfs.c_str());
  if (handle_ != nullptr) sqlite3_extended_result_codes(handle_, 1);
  return code;
}

int Database::Execute(const char* sql) {
  return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
}

int Database::Prepare(absl::string_view sql, Statement& statement) {
  sqlite3_finalize(std::exchange(statement.statement_, nullptr));
  return sqlite3_prepare_v3(handle_,
                            sql.data(),
                            static_cast<int>(sql.size()),
                            SQLITE_PREPARE_PERSISTENT,
                            &statement.statement_,
                            nullptr);
}

std::optional<std::string> Database::Value(absl::string_view sql) {
  Statement statement;
  if (Prepare(sql, statement) != SQLITE_OK || statement.Step() != SQLITE_ROW) return std::nullopt;
  std::string value(statement.Bytes(0));
  // A statement that also writes, such as a pragma, may fail after its row.
  if (statement.Step() != SQLITE_DONE) return std::nullopt;
  return value;
}

std::string Database::Message() const {
  if (handle_ == nullptr) return "out of memory";
  return absl::StrCat(sqlite3_errmsg(handle_), " (", sqlite3_extended_errcode(handle_), ")");
}

int Database::SystemErrno() const {
  if (handle_ == nullptr) return 0;
  if (const int told = sqlite3_system_errno(handle_); told != 0) return told;
  // SQLite does not tell it of a commit that failed: the log's file knows.
  sqlite3_file* log = nullptr;
  int last = 0;
  if (sqlite3_file_control(
          handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log)) == SQLITE_OK &&
      log != nullptr && log->pMethods != nullptr) {
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &last);
  }
  return last;
}

}  // namespace xince::journal::sqlite
