#include "services/journal/journal_errors.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using Metadata = std::map<std::string, std::string>;

std::string Text(int64_t number) { return std::to_string(number); }
std::string Text(uint64_t number) { return std::to_string(number); }

absl::Status Make(absl::StatusCode code,
                  absl::string_view reason,
                  std::string en,
                  std::string zh,
                  Metadata metadata,
                  int64_t retry_after_ms = 0) {
  return runtime::ToStatus(runtime::Problem{.code = code,
                                            .reason = std::string(reason),
                                            .en = std::move(en),
                                            .zh = std::move(zh),
                                            .metadata = std::move(metadata),
                                            .retry_after_ms = retry_after_ms});
}

}  // namespace

absl::Status ConflictError(const Head& expected, const Head& head) {
  return Make(absl::StatusCode::kAborted,
              "JOURNAL_CONFLICT",
              absl::StrCat("the journal ends at revision ",
                           head.revision,
                           ", not where the writer expected (",
                           expected.revision,
                           "); catch up and decide again"),
              absl::StrCat("日志已到修订号 ",
                           head.revision,
                           ",与写入方预期的 ",
                           expected.revision,
                           " 不符,请追平后重新决策"),
              {{"expected", Text(expected.revision)}, {"head", Text(head.revision)}});
}

absl::Status LimitError(absl::string_view what, uint64_t asked, uint64_t max) {
  return runtime::InvalidArgument(
      "JOURNAL_LIMIT",
      what,
      absl::StrCat(
          what, " is ", asked, ", allowed is at most ", max, asked == 0 ? " and at least 1" : ""),
      absl::StrCat(what, " 为 ", asked, ",最大允许 ", max, asked == 0 ? ",至少为 1" : ""),
      {{"limit", Text(asked)}, {"max", Text(max)}});
}

absl::Status TimeBackwardsError(int64_t record_time_us, int64_t previous_us) {
  return runtime::InvalidArgument(
      "JOURNAL_TIME_BACKWARDS",
      "record_time",
      absl::StrCat("the entry's record time is ",
                   previous_us - record_time_us,
                   " microseconds before its predecessor's; check the machine's clock"),
      absl::StrCat(
          "该条目的记录时间比前一条早 ", previous_us - record_time_us, " 微秒,请检查主机时钟"),
      {{"record_time_us", Text(record_time_us)}, {"previous_us", Text(previous_us)}});
}

absl::Status CorruptError(Revision revision, absl::string_view what) {
  return Make(absl::StatusCode::kDataLoss,
              "JOURNAL_CORRUPT",
              absl::StrCat("the journal is damaged at revision ",
                           revision,
                           ": ",
                           what,
                           "; stop the service and restore from a backup or another replica"),
              absl::StrCat("日志在修订号 ", revision, " 处损坏,请停止服务并从备份或其他副本恢复"),
              {{"revision", Text(revision)}});
}

absl::Status RollbackError(Revision head, Revision acknowledged) {
  return Make(
      absl::StatusCode::kDataLoss,
      "ROLLBACK_DETECTED",
      absl::StrCat("the journal ends at revision ",
                   head,
                   " although revision ",
                   acknowledged,
                   " was acknowledged; it is not continued"),
      absl::StrCat("日志止于修订号 ", head, ",而修订号 ", acknowledged, " 曾被确认,已停止续写"),
      {{"head", Text(head)}, {"acknowledged", Text(acknowledged)}});
}

absl::Status RevisionUnknownError(Revision revision, Revision head) {
  return Make(absl::StatusCode::kOutOfRange,
              "REVISION_UNKNOWN",
              absl::StrCat("the journal ends at revision ", head, ", before revision ", revision),
              absl::StrCat("日志止于修订号 ", head, ",尚无修订号 ", revision),
              {{"revision", Text(revision)}, {"head", Text(head)}});
}

absl::Status CheckpointUnknownError(Revision size) {
  return Make(absl::StatusCode::kNotFound,
              "CHECKPOINT_UNKNOWN",
              absl::StrCat("no signed checkpoint covers ", size, " entries yet"),
              absl::StrCat("尚无覆盖 ", size, " 条记录的签名检查点"),
              {{"size", Text(size)}});
}

absl::Status DiskFullError(absl::string_view journal) {
  return Make(absl::StatusCode::kResourceExhausted,
              "JOURNAL_DISK_FULL",
              "the disk of the journal is full, nothing was written; free space on its volume, "
              "writes resume by themselves",
              "日志所在磁盘已满,本次未写入任何内容;释放空间后写入会自动恢复",
              {{"journal", std::string(journal)}},
              1000);
}

absl::Status UnavailableError(absl::string_view journal,
                              absl::string_view why,
                              int64_t retry_after_ms) {
  return Make(
      absl::StatusCode::kUnavailable,
      "JOURNAL_UNAVAILABLE",
      absl::StrCat("the journal cannot answer now: ", why, "; retry with the same request id"),
      "日志暂不可用,请使用相同的请求编号重试",
      {{"journal", std::string(journal)}},
      retry_after_ms);
}

absl::Status DeadError(absl::string_view journal, absl::string_view why) {
  return Make(absl::StatusCode::kUnavailable,
              "JOURNAL_DEAD",
              absl::StrCat("the journal's storage failed (",
                           why,
                           "); this process acknowledges nothing more and must be restarted"),
              "日志存储发生故障,本进程不再确认任何写入,必须重启",
              {{"journal", std::string(journal)}},
              1000);
}

absl::Status LockedError(absl::string_view path, absl::string_view holder) {
  return runtime::FailedPrecondition(
      "JOURNAL_LOCKED",
      "",
      absl::StrCat("another process",
                   holder.empty() ? "" : absl::StrCat(" (", holder, ")"),
                   " has the journal ",
                   path,
                   " open; stop it, or give this one its own data directory"),
      absl::StrCat("日志 ", path, " 已被其他进程打开,请先停止该进程,或为本进程指定单独的数据目录"),
      {{"path", std::string(path)}});
}

}  // namespace xince::journal
