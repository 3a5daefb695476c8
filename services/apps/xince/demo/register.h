#ifndef SERVICES_APPS_XINCE_DEMO_REGISTER_H_
#define SERVICES_APPS_XINCE_DEMO_REGISTER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/apps/xince/demo/random.h"
#include "services/type/civil_date.h"
#include "services/type/divisions.h"

/// Who and what is in the demonstration register, before it becomes records: firms, estates, projects,
/// managers, and who had what when.
namespace xince::demo {

/// City of the register.
inline constexpr char kCity[] = "3201";

/// The days facts lie in, first and last.
inline constexpr type::Date kFirstDay = type::Date::FromCivil(2024, 10, 1);
inline constexpr type::Date kLastDay = type::Date::FromCivil(2026, 9, 30);

inline constexpr int kFirmCount = 288;
inline constexpr int kBranchCount = 12;
inline constexpr int kEstateCount = 1200;
inline constexpr int kManagerCount = 400;
inline constexpr int kCommitteeCount = 500;
/// Firms 1 to this have a story of their own (stories.cc) and nothing by chance.
inline constexpr int kStoryFirms = 8;
/// Projects of each of them; project `kStoryProjects * (firm - 1) + 1` is its first.
inline constexpr int kStoryProjects = 2;

/// From a day to a day, the last excluded; kDateMax while it goes on.
struct Term {
  type::Date start;
  type::Date end = type::kDateMax;
  [[nodiscard]] bool Has(type::Date day) const { return start <= day && day < end; }
};

/// Who had a project, and when.
struct Service {
  /// Serial of the firm or, with `branch`, of the branch.
  int firm = 0;
  bool branch = false;
  Term term;
};
struct Charge {
  int manager = 0;
  Term term;
};

/// An estate and the one project on it; both have its serial.
struct Place {
  int serial = 0;
  /// 9 and 12 digits.
  std::string street;
  std::string community;
  int households = 0;
  type::Date contract_start;
  std::vector<Service> services;
  std::vector<Charge> charges;

  [[nodiscard]] const Service& ServiceOn(type::Date day) const;
};

struct Employment {
  int manager = 0;
  int firm = 0;
  Term term;
};

struct Register {
  const type::Divisions* divisions = nullptr;
  std::vector<Place> places;
  std::vector<Employment> employments;
};

/// The register of a seed. FAILED_PRECONDITION `DEMO_DIVISIONS` when the tree lacks the city.
absl::StatusOr<Register> MakeRegister(uint64_t seed, const type::Divisions& divisions);

/// `firms/{code}` of who served.
std::string ServiceFirm(const Service& service);

/// A day between two, both included.
type::Date AnyDay(Random& random, type::Date first, type::Date last);

/// The day as text; empty for kDateMax.
std::string Day(type::Date date);

}  // namespace xince::demo

#endif  // SERVICES_APPS_XINCE_DEMO_REGISTER_H_
