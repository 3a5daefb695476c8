#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/pack.h"

namespace xince::policy {
namespace {

using testing::HasSubstr;

constexpr char kNational[] = R"(id: "national"
zh: "国家"
jurisdiction: "0"
effective_from: "2020-01-01"
documents { id: "d" title: "文" }
repair_classes { id: "minor" zh: "轻微" source { document: "d" mark: RULE } }
lists { id: "l" zh: "单" basis: LAW source { document: "d" mark: RULE } publish_months: 12 }
subjects {
  subject: "firm"
  restrictions { code: "r" zh: "限" when { score { less_than: "1" } } basis: LAW }
}
legal {
  bases { basis: LAW effects: [NOTE, DEPRIVATION] source { document: "d" mark: RULE } }
  publication {
    penalty { working_days: 7 source { document: "d" mark: RULE } }
    removal { working_days: 366 source { document: "d" mark: RULE } }
  }
  procurement {
    rejection_lists { id: "x" zh: "名单" source { document: "d" mark: RULE } }
    identifiers { identifiers: ["uscc", "tax-number"] source { document: "d" mark: RULE } }
    identifiers { person: true identifiers: "resident-id" source { document: "d" mark: RULE } }
    query { from: NOTICE until: BID_CLOSING prevails: EVALUATION source { document: "d" mark: RULE } }
    local_credit { may_select: true source { document: "d" mark: RULE } }
  }
}
)";

TEST(Legal, IsReadFromAPackOfTheNation) {
  const auto pack = LoadPack(kNational, "p");
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_EQ(pack->proto().legal().publication().penalty().working_days(), 7U);
  EXPECT_FALSE(pack->proto().legal().procurement().local_credit().may_reject());
}

struct Orders {
  const char* file;
  // Minimum and maximum of minor, general, serious.
  std::vector<std::pair<uint32_t, uint32_t>> months;
  int bases;
};

class NationalPacks : public testing::TestWithParam<Orders> {};

TEST_P(NationalPacks, HoldTheNumbersOfTheOrders) {
  const std::string path = absl::StrCat("policies/national/", GetParam().file);
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  const auto pack = LoadPack(bytes.str(), path);
  ASSERT_TRUE(pack.ok()) << pack.status();
  std::vector<std::pair<uint32_t, uint32_t>> months;
  for (const v1::RepairClass& repair : pack->proto().repair_classes())
    months.emplace_back(repair.min_months(), repair.max_months());
  EXPECT_EQ(months, GetParam().months);
  const v1::LegalRules& legal = pack->proto().legal();
  EXPECT_EQ(legal.bases_size(), GetParam().bases);
  for (const v1::LawfulBasis& basis : legal.bases()) {
    const auto& effects = basis.effects();
    const bool deprives =
        std::count(effects.begin(), effects.end(), v1::ListDefinition::DEPRIVATION) != 0;
    EXPECT_EQ(deprives, basis.basis() != v1::ListDefinition::NORMATIVE_DOCUMENT);
  }
  EXPECT_EQ(legal.procurement().rejection_lists_size(), 3);
  EXPECT_FALSE(legal.procurement().local_credit().may_reject());
}

INSTANTIATE_TEST_SUITE_P(
    ByDate,
    NationalPacks,
    testing::Values(Orders{"2019-07-01.textproto", {{0, 3}, {3, 12}, {6, 36}}, 5},
                    Orders{"2021-01-01.textproto", {{0, 3}, {3, 12}, {6, 36}}, 5},
                    Orders{"2023-05-01.textproto", {{0, 3}, {3, 36}, {12, 36}}, 5},
                    Orders{"2026-04-01.textproto", {{0, 3}, {3, 12}, {12, 36}}, 5}));

struct Mistake {
  const char* from;
  const char* to;
  const char* says;
};

class LegalMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(LegalMistakes, AreRefused) {
  const std::string text = absl::StrReplaceAll(kNational, {{GetParam().from, GetParam().to}});
  ASSERT_NE(text, kNational) << GetParam().from;
  const runtime::Problem problem = runtime::ToProblem(LoadPack(text, "p").status());
  EXPECT_EQ(problem.reason, "POLICY_INVALID");
  EXPECT_THAT(problem.en, HasSubstr(GetParam().says));
  EXPECT_FALSE(problem.zh.empty());
}

INSTANTIATE_TEST_SUITE_P(
    OfOneText,
    LegalMistakes,
    testing::Values(
        Mistake{"jurisdiction: \"0\"", "jurisdiction: \"3201\"", "only a pack of the nation"},
        Mistake{"bases { basis: LAW", "bases {", "basis is missing"},
        Mistake{"bases { basis: LAW",
                "bases { basis: LAW effects: NOTE source { document: \"d\" mark: RULE } } bases { "
                "basis: LAW",
                "row already"},
        Mistake{"effects: [NOTE, DEPRIVATION]", "", "permits no effect"},
        Mistake{"[NOTE, DEPRIVATION]", "[NOTE, NOTE]", "named already"},
        Mistake{"[NOTE, DEPRIVATION]", "[NOTE, EFFECT_UNSPECIFIED]", "is not said"},
        Mistake{"DEPRIVATION] source { document: \"d\"",
                "DEPRIVATION] source { document: \"e\"",
                "`e`"},
        Mistake{"DEPRIVATION] source { document: \"d\" mark: RULE }", "DEPRIVATION]", "source is"},
        Mistake{"working_days: 7", "working_days: 0", "working_days is missing"},
        Mistake{"working_days: 366", "working_days: 367", "more than 366"},
        Mistake{"rejection_lists { id: \"x\"", "rejection_lists { id: \"X\"", "kebab"},
        Mistake{"zh: \"名单\"", "", "zh is missing"},
        Mistake{"rejection_lists { id: \"x\"",
                "rejection_lists { id: \"x\" zh: \"甲\" source { document: \"d\" mark: RULE } } "
                "rejection_lists { id: \"x\"",
                "taken"},
        Mistake{"\"tax-number\"", "\"telephone\"", "`telephone` is not an identifier"},
        Mistake{"identifiers: [\"uscc\", \"tax-number\"]", "", "no identifier"},
        Mistake{"person: true", "person: false", "row already"},
        Mistake{"from: NOTICE until: BID_CLOSING", "from: BID_CLOSING until: NOTICE", "order"},
        Mistake{"prevails: EVALUATION", "", "missing or out of order"},
        Mistake{"may_select: true source { document: \"d\" mark: RULE }", "", "source is missing"},
        Mistake{"id: \"minor\"", "id: \"minor\" national_class: \"general\"", "of no other"},
        Mistake{"publish_months: 12", "publish_months: 1201", "more than 1200"},
        Mistake{"publish_months: 12", "repair_class: \"A B\"", "kebab"},
        Mistake{"publish_months: 12", "basis_source { document: \"e\" mark: RULE }", "`e`"},
        Mistake{"} } basis: LAW", "} } basis_source { document: \"f\" mark: RULE }", "`f`"}));

}  // namespace
}  // namespace xince::policy
