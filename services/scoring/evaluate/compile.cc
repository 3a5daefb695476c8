#include <algorithm>
#include <atomic>
#include <utility>

#include "services/runtime/errors.h"
#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/compiler.h"
#include "services/scoring/policy/decimal.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

Hundredths Number(const std::string& text, Hundredths otherwise) {
  return text.empty() ? otherwise : policy::ParseHundredths(text).value_or(otherwise);
}

Interval IntervalOf(const v1::Limits& limits) {
  Interval interval;
  interval.least = Number(limits.least(), interval.least);
  interval.most = Number(limits.most(), interval.most);
  return interval;
}

Interval IntervalOf(const v1::Comparison& is) {
  Interval interval;
  const auto raise = [&](Hundredths least) { interval.least = std::max(interval.least, least); };
  const auto lower = [&](Hundredths most) { interval.most = std::min(interval.most, most); };
  if (!is.at_least().empty()) raise(Number(is.at_least()));
  if (!is.more_than().empty()) raise(Number(is.more_than()) + 1);
  if (!is.at_most().empty()) lower(Number(is.at_most()));
  if (!is.less_than().empty()) lower(Number(is.less_than()) - 1);
  if (!is.equals().empty()) {
    raise(Number(is.equals()));
    lower(Number(is.equals()));
  }
  return interval;
}

namespace {

Item::Per PerOf(v1::Counting::Per per) {
  switch (per) {
    case v1::Counting::MATTER:
      return Item::Per::kMatter;
    case v1::Counting::ISSUER:
      return Item::Per::kIssuer;
    case v1::Counting::PER_MONTH:
      return Item::Per::kMonth;
    case v1::Counting::PER_QUARTER:
      return Item::Per::kQuarter;
    case v1::Counting::PER_HALF_YEAR:
      return Item::Per::kHalfYear;
    case v1::Counting::PER_YEAR:
      return Item::Per::kYear;
    default:
      return Item::Per::kAll;
  }
}

Item::Keep KeepOf(v1::Counting::Keep keep) {
  switch (keep) {
    case v1::Counting::HIGHEST:
      return Item::Keep::kHighest;
    case v1::Counting::LATEST:
      return Item::Keep::kLatest;
    case v1::Counting::FIRST:
      return Item::Keep::kFirst;
    default:
      return Item::Keep::kEach;
  }
}

}  // namespace

Compiler::Compiler(const policy::Pack& pack, const CompileContext& context)
    : pack_(pack), context_(context) {}

absl::StatusOr<CompiledPack> Compiler::Run() {
  CompiledPack compiled;
  compiled.digest_ = pack_.digest();
  compiled.from_ = pack_.from().days();
  compiled.until_ = pack_.until().days();
  for (const v1::SubjectPolicy& subject : pack_.proto().subjects()) {
    auto made = std::make_unique<CompiledSubjectPolicy>();
    made->subject_ = *SubjectKindOf(subject.subject());
    made->proto_ = &subject;
    made->pack_ = pack_.shared();
    made->digest_ = pack_.digest();
    proto_ = &subject;
    tables_ = &made->tables_;
    XINCE_RETURN_IF_ERROR(CompileSubject());
    compiled.subjects_.push_back(std::move(made));
  }
  return compiled;
}

absl::Status Compiler::CompileSubject() {
  tables_->year_month = proto_->year_starts_month() == 0 ? 1 : proto_->year_starts_month();
  item_index_.clear();
  group_index_.clear();
  period_index_.clear();
  AddGroup(nullptr);
  for (const v1::Item& item : proto_->items()) {
    XINCE_RETURN_IF_ERROR(AddRules(item));
  }
  IndexRules();
  CompileItemConditions();
  for (const v1::Grade& grade : proto_->grades()) {
    tables_->grades.push_back({.when = Condition(grade.has_when() ? &grade.when() : nullptr),
                               .quota = grade.has_quota(),
                               .round_up = grade.quota().round_up(),
                               .percent = static_cast<int32_t>(Number(grade.quota().percent())),
                               .name = context_.vocabulary->names.Intern(grade.id())});
    tables_->has_quota |= grade.has_quota();
  }
  CompileEffects();
  ChooseLean();
  FindAskedItems();
  return absl::OkStatus();
}

uint16_t Compiler::AddConstant(Item::Source source, Hundredths amount) {
  Item item;
  item.source = source;
  item.amount = amount;
  item.otherwise = amount;
  tables_->items.push_back(item);
  return static_cast<uint16_t>(tables_->items.size() - 1);
}

