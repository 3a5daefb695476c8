#include "services/scoring/evaluate/cases.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/scoring/evaluate/coverage.h"
#include "services/scoring/policy/checker.h"
#include "services/scoring/policy/decimal.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

namespace {

std::string DayWord(Day day) {
  return day == kNoDay || day == kForever ? "-" : type::FormatDate(type::Date::FromDays(day));
}

std::string GradeWord(const CompiledSubjectPolicy& policy, uint16_t grade) {
  return grade == kNoIndex ? "-" : std::string(policy.grade_id(grade));
}

void DescribeLine(const Line& line,
                  const CompiledSubjectPolicy& policy,
                  const CaseWorld& world,
                  v1::CaseLine& out) {
  out.set_item(std::string(policy.item_id(line.item)));
  out.set_evidence(std::string(world.EvidenceId(line.evidence)));
  out.set_project(std::string(world.ProjectName(line.project)));
  out.set_asked(policy::FormatHundredths(line.asked));
  out.set_decayed(policy::FormatHundredths(line.decayed));
  out.set_in_item(policy::FormatHundredths(line.in_item));
  out.set_counted(policy::FormatHundredths(line.counted));
  out.set_cut(std::string(CutWord(line.cut)));
  out.set_start(DayWord(line.start));
  out.set_end(DayWord(line.end));
  out.set_repair_from(DayWord(line.repair_from));
}

// Collects sentences about fields that are expected and differ.
class Comparer {
 public:
  void Field(absl::string_view name, const std::string& expected, const std::string& actual) {
    if (!expected.empty() && expected != actual)
      differences_.push_back(absl::StrCat(name, " is ", actual, ", expected ", expected));
  }
  void Say(std::string sentence) { differences_.push_back(std::move(sentence)); }
  std::vector<std::string> Take() { return std::move(differences_); }

 private:
  std::vector<std::string> differences_;
};

void CompareLines(const v1::CaseOutcome& expected,
                  const v1::CaseOutcome& actual,
                  Comparer& comparer) {
  std::vector<bool> used(actual.lines_size(), false);
  for (const v1::CaseLine& want : expected.lines()) {
    int found = 0;
    while (found < actual.lines_size() &&
           (used[found] || actual.lines(found).item() != want.item() ||
            actual.lines(found).evidence() != want.evidence() ||
            actual.lines(found).project() != want.project()))
      ++found;
    const std::string name =
        absl::StrCat("line ", want.item(), " of ", want.evidence(), want.project());
    if (found == actual.lines_size()) {
      comparer.Say(absl::StrCat(name, " is missing"));
      continue;
    }
    used[found] = true;
    const v1::CaseLine& got = actual.lines(found);
    comparer.Field(absl::StrCat(name, ": asked"), want.asked(), got.asked());
    comparer.Field(absl::StrCat(name, ": decayed"), want.decayed(), got.decayed());
    comparer.Field(absl::StrCat(name, ": in_item"), want.in_item(), got.in_item());
    comparer.Field(absl::StrCat(name, ": counted"), want.counted(), got.counted());
    comparer.Field(absl::StrCat(name, ": cut"), want.cut(), got.cut());
    comparer.Field(absl::StrCat(name, ": start"), want.start(), got.start());
    comparer.Field(absl::StrCat(name, ": end"), want.end(), got.end());
    comparer.Field(absl::StrCat(name, ": repair_from"), want.repair_from(), got.repair_from());
  }
  if (!expected.complete()) return;
  for (int i = 0; i < actual.lines_size(); ++i) {
    if (!used[i])
      comparer.Say(absl::StrCat("line ",
                                actual.lines(i).item(),
                                " of ",
                                actual.lines(i).evidence(),
                                " counts ",
                                actual.lines(i).counted(),
                                " and is not expected"));
  }
}

template <typename List>
void CompareNames(absl::string_view what,
                  const List& expected,
                  const List& actual,
                  bool complete,
                  Comparer& comparer) {
  for (const std::string& name : expected) {
    if (std::count(actual.begin(), actual.end(), name) == 0)
      comparer.Say(absl::StrCat(what, " ", name, " is missing"));
  }
  for (const std::string& name : actual) {
    if (complete && std::count(expected.begin(), expected.end(), name) == 0)
      comparer.Say(absl::StrCat(what, " ", name, " is not expected"));
  }
}

void CompareRestrictions(const v1::CaseOutcome& expected,
                         const v1::CaseOutcome& actual,
                         Comparer& comparer) {
  for (const v1::CaseRestriction& want : expected.restrictions()) {
    const auto got = std::find_if(actual.restrictions().begin(),
                                  actual.restrictions().end(),
                                  [&](const auto& r) { return r.code() == want.code(); });
    if (got == actual.restrictions().end()) {
      comparer.Say(absl::StrCat("restriction ", want.code(), " is missing"));
      continue;
    }
    comparer.Field(absl::StrCat("restriction ", want.code(), ": from"), want.from(), got->from());
    comparer.Field(
        absl::StrCat("restriction ", want.code(), ": until"), want.until(), got->until());
  }
  if (!expected.complete()) return;
  for (const v1::CaseRestriction& got : actual.restrictions()) {
    if (std::none_of(expected.restrictions().begin(),
                     expected.restrictions().end(),
                     [&](const auto& r) { return r.code() == got.code(); }))
      comparer.Say(absl::StrCat("restriction ", got.code(), " is not expected"));
  }
}

absl::StatusOr<std::vector<policy::Pack>> LoadAll(
    const google::protobuf::RepeatedPtrField<std::string>& paths, const ReadFile& read) {
  std::vector<policy::Pack> packs;
  for (const std::string& path : paths) {
    XINCE_ASSIGN_OR_RETURN(const std::string bytes, read(path));
    XINCE_ASSIGN_OR_RETURN(policy::Pack pack, policy::LoadPack(bytes, path));
    packs.push_back(std::move(pack));
  }
  return packs;
}

std::vector<const policy::Pack*> Pointers(const std::vector<policy::Pack>& packs) {
  std::vector<const policy::Pack*> pointers;
  for (const policy::Pack& pack : packs) pointers.push_back(&pack);
  std::sort(pointers.begin(), pointers.end(), [](const auto* a, const auto* b) {
    return b->from() < a->from();
  });
  return pointers;
}

}  // namespace

