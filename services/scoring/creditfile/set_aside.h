#ifndef SERVICES_SCORING_CREDITFILE_SET_ASIDE_H_
#define SERVICES_SCORING_CREDITFILE_SET_ASIDE_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/journal/machine.h"

namespace xince::evidence::v1 {
class Evidence;
}
namespace xince::journal {
class FlatReader;
class FlatWriter;
}  // namespace xince::journal
namespace xince::journal::v1 {
class EvidenceSetAside;
}

/// Pieces of evidence that cannot be read and that somebody answers for leaving out.
namespace xince::creditfile {

/// Most pieces set aside in the life of a register.
inline constexpr size_t kSetAsideMax = 10000;

/// A piece that was set aside: where it came, what was wrong, and whose decision it was.
struct SetAsidePiece {
  std::string feed;
  /// Sequence of its batch, and its place in it from 0.
  uint64_t sequence = 0;
  uint32_t place = 0;
  /// SHA-256 of the piece, hexadecimal.
  std::string digest;
  /// Its id; empty when it is not fit to be shown.
  std::string evidence;
  std::string fault;
  std::string reason;
  std::string actor;
  int64_t record_time_us = 0;
  journal::Revision revision = 0;
};

/// SHA-256 of a piece in protobuf's form, hexadecimal.
std::string DigestOfPiece(const evidence::v1::Evidence& piece);

/// The id of a piece as it may be shown: empty unless it is at most 200 characters of those that ids
/// have and holds nothing that could be an identity number.
std::string ShownId(absl::string_view id);

/// What was set aside, in the order it was. Its lock is the machine's.
class SetAsideBook {
 public:
  /// Adds a piece. DATA_LOSS `REPLAY_MISMATCH` unless the piece lies beyond `cursor`, the feed's, and
  /// was not set aside before, and its digest is one; RESOURCE_EXHAUSTED `SET_ASIDE_LIMIT`.
  absl::Status Apply(const journal::v1::EvidenceSetAside& event,
                     const journal::Entry& entry,
                     uint64_t cursor,
                     journal::Undo* undo);

  /// Null when the piece was not set aside, or when the feed sends another one in its place.
  [[nodiscard]] const SetAsidePiece* Find(const std::string& feed,
                                          uint64_t sequence,
                                          absl::string_view digest) const;
  /// Whether anything of a batch was set aside.
  [[nodiscard]] bool Touches(const std::string& feed, uint64_t sequence) const;
  [[nodiscard]] const std::vector<SetAsidePiece>& all() const { return pieces_; }

  void Save(journal::FlatWriter& out) const;
  [[nodiscard]] bool Load(journal::FlatReader& in);
  void Clear();

 private:
  // Feed, sequence, digest.
  using Key = std::tuple<std::string, uint64_t, std::string>;
  void Add(SetAsidePiece piece);

  std::vector<SetAsidePiece> pieces_;
  std::map<Key, size_t> by_key_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_SET_ASIDE_H_