void Compiler::AddItem(const v1::Item& proto, uint16_t proto_index) {
  Item item;
  item.proto = proto_index;
  item.source = proto.has_roll_up() ? Item::Source::kProjects : Item::Source::kEvidence;
  item.per = PerOf(proto.counting().per());
  item.keep = KeepOf(proto.counting().keep());
  item.keep_count = std::max<uint32_t>(1, proto.counting().count());
  item.mean = proto.counting().combine() == v1::Counting::MEAN;
  item.escalates = proto.points().has_escalation();
  item.min_pieces = proto.has_roll_up() ? std::max<uint32_t>(1, proto.roll_up().min_projects())
                                        : proto.counting().min_pieces();
  item.limits = IntervalOf(proto.limits());
  item.weight = static_cast<uint8_t>(proto.roll_up().weight());
  item.factor = static_cast<int32_t>(Number(proto.factor(), 10000));
  if (proto.has_not_applicable())
    item.not_applicable_points = Number(proto.not_applicable().points());
  if (proto.has_expected()) {
    item.expects = true;
    item.expected_points = Number(proto.expected().points());
    item.due_month = static_cast<uint8_t>(proto.expected().due_month());
    item.due_day = static_cast<uint8_t>(proto.expected().due_day());
    tables_->year_matters |= item.due_month != 0;
  }
  item_index_[proto.id()] = static_cast<uint16_t>(tables_->items.size());
  tables_->items.push_back(item);
}

// Adds the items and groups under `proto` (the score when null), then the group itself, so that a
// group's items are one range and its index is greater than those of the groups under it.
uint16_t Compiler::AddGroup(const v1::Group* proto) {
  const std::string id = proto == nullptr ? "" : proto->id();
  Group group;
  group.items.begin = static_cast<uint32_t>(tables_->items.size());
  std::vector<Member> members;
  const auto stand_in = [&](const std::string& member, Member& m) {
    if (group.mode != Group::Mode::kMix) return;
    for (const v1::Rater& rater : proto->raters()) {
      if (rater.member() != member) continue;
      m.weight = static_cast<int32_t>(Number(rater.weight()));
      m.missing = static_cast<uint8_t>(rater.missing());
      if (rater.missing() == v1::Rater::FULL)
        m.full_item = AddConstant(Item::Source::kRaterFull, Number(rater.full()));
    }
  };
  if (proto == nullptr) {
    group.limits = IntervalOf(proto_->score_limits());
    if (proto_->has_base()) {
      const uint16_t base = AddConstant(Item::Source::kBase, Number(proto_->base().points()));
      if (proto_->base().has_when())
        tables_->items[base].otherwise = Number(proto_->base().otherwise());
      members.push_back({.is_group = false, .index = base});
    }
  } else {
    group.limits = IntervalOf(proto->limits());
    group.mode = proto->mode() == v1::Group::HIGHEST ? Group::Mode::kHighest
                 : proto->mode() == v1::Group::MIX   ? Group::Mode::kMix
                                                     : Group::Mode::kSum;
    if (!proto->base().empty())
      members.push_back(
          {.is_group = false, .index = AddConstant(Item::Source::kBase, Number(proto->base()))});
  }
  for (int i = 0; i < proto_->items_size(); ++i) {
    if (proto_->items(i).group() != id) continue;
    Member member{.is_group = false, .index = static_cast<uint16_t>(tables_->items.size())};
    AddItem(proto_->items(i), static_cast<uint16_t>(i));
    stand_in(proto_->items(i).id(), member);
    members.push_back(member);
  }
  for (int i = 0; i < proto_->groups_size(); ++i) {
    if (proto_->groups(i).parent() != id) continue;
    Member member{.is_group = true, .index = AddGroup(&proto_->groups(i))};
    tables_->groups[member.index].proto = static_cast<uint16_t>(i);
    stand_in(proto_->groups(i).id(), member);
    members.push_back(member);
  }
  return FinishGroup(id, group, members);
}

uint16_t Compiler::FinishGroup(const std::string& id,
                               Group group,
                               const std::vector<Member>& members) {
  const auto index = static_cast<uint16_t>(tables_->groups.size());
  group.items.end = static_cast<uint32_t>(tables_->items.size());
  group.members.begin = static_cast<uint32_t>(tables_->members.size());
  for (const Member& member : members) {
    tables_->members.push_back(member);
    if (member.is_group) {
      tables_->groups[member.index].parent = index;
    } else {
      tables_->items[member.index].group = index;
    }
    if (member.full_item != kNoIndex) tables_->items[member.full_item].group = index;
  }
  group.members.end = static_cast<uint32_t>(tables_->members.size());
  tables_->groups.push_back(group);
  group_index_[id] = index;
  return index;
}