v1::CaseOutcome Describe(const Outcome& outcome,
                         const CompiledSubjectPolicy& policy,
                         const CaseWorld& world,
                         const std::string& subject) {
  v1::CaseOutcome out;
  out.set_subject(subject);
  out.set_score(policy::FormatHundredths(outcome.score));
  out.set_grade(GradeWord(policy, outcome.grade));
  out.set_rated(outcome.rated ? "yes" : "no");
  for (const Line& line : outcome.lines) DescribeLine(line, policy, world, *out.add_lines());
  for (uint16_t i = 0; i < outcome.items.size(); ++i) {
    if (policy.item(i) == nullptr) continue;
    v1::CaseValue& value = *out.add_values();
    value.set_id(std::string(policy.item_id(i)));
    value.set_value(policy::FormatHundredths(outcome.items[i].value));
  }
  for (uint16_t i = 0; i < outcome.groups.size(); ++i) {
    if (policy.group(i) == nullptr) continue;
    v1::CaseValue& value = *out.add_values();
    value.set_id(std::string(policy.group_id(i)));
    value.set_value(policy::FormatHundredths(outcome.groups[i].value));
  }
  for (const uint16_t veto : outcome.vetoes) out.add_vetoes(std::string(policy.item_id(veto)));
  for (const ActiveRestriction& active : outcome.restrictions) {
    v1::CaseRestriction& restriction = *out.add_restrictions();
    restriction.set_code(policy.restriction(active.restriction).code());
    restriction.set_from(DayWord(active.from));
    restriction.set_until(DayWord(active.until));
  }
  for (const uint16_t proposal : outcome.proposals)
    out.add_proposals(std::string(policy.proposal_list(proposal)));
  if (outcome.contested) {
    out.set_uncontested_score(policy::FormatHundredths(outcome.uncontested_score));
    out.set_uncontested_grade(GradeWord(policy, outcome.uncontested_grade));
  }
  out.set_next_change(DayWord(outcome.next_change));
  return out;
}

absl::StatusOr<v1::CaseOutcome> EvaluateSubject(const CompiledPack& pack,
                                                const CaseWorld& world,
                                                const std::string& subject) {
  const auto kind = type::KindOfCollection(absl::string_view(subject).substr(0, subject.find('/')));
  const CompiledSubjectPolicy* policy = kind.has_value() ? pack.ForSubject(*kind) : nullptr;
  if (policy == nullptr)
    return runtime::FailedPrecondition("POLICY_NO_SUBJECT",
                                       "subject",
                                       absl::StrCat("the pack has no rules for ", subject),
                                       absl::StrCat("评分标准没有适用于 ", subject, " 的规则"));
  const std::vector<Fact> facts = world.FactsOf(subject);
  const Outcome outcome =
      Evaluate(*policy, facts, world.SubjectOf(subject, *policy), world.as_of(), Explain::kYes);
  return Describe(outcome, *policy, world, subject);
}

