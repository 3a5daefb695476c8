#ifndef SERVICES_FEEDS_KIND_LIST_H_
#define SERVICES_FEEDS_KIND_LIST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

/// The words a feed's records may name as kinds of evidence: the vocabulary of the policies, as a plain
/// list, so that no feed links policy code.
namespace xince::feeds {

/// Kinds of evidence by name. Immutable; copies share the words.
class KindList {
 public:
  /// Without any kind.
  KindList();
  /// The kinds, in any order.
  explicit KindList(std::vector<std::string> kinds);

  [[nodiscard]] bool Contains(absl::string_view kind) const;
  /// The kind that differs least from `word`, the first by bytes among equals; empty when there is none.
  [[nodiscard]] std::string Nearest(absl::string_view word) const;
  /// The kinds, sorted by bytes.
  [[nodiscard]] const std::vector<std::string>& words() const { return *words_; }
  /// The kinds that are not among `taken`.
  [[nodiscard]] KindList Without(const std::vector<std::string>& taken) const;
  /// The kinds that begin with `prefix`.
  [[nodiscard]] KindList BeginningWith(absl::string_view prefix) const;

 private:
  std::shared_ptr<const std::vector<std::string>> words_;
};

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_KIND_LIST_H_
