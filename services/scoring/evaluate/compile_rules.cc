#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/evaluate/compiler.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

namespace {

constexpr size_t kLevels = 7;
constexpr size_t kRulesMax = 0xFFFE;

ReachMask ReachOfWays(const v1::Item& item) {
  ReachMask mask = 0;
  for (const int way : item.reach()) mask |= static_cast<ReachMask>(1 << (way - v1::DIRECT));
  return mask == 0 ? kDirect : mask;
}

uint8_t LevelsMask(const google::protobuf::RepeatedField<int>& levels) {
  uint8_t mask = 0;
  for (const int level : levels) mask |= static_cast<uint8_t>(1 << level);
  return mask;
}

const v1::Item* FindItem(const v1::Pack& pack, const std::string& subject, const std::string& id) {
  for (const v1::SubjectPolicy& policy : pack.subjects()) {
    if (policy.subject() != subject) continue;
    for (const v1::Item& item : policy.items()) {
      if (item.id() == id) return &item;
    }
  }
  return nullptr;
}

const v1::RepairClass* FindRepairClass(const v1::Pack& pack, const std::string& id) {
  for (const v1::RepairClass& repair : pack.repair_classes()) {
    if (repair.id() == id) return &repair;
  }
  return nullptr;
}

}  // namespace

absl::Status Compiler::AddRules(const v1::Item& item) {
  if (item.has_roll_up()) return absl::OkStatus();
  Rule rule;
  rule.item = item_index_[item.id()];
  XINCE_RETURN_IF_ERROR(CompileRepairs(item.repair_class(), rule));
  if (item.version_of() == v1::Item::VERSION_OF_UNSPECIFIED) {
    AddRule(item, rule);
    return absl::OkStatus();
  }
  rule.own_dated = true;
  rule.own_by_occurred = item.version_of() == v1::Item::OCCURRED;
  rule.own_from = pack_.from().days();
  AddRule(item, rule);
  for (const policy::Pack* earlier : context_.earlier) {
    rule.own_until = std::min(rule.own_from, earlier->until().days());
    rule.own_from = earlier->from().days();
    const v1::Item* version = FindItem(earlier->proto(), proto_->subject(), item.id());
    if (version != nullptr && !version->has_roll_up()) AddRule(*version, rule);
  }
  if (tables_->rules.size() <= kRulesMax) return absl::OkStatus();
  return runtime::InvalidArgument("POLICY_INVALID",
                                  "items",
                                  "the items and their earlier versions are too many",
                                  "评分项及其历史版本过多",
                                  {{"item", item.id()}});
}

void Compiler::AddRule(const v1::Item& proto, Rule rule) {
  rule.reach = ReachOfWays(proto);
  if (!proto.kinds().empty()) rule.kind = context_.vocabulary->kinds.Intern(proto.kinds(0));
  if (proto.has_filter()) CompileFilter(proto.filter(), rule);
  if (proto.has_points()) CompilePoints(proto.points(), rule);
  rule.factor = static_cast<int32_t>(Number(proto.factor(), 10000));
  rule.piece_limits = IntervalOf(proto.piece_limits());
  CompileValidity(proto, rule);
  rule.filtered = rule.levels != 0 || rule.issuer_levels != 0 || rule.own_dated ||
                  !rule.measures.empty() || !rule.tags.empty();
  rule.whole = rule.points != PointsRule::kPerUnit && rule.points != PointsRule::kRatio &&
               rule.factor == 10000 && rule.round_to == 1 && rule.decay.empty();
  rule.this_year_only =
      rule.end == Rule::End::kScoringYears && rule.end_count == 0 && rule.defer == 0;
  tables_->items[rule.item].escalates |= proto.points().has_escalation();
  const auto index = static_cast<uint16_t>(tables_->rules.size());
  for (const std::string& kind : proto.kinds()) {
    kind_rules_.emplace_back(context_.vocabulary->kinds.Intern(kind), index);
  }
  tables_->rules.push_back(rule);
}

