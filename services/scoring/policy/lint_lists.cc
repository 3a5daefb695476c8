#include "absl/strings/str_cat.h"

#include "services/scoring/policy/linter.h"

// What the law allows lists, restrictions and publication to be.
namespace xince::policy {
namespace {

using Basis = v1::ListDefinition::Basis;
using Effect = v1::ListDefinition::Effect;
using Severity = Finding::Severity;

template <typename List>
const typename List::value_type* FindById(const List& list, const std::string& id) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.id() == id; });
  return found == list.end() ? nullptr : &*found;
}

class LawLinter {
 public:
  LawLinter(const v1::Pack& pack,
            const v1::Pack* national,
            absl::Span<const v1::Pack* const> versions,
            Report& report)
      : pack_(pack),
        national_(national),
        versions_(versions),
        legal_(national != nullptr && national->has_legal() ? &national->legal() : nullptr),
        report_(report) {}

  void Run(const Node& root) {
    for (int i = 0; i < pack_.lists_size(); ++i) {
      const v1::ListDefinition& list = pack_.lists(i);
      const Node node = Named(root, "lists", i, list, list.id());
      LintBasis(list.basis(), list.effect(), "the list", "名单", node);
      LintListPublication(list, node);
    }
    for (int i = 0; i < pack_.subjects_size(); ++i) {
      const Node node = Report::Child(root, "subjects", i, pack_.subjects(i));
      for (int j = 0; j < pack_.subjects(i).restrictions_size(); ++j)
        LintRestriction(pack_.subjects(i).restrictions(j), node, j);
    }
    if (pack_.jurisdiction() == "0") return;
    for (int i = 0; i < pack_.repair_classes_size(); ++i) {
      const v1::RepairClass& own = pack_.repair_classes(i);
      LintRepairClass(own, Named(root, "repair_classes", i, own, own.id()));
    }
  }

 private:
  // Whether what rests on a basis may have an effect.
  [[nodiscard]] bool Allowed(Basis basis, Effect effect) const {
    if (legal_ == nullptr)
      return effect != v1::ListDefinition::DEPRIVATION ||
             (basis != v1::ListDefinition::BASIS_UNSPECIFIED &&
              basis != v1::ListDefinition::NORMATIVE_DOCUMENT);
    return std::any_of(
        legal_->bases().begin(), legal_->bases().end(), [&](const v1::LawfulBasis& row) {
          const auto& effects = row.effects();
          return row.basis() == basis && !(row.area_only() && pack_.jurisdiction() == "0") &&
                 std::find(effects.begin(), effects.end(), effect) != effects.end();
        });
  }

  void LintBasis(
      Basis basis, Effect effect, const std::string& en, const std::string& zh, const Node& node) {
    if (basis == v1::ListDefinition::BASIS_UNSPECIFIED) {
      report_.Add(node,
                  "basis",
                  -1,
                  absl::StrCat(en, " says no legal basis"),
                  absl::StrCat(zh, "未说明法律依据"));
      return;
    }
    if (effect == v1::ListDefinition::EFFECT_UNSPECIFIED) {
      report_.Add(node,
                  "effect",
                  -1,
                  absl::StrCat(en, " does not say what it does to the subject"),
                  absl::StrCat(zh, "未说明对主体的效果"));
      return;
    }
    if (Allowed(basis, effect)) return;
    report_.Add(node,
                "effect",
                -1,
                absl::StrCat(en,
                             " rests on ",
                             v1::ListDefinition::Basis_Name(basis),
                             ", which does not allow the effect ",
                             v1::ListDefinition::Effect_Name(effect)),
                absl::StrCat(zh,
                             "的依据类别 ",
                             v1::ListDefinition::Basis_Name(basis),
                             " 不允许效果 ",
                             v1::ListDefinition::Effect_Name(effect)));
  }

  void LintRestriction(const v1::Restriction& restriction, const Node& parent, int index) {
    const Node node = Named(parent, "restrictions", index, restriction, restriction.code());
    LintBasis(restriction.basis(), restriction.effect(), "the restriction", "限制措施", node);
    LintListed(restriction.when(),
               restriction.effect(),
               Report::Child(node, "when", -1, restriction.when()));
  }

