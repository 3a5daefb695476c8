#ifndef SERVICES_SCORING_POLICY_PACK_H_
#define SERVICES_SCORING_POLICY_PACK_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "xince/policy/v1/pack.pb.h"

#include "services/type/civil_date.h"

/// Policy packs: read, checked, named by their digest, chosen by date.
namespace xince::policy {

/// Largest pack in bytes.
inline constexpr size_t kPackBytesMax = 4 << 20;

/// SHA-256 of the bytes of a pack's file, as they are.
using Digest = std::array<uint8_t, 32>;

/// SHA-256 of bytes.
Digest DigestOf(absl::string_view bytes);

/// Lower-case hexadecimal digits of a digest.
std::string FormatDigest(const Digest& digest);

/// A version of a pack that is well formed in itself. Immutable; copies share the contents.
class Pack {
 public:
  [[nodiscard]] const v1::Pack& proto() const { return *proto_; }
  /// The contents, for those who outlive the Pack.
  [[nodiscard]] const std::shared_ptr<const v1::Pack>& shared() const { return proto_; }
  [[nodiscard]] const Digest& digest() const { return digest_; }
  /// Name of the file as given, for messages.
  [[nodiscard]] const std::string& file() const { return file_; }
  /// First day in force.
  [[nodiscard]] type::Date from() const { return from_; }
  /// First day no longer in force by the pack's own words; kDateMax when it does not say.
  [[nodiscard]] type::Date until() const { return until_; }

 private:
  friend absl::StatusOr<Pack> LoadPack(absl::string_view bytes, absl::string_view file);
  Pack() = default;

  std::shared_ptr<const v1::Pack> proto_;
  Digest digest_{};
  std::string file_;
  type::Date from_;
  type::Date until_;
};

/// Reads a pack from textproto. `file` is only named in messages. Errors, all INVALID_ARGUMENT with
/// the metadata `file`, `line` and `column` (both from 1):
/// POLICY_SYNTAX (not a textproto of a Pack), POLICY_INVALID (also metadata `item`, the id of what is
/// wrong; the first finding of CheckPack), POLICY_TOO_LARGE (more than kPackBytesMax, no line).
absl::StatusOr<Pack> LoadPack(absl::string_view bytes, absl::string_view file);

/// The versions of one pack, or of several with different ids, chosen by day.
class PackSet {
 public:
  /// Takes versions in any order. FAILED_PRECONDITION POLICY_VERSION when two versions of one pack
  /// begin on the same day or stand for different jurisdictions.
  static absl::StatusOr<PackSet> Make(std::vector<Pack> packs);

  /// The version of the pack with this id in force on a day: the last that has begun, unless its own
  /// `effective_until` has come. Null when there is none.
  [[nodiscard]] const Pack* InForce(absl::string_view id, type::Date day) const;
  /// The same by jurisdiction.
  [[nodiscard]] const Pack* InForceFor(absl::string_view jurisdiction, type::Date day) const;
  /// The versions of the pack that began before `pack`, the latest first.
  [[nodiscard]] std::vector<const Pack*> EarlierThan(const Pack& pack) const;
  /// Every version, by id and day.
  [[nodiscard]] absl::Span<const Pack> packs() const { return packs_; }

 private:
  std::vector<Pack> packs_;
};

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_PACK_H_
