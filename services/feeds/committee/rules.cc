#include "services/feeds/committee/rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/type/civil_date.h"
#include "services/type/text.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::CommitteeRule;
using ::xince::committee::v1::CommitteeRules;
using ::xince::committee::v1::LawfulBasis;
using ::xince::committee::v1::Warning;

absl::Status BadValue(absl::string_view field, absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("COMMITTEE_RULES_VALUE", field, en, zh);
}

// Whether the text is 1 to `max` code points of UTF-8.
bool Fits(const std::string& text, size_t max) {
  const std::optional<size_t> count = type::CountCodePoints(text);
  return count && *count >= 1 && *count <= max;
}

// What a rule may say. A rule whose `max` is 0 has no value.
struct Shape {
  const char* field;
  const CommitteeRule& rule;
  int32_t min;
  int32_t max;
  bool may_block;
};

absl::Status CheckShape(const Shape& shape) {
  const CommitteeRule& rule = shape.rule;
  if (rule.gate() == CommitteeRule::GATE_UNSPECIFIED && rule.value() == 0) return absl::OkStatus();
  if (rule.gate() == CommitteeRule::BLOCK && !shape.may_block) {
    return runtime::InvalidArgument("RULE_CANNOT_BLOCK",
                                    absl::StrCat(shape.field, ".gate"),
                                    "this rule may only warn: write WARN",
                                    "该规则只能提示,请填 WARN");
  }
  if (!Fits(rule.clause(), kRuleClauseCharsMax)) {
    return BadValue(
        absl::StrCat(shape.field, ".clause"),
        absl::StrCat("name the document and clause, 1 to ", kRuleClauseCharsMax, " characters"),
        absl::StrCat("请注明文件和条款,1至", kRuleClauseCharsMax, "字"));
  }
  if (rule.value() < shape.min || rule.value() > shape.max) {
    return BadValue(absl::StrCat(shape.field, ".value"),
                    absl::StrCat("the value is ", shape.min, " to ", shape.max),
                    absl::StrCat("数值应为 ", shape.min, " 至 ", shape.max));
  }
  return absl::OkStatus();
}

absl::Status CheckDocuments(const CommitteeRule& rule) {
  if (rule.gate() == CommitteeRule::GATE_UNSPECIFIED) return absl::OkStatus();
  const bool counts = rule.documents_size() >= 1 && rule.documents_size() <= kRuleDocumentsMax;
  const bool fits = std::all_of(rule.documents().begin(),
                                rule.documents().end(),
                                [](const auto& t) { return Fits(t, kRuleDocumentCharsMax); });
  if (counts && fits) return absl::OkStatus();
  return BadValue(
      "filing_documents.documents",
      absl::StrCat(
          "1 to ", kRuleDocumentsMax, " titles of 1 to ", kRuleDocumentCharsMax, " characters"),
      absl::StrCat("1至", kRuleDocumentsMax, "项,每项1至", kRuleDocumentCharsMax, "字"));
}

}  // namespace

Rules NoRules() {
  static const auto& rules = *new Rules(std::make_shared<const CommitteeRules>());
  return rules;
}

absl::Status CheckRules(const CommitteeRules& rules) {
  const std::string& code = rules.jurisdiction();
  const bool digits = std::all_of(code.begin(), code.end(), absl::ascii_isdigit);
  if (!digits || (code.size() != 2 && code.size() != 4 && code.size() != 6)) {
    return BadValue(
        "jurisdiction", "a division of 2, 4 or 6 digits", "应为2位、4位或6位行政区划代码");
  }
  if (!type::ParseDate(rules.effective_from()).ok()) {
    return BadValue("effective_from", "a date, YYYY-MM-DD", "应为日期,如 2026-03-31");
  }
  for (const Shape& shape : {
           Shape{"pledge", rules.pledge(), 0, 0, true},
           Shape{"training_before_term", rules.training_before_term(), 0, 0, true},
           Shape{"training_in_term", rules.training_in_term(), 1, kRuleTrainingsMax, false},
           Shape{"joint_review", rules.joint_review(), kOpinionsMin, kOpinionsMax, true},
           Shape{"party_share", rules.party_share(), 1, 100, false},
           Shape{"re_election_call", rules.re_election_call(), 1, kRuleDaysMax, false},
           Shape{"filing", rules.filing(), 1, kRuleDaysMax, true},
           Shape{"filing_documents", rules.filing_documents(), 0, 0, true},
           Shape{"decision_publication", rules.decision_publication(), 1, kRuleDaysMax, false},
       }) {
    XINCE_RETURN_IF_ERROR(CheckShape(shape));
  }
  return CheckDocuments(rules.filing_documents());
}

absl::StatusOr<CommitteeRules> ParseRules(const std::string& text, const std::string& file) {
  CommitteeRules rules;
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(text, file, "COMMITTEE_RULES_SYNTAX", rules));
  if (absl::Status status = CheckRules(rules); !status.ok()) {
    const runtime::Problem problem = runtime::ToProblem(status);
    return runtime::InvalidArgument(problem.reason,
                                    problem.field,
                                    absl::StrCat(file, ": ", problem.en),
                                    absl::StrCat(file, ":", problem.zh),
                                    {{"file", file}});
  }
  return rules;
}

bool Asked(const CommitteeRules& rules, const CommitteeRule& rule, absl::string_view date) {
  return rule.gate() != CommitteeRule::GATE_UNSPECIFIED && date >= rules.effective_from();
}

bool LevelCounts(const CommitteeRule& rule, int level) {
  return rule.levels().empty() ||
         std::find(rule.levels().begin(), rule.levels().end(), level) != rule.levels().end();
}

int32_t OpinionsNeeded(const CommitteeRules& rules) {
  return std::max(kOpinionsMin, rules.joint_review().value());
}

bool MayLimitRights(LawfulBasis::Kind kind) {
  return kind == LawfulBasis::LAW || kind == LawfulBasis::ADMINISTRATIVE_REGULATION ||
         kind == LawfulBasis::LOCAL_REGULATION;
}

std::string BasisText(const LawfulBasis& basis) {
  return absl::StrCat(basis.document(), " ", basis.clause());
}

Warning MakeWarning(Warning::Kind kind,
                    const std::string& clause,
                    const std::string& text,
                    const std::string& text_zh) {
  Warning warning;
  warning.set_kind(kind);
  warning.set_clause(clause);
  warning.set_text(text);
  warning.set_text_zh(text_zh);
  return warning;
}

absl::Status Refused(const Warning& warning, absl::string_view reason, absl::string_view field) {
  std::map<std::string, std::string> metadata = {{"clause", warning.clause()}};
  if (!warning.due_date().empty()) metadata.emplace("due_date", warning.due_date());
  if (!warning.item().empty()) metadata.emplace("item", warning.item());
  return runtime::FailedPrecondition(
      reason, field, warning.text(), warning.text_zh(), std::move(metadata));
}

}  // namespace xince::committee
