#ifndef SERVICES_SCORING_EVALUATE_COMPILED_H_
#define SERVICES_SCORING_EVALUATE_COMPILED_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/evaluate/symbols.h"
#include "services/scoring/evaluate/tables.h"
#include "services/scoring/policy/pack.h"
#include "services/type/resource_name.h"

/// Packs compiled into the flat tables that evaluation runs on.
namespace xince::evaluate {

/// What a pack is compiled with.
struct CompileContext {
  /// Shared by everything that meets. Not null; Compile adds to it.
  Vocabulary* vocabulary = nullptr;
  /// Versions of the same pack that began before, the latest first (PackSet::EarlierThan). Used by
  /// items that apply the version in force on the evidence's own date.
  absl::Span<const policy::Pack* const> earlier;
  /// National packs, for repair classes the pack does not define.
  absl::Span<const policy::Pack* const> national;
};

/// Rules for one kind of subject, compiled. Immutable; safe to share between threads.
class CompiledSubjectPolicy {
 public:
  [[nodiscard]] const Tables& tables() const { return tables_; }
  [[nodiscard]] type::SubjectKind subject() const { return subject_; }
  /// The proto it was made from, and the pack it belongs to.
  [[nodiscard]] const policy::v1::SubjectPolicy& proto() const { return *proto_; }
  [[nodiscard]] const policy::v1::Pack& pack() const { return *pack_; }
  [[nodiscard]] const policy::Digest& digest() const { return digest_; }

  /// The item of a line; null for a base and for full marks of a missing rater.
  [[nodiscard]] const policy::v1::Item* item(uint16_t index) const;
  /// Its id; for a base or full marks the id of their group, empty for the score's.
  [[nodiscard]] absl::string_view item_id(uint16_t index) const;
  /// Null and empty for the score.
  [[nodiscard]] const policy::v1::Group* group(uint16_t index) const;
  [[nodiscard]] absl::string_view group_id(uint16_t index) const;
  /// Empty for kNoIndex.
  [[nodiscard]] absl::string_view grade_id(uint16_t row) const;
  [[nodiscard]] const policy::v1::Grade* grade(uint16_t row) const;
  [[nodiscard]] const policy::v1::Restriction& restriction(uint16_t index) const;
  /// The list a proposal of the outcome is for. Proposals of veto items follow the pack's own, in the
  /// order of the items.
  [[nodiscard]] absl::string_view proposal_list(uint16_t index) const;
  /// Months the entry would last; 0 until removed.
  [[nodiscard]] uint32_t proposal_months(uint16_t index) const;
  /// Where a line's rule is written; never null.
  [[nodiscard]] const policy::v1::Source& source_of_item(uint16_t index) const;

  /// Index of an item or group; kNoIndex when there is none.
  [[nodiscard]] uint16_t FindItem(absl::string_view id) const;
  [[nodiscard]] uint16_t FindGroup(absl::string_view id) const;
  /// Row of a grade; -1 when there is none.
  [[nodiscard]] int FindGrade(absl::string_view id) const;

 private:
  friend class Compiler;
  Tables tables_;
  type::SubjectKind subject_ = type::SubjectKind::kFirm;
  const policy::v1::SubjectPolicy* proto_ = nullptr;
  std::shared_ptr<const policy::v1::Pack> pack_;
  policy::Digest digest_{};
};

/// A pack compiled.
class CompiledPack {
 public:
  /// The rules for a kind of subject; null when the pack has none.
  [[nodiscard]] const CompiledSubjectPolicy* ForSubject(type::SubjectKind kind) const;
  [[nodiscard]] const std::vector<std::unique_ptr<const CompiledSubjectPolicy>>& subjects() const {
    return subjects_;
  }
  [[nodiscard]] const policy::Digest& digest() const { return digest_; }
  /// First day in force, and first day no longer by the pack's own words.
  [[nodiscard]] Day from() const { return from_; }
  [[nodiscard]] Day until() const { return until_; }

 private:
  friend class Compiler;
  std::vector<std::unique_ptr<const CompiledSubjectPolicy>> subjects_;
  policy::Digest digest_{};
  Day from_ = kNoDay;
  Day until_ = kForever;
};

/// Compiles a pack. INVALID_ARGUMENT POLICY_INVALID (metadata `item`) when an item names a repair class
/// that neither the pack nor a national one defines; anything else was refused by LoadPack.
absl::StatusOr<CompiledPack> Compile(const policy::Pack& pack, const CompileContext& context);

/// The subject kind of a pack's word (`firm`); nothing for another word.
std::optional<type::SubjectKind> SubjectKindOf(absl::string_view word);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COMPILED_H_
