#include "services/scoring/evaluate/coverage_targets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/scoring/evaluate/coverage_edges.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/policy/decimal.h"
#include "services/type/civil_date.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

namespace {

using policy::Node;
using policy::Report;

int64_t Number(const std::string& text) { return policy::ParseHundredths(text).value_or(0); }

Day DayOf(const std::string& text) {
  const auto date = type::ParseDate(text, "day");
  return date.ok() ? date->days() : kNoDay;
}

const v1::CaseEvidence* EvidenceOf(const Seen& seen, const v1::CaseLine& line) {
  if (line.evidence().empty()) return nullptr;
  const auto found = std::find_if(seen.one.evidence().begin(),
                                  seen.one.evidence().end(),
                                  [&](const auto& e) { return e.id() == line.evidence(); });
  return found == seen.one.evidence().end() ? nullptr : &*found;
}

std::optional<int64_t> MeasureOf(const v1::CaseEvidence& evidence, const std::string& name) {
  for (const v1::CaseMeasure& measure : evidence.measures()) {
    if (measure.name() == name) return Number(measure.value());
  }
  return std::nullopt;
}

std::optional<int64_t> ValueOf(const v1::CaseOutcome& outcome, const std::string& id) {
  for (const v1::CaseValue& value : outcome.values()) {
    if (value.id() == id) return Number(value.value());
  }
  return std::nullopt;
}

// Whether some line of an item is as asked, with its evidence where it has some.
using LineTest = std::function<bool(const Seen&, const v1::CaseLine&, const v1::CaseEvidence*)>;

std::function<bool(const Seen&)> SomeLine(const std::string& item, LineTest test) {
  return [item, test = std::move(test)](const Seen& seen) {
    return std::any_of(
        seen.outcome.lines().begin(), seen.outcome.lines().end(), [&](const v1::CaseLine& line) {
          return line.item() == item && test(seen, line, EvidenceOf(seen, line));
        });
  };
}

// Collects the targets of one kind of subject.
class Collector {
 public:
  Collector(const v1::SubjectPolicy& subject, SubjectTargets& out) : subject_(subject), out_(out) {
    out_.subject = subject.subject();
  }

  void Run(const Node& node) {
    if (subject_.has_base()) AddBase(Report::Child(node, "base", -1, subject_.base()));
    AddEnds(
        subject_.score_limits(),
        Report::Child(node, "score_limits", -1, subject_.score_limits()),
        "the score",
        "总分",
        [](const Seen& seen) { return std::optional<int64_t>(Number(seen.outcome.score())); },
        "group-limits");
    for (int i = 0; i < subject_.groups_size(); ++i) {
      const v1::Group& group = subject_.groups(i);
      AddEnds(
          group.limits(),
          Report::Child(Named(node, "groups", i, group, group.id()), "limits", -1, group.limits()),
          "the group",
          "分组",
          [id = group.id()](const Seen& seen) { return ValueOf(seen.outcome, id); },
          "group-limits");
    }
    for (int i = 0; i < subject_.items_size(); ++i) {
      AddItem(subject_.items(i),
              Named(node, "items", i, subject_.items(i), subject_.items(i).id()));
    }
    for (int i = 0; i < subject_.groups_size(); ++i)
      AddMode(subject_.groups(i),
              Named(node, "groups", i, subject_.groups(i), subject_.groups(i).id()));
    AddValidities(node);
    AddCountings(node);
    AddOutcomes(node);
  }

 private:
  static Node Named(const Node& parent,
                    const char* field,
                    int index,
                    const google::protobuf::Message& message,
                    const std::string& id) {
    Node node = Report::Child(parent, field, index, message);
    node.id = id;
    return node;
  }

  void Add(const Node& node,
           const char* field,
           int index,
           const std::string& en,
           const std::string& zh,
           std::function<bool(const Seen&)> touched_by) {
    Report report;
    report.Add(node,
               field,
               index,
               absl::StrCat(subject_.subject(), ": no case ", en),
               absl::StrCat(subject_.subject(), ":没有案例", zh));
    out_.targets.push_back(
        {.gap = report.Take().front(), .touched_by = std::move(touched_by), .touched = false});
  }

