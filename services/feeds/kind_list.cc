#include "services/feeds/kind_list.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/match.h"

#include "services/type/text.h"

namespace xince::feeds {

KindList::KindList() : KindList(std::vector<std::string>()) {}

KindList::KindList(std::vector<std::string> kinds) {
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  words_ = std::make_shared<const std::vector<std::string>>(std::move(kinds));
}

bool KindList::Contains(absl::string_view kind) const {
  const auto found = std::lower_bound(words_->begin(), words_->end(), kind);
  return found != words_->end() && *found == kind;
}

std::string KindList::Nearest(absl::string_view word) const {
  size_t least = std::numeric_limits<size_t>::max();
  std::string nearest;
  for (const std::string& candidate : *words_) {
    const size_t distance = type::EditDistance(word, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

KindList KindList::Without(const std::vector<std::string>& taken) const {
  std::vector<std::string> kept;
  for (const std::string& word : *words_) {
    if (std::find(taken.begin(), taken.end(), word) == taken.end()) kept.push_back(word);
  }
  return KindList(std::move(kept));
}

KindList KindList::BeginningWith(absl::string_view prefix) const {
  std::vector<std::string> kept;
  for (const std::string& word : *words_) {
    if (absl::StartsWith(word, prefix)) kept.push_back(word);
  }
  return KindList(std::move(kept));
}

}  // namespace xince::feeds
