#ifndef SERVICES_SCORING_CREDITFILE_WORD_NUMBERS_H_
#define SERVICES_SCORING_CREDITFILE_WORD_NUMBERS_H_

#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

#include "services/scoring/creditfile/bump.h"

namespace xince::creditfile {

/// Words and their numbers, from 0 in the order they came, for tables of many millions: beside its text
/// a word takes some 24 bytes. A word stays where it is. At most 4 GiB of one word, 4 billion words.
class WordNumbers {
 public:
  /// No such word.
  static constexpr uint32_t kNone = UINT32_MAX;

  WordNumbers() : numbers_(0, Hash{this}, Same{this}) {}
  WordNumbers(const WordNumbers&) = delete;
  WordNumbers& operator=(const WordNumbers&) = delete;

  /// The number of a word; a new one if the word is new.
  uint32_t Intern(absl::string_view word) {
    const auto found = numbers_.find(word);
    if (found != numbers_.end()) return *found;
    const char* const text = text_.Copy({word.data(), word.size()});
    words_.Add({.text = text, .size = static_cast<uint32_t>(word.size())});
    const auto number = static_cast<uint32_t>(words_.size() - 1);
    numbers_.insert(number);
    return number;
  }

  /// The number of a known word, else kNone.
  [[nodiscard]] uint32_t Find(absl::string_view word) const {
    const auto found = numbers_.find(word);
    return found == numbers_.end() ? kNone : *found;
  }

  /// The word of a number that was given out.
  [[nodiscard]] absl::string_view WordOf(uint32_t number) const {
    return {words_[number].text, words_[number].size};
  }

  void Clear() {
    numbers_.clear();
    words_.Clear();
    text_.Clear();
  }

 private:
  struct Word {
    const char* text = nullptr;
    uint32_t size = 0;
  };
  struct Hash {
    using is_transparent = void;
    const WordNumbers* words;
    size_t operator()(absl::string_view word) const { return absl::HashOf(word); }
    size_t operator()(uint32_t number) const { return absl::HashOf(words->WordOf(number)); }
  };
  struct Same {
    using is_transparent = void;
    const WordNumbers* words;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, absl::string_view word) const { return words->WordOf(a) == word; }
  };

  Bump<char, size_t{1} << 16> text_;
  StableArray<Word, 4096> words_;
  absl::flat_hash_set<uint32_t, Hash, Same> numbers_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_WORD_NUMBERS_H_
