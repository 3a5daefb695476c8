#include "services/scoring/cases/testing/fake_register.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "google/protobuf/text_format.h"

namespace xince::cases {

FakeRegister::FakeRegister() {
  std::ifstream file("policies/national/procedures/2021-01-01.textproto");
  std::stringstream text;
  text << file.rdbuf();
  policy::v1::Pack pack;
  if (!google::protobuf::TextFormat::ParseFromString(text.str(), &pack)) std::abort();
  for (const auto& proto : pack.procedures()) {
    auto procedure = Procedure::Compile(proto);
    if (!procedure.ok()) std::abort();
    procedures_[proto.id()] = std::make_shared<const Procedure>(*std::move(procedure));
  }
}

bool FakeRegister::Filed(const std::string& subject) const { return subjects.contains(subject); }

std::optional<FactSeen> FakeRegister::Fact(const std::string& evidence) const {
  const auto found = facts.find(evidence);
  if (found == facts.end()) return std::nullopt;
  FactSeen fact = found->second.second;
  if (!fact.counts && fact.gone == listing::v1::FactGone::WHY_UNSPECIFIED)
    fact.gone = listing::v1::FactGone::VOIDED_BY_FEED;
  return fact;
}

bool FakeRegister::Reaches(const std::string& evidence, const std::string& subject) const {
  const auto found = facts.find(evidence);
  return found != facts.end() && found->second.first == subject;
}

bool FakeRegister::AnyAfter(const std::string& subject,
                            const std::string& kind,
                            type::Date day) const {
  return std::any_of(facts.begin(), facts.end(), [&](const auto& row) {
    const auto& [about, fact] = row.second;
    return about == subject && fact.kind == kind && fact.counts && fact.occurred > day;
  });
}

std::vector<type::Date> FakeRegister::OccurredAfter(
    const std::string& subject,
    const google::protobuf::RepeatedPtrField<std::string>& kinds,
    type::Date day) const {
  std::vector<type::Date> days;
  for (const auto& [id, row] : facts) {
    const auto& [about, fact] = row;
    if (about == subject && fact.counts && fact.occurred > day &&
        std::find(kinds.begin(), kinds.end(), fact.kind) != kinds.end())
      days.push_back(fact.occurred);
  }
  return days;
}

ListSeen FakeRegister::List(const std::string& id, type::Date) const {
  const auto found = lists.find(id);
  if (found == lists.end()) return {};
  return {.definition = &found->second, .policy_digest = std::string(64, 'a')};
}

bool FakeRegister::BasisPermits(policy::v1::ListDefinition::Basis basis,
                                policy::v1::ListDefinition::Effect effect,
                                type::Date) const {
  if (effect != policy::v1::ListDefinition::DEPRIVATION) return true;
  return permits && basis != policy::v1::ListDefinition::NORMATIVE_DOCUMENT;
}

std::optional<PointsSeen> FakeRegister::PointsOf(const std::string& evidence,
                                                 const std::string&,
                                                 type::Date) const {
  const auto found = points.find(evidence);
  return found == points.end() ? std::nullopt : std::optional(found->second);
}

std::optional<PublicitySeen> FakeRegister::PublicityOf(const std::string& evidence,
                                                       const std::string&,
                                                       type::Date day) const {
  const auto found = class_of.find(evidence);
  const auto fact = facts.find(evidence);
  if (found == class_of.end() || fact == facts.end()) return std::nullopt;
  return PublicityOfClass(found->second, fact->second.second.determined, day);
}

std::optional<PublicitySeen> FakeRegister::PublicityOfClass(const std::string& id,
                                                            type::Date from,
                                                            type::Date) const {
  const auto found = classes.find(id);
  if (found == classes.end()) return std::nullopt;
  PublicitySeen seen = found->second;
  seen.from = from;
  return seen;
}

bool FakeRegister::Proposes(const std::string& subject, const std::string& list) const {
  return proposes.contains({subject, list});
}

ProcedureSeen FakeRegister::Find(const std::string& id, type::Date) const {
  const auto found = procedures_.find(id);
  if (found == procedures_.end()) return {};
  return {.procedure = found->second, .policy_digest = std::string(64, 'b')};
}

}  // namespace xince::cases
