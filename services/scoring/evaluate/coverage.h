#ifndef SERVICES_SCORING_EVALUATE_COVERAGE_H_
#define SERVICES_SCORING_EVALUATE_COVERAGE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/case.pb.h"

#include "services/scoring/evaluate/cases.h"
#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/policy/check.h"

/// What no case of a pack touches. docs/policy-testing.md says in words what touches what.
namespace xince::evaluate {

/// The cases of one pack, and what they leave out. Pure; not for several threads at once.
class Coverage {
 public:
  /// What is to be touched in a pack. INVALID_ARGUMENT as LoadPack.
  static absl::StatusOr<Coverage> Make(absl::string_view bytes, absl::string_view file);
  ~Coverage();
  Coverage(Coverage&&) noexcept;
  Coverage& operator=(Coverage&&) noexcept;

  /// Begins a file of cases, which are compiled with `context`; before Add. What it refers to stays
  /// valid until the next Begin. Errors: those of Compile.
  absl::Status Begin(const CompileContext& context);
  /// Counts what an evaluation of the pack touches: that of `subject`, of a kind the pack has rules
  /// for, in the world made of `one`.
  void Add(const policy::v1::Case& one,
           const CaseWorld& world,
           const CompiledPack& compiled,
           const std::string& subject);

  /// What was not touched, in the order of the file, as errors.
  [[nodiscard]] std::vector<policy::Finding> Gaps() const;
  /// How many things there are to touch.
  [[nodiscard]] size_t size() const;

 private:
  class Impl;
  explicit Coverage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The coverage of several packs, by the path of the pack.
class CoverageBook {
 public:
  /// The coverage of the pack at `path`, begun when it is first asked for; stays valid as long as the
  /// book. Errors: those of Coverage::Make.
  absl::StatusOr<Coverage*> For(const std::string& path, absl::string_view bytes);
  [[nodiscard]] const std::map<std::string, Coverage>& packs() const { return packs_; }

 private:
  std::map<std::string, Coverage> packs_;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COVERAGE_H_
