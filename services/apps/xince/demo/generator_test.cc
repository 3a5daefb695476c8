#include "services/apps/xince/demo/generator.h"

#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include "services/apps/xince/demo/names.h"
#include "services/apps/xince/demo/random.h"
#include "services/apps/xince/demo/register.h"
#include "services/type/field_rules.h"
#include "services/type/resident_id.h"
#include "services/type/uscc.h"

namespace xince::demo {
namespace {

// The first day on which the register can be filed.
constexpr type::Date kDayAfter = type::Date::FromCivil(2026, 10, 1);

const type::Divisions& Tree() {
  static const auto* const kTree = new type::Divisions(*type::Divisions::Load(
      absl::StrCat(std::getenv("XINCE_BUILD_DIR"), "/share/xince/divisions.bin")));
  return *kTree;
}

const std::vector<Step>& FirstSeed() {
  static const auto* const kSteps = new std::vector<Step>(*Generate(1, Tree()));
  return *kSteps;
}

std::string Sha256(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

size_t CountOf(const std::string& method) {
  size_t count = 0;
  for (const Step& step : FirstSeed()) {
    if (absl::EndsWith(step.method, absl::StrCat("/", method))) count += step.requests.size();
  }
  return count;
}

TEST(RandomTest, GivesTheNumbersOfItsSeedAndPurpose) {
  Random random(1, "places");
  // As an implementation in another language has it.
  EXPECT_EQ(random.Next(), 9610657517562269552U);
  EXPECT_NE(Random(2, "places").Next(), Random(1, "places").Next());
  EXPECT_NE(Random(1, "firms").Next(), Random(1, "places").Next());
  for (int i = 0; i < 1000; ++i) {
    const int64_t number = random.Between(-3, 3);
    EXPECT_GE(number, -3);
    EXPECT_LE(number, 3);
  }
}

TEST(NamesTest, CreditCodesAreSoundAndSayThatTheyAreInvented) {
  std::set<std::string> codes;
  for (int serial = 1; serial <= kFirmCount; ++serial) {
    for (const std::string& code : {FirmCode(serial), BranchCode(serial)}) {
      EXPECT_TRUE(type::CheckUscc(code).ok()) << code;
      EXPECT_TRUE(codes.insert(code).second) << code;
      EXPECT_TRUE(absl::StartsWith(code, "91320100DEM")) << code;
    }
  }
}

TEST(NamesTest, IdentityNumbersAreSoundAndNobodys) {
  std::set<std::string> numbers;
  for (int serial = 1; serial <= 13'000; ++serial) {
    const std::string number = InventedIdentity(serial);
    EXPECT_TRUE(type::CheckResidentId(number, kDayAfter).ok()) << serial;
    EXPECT_TRUE(numbers.insert(number).second) << serial;
    EXPECT_EQ(number.substr(0, 8), "32990018") << serial;
  }
  EXPECT_FALSE(Tree().Find("3299").has_value()) << "the prefecture must not exist";
}

TEST(GeneratorTest, TheFirstSeedIsTheSameBytesEverywhere) {
  EXPECT_EQ(Sha256(ToJsonLines(FirstSeed())),
            "6c3642b9f229421f451375710baa4d85f9df80161a31deb90dbd965a3ef2c930");
}

TEST(GeneratorTest, AnotherSeedIsAnotherRegister) {
  const auto second = Generate(2, Tree());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(Sha256(ToJsonLines(*second)), Sha256(ToJsonLines(FirstSeed())));
}

TEST(GeneratorTest, HasTheSizeThatIsPromised) {
  EXPECT_EQ(CountOf("CreateFirm"), 300);
  EXPECT_EQ(CountOf("CreateManager"), 400);
  EXPECT_EQ(CountOf("CreateProject"), 1200);
  EXPECT_EQ(CountOf("CreateCommittee"), 500);
  EXPECT_GT(CountOf("CreateEngagement"), 1250) << "some projects change their firm";
  EXPECT_GT(CountOf("CreateCharge"), 1250) << "some projects change their manager";
}

TEST(GeneratorTest, EveryRecordPassesTheRulesOfItsFields) {
  const type::FieldContext context{.divisions = &Tree(), .today = kDayAfter};
  for (const Step& step : FirstSeed()) {
    for (const auto& request : step.requests) {
      const auto* descriptor = request->GetDescriptor();
      for (int i = 0; i < descriptor->field_count(); ++i) {
        const auto* field = descriptor->field(i);
        if (field->message_type() == nullptr ||
            !request->GetReflection()->HasField(*request, field)) {
          continue;
        }
        const absl::Status status =
            type::CheckFields(request->GetReflection()->GetMessage(*request, field), context);
        EXPECT_TRUE(status.ok()) << step.method << " " << status;
      }
    }
  }
}

TEST(GeneratorTest, RequestIdsAndNamesAreUnique) {
  std::set<std::string> ids;
  for (const Step& step : FirstSeed()) {
    for (const auto& request : step.requests) {
      const auto* field = request->GetDescriptor()->FindFieldByName("request_id");
      const std::string id = request->GetReflection()->GetString(*request, field);
      EXPECT_TRUE(ids.insert(id).second) << id;
    }
  }
}

TEST(GeneratorTest, TheLastStepOfEveryFeedIsOneRecord) {
  std::map<std::string, const Step*> last;
  for (const Step& step : FirstSeed()) last[step.feed] = &step;
  EXPECT_EQ(last.size(), 4);
  for (const auto& [feed, step] : last) {
    EXPECT_EQ(step->requests.size(), 1) << feed;
    EXPECT_TRUE(absl::StrContains(step->method, "/Create")) << feed;
  }
}

TEST(GeneratorTest, StreetsAndCommunitiesAreReal) {
  const auto made = MakeRegister(1, Tree());
  ASSERT_TRUE(made.ok()) << made.status();
  std::set<std::string> streets;
  for (const Place& place : made->places) {
    EXPECT_TRUE(Tree().Find(place.community).has_value()) << place.community;
    EXPECT_TRUE(type::DivisionContains(kCity, place.street));
    EXPECT_TRUE(type::DivisionContains(place.street, place.community));
    streets.insert(place.street);
  }
  EXPECT_GT(streets.size(), 80);
}

TEST(GeneratorTest, ServicesOfAProjectFollowOneAnother) {
  const auto made = MakeRegister(1, Tree());
  ASSERT_TRUE(made.ok()) << made.status();
  for (const Place& place : made->places) {
    ASSERT_FALSE(place.services.empty());
    EXPECT_EQ(place.services.front().term.start, place.contract_start);
    EXPECT_EQ(place.services.back().term.end, type::kDateMax);
    for (size_t i = 0; i + 1 < place.services.size(); ++i) {
      EXPECT_EQ(place.services[i].term.end, place.services[i + 1].term.start);
    }
  }
}

TEST(GeneratorTest, ATreeWithoutTheCityIsRefused) {
  const auto tree = type::Divisions::FromList({{"11", "示例省"}});
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_FALSE(Generate(1, *tree).ok());
}

}  // namespace
}  // namespace xince::demo
