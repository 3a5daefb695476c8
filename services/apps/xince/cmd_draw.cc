#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/draw_check.h"
#include "services/apps/xince/draw_lists.h"
#include "services/apps/xince/policy_files.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"
#include "services/runtime/errors.h"
#include "services/type/civil_date.h"
#include "services/type/csv.h"

// `xince draw`: the lists of a random inspection looked up, the draw, its publication, and whether it was
// right.
namespace xince::cli {
namespace {

namespace iv = ::xince::inspection::v1;
using iv::InspectionDraw;

constexpr size_t kRequestBytesMax = 4 << 20;
constexpr char kService[] = "xince.inspection.v1.InspectionService/";

std::string Method(const char* name) { return absl::StrCat(kService, name); }

// ---- Lists --------------------------------------------------------------------------------------

struct ListsOptions {
  std::string name, title, division, issuer;
  std::string population = "firms";
  std::string inspectors, conflicts, exclusions, weights;
  int year = 0;
  int round = 1;
  int objects = 0;
  int inspectors_per_object = 2;
  bool equal = false;
};

// The rows of a file with these columns, all of them required but the last of two.
absl::StatusOr<std::vector<std::vector<std::string>>> Rows(
    const std::string& path, const std::vector<type::CsvColumn>& columns) {
  if (path.empty()) return std::vector<std::vector<std::string>>();
  XINCE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, type::kCsvFileBytesMax));
  XINCE_ASSIGN_OR_RETURN(const type::CsvTable table, type::ReadCsv(bytes, columns));
  std::vector<std::vector<std::string>> rows;
  for (const type::CsvRow& row : table.rows) {
    XINCE_RETURN_IF_ERROR(row.problem);
    rows.push_back(row.cells);
  }
  return rows;
}

type::CsvColumn Needed(const std::string& name, const std::string& zh) {
  return {.name = name, .aliases = {zh}, .required = true};
}

