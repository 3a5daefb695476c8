#include "services/scoring/creditfile/case_register.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/scoring/creditfile/subject_reach.h"

namespace xince::creditfile {
namespace {

using cases::FactSeen;
using cases::ListSeen;
using cases::PublicitySeen;
using policy::v1::RepairClass;
using type::Date;

constexpr char kNation[] = "0";

evidence::v1::Evidence EvidenceOf(const Piece& piece) {
  evidence::v1::Evidence evidence;
  evidence.ParseFromArray(piece.bytes.data(), static_cast<int>(piece.bytes.size()));
  return evidence;
}

const RepairClass* ClassIn(const policy::v1::Pack& pack, const std::string& id) {
  const auto found = std::find_if(pack.repair_classes().begin(),
                                  pack.repair_classes().end(),
                                  [&](const RepairClass& one) { return one.id() == id; });
  return found == pack.repair_classes().end() ? nullptr : &*found;
}

}  // namespace

bool CaseRegister::Filed(const std::string& subject) const {
  const SubjectId id = books_.evidence->Find(subject);
  return id != kNone && books_.evidence->FilingOf(books_.evidence->subject(id), kNewest) != nullptr;
}

std::optional<FactSeen> CaseRegister::Fact(const std::string& evidence) const {
  const PieceId id = books_.evidence->NewestOf(evidence);
  if (id == kNone) return std::nullopt;
  const Piece piece = books_.evidence->piece(id);
  if (piece.relation != RelationKind::kNone) return std::nullopt;
  const evidence::v1::Evidence read = EvidenceOf(piece);
  FactSeen fact{
      .kind = read.kind(),
      .office = read.issuer(),
      .digest = journal::Sha256Hex(piece.bytes),
      .occurred =
          cases::DayOr(read.occurred_on(), cases::DayOr(read.determined_on(), type::kDateMin)),
      .counts = !piece.voided && books_.rulings->Counts(evidence, books_.today(), kNewest)};
  const WhyGone why = books_.rulings->WhyGoneOf(evidence, books_.today(), kNewest);
  fact.gone = why.why;
  fact.gone_by = why.by;
  if (fact.counts && why.why != listing::v1::FactGone::AMENDED) {
    fact.gone = listing::v1::FactGone::WHY_UNSPECIFIED;
    fact.gone_by.clear();
  }
  if (piece.voided && why.why != listing::v1::FactGone::VOIDED_BY_DECISION) {
    fact.gone = listing::v1::FactGone::VOIDED_BY_FEED;
    fact.gone_by.clear();
  }
  fact.determined = cases::DayOr(read.determined_on(), fact.occurred);
  if (!read.corrected_on().empty())
    fact.corrected = cases::DayOr(read.corrected_on(), type::kDateMax);
  return fact;
}

bool CaseRegister::Reaches(const std::string& evidence, const std::string& subject) const {
  const PieceId id = books_.evidence->NewestOf(evidence);
  const SubjectId whom = books_.evidence->Find(subject);
  if (id == kNone || whom == kNone) return false;
  const Piece piece = books_.evidence->piece(id);
  const evidence::v1::Evidence read = EvidenceOf(piece);
  const Date occurred =
      cases::DayOr(read.occurred_on(), cases::DayOr(read.determined_on(), type::kDateMin));
  return SubjectReach(*books_.evidence, whom, kNewest).Of(piece.about, occurred.days()) != 0;
}

bool CaseRegister::AnyAfter(const std::string& subject, const std::string& kind, Date day) const {
  const SubjectId whom = books_.evidence->Find(subject);
  const evaluate::Symbol symbol = books_.vocabulary->kinds.Find(kind);
  if (whom == kNone || symbol == 0) return false;
  std::vector<evaluate::Fact> facts;
  GatherFacts(*books_.evidence, whom, kNewest, facts);
  return std::any_of(facts.begin(), facts.end(), [&](const evaluate::Fact& fact) {
    return fact.kind == symbol && fact.occurred > day.days() &&
           books_.rulings->Counts(books_.evidence->IdOf(fact.evidence), books_.today(), kNewest);
  });
}

std::vector<const policy::Pack*> CaseRegister::InForce(Date day) const {
  std::vector<const policy::Pack*> in_force;
  const policy::PackSet& packs = books_.policies->packs();
  if (const policy::Pack* own = packs.InForceFor(books_.jurisdiction, day); own != nullptr)
    in_force.push_back(own);
  for (const policy::Pack& pack : packs.packs()) {
    if (pack.proto().jurisdiction() == kNation && packs.InForce(pack.proto().id(), day) == &pack)
      in_force.push_back(&pack);
  }
  return in_force;
}

std::vector<Date> CaseRegister::OccurredAfter(
    const std::string& subject,
    const google::protobuf::RepeatedPtrField<std::string>& kinds,
    Date day) const {
  std::vector<Date> days;
  const SubjectId whom = books_.evidence->Find(subject);
  if (whom == kNone || kinds.empty()) return days;
  std::set<evaluate::Symbol> symbols;
  for (const std::string& kind : kinds) symbols.insert(books_.vocabulary->kinds.Find(kind));
  symbols.erase(0);
  std::vector<evaluate::Fact> facts;
  GatherFacts(*books_.evidence, whom, kNewest, facts);
  for (const evaluate::Fact& fact : facts) {
    if (symbols.contains(fact.kind) && fact.occurred > day.days() &&
        books_.rulings->Counts(books_.evidence->IdOf(fact.evidence), books_.today(), kNewest))
      days.push_back(Date::FromDays(fact.occurred));
  }
  return days;
}

ListSeen CaseRegister::List(const std::string& id, Date day) const {
  for (const policy::Pack* pack : InForce(day)) {
    for (const auto& list : pack->proto().lists()) {
      if (list.id() == id)
        return {.definition = &list, .policy_digest = policy::FormatDigest(pack->digest())};
    }
  }
  return {};
}

bool CaseRegister::BasisPermits(policy::v1::ListDefinition::Basis basis,
                                policy::v1::ListDefinition::Effect effect,
                                Date day) const {
  for (const policy::Pack* pack : InForce(day)) {
    if (pack->proto().jurisdiction() != kNation) continue;
    for (const auto& row : pack->proto().legal().bases()) {
      if (row.basis() == basis &&
          std::find(row.effects().begin(), row.effects().end(), effect) != row.effects().end())
        return true;
    }
  }
  return false;
}

std::optional<PublicitySeen> CaseRegister::PublicityBy(const std::string& id,
                                                       Date from,
                                                       Date day) const {
  const std::vector<const policy::Pack*> in_force = InForce(day);
  const RepairClass* found = nullptr;
  for (const policy::Pack* pack : in_force) {
    if (found == nullptr) found = ClassIn(pack->proto(), id);
  }
  if (found == nullptr) return std::nullopt;
  PublicitySeen seen{.min_months = static_cast<int>(found->min_months()),
                     .max_months = static_cast<int>(found->max_months()),
                     .published = found->published(),
                     .from = from};
  // The nation's maximum bounds every class that is a kind of its own.
  const std::string national = found->national_class().empty() ? id : found->national_class();
  for (const policy::Pack* pack : in_force) {
    if (pack->proto().jurisdiction() != kNation) continue;
    const RepairClass* bound = ClassIn(pack->proto(), national);
    if (bound == nullptr || bound->max_months() == 0) continue;
    const int most = static_cast<int>(bound->max_months());
    seen.max_months = seen.max_months == 0 ? most : std::min(seen.max_months, most);
  }
  return seen;
}

std::optional<PublicitySeen> CaseRegister::PublicityOfClass(const std::string& id,
                                                            Date from,
                                                            Date day) const {
  return PublicityBy(id, from, day);
}

CaseRegister::Used CaseRegister::UsesOf(PieceId piece, SubjectId subject, Date day) const {
  thread_local evaluate::Evaluator evaluator;
  Used used{.policy = books_.policies->For(
                books_.jurisdiction, books_.evidence->subject(subject).kind, day.days())};
  if (used.policy == nullptr) return used;
  std::vector<evaluate::Fact> facts;
  GatherFacts(*books_.evidence, subject, kNewest, facts);
  const auto fact = std::find_if(
      facts.begin(), facts.end(), [&](const auto& one) { return one.evidence == piece; });
  if (fact != facts.end()) used.uses = evaluator.UsesOf(*used.policy, *fact);
  return used;
}

std::optional<PublicitySeen> CaseRegister::PublicityFor(PieceId piece,
                                                        SubjectId subject,
                                                        Date from,
                                                        Date day) const {
  const Used used = UsesOf(piece, subject, day);
  std::optional<PublicitySeen> gravest;
  for (const evaluate::Use& use : used.uses) {
    const policy::v1::Item* item = used.policy->item(use.item);
    if (item == nullptr || item->repair_class().empty()) continue;
    const auto seen = PublicityBy(item->repair_class(), from, day);
    if (!seen.has_value()) continue;
    const auto weight = [](const PublicitySeen& of) {
      return std::tuple(of.published, of.max_months, of.min_months);
    };
    if (!gravest.has_value() || weight(*gravest) < weight(*seen)) gravest = seen;
  }
  return gravest;
}

std::optional<PublicitySeen> CaseRegister::PublicityOf(const std::string& evidence,
                                                       const std::string& subject,
                                                       Date day) const {
  const PieceId id = books_.evidence->NewestOf(evidence);
  const SubjectId whom = books_.evidence->Find(subject);
  if (id == kNone || whom == kNone) return std::nullopt;
  const Piece piece = books_.evidence->piece(id);
  const evidence::v1::Evidence read = EvidenceOf(piece);
  const Date from = cases::DayOr(read.determined_on(), cases::DayOr(read.occurred_on(), day));
  const auto own = PublicityFor(id, whom, from, day);
  if (own.has_value() || piece.about == whom) return own;
  return PublicityFor(id, piece.about, from, day);
}

std::optional<cases::PointsSeen> CaseRegister::PointsOf(const std::string& evidence,
                                                        const std::string& subject,
                                                        Date day) const {
  const PieceId id = books_.evidence->NewestOf(evidence);
  const SubjectId whom = books_.evidence->Find(subject);
  if (id == kNone || whom == kNone) return std::nullopt;
  const Used used = UsesOf(id, whom, day);
  if (used.uses.empty()) return std::nullopt;
  cases::PointsSeen seen;
  for (const evaluate::Use& use : used.uses) {
    seen.least = std::min(seen.least, use.least);
    seen.most = std::max(seen.most, use.most);
    seen.by_size |= use.signs;
  }
  return seen;
}

bool CaseRegister::Proposes(const std::string& subject, const std::string& list) const {
  return books_.proposes(subject, list);
}

cases::ProcedureSeen CaseRegister::Find(const std::string& id, Date day) const {
  for (const policy::Pack* pack : InForce(day)) {
    for (const auto& procedure : pack->proto().procedures()) {
      if (procedure.id() != id) continue;
      auto& compiled = compiled_[{pack->digest(), id}];
      if (compiled == nullptr) {
        auto made = cases::Procedure::Compile(procedure);
        if (made.ok()) compiled = std::make_shared<const cases::Procedure>(*std::move(made));
      }
      return {.procedure = compiled, .policy_digest = policy::FormatDigest(pack->digest())};
    }
  }
  return {};
}

}  // namespace xince::creditfile
