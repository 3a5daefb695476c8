#ifndef SERVICES_APPS_XINCE_DRAW_CHECK_H_
#define SERVICES_APPS_XINCE_DRAW_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "xince/credit/v1/credit.pb.h"
#include "xince/inspection/v1/draw.pb.h"

/// Whether a recorded draw is what its seed, its weights and the register give. Functions of their
/// arguments alone.
namespace xince::cli {

struct WeightsFile;

/// One thing that was looked at.
struct DrawCheck {
  enum class Outcome { kRight, kWrong, kNotChecked };
  /// `algorithm`, `lists`, `weights`, `result`, `table`, `standings`, `population` or `record`.
  std::string id;
  Outcome outcome = Outcome::kRight;
  std::string en;
  std::string zh;
};

/// Draws again: the rules it was drawn by, the digest of the lists, the weights and the result in its
/// order.
std::vector<DrawCheck> CheckRepeated(const inspection::v1::InspectionDraw& draw);

/// The factors are those of the table the basis names; `table` may be null.
DrawCheck CheckTable(const inspection::v1::InspectionDraw& draw, const WeightsFile* table);

/// Every candidate has the grade and the lists that the register knew at the basis. `standings` are those
/// of the candidates.
DrawCheck CheckStandings(const inspection::v1::InspectionDraw& draw,
                         const std::map<std::string, credit::v1::Standing>& standings);

/// Everybody of the population is a candidate or excluded with a reason. `standings` are those of all who
/// are filed.
DrawCheck CheckPopulation(const inspection::v1::InspectionDraw& draw,
                          const std::map<std::string, credit::v1::Standing>& standings);

/// The draw is the one that is filed, but for what its publication changed.
DrawCheck CheckRecord(const inspection::v1::InspectionDraw& draw,
                      const inspection::v1::InspectionDraw& filed);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_DRAW_CHECK_H_