void Compiler::CompileItemConditions() {
  for (const v1::Item& proto : proto_->items()) {
    if (proto.has_veto()) tables_->veto_items.push_back(item_index_[proto.id()]);
  }
  for (Item& item : tables_->items) {
    if (item.proto == kNoIndex) continue;
    const v1::Item& proto = proto_->items(item.proto);
    if (proto.has_not_applicable()) item.not_applicable = Condition(&proto.not_applicable().when());
    if (proto.has_expected() && proto.expected().has_when())
      item.expected = Condition(&proto.expected().when());
    if (!proto.has_veto()) continue;
    switch (proto.veto().effect_case()) {
      case v1::Veto::kNotRated:
        item.veto = Item::VetoEffect::kNotRated;
        break;
      case v1::Veto::kList:
        item.veto = Item::VetoEffect::kList;
        break;
      default:
        item.veto = Item::VetoEffect::kGrade;
        item.veto_grade = proto.veto().has_grade()
                              ? GradeRowOf(proto.veto().grade())
                              : static_cast<uint16_t>(proto_->grades_size() - 1);
    }
  }
  if (proto_->has_base()) {
    Item& base = tables_->items.front();
    base.when = proto_->base().has_when() ? Condition(&proto_->base().when()) : kNone;
  }
  for (uint16_t i = 0; i < tables_->items.size(); ++i) {
    const Item& item = tables_->items[i];
    if (item.due_month != 0) tables_->due_items.push_back(i);
    if (item.source == Item::Source::kProjects) tables_->project_items.push_back(i);
    if (item.source == Item::Source::kBase || item.not_applicable != kNone || item.expects)
      tables_->own_line_items.push_back(i);
  }
}

uint16_t Compiler::GradeRowOf(const std::string& id) const {
  for (int i = 0; i < proto_->grades_size(); ++i) {
    if (proto_->grades(i).id() == id) return static_cast<uint16_t>(i);
  }
  return kNoIndex;
}

void Compiler::CompileEffects() {
  for (const v1::Restriction& restriction : proto_->restrictions()) {
    tables_->restrictions.push_back(
        {.when = Condition(&restriction.when()),
         .carry_years = static_cast<uint16_t>(restriction.carry_years())});
    tables_->year_matters = true;
  }
  for (const v1::ListProposal& proposal : proto_->list_proposals()) {
    tables_->proposals.push_back({.when = Condition(&proposal.when())});
  }
  for (const v1::TieBreak& tie : proto_->tie_breaks()) {
    TieBreakRow row{.smaller_first = tie.smaller_first()};
    if (tie.by_case() == v1::TieBreak::kAttribute) {
      row.by = TieBreakRow::By::kAttribute;
      row.attribute = context_.vocabulary->names.Intern(tie.attribute());
    } else if (const auto item = item_index_.find(tie.value_of()); item != item_index_.end()) {
      row.index = item->second;
    } else {
      row.by = TieBreakRow::By::kGroup;
      row.index = group_index_[tie.value_of()];
    }
    tables_->tie_breaks.push_back(row);
  }
}

// Which items need no pieces for their values. Where a period's demerits are asked of a mean, its shares
// are needed, and they depend on the order of the pieces.
void Compiler::ChooseLean() {
  static std::atomic<uint64_t> serials{0};
  tables_->serial = ++serials;
  for (const PeriodRow& row : tables_->periods) {
    for (uint32_t i = row.items.begin; i < row.items.end; ++i)
      tables_->items[tables_->symbols[i]].period_asked = true;
    if (!row.items.empty()) continue;
    for (Item& item : tables_->items) item.period_asked |= item.source == Item::Source::kEvidence;
  }
  for (Item& item : tables_->items) {
    if (item.source != Item::Source::kEvidence || item.escalates ||
        (item.mean && item.period_asked)) {
      continue;
    }
    if (item.keep == Item::Keep::kEach) {
      item.lean = Item::Lean::kSum;
    } else if (item.keep_count == 1) {
      item.lean = Item::Lean::kKeep;
      item.keeper = tables_->keepers++;
    }
  }
}

absl::StatusOr<CompiledPack> Compile(const policy::Pack& pack, const CompileContext& context) {
  return Compiler(pack, context).Run();
}

}  // namespace xince::evaluate
