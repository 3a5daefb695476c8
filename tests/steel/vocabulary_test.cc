#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/kind_list.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/policy/pack.h"

// Feeds and policies meet in the words for kinds of evidence. A word that only one side knows counts
// nowhere, and nothing else would say so.
namespace xince {
namespace {

namespace fs = std::filesystem;

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

constexpr const char* kFeedNames[] = {"registry", "inspection", "party", "committee"};

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// The kinds a feed's sources spell out. Beside them only findings and conducts of the inspection feed
// give evidence, of the kinds that the catalogue has for that feed.
std::set<std::string> KindsInSources(const std::string& feed) {
  std::set<std::string> kinds;
  const std::regex literal(absl::StrCat("\"(", feed, "\\.[a-z][a-z-]*)\""));
  for (const auto& entry : fs::directory_iterator(fs::path("services/feeds") / feed)) {
    const std::string name = entry.path().filename().string();
    const bool source = absl::EndsWith(name, ".cc") || absl::EndsWith(name, ".h");
    if (!source || absl::EndsWith(name, "_test.cc")) continue;
    const std::string text = Read(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), literal), end; at != end; ++at) {
      kinds.insert((*at)[1].str());
    }
  }
  return kinds;
}

policy::Kinds Catalogue() {
  const std::string path = "policies/national/kinds.textproto";
  auto kinds = policy::Kinds::Load(Read(path), path);
  EXPECT_TRUE(kinds.ok()) << kinds.status();
  return *std::move(kinds);
}

std::set<std::string> KindsOfFeed(const policy::Kinds& kinds, const std::string& feed) {
  std::set<std::string> words;
  for (const auto& kind : kinds.catalogue().kinds()) {
    if (kind.feed() == feed) words.insert(kind.kind());
  }
  return words;
}

TEST(Vocabulary, AFeedGivesExactlyTheKindsOfTheCatalogue) {
  const policy::Kinds catalogue = Catalogue();
  for (const char* feed : kFeedNames) {
    if (std::string(feed) == "inspection") continue;
    EXPECT_THAT(KindsInSources(feed), UnorderedElementsAreArray(KindsOfFeed(catalogue, feed)))
        << feed;
  }
}

// What findings and conducts may name is data alone: a word for it in the sources would be a second list.
TEST(Vocabulary, TheInspectionFeedSpellsOutOnlyWhatItsRecordTypesGive) {
  const std::set<std::string> given(std::begin(inspection::kReservedKinds),
                                    std::end(inspection::kReservedKinds));
  EXPECT_THAT(KindsInSources("inspection"), UnorderedElementsAreArray(given));
  EXPECT_THAT(KindsOfFeed(Catalogue(), "inspection"), IsSupersetOf(given));
}

// Findings and conducts carry decided points, days of correction, and a severity or a nature as tag.
TEST(Vocabulary, AKindThatMayBeNamedSaysWhatFindingsAndConductsCarry) {
  const policy::Kinds catalogue = Catalogue();
  std::vector<std::string> words;
  for (const auto& kind : catalogue.catalogue().kinds()) words.push_back(kind.kind());
  const feeds::KindList open = inspection::OpenKinds(feeds::KindList(words));
  EXPECT_GT(open.words().size(), 30);
  for (const std::string& word : open.words()) {
    const auto* kind = catalogue.Find(word);
    ASSERT_NE(kind, nullptr) << word;
    EXPECT_TRUE(kind->carries_points()) << word;
    EXPECT_TRUE(kind->correctable()) << word;
    EXPECT_EQ(kind->measures_size(), 0) << word;
    EXPECT_THAT(kind->tags(),
                UnorderedElementsAre("minor", "general", "serious", "public-notice", "good", "bad"))
        << word;
  }
}

TEST(Vocabulary, TheCatalogueNamesFeedsThereAre) {
  const policy::Kinds catalogue = Catalogue();
  for (const auto& kind : catalogue.catalogue().kinds()) {
    EXPECT_THAT(kFeedNames, Contains(kind.feed())) << kind.kind();
  }
}

// The documents of the API name kinds in backquotes; permissions have more than one dot.
TEST(Vocabulary, TheProtosNameKindsOfTheCatalogue) {
  const policy::Kinds catalogue = Catalogue();
  const std::regex quoted("`((registry|inspection|party|committee)\\.[a-z][a-z-]*)`");
  int seen = 0;
  for (const char* feed : kFeedNames) {
    for (const auto& entry : fs::directory_iterator(absl::StrCat("proto/xince/", feed, "/v1"))) {
      const std::string text = Read(entry.path());
      for (std::sregex_iterator at(text.begin(), text.end(), quoted), end; at != end; ++at) {
        ++seen;
        EXPECT_NE(catalogue.Find((*at)[1].str()), nullptr) << entry.path() << " " << (*at)[1];
      }
    }
  }
  EXPECT_GT(seen, 30);
}

TEST(Vocabulary, APackNamesKindsAndMeasuresThatAFeedGives) {
  const policy::Kinds catalogue = Catalogue();
  int items = 0;
  for (const auto& entry : fs::recursive_directory_iterator("policies")) {
    const std::string name = entry.path().filename().string();
    if (!std::regex_match(name, std::regex("\\d{4}-\\d\\d-\\d\\d\\.textproto"))) continue;
    const auto pack = policy::LoadPack(Read(entry.path()), entry.path().string());
    ASSERT_TRUE(pack.ok()) << pack.status();
    for (const auto& subject : pack->proto().subjects()) {
      for (const auto& item : subject.items()) {
        ++items;
        for (const std::string& word : item.kinds()) {
          const auto* kind = catalogue.Find(word);
          ASSERT_NE(kind, nullptr) << entry.path() << " " << item.id() << " " << word;
          if (item.points().has_by_band()) {
            EXPECT_THAT(kind->measures(), Contains(item.points().by_band().measure())) << item.id();
          }
          for (const auto& filter : item.filter().measures()) {
            EXPECT_THAT(kind->measures(), Contains(filter.measure())) << item.id();
          }
          if (!item.points().given().measure().empty()) {
            EXPECT_THAT(kind->measures(), Contains(item.points().given().measure())) << item.id();
          } else if (item.points().has_given()) {
            EXPECT_TRUE(kind->carries_points()) << item.id();
          }
          EXPECT_THAT(kind->tags(), IsSupersetOf(item.filter().tags())) << item.id();
        }
      }
    }
  }
  EXPECT_GT(items, 40);
}

}  // namespace
}  // namespace xince
