#ifndef SERVICES_SCORING_CASES_REGISTER_VIEW_H_
#define SERVICES_SCORING_CASES_REGISTER_VIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "xince/listing/v1/case.pb.h"
#include "xince/policy/v1/pack.pb.h"
#include "xince/type/v1/types.pb.h"

#include "services/type/civil_date.h"

/// What cases ask of the register they are part of. Answers are of the state as it is while a step is
/// decided or applied, so that replay gets the same.
namespace xince::cases {

/// A piece of evidence as a case sees it.
struct FactSeen {
  std::string kind;
  /// Office that recorded or issued it.
  std::string office;
  /// SHA-256 of it as it is known now, in hexadecimal.
  std::string digest;
  type::Date occurred;
  type::Date determined;
  std::optional<type::Date> corrected;
  /// Neither voided nor repaired.
  bool counts = false;
  /// Why it does not count, or counts otherwise; and the case that decided so.
  listing::v1::FactGone::Why gone = listing::v1::FactGone::WHY_UNSPECIFIED;
  std::string gone_by;
};

/// A list with the pack that defines it.
struct ListSeen {
  const policy::v1::ListDefinition* definition = nullptr;
  /// Of the pack, in hexadecimal.
  std::string policy_digest;
};

/// Publicity of a matter.
struct PublicitySeen {
  int min_months = 0;
  int max_months = 0;
  bool published = false;
  /// Day the periods are reckoned from.
  type::Date from;
};

/// Between what an objection may decide the points of a piece to be, in hundredths: from 0 to what the
/// items that take it for the subject ask for.
struct PointsSeen {
  int64_t least = 0;
  int64_t most = 0;
  /// The rule gives the sign: points of either sign are meant by their size.
  bool by_size = false;
};

/// The register.
class RegisterView {
 public:
  virtual ~RegisterView() = default;

  /// Whether somebody filed the subject.
  [[nodiscard]] virtual bool Filed(const std::string& subject) const = 0;
  /// The newest version of a piece; nothing when there is none.
  [[nodiscard]] virtual std::optional<FactSeen> Fact(const std::string& evidence) const = 0;
  /// Whether a piece finds the subject, by any way, on the day it occurred.
  [[nodiscard]] virtual bool Reaches(const std::string& evidence,
                                     const std::string& subject) const = 0;
  /// Whether a piece of one of the kinds about the subject occurred after the day and counts.
  [[nodiscard]] virtual bool AnyAfter(const std::string& subject,
                                      const std::string& kind,
                                      type::Date day) const = 0;
  /// Days after the day on which pieces of the kinds about the subject occurred that count, in any order.
  [[nodiscard]] virtual std::vector<type::Date> OccurredAfter(
      const std::string& subject,
      const google::protobuf::RepeatedPtrField<std::string>& kinds,
      type::Date day) const = 0;
  /// The list in force on a day; no definition when there is none.
  [[nodiscard]] virtual ListSeen List(const std::string& id, type::Date day) const = 0;
  /// Whether the law in force on the day lets a list of this effect rest on the basis (LawfulBasis).
  [[nodiscard]] virtual bool BasisPermits(policy::v1::ListDefinition::Basis basis,
                                          policy::v1::ListDefinition::Effect effect,
                                          type::Date day) const = 0;
  /// Publicity of a piece of evidence, by the repair class of the item that takes it for the subject, the
  /// gravest of several; by those that take it for whom it is about where none does. Nothing when no item
  /// with a class takes it.
  [[nodiscard]] virtual std::optional<PublicitySeen> PublicityOf(const std::string& evidence,
                                                                 const std::string& subject,
                                                                 type::Date day) const = 0;
  /// Publicity of a repair class on a day, from a day; nothing when there is no such class.
  [[nodiscard]] virtual std::optional<PublicitySeen> PublicityOfClass(const std::string& id,
                                                                      type::Date from,
                                                                      type::Date day) const = 0;
  /// Points that may be decided instead for a piece; nothing when no item takes it for the subject.
  [[nodiscard]] virtual std::optional<PointsSeen> PointsOf(const std::string& evidence,
                                                           const std::string& subject,
                                                           type::Date day) const = 0;
  /// Whether the recorded standing of the subject proposes it for the list.
  [[nodiscard]] virtual bool Proposes(const std::string& subject,
                                      const std::string& list) const = 0;
};

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_REGISTER_VIEW_H_
