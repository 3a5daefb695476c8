// Prints 200 draws from invented lists as JSON, one after the other, for whoever wants to repeat them. The
// lists follow from a seed as draws do: the output is always the same.
#include <algorithm>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

#include "xince/inspection/v1/draw.pb.h"

#include "services/feeds/inspection/draw.h"

namespace xince::inspection {
namespace {

using v1::InspectionDraw;

constexpr int kDraws = 200;
constexpr const char* kGrades[] = {"", "A", "B", "一级"};
constexpr const char* kLists[] = {"inspection-whitelist", "key-supervision", "without-a-factor"};

void AddLists(int candidates, int inspectors, SeededNumbers& numbers, InspectionDraw& draw) {
  for (int i = 0; i < candidates; ++i) {
    v1::DrawCandidate& one = *draw.add_candidates();
    one.set_subject(absl::StrCat("projects/p", numbers.Below(1000), "-", i));
    for (const char* list : kLists) {
      if (numbers.Below(4) == 0) one.add_lists(list);
    }
    one.set_grade(kGrades[numbers.Below(4)]);
  }
  for (int i = 0; i < inspectors; ++i) {
    draw.add_inspectors()->set_id(absl::StrCat("A", numbers.Below(1000), "-", i));
  }
}

void AddFactors(SeededNumbers& numbers, InspectionDraw& draw) {
  const auto add = [&](const char* list, const char* grade) {
    if (numbers.Below(3) == 0) return;
    v1::DrawFactor& factor = *draw.add_factors();
    factor.set_list(list);
    factor.set_grade(grade);
    factor.set_factor_hundredths(static_cast<int32_t>(1 + numbers.Below(10'000)));
    factor.set_source("invented");
  };
  add(kLists[0], "");
  add(kLists[1], "");
  for (int i = 1; i < 4; ++i) add("", kGrades[i]);
}

// At most one conflict a candidate, so that inspectors are left for each.
void AddConflicts(SeededNumbers& numbers, InspectionDraw& draw) {
  for (const v1::DrawCandidate& candidate : draw.candidates()) {
    if (numbers.Below(3) != 0) continue;
    v1::DrawConflict& conflict = *draw.add_conflicts();
    const uint64_t who = numbers.Below(static_cast<uint64_t>(draw.inspectors_size()));
    conflict.set_inspector(draw.inspectors(static_cast<int>(who)).id());
    conflict.set_subject(candidate.subject());
    conflict.set_reason("invented");
  }
}

InspectionDraw Invent(int number, SeededNumbers& numbers) {
  InspectionDraw draw;
  draw.set_name(absl::StrCat("inspectionDraws/", number));
  draw.set_population(InspectionDraw::PROJECTS);
  draw.set_seed(absl::StrCat("seed of draw ", number));
  draw.set_seed_source("invented");
  const int candidates = static_cast<int>(1 + numbers.Below(60));
  const int each = static_cast<int>(1 + numbers.Below(kInspectorsPerObjectMax));
  AddLists(candidates, each + 1 + static_cast<int>(numbers.Below(20)), numbers, draw);
  draw.set_objects(static_cast<int>(1 + numbers.Below(static_cast<uint64_t>(candidates))));
  draw.set_inspectors_per_object(each);
  AddFactors(numbers, draw);
  AddConflicts(numbers, draw);
  return draw;
}

int Main() {
  SeededNumbers numbers("200 random draws");
  for (int i = 1; i <= kDraws; ++i) {
    InspectionDraw draw = Invent(i, numbers);
    if (absl::Status status = CheckDraw(draw, type::Date()); !status.ok()) {
      std::cerr << draw.name() << " " << status << "\n";
      return 1;
    }
    Draw(draw);
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(draw, &json).ok()) return 1;
    std::cout << json << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace xince::inspection

int main() { return xince::inspection::Main(); }