  int Probe(const v1::Condition& condition) {
    out_.probes.push_back(condition);
    return static_cast<int>(out_.probes.size()) - 1;
  }

  // Every threshold of a condition, exactly and just beside.
  void AddThresholds(const v1::Condition& condition, const Node& node) {
    ForEachEdge(condition, node, [this](const Edge& edge) {
      if (!edges_.insert(edge.key).second) return;
      const int at = Probe(edge.at);
      const int beside = Probe(edge.beside);
      Add(edge.node,
          edge.field,
          -1,
          absl::StrCat("has exactly ", edge.number, " for this threshold"),
          absl::StrCat("恰为 ", edge.number, "(该界限)"),
          [at](const Seen& seen) { return seen.probes.contains(at); });
      Add(edge.node,
          edge.field,
          -1,
          absl::StrCat("is ", edge.en, " for this threshold"),
          absl::StrCat(edge.zh, "(该界限)"),
          [beside](const Seen& seen) { return seen.probes.contains(beside); });
    });
  }

  void AddBase(const Node& node) {
    if (!subject_.base().has_when()) return;
    const Node when = Report::Child(node, "when", -1, subject_.base().when());
    const int probe = Probe(subject_.base().when());
    Add(node, "when", -1, "has the base credited", "取得基础分", [probe](const Seen& seen) {
      return seen.probes.contains(probe);
    });
    Add(node, "when", -1, "has the base not credited", "未取得基础分", [probe](const Seen& seen) {
      return !seen.probes.contains(probe);
    });
    AddThresholds(subject_.base().when(), when);
  }

  // Both ends of limits; `value` gives what they limit. At 0 a line must have been cut, because there
  // is 0 without any line too.
  void AddEnds(const v1::Limits& limits,
               const Node& node,
               const std::string& en,
               const std::string& zh,
               std::function<std::optional<int64_t>(const Seen&)> value,
               const std::string& cut) {
    const std::pair<const char*, const std::string*> ends[] = {{"least", &limits.least()},
                                                               {"most", &limits.most()}};
    for (const auto& [field, text] : ends) {
      if (text->empty()) continue;
      const int64_t end = Number(*text);
      Add(node,
          field,
          -1,
          absl::StrCat("brings ", en, " to ", *text),
          absl::StrCat("使", zh, "达到 ", *text),
          [end, value, cut](const Seen& seen) {
            if (value(seen) != end) return false;
            return end != 0 || std::any_of(seen.outcome.lines().begin(),
                                           seen.outcome.lines().end(),
                                           [&](const auto& l) { return l.cut() == cut; });
          });
    }
  }

  void AddItem(const v1::Item& item, const Node& node) {
    const bool rolls_up = item.has_roll_up();
    Add(node,
        "id",
        -1,
        "has a line of this item",
        "出现该评分项",
        SomeLine(item.id(),
                 [rolls_up](const Seen&, const v1::CaseLine& line, const v1::CaseEvidence*) {
                   return rolls_up ? !line.project().empty() : !line.evidence().empty();
                 }));
    AddFilter(item, node);
    AddPoints(item, node);
    AddPieceLimits(item, Report::Child(node, "piece_limits", -1, item.piece_limits()));
    AddEnds(
        item.limits(),
        Report::Child(node, "limits", -1, item.limits()),
        "the item",
        "评分项",
        [id = item.id()](const Seen& seen) { return ValueOf(seen.outcome, id); },
        "item-limits");
    AddOwnLines(item, node);
    AddDecay(item, node);
    if (item.has_veto())
      Add(node, "veto", -1, "has this veto", "触发该否决项", [id = item.id()](const Seen& seen) {
        const auto& vetoes = seen.outcome.vetoes();
        return std::find(vetoes.begin(), vetoes.end(), id) != vetoes.end();
      });
  }

