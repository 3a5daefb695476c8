#include "services/documents/testing/samples.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace xince::documents {
namespace {

constexpr char kTestData[] = "services/documents/testdata";

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << "\n";
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const TemplateSet& NationalTemplates() {
  static const auto* const kTemplates =
      new TemplateSet(TemplateSet::Make(OrDie(LoadTemplates("policies/national/documents"))));
  return *kTemplates;
}

const std::vector<Sample>& Samples() {
  static const auto* const kSamples = [] {
    auto* samples = new std::vector<Sample>;
    for (const auto& entry : std::filesystem::directory_iterator(kTestData)) {
      if (entry.path().extension() != ".json") continue;
      const std::string name = entry.path().stem().string();
      samples->push_back({.name = name,
                          .id = name.substr(0, name.find('.')),
                          .draft = OrDie(DraftFromJson(BytesOf(entry.path().string())))});
    }
    std::sort(samples->begin(), samples->end(), [](const Sample& a, const Sample& b) {
      return a.name < b.name;
    });
    return samples;
  }();
  return *kSamples;
}

const Sample& SampleOf(const std::string& name) {
  for (const Sample& sample : Samples()) {
    if (sample.name == name) return sample;
  }
  std::cerr << "no sample " << name << "\n";
  std::abort();
}

listing::v1::OfficialDocument DocumentOf(const Sample& sample) {
  return OrDie(MakeDocument(*OrDie(NationalTemplates().Get(sample.id)), sample.draft));
}

}  // namespace xince::documents