void Compiler::CompilePoints(const v1::Points& points, Rule& rule) {
  SymbolTable& names = context_.vocabulary->names;
  rule.round_to = Number(points.round_to(), 1);
  switch (points.rule_case()) {
    case v1::Points::kFixed:
      rule.points = PointsRule::kFixed;
      rule.amount = Number(points.fixed());
      break;
    case v1::Points::kByLevel:
      rule.points = PointsRule::kByLevel;
      rule.level_of_issuer = points.by_level().of_issuer();
      rule.rows.begin = static_cast<uint32_t>(tables_->level_points.size());
      tables_->level_points.resize(rule.rows.begin + kLevels, kNoPoints);
      for (const auto& row : points.by_level().rows())
        tables_->level_points[rule.rows.begin + row.level()] = Number(row.points());
      rule.rows.end = rule.rows.begin + kLevels;
      break;
    case v1::Points::kByBand:
      rule.points = PointsRule::kByBand;
      rule.measure = names.Intern(points.by_band().measure());
      rule.rows.begin = static_cast<uint32_t>(tables_->bands.size());
      for (const auto& band : points.by_band().bands())
        tables_->bands.push_back(
            {.below = Number(band.below(), Band().below), .points = Number(band.points())});
      rule.rows.end = static_cast<uint32_t>(tables_->bands.size());
      break;
    case v1::Points::kPerUnit:
      rule.points = PointsRule::kPerUnit;
      rule.amount = Number(points.per_unit().points());
      rule.measure = names.Intern(points.per_unit().measure());
      rule.unit = Number(points.per_unit().unit(), 100);
      rule.free = Number(points.per_unit().free());
      rule.part = points.per_unit().part() == v1::PerUnit::COMPLETE ? Rule::Part::kComplete
                  : points.per_unit().part() == v1::PerUnit::BEGUN  ? Rule::Part::kBegun
                                                                    : Rule::Part::kProportional;
      break;
    case v1::Points::kRatio:
      rule.points = PointsRule::kRatio;
      rule.amount = Number(points.ratio().points());
      rule.measure = names.Intern(points.ratio().numerator());
      rule.denominator = names.Intern(points.ratio().denominator());
      break;
    case v1::Points::kGiven:
      rule.points = PointsRule::kGiven;
      rule.measure = names.Intern(points.given().measure());
      rule.sign = points.given().sign() == v1::Given::MERIT     ? Rule::Sign::kMerit
                  : points.given().sign() == v1::Given::DEMERIT ? Rule::Sign::kDemerit
                                                                : Rule::Sign::kAsWritten;
      break;
    case v1::Points::kEscalation:
      rule.points = PointsRule::kEscalation;
      rule.rows.begin = static_cast<uint32_t>(tables_->rows.size());
      for (const std::string& row : points.escalation().rows())
        tables_->rows.push_back(Number(row));
      rule.rows.end = static_cast<uint32_t>(tables_->rows.size());
      break;
    case v1::Points::RULE_NOT_SET:
      break;
  }
}

void Compiler::CompileValidity(const v1::Item& proto, Rule& rule) {
  const v1::Validity& validity = proto.validity();
  rule.start_occurred = validity.start() == v1::Validity::OCCURRED;
  rule.defer = static_cast<uint8_t>(validity.defer());
  switch (validity.end_case()) {
    case v1::Validity::kScoringYears:
      rule.end = Rule::End::kScoringYears;
      rule.end_count = static_cast<uint16_t>(validity.scoring_years());
      break;
    case v1::Validity::kMonths:
      rule.end = Rule::End::kMonths;
      rule.end_count = static_cast<uint16_t>(validity.months());
      break;
    case v1::Validity::kUntilCorrected:
      rule.end = Rule::End::kUntilCorrected;
      rule.end_count = static_cast<uint16_t>(validity.until_corrected().plus_months());
      rule.min_months = static_cast<uint16_t>(validity.until_corrected().min_months());
      rule.max_months = static_cast<uint16_t>(validity.until_corrected().max_months());
      break;
    case v1::Validity::kUntilStated:
      rule.end = Rule::End::kUntilStated;
      rule.end_count = static_cast<uint16_t>(validity.until_stated().otherwise_months());
      break;
    default:
      rule.end = Rule::End::kNever;
  }
  rule.decay.begin = static_cast<uint32_t>(tables_->decays.size());
  for (const v1::DecayStep& step : proto.decay()) {
    tables_->decays.push_back({.from_month = static_cast<uint16_t>(step.from_month()),
                               .percent = static_cast<int32_t>(Number(step.percent()))});
  }
  rule.decay.end = static_cast<uint32_t>(tables_->decays.size());
}

