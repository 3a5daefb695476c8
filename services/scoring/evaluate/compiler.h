#ifndef SERVICES_SCORING_EVALUATE_COMPILER_H_
#define SERVICES_SCORING_EVALUATE_COMPILER_H_

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"

#include "services/scoring/evaluate/compiled.h"

/// The compiler behind Compile. Used by compile*.cc only.
namespace xince::evaluate {

/// Hundredths of a text that LoadPack has checked; `otherwise` for the empty one.
Hundredths Number(const std::string& text, Hundredths otherwise = 0);
Interval IntervalOf(const policy::v1::Limits& limits);
Interval IntervalOf(const policy::v1::Comparison& is);

/// Compiles one pack.
class Compiler {
 public:
  Compiler(const policy::Pack& pack, const CompileContext& context);
  absl::StatusOr<CompiledPack> Run();

 private:
  absl::Status CompileSubject();
  uint16_t AddConstant(Item::Source source, Hundredths amount);
  void AddItem(const policy::v1::Item& proto, uint16_t proto_index);
  uint16_t AddGroup(const policy::v1::Group* proto);
  uint16_t FinishGroup(const std::string& id, Group group, const std::vector<Member>& members);
  void CompileItemConditions();
  void CompileEffects();
  void ChooseLean();
  [[nodiscard]] uint16_t GradeRowOf(const std::string& id) const;

  // compile_rules.cc
  absl::Status AddRules(const policy::v1::Item& item);
  void AddRule(const policy::v1::Item& proto, Rule rule);
  void CompilePoints(const policy::v1::Points& points, Rule& rule);
  void CompileValidity(const policy::v1::Item& proto, Rule& rule);
  void CompileFilter(const policy::v1::Filter& filter, Rule& rule);
  absl::Status CompileRepairs(const std::string& repair_class, Rule& rule);
  void IndexRules();

  // compile_conditions.cc
  uint32_t Condition(const policy::v1::Condition* condition);
  void AddNode(const policy::v1::Condition& condition);
  void FillNode(const policy::v1::Condition& condition, ConditionNode& node);
  void FindAskedItems();
  bool AskItemsOf(const ConditionNode& node, std::vector<uint8_t>& asked) const;
  void FillPeriod(const policy::v1::PeriodPoints& points, ConditionNode& node);
  Range Words(const google::protobuf::RepeatedPtrField<std::string>& words);

  const policy::Pack& pack_;
  const CompileContext& context_;
  const policy::v1::SubjectPolicy* proto_ = nullptr;
  Tables* tables_ = nullptr;
  std::map<std::string, uint16_t> item_index_;
  std::map<std::string, uint16_t> group_index_;
  // Rows of periods by span, months and items.
  std::map<std::tuple<uint8_t, uint16_t, std::vector<Symbol>>, uint32_t> period_index_;
  // Rules by the kind they take, until the tables know all of them.
  std::vector<std::pair<Symbol, uint16_t>> kind_rules_;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COMPILER_H_
