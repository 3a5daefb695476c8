#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "xince/journal/v1/entries.pb.h"
#include "xince/journal/v1/scoring.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/apps/host/feed_module.h"
#include "services/apps/host/stores.h"
#include "services/feeds/record_store.h"
#include "services/journal/machine.h"
#include "services/journal/read_ahead.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/clock.h"
#include "services/runtime/errors.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"
#include "tests/bench/benches.h"
#include "tests/bench/load.h"
#include "tests/bench/server.h"
#include "tests/bench/stopwatch.h"

namespace xince::bench {
namespace {

constexpr size_t kDraftsPerAppend = 1000;
// A firm for so many entries: 20,000 firms with 25 pieces each when there are 1,000,000 entries.
constexpr long kEntriesPerFirm = 50;

int FirmsFor(const BenchOptions& options) {
  return static_cast<int>(std::max(1L, options.entries / kEntriesPerFirm));
}

std::unique_ptr<journal::SqliteJournal> OpenAt(const std::string& path, const std::string& name) {
  auto opened = journal::SqliteJournal::Open({.path = path, .name = name});
  if (!opened.ok()) Fail(std::string(opened.status().message()));
  return *std::move(opened);
}

void AppendAll(journal::Journal& journal, std::vector<journal::Draft>& drafts) {
  const auto head = journal.StableHead();
  const auto appended = journal.Append(*head, drafts);
  if (!appended.ok()) Fail(std::string(appended.status().message()));
  drafts.clear();
}

// What the inspection feed would have recorded.
journal::Draft FeedDraft(const std::vector<std::string>& subjects, long number) {
  inspection::v1::Conduct conduct =
      ConductAbout(subjects[static_cast<size_t>(number) % subjects.size()], number).conduct();
  conduct.set_name(absl::StrCat("conducts/", number));
  journal::v1::FeedEntry entry;
  entry.set_name(conduct.name());
  entry.set_type(conduct.GetDescriptor()->full_name());
  entry.set_version(1);
  entry.set_record(conduct.SerializeAsString());
  entry.set_request_digest(std::string(64, 'd'));
  return {.record_time_us = 1 + number,
          .actor = "bench",
          .request_id = absl::StrCat("bench-", number),
          .payload = entry.SerializeAsString()};
}

void Time(const std::string& what,
          long entries,
          journal::Journal& journal,
          journal::State& state,
          bool from_snapshot) {
  const runtime::SystemClock clock;
  Took took;
  if (from_snapshot) {
    journal::Machine machine(journal, state, clock, {});
    const Stopwatch watch;
    const absl::Status status = machine.Recover();
    took = watch.Read();
    if (!status.ok()) Fail(runtime::ReasonOf(status) + std::string(status.message()));
    if (machine.durable() != static_cast<journal::Revision>(entries)) Fail("short recovery");
  } else {
    state.Clear();
    const Stopwatch watch;
    const absl::Status status = journal::ReadAhead(
        journal, 0, [&](const journal::Entry& entry) { return state.Apply(entry, nullptr); });
    took = watch.Read();
    if (!status.ok()) Fail(runtime::ReasonOf(status) + std::string(status.message()));
  }
  if (from_snapshot) {
    std::printf(
        "%-44s %12.2f %12s s for %ld entries  (aim 2)\n", what.c_str(), took.seconds, "", entries);
  } else {
    std::printf("%-44s %12.0f %12s entries/s  (aim 100000)\n",
                what.c_str(),
                static_cast<double>(entries) / took.seconds,
                "");
  }
  std::printf("%-44s %12.1f %12s us of processors each\n",
              "",
              took.cpu_seconds / static_cast<double>(entries) * 1e6,
              "");
  std::fflush(stdout);
}

void StoreSnapshot(journal::Journal& journal, const journal::State& state) {
  const auto head = journal.StableHead();
  Stopwatch watch;
  journal::Snapshot snapshot{
      .at = *head, .format = state.SnapshotFormat(), .state = state.SaveSnapshot()};
  const double saved = watch.Read().seconds;
  const absl::Status stored = journal.PutSnapshot(snapshot);
  if (!stored.ok()) Fail(std::string(stored.message()));
  std::printf("%-44s %12.2f %12s s, writes wait\n", "  a snapshot: the state as bytes", saved, "");
  std::printf("%-44s %12.2f %12s s for %zu bytes, writes go on\n",
              "  a snapshot: stored",
              watch.Read().seconds - saved,
              "",
              snapshot.state.size());
  std::fflush(stdout);
}

void ReplayFeed(const BenchOptions& options) {
  const feeds::FeedDefinition definition =
      host::DefineFeed("inspection", feeds::KindList(), committee::NoRules());
  const auto journal = OpenAt(options.directory + "/replay.journal", "bench/inspection");
  const std::vector<std::string> subjects = InventFirms(FirmsFor(options));
  std::vector<journal::Draft> drafts;
  for (long i = 0; i < options.entries; ++i) {
    drafts.push_back(FeedDraft(subjects, i));
    if (drafts.size() == kDraftsPerAppend) AppendAll(*journal, drafts);
  }
  if (!drafts.empty()) AppendAll(*journal, drafts);
  feeds::RecordStore store(definition.types);
  Time("replay of a feed's journal", options.entries, *journal, store, /*from_snapshot=*/false);
  StoreSnapshot(*journal, store);
  feeds::RecordStore again(definition.types);
  Time("start of a feed from a snapshot", options.entries, *journal, again, /*from_snapshot=*/true);
}

void ReplayScoring(const BenchOptions& options) {
  const runtime::FakeClock clock(absl::FromUnixSeconds(1790000000));
  const auto journal = OpenAt(options.directory + "/scoring.journal", "bench/scoring");
  const std::vector<std::string> subjects = InventFirms(FirmsFor(options));
  long entries = 0;
  {
    creditfile::CreditState state("3201");
    journal::Machine machine(*journal, state, clock, {.snapshot_every = 1ULL << 60});
    if (!machine.Recover().ok()) Fail("scoring does not start");
    machine.Start();
    const auto packs =
        host::ReadPolicies(options.binary_directory + "/../share/xince/policies", "3201");
    if (!packs.ok()) Fail(std::string(packs.status().message()));
    if (!intake::LoadPolicies(state, machine, *packs).ok()) Fail("the policies do not load");
    intake::DayKeeper days(state, machine, clock);
    if (!days.OpenToday().ok()) Fail("the day does not open");
    long sequence = 0;
    const auto take = [&](const evidence::v1::Evidence& evidence) {
      machine.Submit(
          [&, evidence, at = ++sequence](journal::Transaction& transaction) {
            journal::v1::ScoringEntry entry;
            entry.mutable_evidence_taken()->set_feed("bench");
            auto* batch = entry.mutable_evidence_taken()->add_batches();
            batch->set_sequence(static_cast<uint64_t>(at));
            *batch->add_evidence() = evidence;
            XINCE_RETURN_IF_ERROR(transaction.Append("bench", "", entry.SerializeAsString()));
            return intake::RecordDue(state, transaction);
          },
          [](const absl::Status& status, journal::Revision) {
            if (!status.ok()) Fail(runtime::ReasonOf(status));
          });
      if (sequence % 1000 == 0) {
        (void)machine.Execute([](journal::Transaction&) { return absl::OkStatus(); });
      }
    };
    for (const std::string& subject : subjects) {
      evidence::v1::Evidence filed;
      filed.set_id(absl::StrCat("registry/", subject));
      filed.set_version(1);
      filed.set_subject(subject);
      filed.set_kind("registry.subject");
      filed.mutable_filing()->set_display_name("示例物业");
      filed.mutable_filing()->set_division("320104001");
      take(filed);
    }
    for (long i = 0; static_cast<long>(machine.durable()) < options.entries; ++i) {
      evidence::v1::Evidence fact;
      fact.set_id(absl::StrCat("inspection/conducts/", i));
      fact.set_version(1);
      fact.set_subject(subjects[static_cast<size_t>(i) % subjects.size()]);
      fact.set_kind("inspection.lift-unsafe");
      fact.set_occurred_on("2026-06-01");
      fact.set_determined_on("2026-06-02");
      fact.set_issuer("示例");
      take(fact);
    }
    machine.Stop();
    entries = static_cast<long>(machine.durable());
    creditfile::CreditState replayed("3201");
    Time("replay of the scoring journal", entries, *journal, replayed, /*from_snapshot=*/false);
    StoreSnapshot(*journal, replayed);
  }
  creditfile::CreditState again("3201");
  Time("start of scoring from a snapshot", entries, *journal, again, /*from_snapshot=*/true);
}

}  // namespace

void BenchReplay(const BenchOptions& options) {
  ReplayFeed(options);
  ReplayScoring(options);
}

}  // namespace xince::bench