void Compiler::CompileFilter(const v1::Filter& filter, Rule& rule) {
  SymbolTable& names = context_.vocabulary->names;
  rule.levels = LevelsMask(filter.levels());
  rule.issuer_levels = LevelsMask(filter.issuer_levels());
  rule.measures.begin = static_cast<uint32_t>(tables_->measure_tests.size());
  for (const v1::MeasureFilter& measure : filter.measures())
    tables_->measure_tests.push_back({names.Intern(measure.measure()), IntervalOf(measure.is())});
  rule.measures.end = static_cast<uint32_t>(tables_->measure_tests.size());
  rule.tags = Words(filter.tags());
}

absl::Status Compiler::CompileRepairs(const std::string& repair_class, Rule& rule) {
  if (repair_class.empty()) return absl::OkStatus();
  std::vector<Repair> versions;
  if (const v1::RepairClass* own = FindRepairClass(pack_.proto(), repair_class); own != nullptr) {
    versions.push_back({.min_months = static_cast<uint16_t>(own->min_months())});
  } else {
    for (const policy::Pack* national : context_.national) {
      const v1::RepairClass* found = FindRepairClass(national->proto(), repair_class);
      if (found == nullptr) continue;
      versions.push_back({.from = national->from().days(),
                          .until = national->until().days(),
                          .min_months = static_cast<uint16_t>(found->min_months())});
    }
  }
  if (versions.empty())
    return runtime::InvalidArgument(
        "POLICY_INVALID",
        "repair_class",
        absl::StrCat("no pack defines the repair class `", repair_class, "`"),
        absl::StrCat("没有定义信用修复类别“", repair_class, "”"),
        {{"item", std::string(proto_->items(tables_->items[rule.item].proto).id())}});
  std::sort(versions.begin(), versions.end(), [](const Repair& a, const Repair& b) {
    return a.from < b.from;
  });
  for (size_t i = 0; i + 1 < versions.size(); ++i)
    versions[i].until = std::min(versions[i].until, versions[i + 1].from);
  rule.repairs.begin = static_cast<uint32_t>(tables_->repairs.size());
  tables_->repairs.insert(tables_->repairs.end(), versions.begin(), versions.end());
  rule.repairs.end = static_cast<uint32_t>(tables_->repairs.size());
  return absl::OkStatus();
}

// Rules by kind, and the items whose year is known from what is active.
void Compiler::IndexRules() {
  std::vector<bool> has_points(tables_->items.size());
  for (const Rule& rule : tables_->rules) {
    if (rule.points != PointsRule::kNone) has_points[rule.item] = true;
  }
  for (const Rule& rule : tables_->rules) {
    const bool in_its_year =
        rule.end == Rule::End::kScoringYears && rule.end_count == 0 && rule.decay.empty();
    if (has_points[rule.item] && !in_its_year) tables_->items[rule.item].year_is_active = false;
  }
  for (Item& item : tables_->items) {
    item.sums = item.source == Item::Source::kEvidence && item.keep == Item::Keep::kEach &&
                !item.mean && !item.escalates;
  }
  std::stable_sort(kind_rules_.begin(), kind_rules_.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  const Symbol last = kind_rules_.empty() ? 0 : kind_rules_.back().first;
  tables_->kind_begin.assign(last + 2, 0);
  for (const auto& [kind, index] : kind_rules_) {
    const Rule& rule = tables_->rules[index];
    ++tables_->kind_begin[kind + 1];
    tables_->rule_of_kind.push_back({.rule = index,
                                     .reach = rule.reach,
                                     .this_year_only = rule.this_year_only,
                                     .start_occurred = rule.start_occurred,
                                     .item = rule.item});
  }
  for (size_t i = 1; i < tables_->kind_begin.size(); ++i)
    tables_->kind_begin[i] += tables_->kind_begin[i - 1];
  kind_rules_.clear();
}

}  // namespace xince::evaluate
