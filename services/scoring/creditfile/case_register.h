#ifndef SERVICES_SCORING_CREDITFILE_CASE_REGISTER_H_
#define SERVICES_SCORING_CREDITFILE_CASE_REGISTER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/scoring/cases/case_book.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/creditfile/rulings.h"

/// What cases ask of the register, answered from its books: always of the newest that is known.
namespace xince::creditfile {

/// Newest knowledge, for the books.
inline constexpr Revision kNewest = Life::kOn - 1;

/// The register as cases see it. Procedures and lists are those of the jurisdiction's pack in force on
/// a day, then those of the nation's packs.
class CaseRegister final : public cases::RegisterView, public cases::ProcedureBook {
 public:
  struct Books {
    const EvidenceBook* evidence = nullptr;
    const PolicyBook* policies = nullptr;
    const RulingBook* rulings = nullptr;
    /// Words of kinds.
    const evaluate::Vocabulary* vocabulary = nullptr;
    std::string jurisdiction;
    /// Whether the recorded standing of a subject proposes it for a list.
    std::function<bool(const std::string& subject, const std::string& list)> proposes;
    /// The open day.
    std::function<Day()> today;
  };
  /// The books outlive it.
  explicit CaseRegister(Books books) : books_(std::move(books)) {}

  [[nodiscard]] bool Filed(const std::string& subject) const override;
  [[nodiscard]] std::optional<cases::FactSeen> Fact(const std::string& evidence) const override;
  [[nodiscard]] bool Reaches(const std::string& evidence,
                             const std::string& subject) const override;
  [[nodiscard]] bool AnyAfter(const std::string& subject,
                              const std::string& kind,
                              type::Date day) const override;
  [[nodiscard]] std::vector<type::Date> OccurredAfter(
      const std::string& subject,
      const google::protobuf::RepeatedPtrField<std::string>& kinds,
      type::Date day) const override;
  [[nodiscard]] cases::ListSeen List(const std::string& id, type::Date day) const override;
  [[nodiscard]] bool BasisPermits(policy::v1::ListDefinition::Basis basis,
                                  policy::v1::ListDefinition::Effect effect,
                                  type::Date day) const override;
  [[nodiscard]] std::optional<cases::PublicitySeen> PublicityOf(const std::string& evidence,
                                                                const std::string& subject,
                                                                type::Date day) const override;
  [[nodiscard]] std::optional<cases::PointsSeen> PointsOf(const std::string& evidence,
                                                          const std::string& subject,
                                                          type::Date day) const override;
  [[nodiscard]] std::optional<cases::PublicitySeen> PublicityOfClass(const std::string& id,
                                                                     type::Date from,
                                                                     type::Date day) const override;
  [[nodiscard]] bool Proposes(const std::string& subject, const std::string& list) const override;
  /// Compiled once and kept: only under the machine's exclusive lock.
  [[nodiscard]] cases::ProcedureSeen Find(const std::string& id, type::Date day) const override;

  /// Packs in force on a day: the jurisdiction's first, then the nation's by id.
  [[nodiscard]] std::vector<const policy::Pack*> InForce(type::Date day) const;
  void Clear() { compiled_.clear(); }

 private:
  /// The items that take a piece for a subject on a day, with what they ask for; none where no policy
  /// rates it.
  struct Used {
    const evaluate::CompiledSubjectPolicy* policy = nullptr;
    std::vector<evaluate::Use> uses;
  };
  [[nodiscard]] Used UsesOf(PieceId piece, SubjectId subject, type::Date day) const;
  [[nodiscard]] std::optional<cases::PublicitySeen> PublicityFor(PieceId piece,
                                                                 SubjectId subject,
                                                                 type::Date from,
                                                                 type::Date day) const;
  [[nodiscard]] std::optional<cases::PublicitySeen> PublicityBy(const std::string& id,
                                                                type::Date from,
                                                                type::Date day) const;

  const Books books_;
  /// By digest of the pack and id.
  mutable std::map<std::pair<policy::Digest, std::string>, std::shared_ptr<const cases::Procedure>>
      compiled_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_CASE_REGISTER_H_
