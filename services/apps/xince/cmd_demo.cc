#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/demo/generator.h"
#include "services/apps/xince/demo_loader.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"
#include "services/runtime/errors.h"
#include "services/type/divisions.h"

// `xince demo`: the demonstration register.
namespace xince::cli {
namespace {

constexpr char kDemoActor[] = "demo";

struct Options {
  uint64_t seed = 1;
  std::string out;
};

absl::StatusOr<std::vector<demo::Step>> Generate(const Session& session, uint64_t seed) {
  XINCE_ASSIGN_OR_RETURN(
      const type::Divisions divisions,
      type::Divisions::Load(absl::StrCat(session.ShareDirectory(), "/divisions.bin")));
  return demo::Generate(seed, divisions);
}

// How many requests of each method, in the order they are sent.
std::vector<std::pair<std::string, size_t>> CountByMethod(const std::vector<demo::Step>& steps) {
  std::vector<std::pair<std::string, size_t>> counts;
  for (const demo::Step& step : steps) {
    if (counts.empty() || counts.back().first != step.method) counts.emplace_back(step.method, 0);
    counts.back().second += step.requests.size();
  }
  return counts;
}

int WriteRegister(Session& session, const Options& options) {
  const auto steps = Generate(session, options.seed);
  if (!steps.ok()) return Refuse(steps.status());
  const std::string lines = demo::ToJsonLines(*steps);
  if (options.out.empty()) {
    std::cout << lines;
    return kExitDone;
  }
  const std::string path = absl::StrCat(options.out, "/demo-", options.seed, ".jsonl");
  if (absl::Status status = WriteFile(path, lines); !status.ok()) return Refuse(status);
  std::cout << path << "\n";
  return kExitDone;
}

void PrintSummary(const Session& session,
                  const std::vector<demo::Step>& steps,
                  bool was_there,
                  absl::Duration filing,
                  absl::Duration all) {
  size_t total = 0;
  for (const demo::Step& step : steps) total += step.requests.size();
  if (session.json()) {
    google::protobuf::Struct summary;
    auto& fields = *summary.mutable_fields();
    fields["requests"].set_number_value(static_cast<double>(total));
    fields["alreadyLoaded"].set_bool_value(was_there);
    fields["filingSeconds"].set_number_value(absl::ToDoubleSeconds(filing));
    fields["seconds"].set_number_value(absl::ToDoubleSeconds(all));
    PrintJson(summary);
    return;
  }
  Table table({{.text = "方法"}, {.text = "件数", .right = true}});
  for (const auto& [method, count] : CountByMethod(steps)) table.Add({method, absl::StrCat(count)});
  table.Add({"合计", absl::StrCat(total)});
  std::cout << table.ToText();
  if (was_there) {
    std::cout << "示例名册此前已登记";
  } else {
    std::cout << "登记用时 " << FormatHundredths(absl::ToInt64Milliseconds(filing) / 10) << " 秒";
  }
  std::cout << ",至评分完成共 " << FormatHundredths(absl::ToInt64Milliseconds(all) / 10) << " 秒\n";
}

int LoadRegister(Session& session, const Options& options) {
  const auto steps = Generate(session, options.seed);
  if (!steps.ok()) return Refuse(steps.status());
  const absl::Time start = session.clock.Now();
  DemoLoader loader(session, *steps);
  const absl::StatusOr<bool> there = loader.IsLoaded();
  if (!there.ok()) return Refuse(there.status());
  if (!*there) {
    if (absl::Status status = loader.Load(); !status.ok()) return Refuse(status);
  }
  const absl::Duration filing = session.clock.Now() - start;
  if (absl::Status status = loader.WaitForScoring(); !status.ok()) return Refuse(status);
  PrintSummary(session, *steps, *there, filing, session.clock.Now() - start);
  return kExitDone;
}

}  // namespace

void AddDemo(Command& app) {
  Command group = app.AddGroup("demo", "the demonstration register: invented, always the same");
  const auto written = std::make_shared<Options>();
  group.Add("generate", "writes its requests as JSON lines")
      .Option("--seed", written->seed, "another seed, another register")
      .Option("--out", written->out, "directory; standard output unless given")
      .Run([written](Session& session) { return WriteRegister(session, *written); });
  const auto loaded = std::make_shared<Options>();
  group.Add("load", "files it, as the actor demo unless another is given")
      .Option("--seed", loaded->seed, "another seed, another register")
      .Run([loaded](Session& session) {
        if (session.actor.empty()) session.actor = kDemoActor;
        return LoadRegister(session, *loaded);
      });
}

}  // namespace xince::cli