  void AddFilter(const v1::Item& item, const Node& item_node) {
    const Node filter = Report::Child(item_node, "filter", -1, item.filter());
    for (int i = 0; i < item.filter().measures_size(); ++i) {
      const v1::MeasureFilter& test = item.filter().measures(i);
      const Node node =
          Report::Child(Report::Child(filter, "measures", i, test), "is", -1, test.is());
      for (const ComparisonEnd& end : EndsOf(test.is())) {
        const auto some = [item, test](Span span) {
          return [item, name = test.measure(), span](const Seen& seen) {
            return std::any_of(
                seen.one.evidence().begin(), seen.one.evidence().end(), [&](const auto& e) {
                  if (std::find(item.kinds().begin(), item.kinds().end(), e.kind()) ==
                      item.kinds().end())
                    return false;
                  const auto value = MeasureOf(e, name);
                  return value.has_value() && span.Holds(*value);
                });
          };
        };
        const std::string text = policy::FormatHundredths(end.number);
        Add(node,
            end.field,
            -1,
            absl::StrCat("has evidence with exactly ", text, " for this filter"),
            absl::StrCat("的信息恰为 ", text, "(该筛选界限)"),
            some({end.number, end.number, end.number - 1}));
        Add(node,
            end.field,
            -1,
            absl::StrCat("has evidence ", BesideEn(end), " for this filter"),
            absl::StrCat("的信息", BesideZh(end), "(该筛选界限)"),
            some(end.beside));
      }
    }
  }

  void AddPoints(const v1::Item& item, const Node& item_node) {
    const Node node = Report::Child(item_node, "points", -1, item.points());
    const v1::Points& points = item.points();
    if (points.has_by_level())
      AddLevels(item, Report::Child(node, "by_level", -1, points.by_level()));
    if (points.has_by_band()) AddBands(item, Report::Child(node, "by_band", -1, points.by_band()));
    if (points.has_escalation())
      AddEscalation(item, Report::Child(node, "escalation", -1, points.escalation()));
  }

  void AddLevels(const v1::Item& item, const Node& node) {
    const v1::ByLevel& table = item.points().by_level();
    for (int i = 0; i < table.rows_size(); ++i) {
      Add(node,
          "rows",
          i,
          absl::StrCat("has a line of ", xince::type::v1::Level_Name(table.rows(i).level())),
          absl::StrCat("用到级别 ", xince::type::v1::Level_Name(table.rows(i).level())),
          SomeLine(item.id(),
                   [level = table.rows(i).level(), of_issuer = table.of_issuer()](
                       const Seen&, const v1::CaseLine&, const v1::CaseEvidence* e) {
                     return e != nullptr && (of_issuer ? e->issuer_level() : e->level()) == level;
                   }));
    }
  }

  void AddBands(const v1::Item& item, const Node& node) {
    const v1::ByBand& table = item.points().by_band();
    for (int i = 0; i + 1 < table.bands_size(); ++i) {
      const int64_t edge = Number(table.bands(i).below());
      const auto measured = [&](std::function<bool(int64_t)> test) {
        return SomeLine(item.id(),
                        [name = table.measure(), test = std::move(test)](
                            const Seen&, const v1::CaseLine&, const v1::CaseEvidence* e) {
                          const auto value = e == nullptr ? std::nullopt : MeasureOf(*e, name);
                          return value.has_value() && test(*value);
                        });
      };
      const Node band = Report::Child(node, "bands", i, table.bands(i));
      const std::string& text = table.bands(i).below();
      Add(band,
          "below",
          -1,
          absl::StrCat("has a ", table.measure(), " of exactly ", text),
          absl::StrCat("的指标 ", table.measure(), " 恰为 ", text),
          measured([edge](int64_t value) { return value == edge; }));
      // Some measures are counts: for a whole edge, one less is as near as they come.
      const bool whole = edge % 100 == 0;
      Add(band,
          "below",
          -1,
          absl::StrCat(
              "has a ",
              table.measure(),
              " of ",
              policy::FormatHundredths(edge - 1),
              whole ? absl::StrCat(" (or, of a count, ", policy::FormatHundredths(edge - 100), ")")
                    : ""),
          absl::StrCat("的指标 ",
                       table.measure(),
                       " 恰在 ",
                       text,
                       " 之下(",
                       policy::FormatHundredths(edge - 1),
                       ")"),
          measured([edge, whole](int64_t value) {
            return value == edge - 1 || (whole && value == edge - 100);
          }));
    }
  }