absl::Status ReadFiles(const ListsOptions& options, InspectionDraw& draw) {
  XINCE_ASSIGN_OR_RETURN(
      const auto inspectors,
      Rows(options.inspectors,
           {Needed("id", "执法证号"), {.name = "display_name", .aliases = {"姓名"}}}));
  for (const auto& cells : inspectors) {
    iv::DrawInspector& one = *draw.add_inspectors();
    one.set_id(cells[0]);
    one.set_display_name(cells[1]);
  }
  XINCE_ASSIGN_OR_RETURN(const auto conflicts,
                         Rows(options.conflicts,
                              {Needed("inspector", "执法证号"),
                               Needed("subject", "对象"),
                               Needed("reason", "回避原因")}));
  for (const auto& cells : conflicts) {
    iv::DrawConflict& one = *draw.add_conflicts();
    one.set_inspector(cells[0]);
    one.set_subject(cells[1]);
    one.set_reason(cells[2]);
  }
  XINCE_ASSIGN_OR_RETURN(
      const auto exclusions,
      Rows(options.exclusions, {Needed("subject", "对象"), Needed("reason", "原因")}));
  for (const auto& cells : exclusions) {
    iv::DrawExclusion& one = *draw.add_exclusions();
    one.set_subject(cells[0]);
    one.set_reason(cells[1]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<WeightsFile>> Weights(const Session& session,
                                                   const std::string& path,
                                                   const std::string& division) {
  if (path.empty()) return InstalledWeights(session, division);
  XINCE_ASSIGN_OR_RETURN(WeightsFile file, ReadWeights(path));
  return file;
}

absl::StatusOr<InspectionDraw> MakeLists(Session& session, const ListsOptions& options) {
  InspectionDraw draw;
  if (!options.name.empty()) draw.set_name(options.name);
  draw.set_title(options.title);
  draw.set_division(options.division);
  draw.set_issuer(options.issuer);
  draw.set_population(options.population == "firms" ? InspectionDraw::FIRMS
                                                    : InspectionDraw::PROJECTS);
  int year = options.year;
  if (year == 0) {
    // The first four digits of a date.
    (void)absl::SimpleAtoi(
        type::FormatDate(type::TodayInShanghai(session.clock.Now())).substr(0, 4), &year);
  }
  draw.set_year(year);
  draw.set_round(options.round);
  draw.set_objects(options.objects);
  draw.set_inspectors_per_object(options.inspectors_per_object);
  XINCE_RETURN_IF_ERROR(ReadFiles(options, draw));
  std::optional<WeightsFile> weights;
  if (!options.equal) {
    XINCE_ASSIGN_OR_RETURN(weights, Weights(session, options.weights, options.division));
    if (!weights.has_value()) {
      std::cerr << "该区划没有权重表,各对象权重相同 (no table of weights: all weigh alike)\n";
    }
  }
  XINCE_RETURN_IF_ERROR(LookUpLists(session, weights.has_value() ? &*weights : nullptr, draw));
  return draw;
}

int Lists(Session& session, const ListsOptions& options) {
  const absl::StatusOr<InspectionDraw> draw = MakeLists(session, options);
  if (!draw.ok()) return Refuse(draw.status());
  PrintJson(*draw);
  return kExitDone;
}

// ---- One draw -----------------------------------------------------------------------------------

void PrintDraw(const Session& session, const InspectionDraw& draw) {
  if (session.json()) return PrintJson(draw);
  std::cout << draw.name() << "  " << draw.title() << "  " << draw.year() << "年第" << draw.round()
            << "轮  " << draw.draw_date() << "\n"
            << "种子 " << draw.seed() << " ("
            << (draw.seed_by_server() ? "系统产生" : draw.seed_source()) << ")\n"
            << "名录 " << draw.candidates_size() << "户,摘要 " << draw.input_digest() << "\n";
  if (draw.has_basis()) {
    std::cout << "依据 " << draw.basis().as_of() << " 的信用登记,版本 " << draw.basis().revision();
    if (!draw.basis().weights().empty()) std::cout << ",权重表 " << draw.basis().weights();
    std::cout << "\n";
  }
  if (draw.info().has_voiding()) std::cout << "已作废: " << draw.info().voiding().reason() << "\n";
  if (draw.published()) {
    std::cout << "已公开 " << draw.publish_date() << " " << draw.publish_uri() << "\n";
  }
  Table table({{.text = "次序", .right = true},
               {.text = "对象", .columns_max = 100},
               {.text = "权重", .right = true},
               {.text = "检查人员", .columns_max = 100}});
  for (int i = 0; i < draw.drawn_size(); ++i) {
    table.Add({absl::StrCat(i + 1),
               draw.drawn(i).subject(),
               absl::StrCat(draw.drawn(i).weight()),
               absl::StrJoin(draw.drawn(i).inspectors(), ", ")});
  }
  std::cout << table.ToText();
}

absl::StatusOr<InspectionDraw> Fetch(Session& session, const std::string& name) {
  iv::GetInspectionDrawRequest request;
  request.set_name(name);
  InspectionDraw draw;
  XINCE_RETURN_IF_ERROR(session.Call(Method("GetInspectionDraw"), request, draw));
  return draw;
}

absl::StatusOr<InspectionDraw> ReadDraw(const std::string& path) {
  XINCE_ASSIGN_OR_RETURN(const std::string json, ReadFile(path, kRequestBytesMax));
  InspectionDraw draw;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &draw);
  if (status.ok()) return draw;
  const std::string why(status.message().data(), status.message().size());
  return runtime::InvalidArgument("JSON_SYNTAX",
                                  "",
                                  absl::StrCat(path, " is no InspectionDraw in JSON: ", why),
                                  absl::StrCat(path, " 不是抽取记录的 JSON: ", why));
}

bool IsName(const std::string& which) { return absl::StartsWith(which, "inspectionDraws/"); }

struct MakeOptions {
  std::string lists, seed, seed_source, request_id;
};

int Make(Session& session, const MakeOptions& options) {
  absl::StatusOr<InspectionDraw> lists = ReadDraw(options.lists);
  if (!lists.ok()) return Refuse(lists.status());
  iv::DrawInspectionsRequest request;
  request.set_request_id(options.request_id);
  *request.mutable_inspection_draw() = *std::move(lists);
  if (!options.seed.empty()) request.mutable_inspection_draw()->set_seed(options.seed);
  if (!options.seed_source.empty()) {
    request.mutable_inspection_draw()->set_seed_source(options.seed_source);
  }
  InspectionDraw draw;
  const absl::Status status = session.Call(Method("DrawInspections"), request, draw);
  if (!status.ok()) return Refuse(status);
  PrintDraw(session, draw);
  return kExitDone;
}

int Get(Session& session, const std::string& name) {
  const absl::StatusOr<InspectionDraw> draw =
      Fetch(session, IsName(name) ? name : absl::StrCat("inspectionDraws/", name));
  if (!draw.ok()) return Refuse(draw.status());
  PrintDraw(session, *draw);
  return kExitDone;
}

struct PublishOptions {
  std::string name, date, uri, request_id;
};

int Publish(Session& session, const PublishOptions& options) {
  const absl::StatusOr<InspectionDraw> read = Fetch(session, options.name);
  if (!read.ok()) return Refuse(read.status());
  iv::PublishInspectionDrawRequest request;
  request.set_request_id(options.request_id);
  request.set_name(options.name);
  request.set_expected_revision(read->info().revision());
  request.set_publish_date(options.date);
  request.set_publish_uri(options.uri);
  InspectionDraw draw;
  const absl::Status status = session.Call(Method("PublishInspectionDraw"), request, draw);
  if (!status.ok()) return Refuse(status);
  PrintDraw(session, draw);
  return kExitDone;
}

// ---- Verification -------------------------------------------------------------------------------

struct VerifyOptions {
  std::string which, weights;
  bool offline = false;
};

// What the register says of the draw: the record, the standings, who else is filed.
absl::Status AskRegister(Session& session,
                         bool from_file,
                         const InspectionDraw& draw,
                         std::vector<DrawCheck>& checks) {
  if (from_file) {
    XINCE_ASSIGN_OR_RETURN(const InspectionDraw filed, Fetch(session, draw.name()));
    checks.push_back(CheckRecord(draw, filed));
  }
  if (!draw.has_basis()) {
    checks.push_back({.id = "standings",
                      .outcome = DrawCheck::Outcome::kNotChecked,
                      .en = "grades and lists were given by hand, without a basis",
                      .zh = "等级与所在名单系手工填写,未注明依据,无从核对"});
    return absl::OkStatus();
  }
  std::vector<std::string> candidates;
  for (const auto& one : draw.candidates()) candidates.push_back(one.subject());
  XINCE_ASSIGN_OR_RETURN(const auto known, StandingsAt(session, candidates, draw.basis(), nullptr));
  checks.push_back(CheckStandings(draw, known));
  XINCE_ASSIGN_OR_RETURN(const std::vector<std::string> filed, FiledSubjects(session, draw));
  XINCE_ASSIGN_OR_RETURN(const auto all, StandingsAt(session, filed, draw.basis(), nullptr));
  checks.push_back(CheckPopulation(draw, all));
  return absl::OkStatus();
}

std::string LabelZh(const std::string& id) {
  static const auto* const kLabels =
      new std::map<std::string, std::string>{{"algorithm", "算法"},
                                             {"lists", "名录摘要"},
                                             {"weights", "权重"},
                                             {"result", "抽取结果"},
                                             {"table", "权重表"},
                                             {"record", "登记记录"},
                                             {"standings", "信用登记"},
                                             {"population", "对象范围"}};
  const auto found = kLabels->find(id);
  return found == kLabels->end() ? id : found->second;
}

const char* OutcomeZh(DrawCheck::Outcome outcome) {
  switch (outcome) {
    case DrawCheck::Outcome::kRight:
      return "一致";
    case DrawCheck::Outcome::kWrong:
      return "不符";
    case DrawCheck::Outcome::kNotChecked:
      return "未核对";
  }
  return "";
}

const char* OutcomeWord(DrawCheck::Outcome outcome) {
  switch (outcome) {
    case DrawCheck::Outcome::kRight:
      return "right";
    case DrawCheck::Outcome::kWrong:
      return "wrong";
    case DrawCheck::Outcome::kNotChecked:
      return "not-checked";
  }
  return "";
}

void PrintChecks(const Session& session,
                 const InspectionDraw& draw,
                 const std::vector<DrawCheck>& checks,
                 bool right) {
  if (session.json()) {
    google::protobuf::Struct out;
    SetJson(out, "draw", draw.name());
    (*out.mutable_fields())["right"].set_bool_value(right);
    JsonList list(out, "checks");
    for (const DrawCheck& check : checks) {
      google::protobuf::Struct& one = list.Add();
      SetJson(one, "check", check.id);
      SetJson(one, "outcome", OutcomeWord(check.outcome));
      SetJson(one, "zh", check.zh);
      SetJson(one, "en", check.en);
    }
    return PrintJson(out);
  }
  Table table({{.text = "核对"}, {.text = "结果"}, {.text = "说明", .columns_max = 200}});
  for (const DrawCheck& check : checks) {
    table.Add({LabelZh(check.id), OutcomeZh(check.outcome), check.zh});
  }
  std::cout << draw.name() << "  " << draw.title() << "\n"
            << table.ToText() << (right ? "抽取无误\n" : "抽取有误或未能核对\n");
}

int Verify(Session& session, const VerifyOptions& options) {
  const bool from_file = !IsName(options.which);
  const absl::StatusOr<InspectionDraw> draw =
      from_file ? ReadDraw(options.which) : Fetch(session, options.which);
  if (!draw.ok()) return Refuse(draw.status());
  const auto table = Weights(session, options.weights, draw->division());
  if (!table.ok()) return Refuse(table.status());
  std::vector<DrawCheck> checks = CheckRepeated(*draw);
  checks.push_back(CheckTable(*draw, table->has_value() ? &**table : nullptr));
  if (!options.offline) {
    const absl::Status status = AskRegister(session, from_file, *draw, checks);
    if (!status.ok()) return Refuse(status);
  }
  const bool right = std::all_of(checks.begin(), checks.end(), [](const DrawCheck& check) {
    return check.outcome == DrawCheck::Outcome::kRight;
  });
  PrintChecks(session, *draw, checks, right);
  return right ? kExitDone : kExitRefused;
}

// ---- The command line ---------------------------------------------------------------------------

void AddListsCommand(Command& group) {
  const auto options = std::make_shared<ListsOptions>();
  group.Add("lists", "looks up who can be drawn, and how each weighs; prints JSON for `draw make`")
      .Required("--title", options->title, "such as 2026年度物业服务企业双随机检查")
      .Required("--division", options->division, "division whose organ draws")
      .Required("--issuer", options->issuer, "organ that draws")
      .Choice("--population", options->population, {"firms", "projects"}, "what is drawn from")
      .Option("--year", options->year, "year of the plan; this year unless given")
      .Option("--round", options->round, "round within the year")
      .Option("--objects", options->objects, "how many are drawn")
      .Option(
          "--inspectors-per-object", options->inspectors_per_object, "inspectors of each, 1 to 5")
      .Required("--inspectors", options->inspectors, "CSV: id 执法证号, display_name 姓名")
      .Option("--conflicts",
              options->conflicts,
              "CSV: inspector 执法证号, subject 对象, reason 回避原因")
      .Option("--exclude", options->exclusions, "CSV: subject 对象, reason 原因")
      .Option("--weights", options->weights, "table of weights; the city's unless given")
      .Flag("--equal", options->equal, "all weigh alike")
      .Option("--name", options->name, "inspectionDraws/…, chosen by the register unless given")
      .Run([options](Session& session) { return Lists(session, *options); });
}

void AddMakeCommand(Command& group) {
  const auto options = std::make_shared<MakeOptions>();
  group.Add("make", "draws from the lists, and files the draw")
      .Argument("LISTS", options->lists, "file that `draw lists` printed; - for standard input")
      .Option(
          "--seed", options->seed, "such as the numbers of a public lottery; random unless given")
      .Option("--seed-source", options->seed_source, "where the seed comes from")
      .Option("--request-id", options->request_id, "makes the call repeatable")
      .Run([options](Session& session) { return Make(session, *options); });
}

void AddPublishCommand(Command& group) {
  const auto options = std::make_shared<PublishOptions>();
  group.Add("publish", "records that the result was made public")
      .Argument("NAME", options->name, "inspectionDraws/…")
      .Option("--date", options->date, "day it was made public; today unless given")
      .Option("--uri", options->uri, "where it is")
      .Option("--request-id", options->request_id, "makes the call repeatable")
      .Run([options](Session& session) { return Publish(session, *options); });
}

void AddVerifyCommand(Command& group) {
  const auto options = std::make_shared<VerifyOptions>();
  group.Add("verify", "draws again and looks everything up again; 1 unless all is right")
      .Argument("DRAW",
                options->which,
                "inspectionDraws/…, or a file of one as JSON; - for standard input")
      .Option("--weights", options->weights, "table of weights; the city's unless given")
      .Flag("--offline", options->offline, "only what the draw itself says")
      .Run([options](Session& session) { return Verify(session, *options); });
}

}  // namespace

void AddDraws(Command& app) {
  Command group = app.AddGroup("draw", "random inspections 双随机");
  AddListsCommand(group);
  AddMakeCommand(group);
  AddPublishCommand(group);
  AddVerifyCommand(group);
  const auto name = std::make_shared<std::string>();
  group.Add("get", "one draw")
      .Argument("NAME", *name, "inspectionDraws/…, or its id")
      .Run([name](Session& session) { return Get(session, *name); });
  AddRecordList(group, "inspection.inspection-draw");
}

}  // namespace xince::cli
