#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/struct.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/progress.h"
#include "services/apps/xince/session.h"
#include "services/journal/fsck.h"
#include "services/journal/redis_journal.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"
#include "services/scoring/backtest/recorded.h"

// `xince journal recheck`: judging what a scoring journal says, where `fsck` judges its bytes.
namespace xince::cli {
namespace {

constexpr char kRedisScheme[] = "redis://";
constexpr size_t kDifferencesShownMax = 20;
// What is found, as `fsck` names what it finds.
constexpr char kFinding[] = "STANDING_DIFFERS";

struct RecheckOptions {
  std::string where;
  std::string division;
};

// A journal, and how it is called in messages.
struct Opened {
  std::string where;
  std::unique_ptr<journal::Journal> journal;
};

absl::Status AddressSyntax(const std::string& where) {
  return runtime::InvalidArgument(
      "REDIS_OPTIONS",
      "WHERE",
      "a journal in Redis is written redis://HOST:PORT/JOURNAL, such as "
      "redis://127.0.0.1:6379/local/scoring",
      "Redis 中的流水应写作 redis://主机:端口/流水名,例如 redis://127.0.0.1:6379/local/scoring",
      {{"found", where}});
}

absl::StatusOr<Opened> OpenRedis(const std::string& where, const runtime::Clock& clock) {
  absl::string_view rest = absl::StripPrefix(where, kRedisScheme);
  const size_t slash = rest.find('/');
  if (slash == absl::string_view::npos) return AddressSyntax(where);
  const absl::string_view address = rest.substr(0, slash);
  const size_t colon = address.rfind(':');
  journal::RedisJournalOptions options{.name = std::string(rest.substr(slash + 1)),
                                       .clock = &clock};
  if (options.name.empty() || colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &options.endpoint.port)) {
    return AddressSyntax(where);
  }
  options.endpoint.host = std::string(address.substr(0, colon));
  XINCE_ASSIGN_OR_RETURN(auto journal, journal::OpenRedisJournal(std::move(options)));
  return Opened{.where = where, .journal = std::move(journal)};
}

// The file itself, or scoring's in a data directory. One whose bytes are not sound is left to fsck.
absl::StatusOr<Opened> OpenFile(const std::string& where) {
  std::error_code error;
  const std::string path = std::filesystem::is_directory(where, error)
                               ? (std::filesystem::path(where) / "scoring.journal").string()
                               : where;
  XINCE_ASSIGN_OR_RETURN(const journal::AuditReport report, journal::Fsck(path, {}));
  if (!report.ok()) {
    const journal::AuditProblem& first = *report.First();
    return runtime::ToStatus({.code = absl::StatusCode::kDataLoss,
                              .reason = "JOURNAL_CORRUPT",
                              .en = absl::StrCat(path, ": ", first.en),
                              .zh = absl::StrCat(path, ": ", first.zh),
                              .metadata = {{"kind", std::string(AuditKindName(first.kind))},
                                           {"revision", absl::StrCat(first.revision)}}});
  }
  XINCE_ASSIGN_OR_RETURN(auto journal,
                         journal::SqliteJournal::Open(
                             {.path = path, .name = report.name, .allow_unsafe_filesystem = true}));
  return Opened{.where = path, .journal = std::move(journal)};
}

void PrintRecheckJson(const Opened& opened, const backtest::Recheck& recheck) {
  google::protobuf::Struct summary;
  auto& fields = *summary.mutable_fields();
  fields["where"].set_string_value(opened.where);
  fields["journal"].set_string_value(opened.journal->name());
  fields["ok"].set_bool_value(recheck.different == 0);
  fields["revision"].set_string_value(absl::StrCat(recheck.revision));
  fields["standings"].set_string_value(absl::StrCat(recheck.standings));
  fields["different"].set_string_value(absl::StrCat(recheck.different));
  auto& list = *fields["differences"].mutable_list_value();
  for (const backtest::RecordedDifference& difference : recheck.differences) {
    auto& one = *list.add_values()->mutable_struct_value()->mutable_fields();
    one["subject"].set_string_value(difference.subject);
    one["revision"].set_string_value(absl::StrCat(difference.revision));
    one["day"].set_string_value(difference.day);
    for (const std::string& field : difference.fields)
      one["fields"].mutable_list_value()->add_values()->set_string_value(field);
    one["recorded"].set_string_value(difference.recorded);
    one["computed"].set_string_value(difference.computed);
  }
  PrintJson(summary);
}

int PrintRecheck(const Session& session, const Opened& opened, const backtest::Recheck& recheck) {
  if (session.json()) PrintRecheckJson(opened, recheck);
  if (recheck.different == 0) {
    if (!session.json()) {
      std::cout << opened.where << ": " << opened.journal->name() << " 截至第 " << recheck.revision
                << " 版记录的 " << recheck.standings << " 项评价结果重新评定后全部一致\n";
    }
    return kExitDone;
  }
  std::cerr << "xince: " << kFinding << "\n  " << opened.where << ": 重新评定 " << recheck.standings
            << " 项已记录的评价结果," << recheck.different << " 项与记录不一致 ("
            << recheck.different << " of " << recheck.standings
            << " recorded standings are not what is computed)\n";
  size_t shown = 0;
  for (const backtest::RecordedDifference& difference : recheck.differences) {
    if (++shown > kDifferencesShownMax) break;
    std::cerr << "  revision " << difference.revision << " " << difference.subject << " "
              << difference.day << ": " << absl::StrJoin(difference.fields, ", ") << "\n"
              << "    recorded " << difference.recorded << "\n"
              << "    computed " << difference.computed << "\n";
  }
  return kExitRefused;
}

int Recheck(Session& session, const RecheckOptions& options) {
  const bool redis = options.where.rfind(kRedisScheme, 0) == 0;
  const absl::StatusOr<Opened> opened =
      redis ? OpenRedis(options.where, session.clock) : OpenFile(options.where);
  if (!opened.ok()) {
    const int code = Refuse(opened.status());
    return runtime::ReasonOf(opened.status()) == "REDIS_OPTIONS" ? kExitUsage : code;
  }
  std::optional<Progress> progress;
  uint64_t before = 0;
  const absl::StatusOr<backtest::Recheck> recheck = backtest::RecheckJournal(
      *opened->journal, options.division, [&](uint64_t done, uint64_t all) {
        if (!progress.has_value()) progress.emplace("recheck", all, session.clock);
        progress->Add(done - std::exchange(before, done));
      });
  progress.reset();
  if (!recheck.ok()) return Refuse(recheck.status());
  return PrintRecheck(session, *opened, *recheck);
}

}  // namespace

void AddRecheck(Command& group) {
  const auto options = std::make_shared<RecheckOptions>();
  group.Add("recheck", "assesses every standing that a scoring journal records again")
      .Argument("WHERE",
                options->where,
                "scoring's journal database, a data directory, or redis://HOST:PORT/JOURNAL")
      .Option("--division",
              options->division,
              "division of the register; that of its first pack unless given")
      .Run([options](Session& session) { return Recheck(session, *options); });
}

}  // namespace xince::cli