  void AddEscalation(const v1::Item& item, const Node& node) {
    const v1::Escalation& table = item.points().escalation();
    for (int i = 0; i < table.rows_size(); ++i) {
      Add(node,
          "rows",
          i,
          absl::StrCat("has occurrence ", i + 1, " of this item"),
          absl::StrCat("出现该评分项第 ", i + 1, " 次"),
          [id = item.id(), count = i + 1](const Seen& seen) {
            return std::count_if(seen.outcome.lines().begin(),
                                 seen.outcome.lines().end(),
                                 [&](const v1::CaseLine& line) {
                                   return line.item() == id && !line.evidence().empty();
                                 }) >= count;
          });
    }
  }

  void AddPieceLimits(const v1::Item& item, const Node& node) {
    const auto beyond = [&](const char* field, const std::string& text, bool below) {
      if (text.empty()) return;
      Add(node,
          field,
          -1,
          absl::StrCat("has a piece that asks for ", text, " or ", below ? "less" : "more"),
          absl::StrCat("的单条分值", below ? "不高于 " : "不低于 ", text),
          SomeLine(item.id(),
                   [end = Number(text), below](
                       const Seen&, const v1::CaseLine& line, const v1::CaseEvidence* e) {
                     if (e == nullptr || line.cut() == "undecided") return false;
                     const int64_t asked = Number(line.asked());
                     return below ? asked <= end : asked >= end;
                   }));
    };
    beyond("least", item.piece_limits().least(), true);
    beyond("most", item.piece_limits().most(), false);
  }

  // Lines of the item's own: full marks where it does not apply, and what is expected and missing.
  void AddOwnLines(const v1::Item& item, const Node& node) {
    const auto own =
        [&](const char* field, const std::string& points, const char* en, const char* zh) {
          Add(node,
              field,
              -1,
              en,
              zh,
              SomeLine(item.id(),
                       [asked = Number(points)](
                           const Seen&, const v1::CaseLine& line, const v1::CaseEvidence*) {
                         return line.evidence().empty() && line.project().empty() &&
                                Number(line.asked()) == asked;
                       }));
        };
    if (item.has_not_applicable()) {
      own("not_applicable",
          item.not_applicable().points(),
          "has this item not apply",
          "中该项不适用");
      const Node child = Report::Child(node, "not_applicable", -1, item.not_applicable());
      AddThresholds(item.not_applicable().when(),
                    Report::Child(child, "when", -1, item.not_applicable().when()));
    }
    if (item.has_expected()) {
      own("expected", item.expected().points(), "misses what is expected here", "缺少应有的信息");
      const Node child = Report::Child(node, "expected", -1, item.expected());
      AddDue(item, child);
      if (!item.expected().has_when()) return;
      AddThresholds(item.expected().when(),
                    Report::Child(child, "when", -1, item.expected().when()));
    }
  }

  // Items of a group and of the groups under it; of the item itself for an item.
  std::set<std::string> ItemsUnder(const std::string& member) const {
    std::set<std::string> items;
    for (const v1::Item& item : subject_.items()) {
      if (item.id() == member || item.group() == member) items.insert(item.id());
    }
    for (const v1::Group& group : subject_.groups()) {
      if (group.parent() == member) items.merge(ItemsUnder(group.id()));
    }
    return items;
  }

  // What a group does beside summing: members that do not count, raters that are missing.
  void AddMode(const v1::Group& group, const Node& node) {
    if (group.mode() == v1::Group::HIGHEST)
      Add(node,
          "mode",
          -1,
          "has a line that does not count beside a higher one",
          "出现因同组取最高而不计的条目",
          [items = ItemsUnder(group.id())](const Seen& seen) {
            return std::any_of(
                seen.outcome.lines().begin(), seen.outcome.lines().end(), [&](const auto& line) {
                  return items.contains(line.item()) && line.cut() == "not-cumulative";
                });
          });
    for (int i = 0; i < group.raters_size(); ++i) {
      const v1::Rater& rater = group.raters(i);
      const std::set<std::string> own = ItemsUnder(rater.member());
      std::set<std::string> others = ItemsUnder(group.id());
      for (const std::string& item : own) others.erase(item);
      const auto has = [](const Seen& seen, const std::set<std::string>& items) {
        return std::any_of(seen.outcome.lines().begin(),
                           seen.outcome.lines().end(),
                           [&](const auto& line) { return items.contains(line.item()); });
      };
      const bool alone = others.empty() || rater.missing() == v1::Rater::FULL;
      Add(Report::Child(node, "raters", i, rater),
          "missing",
          -1,
          absl::StrCat("lacks the rater ", rater.member(), alone ? "" : " and has another"),
          absl::StrCat("缺少评价者 ", rater.member(), alone ? "" : " 而有其他评价者"),
          [has, own, others, alone](const Seen& seen) {
            return !has(seen, own) && (alone || has(seen, others));
          });
    }
  }