  // A restriction that follows from a list is what the list does.
  void LintListed(const v1::Condition& condition, Effect effect, const Node& node) {
    for (const v1::Condition& child : condition.all().of()) LintListed(child, effect, node);
    for (const v1::Condition& child : condition.any().of()) LintListed(child, effect, node);
    if (condition.has_not_()) LintListed(condition.not_(), effect, node);
    for (const std::string& id : condition.listed().of()) {
      const v1::ListDefinition* list = FindById(pack_.lists(), id);
      if (list == nullptr || effect == v1::ListDefinition::EFFECT_UNSPECIFIED ||
          Allowed(list->basis(), effect))
        continue;
      report_.Add(node,
                  "listed",
                  -1,
                  absl::StrCat("list `",
                               id,
                               "` rests on ",
                               v1::ListDefinition::Basis_Name(list->basis()),
                               " and may not bring the effect ",
                               v1::ListDefinition::Effect_Name(effect)),
                  absl::StrCat("名单“",
                               id,
                               "”的依据类别 ",
                               v1::ListDefinition::Basis_Name(list->basis()),
                               " 不允许带来效果 ",
                               v1::ListDefinition::Effect_Name(effect)));
    }
  }

  // The national class that a repair class of this pack is, or is a kind of; null when there is none.
  [[nodiscard]] const v1::RepairClass* NationalClass(const v1::RepairClass& own) const {
    if (national_ == nullptr) return nullptr;
    return FindById(national_->repair_classes(),
                    own.national_class().empty() ? own.id() : own.national_class());
  }

  void LintRepairClass(const v1::RepairClass& own, const Node& node) {
    if (national_ == nullptr) return;
    const v1::RepairClass* law = NationalClass(own);
    if (law == nullptr) {
      report_.Add(node,
                  own.national_class().empty() ? "id" : "national_class",
                  -1,
                  "the nation has no such class; say `national_class`",
                  "国家规则没有该失信类别,请填写 national_class");
      return;
    }
    if (law->max_months() > 0 && (own.max_months() == 0 || own.max_months() > law->max_months()))
      report_.Add(
          node,
          own.max_months() == 0 ? "id" : "max_months",
          -1,
          absl::StrCat("publication beyond the legal maximum of ",
                       law->max_months(),
                       " months of class `",
                       law->id(),
                       "`"),
          absl::StrCat("公示期超过“", law->zh(), "”的法定上限 ", law->max_months(), " 个月"));
    if (own.min_months() < law->min_months())
      report_.Add(
          node,
          own.min_months() == 0 ? "id" : "min_months",
          -1,
          absl::StrCat("repair before the legal minimum of ",
                       law->min_months(),
                       " months of class `",
                       law->id(),
                       "`"),
          absl::StrCat("修复早于“", law->zh(), "”的最短公示期 ", law->min_months(), " 个月"));
    if (own.published() && !law->published())
      report_.Add(node,
                  "published",
                  -1,
                  absl::StrCat("class `", law->id(), "` is in principle not published"),
                  absl::StrCat("“", law->zh(), "”原则上不公示"),
                  Severity::kWarning);
  }

  void LintListPublication(const v1::ListDefinition& list, const Node& node) {
    if (list.repair_class().empty()) return;
    const v1::RepairClass* own = FindById(pack_.repair_classes(), list.repair_class());
    const v1::RepairClass* law = own != nullptr ? NationalClass(*own)
                                 : national_ == nullptr
                                     ? nullptr
                                     : FindById(national_->repair_classes(), list.repair_class());
    if (own == nullptr && law == nullptr) {
      // A later version of the nation's rules may bring the class.
      const bool known = std::any_of(versions_.begin(), versions_.end(), [&](const v1::Pack* one) {
        return FindById(one->repair_classes(), list.repair_class()) != nullptr;
      });
      if (known || versions_.empty()) return;
      report_.Add(node,
                  "repair_class",
                  -1,
                  absl::StrCat("there is no repair class `", list.repair_class(), "`"),
                  absl::StrCat("没有失信类别“", list.repair_class(), "”"));
      return;
    }
    for (const v1::RepairClass* most : {own, law}) {
      if (most == nullptr || most->max_months() == 0 || list.publish_months() <= most->max_months())
        continue;
      report_.Add(node,
                  "publish_months",
                  -1,
                  absl::StrCat("publication beyond the maximum of ",
                               most->max_months(),
                               " months of class `",
                               most->id(),
                               "`"),
                  absl::StrCat("公示期超过“", most->zh(), "”的上限 ", most->max_months(), " 个月"));
      return;
    }
  }

  const v1::Pack& pack_;
  const v1::Pack* const national_;
  const absl::Span<const v1::Pack* const> versions_;
  const v1::LegalRules* const legal_;
  Report& report_;
};

}  // namespace

void LintLists(const v1::Pack& pack,
               const v1::Pack* in_force,
               absl::Span<const v1::Pack* const> national,
               const Node& root,
               Report& report) {
  LawLinter(pack, in_force, national, report).Run(root);
}

}  // namespace xince::policy