std::vector<std::string> Differences(const v1::CaseOutcome& expected,
                                     const v1::CaseOutcome& actual) {
  Comparer comparer;
  comparer.Field("score", expected.score(), actual.score());
  comparer.Field("grade", expected.grade(), actual.grade());
  comparer.Field("rated", expected.rated(), actual.rated());
  comparer.Field("uncontested_score", expected.uncontested_score(), actual.uncontested_score());
  comparer.Field("uncontested_grade", expected.uncontested_grade(), actual.uncontested_grade());
  comparer.Field("next_change", expected.next_change(), actual.next_change());
  for (const v1::CaseValue& want : expected.values()) {
    const auto got = std::find_if(actual.values().begin(),
                                  actual.values().end(),
                                  [&](const auto& v) { return v.id() == want.id(); });
    comparer.Field(absl::StrCat("value of ", want.id()),
                   want.value(),
                   got == actual.values().end() ? "unknown" : got->value());
  }
  CompareLines(expected, actual, comparer);
  CompareNames("veto", expected.vetoes(), actual.vetoes(), expected.complete(), comparer);
  CompareNames("proposal", expected.proposals(), actual.proposals(), expected.complete(), comparer);
  CompareRestrictions(expected, actual, comparer);
  return comparer.Take();
}

std::string FormatFailure(const CaseFailure& failure, absl::string_view file) {
  return absl::StrCat(file,
                      ":",
                      failure.at.line,
                      ":",
                      failure.at.column,
                      ": error: ",
                      failure.name,
                      ": ",
                      failure.subject,
                      ": ",
                      failure.en);
}

absl::StatusOr<CaseReport> RunCases(absl::string_view bytes,
                                    absl::string_view file,
                                    const ReadFile& read,
                                    CoverageBook* coverage) {
  v1::CaseFile cases;
  google::protobuf::TextFormat::ParseInfoTree tree;
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, file, "CASE_SYNTAX", cases, &tree));
  XINCE_ASSIGN_OR_RETURN(const std::string pack_bytes, read(cases.pack()));
  XINCE_ASSIGN_OR_RETURN(const policy::Pack pack, policy::LoadPack(pack_bytes, cases.pack()));
  XINCE_ASSIGN_OR_RETURN(const std::vector<policy::Pack> national, LoadAll(cases.national(), read));
  XINCE_ASSIGN_OR_RETURN(const std::vector<policy::Pack> earlier, LoadAll(cases.earlier(), read));
  const std::vector<const policy::Pack*> national_packs = Pointers(national);
  const std::vector<const policy::Pack*> earlier_packs = Pointers(earlier);
  Vocabulary vocabulary;
  const CompileContext context{
      .vocabulary = &vocabulary, .earlier = earlier_packs, .national = national_packs};
  XINCE_ASSIGN_OR_RETURN(const CompiledPack compiled, Compile(pack, context));
  Coverage* touched = nullptr;
  if (coverage != nullptr) {
    XINCE_ASSIGN_OR_RETURN(touched, coverage->For(cases.pack(), pack_bytes));
    XINCE_RETURN_IF_ERROR(touched->Begin(context));
  }
  CaseReport report{.pack = cases.pack(), .cases = cases.cases_size()};
  const policy::Node root{.message = &cases, .tree = &tree, .at = {}, .id = ""};
  for (int i = 0; i < cases.cases_size(); ++i) {
    const v1::Case& one = cases.cases(i);
    XINCE_ASSIGN_OR_RETURN(const CaseWorld world, CaseWorld::Make(one, vocabulary));
    const policy::Node node = policy::Report::Child(root, "cases", i, one);
    for (int j = 0; j < one.expect_size(); ++j) {
      const v1::CaseOutcome& expected = one.expect(j);
      XINCE_ASSIGN_OR_RETURN(const v1::CaseOutcome actual,
                             EvaluateSubject(compiled, world, expected.subject()));
      ++report.outcomes;
      if (touched != nullptr) touched->Add(one, world, compiled, expected.subject());
      const policy::Position at = policy::Report::Child(node, "expect", j, expected).at;
      for (std::string& difference : Differences(expected, actual))
        report.failures.push_back({at, one.name(), expected.subject(), std::move(difference)});
    }
  }
  return report;
}

}  // namespace xince::evaluate
