#ifndef SERVICES_SCORING_CASES_TESTING_FAKE_REGISTER_H_
#define SERVICES_SCORING_CASES_TESTING_FAKE_REGISTER_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/cases/case_book.h"
#include "services/scoring/cases/register_view.h"

/// A register of a few words, for tests of cases.
namespace xince::cases {

/// What a test says there is.
class FakeRegister final : public RegisterView, public ProcedureBook {
 public:
  /// Reads the nation's procedures from the source tree.
  FakeRegister();

  /// Filed subjects.
  std::set<std::string> subjects;
  /// Pieces by id, each about one subject.
  std::map<std::string, std::pair<std::string, FactSeen>> facts;
  /// Lists by id.
  std::map<std::string, policy::v1::ListDefinition> lists;
  /// Classes by id: months, and whether they are published.
  std::map<std::string, PublicitySeen> classes;
  /// Class of each piece of evidence.
  std::map<std::string, std::string> class_of;
  /// What items may ask for each piece of evidence.
  std::map<std::string, PointsSeen> points;
  /// Whether local regulations permit adverse lists.
  bool permits = true;
  /// Lists that the outcome proposes, by subject and list.
  std::set<std::pair<std::string, std::string>> proposes;

  bool Filed(const std::string& subject) const override;
  std::optional<FactSeen> Fact(const std::string& evidence) const override;
  bool Reaches(const std::string& evidence, const std::string& subject) const override;
  bool AnyAfter(const std::string& subject, const std::string& kind, type::Date day) const override;
  std::vector<type::Date> OccurredAfter(
      const std::string& subject,
      const google::protobuf::RepeatedPtrField<std::string>& kinds,
      type::Date day) const override;
  ListSeen List(const std::string& id, type::Date day) const override;
  bool BasisPermits(policy::v1::ListDefinition::Basis basis,
                    policy::v1::ListDefinition::Effect effect,
                    type::Date day) const override;
  std::optional<PublicitySeen> PublicityOf(const std::string& evidence,
                                           const std::string& subject,
                                           type::Date day) const override;
  std::optional<PointsSeen> PointsOf(const std::string& evidence,
                                     const std::string& subject,
                                     type::Date day) const override;
  std::optional<PublicitySeen> PublicityOfClass(const std::string& id,
                                                type::Date from,
                                                type::Date day) const override;
  bool Proposes(const std::string& subject, const std::string& list) const override;
  ProcedureSeen Find(const std::string& id, type::Date day) const override;

 private:
  std::map<std::string, std::shared_ptr<const Procedure>> procedures_;
};

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_TESTING_FAKE_REGISTER_H_
