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

#include "services/feeds/inspection/inspection_kinds.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/policy/pack.h"

// Feeds and policies meet in the words for kinds of evidence. A word that only one side knows counts
// nowhere, and nothing else would say so.
namespace xince {
namespace {

namespace fs = std::filesystem;

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAreArray;

constexpr const char* kFeedNames[] = {"registry", "inspection", "party", "committee"};

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// The kinds a feed's sources spell out: that is every kind it gives, because a finding or conduct
// names one of the inspection feed's own list.
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
    EXPECT_THAT(KindsInSources(feed), UnorderedElementsAreArray(KindsOfFeed(catalogue, feed)))
        << feed;
  }
}

TEST(Vocabulary, TheCatalogueNamesFeedsThereAre) {
  const policy::Kinds catalogue = Catalogue();
  for (const auto& kind : catalogue.catalogue().kinds()) {
    EXPECT_THAT(kFeedNames, Contains(kind.feed())) << kind.kind();
  }
}

TEST(Vocabulary, AKindOfTheInspectionFeedIsGivenByOneRecordTypeOrNamed) {
  std::set<std::string> given(std::begin(inspection::kReservedKinds),
                              std::end(inspection::kReservedKinds));
  for (const char* kind : inspection::kNamedKinds) EXPECT_TRUE(given.insert(kind).second) << kind;
  EXPECT_THAT(given, UnorderedElementsAreArray(KindsOfFeed(Catalogue(), "inspection")));
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
          if (item.points().has_given()) {
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