  // Items with the same words about counting count alike: one of them is enough.
  void AddCountings(const Node& node) {
    std::map<std::string, std::vector<int>> alike;
    for (int i = 0; i < subject_.items_size(); ++i)
      alike[subject_.items(i).counting().SerializeAsString()].push_back(i);
    for (const auto& [words, items] : alike) {
      std::set<std::string> ids;
      for (const int i : items) ids.insert(subject_.items(i).id());
      const v1::Item& first = subject_.items(items.front());
      const Node child = Named(node, "items", items.front(), first, first.id());
      if (first.counting().keep() != v1::Counting::KEEP_UNSPECIFIED)
        Add(child,
            "counting",
            -1,
            "has a piece that such a counting does not keep",
            "出现按该计次方式不保留的信息",
            [ids](const Seen& seen) {
              return std::any_of(
                  seen.outcome.lines().begin(), seen.outcome.lines().end(), [&](const auto& line) {
                    return ids.contains(line.item()) && line.cut() == "not-kept";
                  });
            });
      if (first.counting().combine() == v1::Counting::MEAN)
        Add(child,
            "counting",
            -1,
            "has several pieces of which such a counting takes the mean",
            "出现按该计次方式取平均的多条信息",
            [ids](const Seen& seen) {
              std::map<std::string, int> kept;
              for (const v1::CaseLine& line : seen.outcome.lines()) {
                if (!line.evidence().empty() && line.cut() != "not-kept") ++kept[line.item()];
              }
              return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
                return kept.contains(id) && kept.at(id) > 1;
              });
            });
    }
  }

  void AddDecay(const v1::Item& item, const Node& node) {
    for (int i = 0; i < item.decay_size(); ++i) {
      const int months = static_cast<int>(item.decay(i).from_month());
      if (months == 0) continue;
      const auto begins = [&](int days_ahead) {
        return SomeLine(item.id(),
                        [months, days_ahead](
                            const Seen& seen, const v1::CaseLine& line, const v1::CaseEvidence*) {
                          const Day start = DayOf(line.start());
                          return start != kNoDay &&
                                 type::AddMonths(type::Date::FromDays(start), months).days() ==
                                     DayOf(seen.one.as_of()) + days_ahead;
                        });
      };
      const Node step = Report::Child(node, "decay", i, item.decay(i));
      Add(step,
          "from_month",
          -1,
          "is on the first day of this decay",
          "在该衰减档的首日",
          begins(0));
      Add(step,
          "from_month",
          -1,
          "is on the day before this decay",
          "在该衰减档的前一日",
          begins(1));
    }
  }

  // The day something is due, and the day before.
  void AddDue(const v1::Item& item, const Node& node) {
    if (item.expected().due_month() == 0) return;
    const auto on_due = [month = item.expected().due_month(), day = item.expected().due_day()](
                            const Seen& seen, int days_ahead) {
      const type::Date date = type::Date::FromDays(DayOf(seen.one.as_of()) + days_ahead);
      return date.month() == static_cast<int>(month) && date.day() == static_cast<int>(day);
    };
    const auto own = [id = item.id(), asked = Number(item.expected().points())](const Seen& seen) {
      return std::any_of(
          seen.outcome.lines().begin(), seen.outcome.lines().end(), [&](const v1::CaseLine& line) {
            return line.item() == id && line.evidence().empty() && Number(line.asked()) == asked;
          });
    };
    Add(node,
        "due_month",
        -1,
        "misses it on the due day",
        "在应有之日缺少该信息",
        [=](const Seen& seen) { return on_due(seen, 0) && own(seen); });
    Add(node,
        "due_month",
        -1,
        "lacks it, rightly, on the day before it is due",
        "在应有之日的前一日尚无该信息",
        [=](const Seen& seen) { return on_due(seen, 1) && !own(seen); });
  }

  // Items with the same words about validity end alike: one of them is enough.
  void AddValidities(const Node& node) {
    std::map<std::string, std::vector<int>> alike;
    for (int i = 0; i < subject_.items_size(); ++i) {
      const v1::Item& item = subject_.items(i);
      if (!item.has_validity() || item.validity().has_never()) continue;
      alike[item.validity().SerializeAsString()].push_back(i);
    }
    for (const auto& [words, items] : alike) {
      std::set<std::string> ids;
      for (const int i : items) ids.insert(subject_.items(i).id());
      const v1::Item& first = subject_.items(items.front());
      const Node child = Named(node, "items", items.front(), first, first.id());
      const auto ends_on = [ids](const v1::CaseOutcome& outcome, Day end) {
        return std::any_of(
            outcome.lines().begin(), outcome.lines().end(), [&](const v1::CaseLine& line) {
              return ids.contains(line.item()) && DayOf(line.end()) == end;
            });
      };
      Add(child,
          "validity",
          -1,
          "is on the last day of such a validity",
          "在该类有效期的最后一日",
          [ends_on](const Seen& seen) {
            return ends_on(seen.outcome, DayOf(seen.one.as_of()) + 1);
          });
      Add(child,
          "validity",
          -1,
          "is on the day such a validity ends",
          "在该类有效期届满之日",
          [ends_on](const Seen& seen) {
            return ends_on(seen.day_before, DayOf(seen.one.as_of()));
          });
    }
  }

  void AddOutcomes(const Node& node) {
    for (int i = 0; i < subject_.grades_size(); ++i) {
      const v1::Grade& grade = subject_.grades(i);
      const Node child = Named(node, "grades", i, grade, grade.id());
      Add(child, "id", -1, "has this grade", "得到该等级", [id = grade.id()](const Seen& seen) {
        return seen.outcome.grade() == id;
      });
      AddThresholds(grade.when(), Report::Child(child, "when", -1, grade.when()));
    }
    for (int i = 0; i < subject_.restrictions_size(); ++i)
      AddRestriction(
          subject_.restrictions(i),
          Named(
              node, "restrictions", i, subject_.restrictions(i), subject_.restrictions(i).code()));
    for (int i = 0; i < subject_.list_proposals_size(); ++i) {
      const v1::ListProposal& proposal = subject_.list_proposals(i);
      const Node child = Named(node, "list_proposals", i, proposal, proposal.list());
      const int probe = Probe(proposal.when());
      Add(child, "list", -1, "has this proposal", "产生该名单建议", [probe](const Seen& seen) {
        return seen.probes.contains(probe);
      });
      AddThresholds(proposal.when(), Report::Child(child, "when", -1, proposal.when()));
    }
  }

  void AddRestriction(const v1::Restriction& restriction, const Node& node) {
    const int probe = Probe(restriction.when());
    const auto holds = [code = restriction.code()](const Seen& seen) {
      return std::any_of(seen.outcome.restrictions().begin(),
                         seen.outcome.restrictions().end(),
                         [&](const auto& r) { return r.code() == code; });
    };
    Add(node, "code", -1, "has this restriction", "受到该限制", holds);
    if (restriction.carry_years() > 0)
      Add(node,
          "carry_years",
          -1,
          "has this restriction carried from an earlier year",
          "中该限制由以前年度延续",
          [probe, holds](const Seen& seen) { return holds(seen) && !seen.probes.contains(probe); });
    AddThresholds(restriction.when(), Report::Child(node, "when", -1, restriction.when()));
  }

  const v1::SubjectPolicy& subject_;
  SubjectTargets& out_;
  // Thresholds that are there already.
  std::set<std::string> edges_;
};

}  // namespace

std::vector<SubjectTargets> TargetsOf(const v1::Pack& pack, const Node& root) {
  std::vector<SubjectTargets> subjects(pack.subjects_size());
  for (int i = 0; i < pack.subjects_size(); ++i)
    Collector(pack.subjects(i), subjects[i])
        .Run(Report::Child(root, "subjects", i, pack.subjects(i)));
  return subjects;
}

}  // namespace xince::evaluate
