#include "services/apps/xince/case_verbs.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/policy/v1/pack.pb.h"

#include "services/runtime/text_proto.h"

namespace xince::cli {
namespace {

using policy::v1::CaseStep;
using policy::v1::Procedure;

policy::v1::Pack ShippedProcedures() {
  std::ostringstream text;
  text << std::ifstream("policies/national/procedures/2021-01-01.textproto").rdbuf();
  policy::v1::Pack pack;
  EXPECT_TRUE(runtime::ParseTextProto(text.str(), "procedures", "SYNTAX", pack).ok());
  EXPECT_GT(pack.procedures_size(), 0);
  return pack;
}

std::string GroupOf(const Procedure& procedure) {
  if (procedure.purpose() == Procedure::OBJECTION) return "objection";
  return procedure.purpose() == Procedure::REPAIR ? "repair" : "case";
}

// A step that a person takes in a case that is open.
bool TakenByHand(const CaseStep& step) {
  return !step.from().empty() && std::any_of(step.by().begin(), step.by().end(), [](int party) {
    return party != CaseStep::RULE && party != CaseStep::CLOCK;
  });
}

const CaseVerb* VerbOf(const std::vector<CaseVerb>& verbs,
                       const std::string& group,
                       const CaseStep& step) {
  for (const CaseVerb& verb : verbs) {
    if (verb.group == group &&
        std::find(verb.steps.begin(), verb.steps.end(), step.id()) != verb.steps.end())
      return &verb;
  }
  return nullptr;
}

TEST(CaseVerbs, TakeEveryStepOfTheShippedProceduresWithTheOptionsOfWhatItRecords) {
  const std::vector<CaseVerb> verbs = CaseVerbs();
  const policy::v1::Pack shipped = ShippedProcedures();
  for (const Procedure& procedure : shipped.procedures()) {
    for (const CaseStep& step : procedure.steps()) {
      if (!TakenByHand(step)) continue;
      SCOPED_TRACE(procedure.id() + " " + step.id());
      const CaseVerb* verb = VerbOf(verbs, GroupOf(procedure), step);
      ASSERT_NE(verb, nullptr);
      EXPECT_THAT(verb->records, ::testing::Contains(step.record()));
    }
  }
}

TEST(CaseVerbs, NameOnlyStepsThatThereAre) {
  std::set<std::pair<std::string, std::string>> steps;
  const policy::v1::Pack shipped = ShippedProcedures();
  for (const Procedure& procedure : shipped.procedures()) {
    for (const CaseStep& step : procedure.steps()) steps.insert({GroupOf(procedure), step.id()});
  }
  for (const CaseVerb& verb : CaseVerbs()) {
    for (const std::string& step : verb.steps) {
      EXPECT_THAT(steps, ::testing::Contains(std::pair(verb.group, step))) << verb.name;
    }
  }
}

}  // namespace
}  // namespace xince::cli
