#ifndef SERVICES_SCORING_EVALUATE_SYMBOLS_H_
#define SERVICES_SCORING_EVALUATE_SYMBOLS_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

/// Words as small numbers. Compiled policies and facts meet in these numbers, so both must be made
/// with the same table. Numbers depend on the order in which words came and are never stored.
namespace xince::evaluate {

/// A word's number; 0 stands for no word.
using Symbol = uint32_t;

/// Words and their numbers, from 1 in the order they came. Not synchronised: whoever shares a table
/// between threads guards Intern against everything else.
class SymbolTable {
 public:
  /// The number of a word, a new one if the word is new. The empty word is 0.
  Symbol Intern(absl::string_view word) {
    if (word.empty()) return 0;
    const auto found = numbers_.find(word);
    if (found != numbers_.end()) return found->second;
    words_.emplace_back(word);
    const auto number = static_cast<Symbol>(words_.size());
    numbers_.emplace(words_.back(), number);
    return number;
  }

  /// The number of a known word, else 0.
  [[nodiscard]] Symbol Find(absl::string_view word) const {
    const auto found = numbers_.find(word);
    return found == numbers_.end() ? 0 : found->second;
  }

  /// The word of a number that was given out; empty for 0.
  [[nodiscard]] absl::string_view WordOf(Symbol symbol) const {
    return symbol == 0 ? absl::string_view() : absl::string_view(words_[symbol - 1]);
  }

  /// How many words there are.
  [[nodiscard]] size_t size() const { return words_.size(); }

 private:
  std::deque<std::string> words_;
  absl::flat_hash_map<absl::string_view, Symbol> numbers_;
};

/// The two tables evaluation needs.
struct Vocabulary {
  /// Kinds of evidence.
  SymbolTable kinds;
  /// Names of measures, tags and attributes, texts of attributes, lists, and grades.
  SymbolTable names;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_SYMBOLS_H_
