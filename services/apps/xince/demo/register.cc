#include "services/apps/xince/demo/register.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/apps/xince/demo/names.h"
#include "services/runtime/errors.h"

namespace xince::demo {
namespace {

constexpr type::Date kContractsFrom = type::Date::FromCivil(2019, 1, 1);
constexpr type::Date kContractsTo = type::Date::FromCivil(2024, 9, 1);
constexpr type::Date kChangesFrom = type::Date::FromCivil(2025, 1, 1);
constexpr type::Date kChangesTo = type::Date::FromCivil(2026, 6, 1);
constexpr uint64_t kChangesFirmPercent = 11;
constexpr uint64_t kChangesManagerPercent = 14;
constexpr uint64_t kBranchPercent = 8;

struct Community {
  std::string street;
  std::string code;
};

std::vector<Community> CommunitiesOf(const type::Divisions& divisions) {
  std::vector<Community> communities;
  for (const type::Division& district : divisions.Children(kCity)) {
    for (const type::Division& street : divisions.Children(district.code)) {
      for (const type::Division& community : divisions.Children(street.code)) {
        communities.push_back({.street = street.code, .code = community.code});
      }
    }
  }
  return communities;
}

// Firms and managers that chance may choose: those behind the ones with stories.
int AnyFirm(Random& random) {
  return static_cast<int>(random.Between(kStoryFirms + 1, kFirmCount));
}
int AnyManager(Random& random) {
  return static_cast<int>(random.Between(kStoryFirms + 1, kManagerCount));
}

void AddServices(Random& random, Place& place) {
  const bool branch = random.Chance(kBranchPercent);
  Service first{
      .firm = branch ? static_cast<int>(random.Between(2, kBranchCount)) : AnyFirm(random),
      .branch = branch,
      .term = {.start = place.contract_start}};
  if (!random.Chance(kChangesFirmPercent)) {
    place.services.push_back(first);
    return;
  }
  first.term.end = AnyDay(random, kChangesFrom, kChangesTo);
  Service second{.firm = AnyFirm(random), .term = {.start = first.term.end}};
  place.services = {first, second};
}

void AddCharges(Random& random, Place& place) {
  Charge first{.manager = AnyManager(random), .term = {.start = place.contract_start}};
  if (!random.Chance(kChangesManagerPercent)) {
    place.charges.push_back(first);
    return;
  }
  first.term.end = AnyDay(random, kChangesFrom, kChangesTo);
  int next = AnyManager(random);
  if (next == first.manager) next = next == kManagerCount ? kStoryFirms + 1 : next + 1;
  place.charges = {first, {.manager = next, .term = {.start = first.term.end}}};
}

// Firm n with a story has managers n and projects 2n-1 and 2n throughout, but that the first project
// of firm 6 goes to firm 7 on 1 April 2026; the second of firm 5 is its branch's.
void AddStoryServices(Place& place) {
  const int firm = (place.serial - 1) / kStoryProjects + 1;
  const bool first = (place.serial - 1) % kStoryProjects == 0;
  place.contract_start = type::Date::FromCivil(2022, 1, 1);
  place.charges = {{.manager = firm, .term = {.start = place.contract_start}}};
  if (firm == 6 && first) {
    const type::Date handover = type::Date::FromCivil(2026, 4, 1);
    place.services = {{.firm = 6, .term = {.start = place.contract_start, .end = handover}},
                      {.firm = 7, .term = {.start = handover}}};
    return;
  }
  const bool branch = firm == 5 && !first;
  place.services = {
      {.firm = branch ? 1 : firm, .branch = branch, .term = {.start = place.contract_start}}};
}

void AddEmployments(Random& random, Register& made) {
  for (int manager = 1; manager <= kManagerCount; ++manager) {
    const type::Date start = AnyDay(random, kContractsFrom, kContractsTo);
    if (manager <= kStoryFirms) {
      made.employments.push_back({.manager = manager, .firm = manager, .term = {.start = start}});
      continue;
    }
    Employment first{.manager = manager, .firm = AnyFirm(random), .term = {.start = start}};
    if (random.Chance(kChangesManagerPercent)) {
      first.term.end = AnyDay(random, kChangesFrom, kChangesTo);
      made.employments.push_back(first);
      first = {.manager = manager, .firm = AnyFirm(random), .term = {.start = first.term.end}};
    }
    made.employments.push_back(first);
  }
}

}  // namespace

const Service& Place::ServiceOn(type::Date day) const {
  for (const Service& service : services) {
    if (service.term.Has(day)) return service;
  }
  return services.back();
}

absl::StatusOr<Register> MakeRegister(uint64_t seed, const type::Divisions& divisions) {
  const std::vector<Community> communities = CommunitiesOf(divisions);
  if (communities.size() < 2) {
    return runtime::FailedPrecondition(
        "DEMO_DIVISIONS",
        "",
        absl::StrCat("the division tree has no communities of ", kCity),
        absl::StrCat("行政区划数据中没有 ", kCity, " 的社区"));
  }
  Register made{.divisions = &divisions};
  Random random(seed, "places");
  for (int serial = 1; serial <= kEstateCount; ++serial) {
    const Community& where = communities[random.Below(communities.size())];
    Place place{.serial = serial, .street = where.street, .community = where.code};
    place.households = static_cast<int>(random.Between(120, 3200));
    place.contract_start = AnyDay(random, kContractsFrom, kContractsTo);
    if (serial <= kStoryFirms * kStoryProjects) {
      AddStoryServices(place);
    } else {
      AddServices(random, place);
      AddCharges(random, place);
    }
    made.places.push_back(std::move(place));
  }
  Random employed(seed, "employments");
  AddEmployments(employed, made);
  return made;
}

std::string ServiceFirm(const Service& service) {
  return absl::StrCat("firms/", service.branch ? BranchCode(service.firm) : FirmCode(service.firm));
}

type::Date AnyDay(Random& random, type::Date first, type::Date last) {
  return first + random.Between(0, last - first);
}

std::string Day(type::Date date) { return date == type::kDateMax ? "" : type::FormatDate(date); }

}  // namespace xince::demo
