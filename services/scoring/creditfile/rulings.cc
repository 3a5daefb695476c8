#include "services/scoring/creditfile/rulings.h"

#include <algorithm>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/type/civil_date.h"

namespace xince::creditfile {
namespace {

// Whether a version says of itself what the ruling says.
bool SaysTheSame(const evidence::v1::Evidence& evidence, const Ruling& ruling) {
  if (ruling.kind == Ruling::Kind::kVoided) return evidence.voided();
  if (ruling.kind == Ruling::Kind::kRepaired) return false;
  if (ruling.points != evaluate::kNoPoints && (!evidence.has_given_points_hundredths() ||
                                               evidence.given_points_hundredths() != ruling.points))
    return false;
  return ruling.corrected == evaluate::kNoDay ||
         evidence.corrected_on() == FormatDate(type::Date::FromDays(ruling.corrected));
}

}  // namespace

RulingsOf& RulingBook::Entry(const std::string& evidence, journal::Undo* undo) {
  const auto [found, added] = by_evidence_.try_emplace(evidence);
  RulingsOf& entry = found->second;
  entry.evidence = evidence;
  if (undo != nullptr && added) undo->Add([this, evidence] { by_evidence_.erase(evidence); });
  const PieceId newest = book_.NewestOf(evidence);
  if (newest != kNone && by_piece_.try_emplace(newest, &entry).second && undo != nullptr)
    undo->Add([this, newest] { by_piece_.erase(newest); });
  return entry;
}

void RulingBook::Rule(const std::string& evidence, const Ruling& ruling, journal::Undo* undo) {
  RulingsOf& entry = Entry(evidence, undo);
  entry.rulings.push_back(ruling);
  if (undo != nullptr) undo->Add([&entry] { entry.rulings.pop_back(); });
}

void RulingBook::UndoRepair(const std::string& evidence,
                            const std::string& by,
                            Day day,
                            Revision revision,
                            journal::Undo* undo) {
  RulingsOf& entry = Entry(evidence, undo);
  for (Ruling& ruling : entry.rulings) {
    if (ruling.kind != Ruling::Kind::kRepaired || ruling.by != by || ruling.undone != Life::kOn)
      continue;
    ruling.undone = revision;
    ruling.undone_on = day;
    if (undo != nullptr) {
      const size_t at = static_cast<size_t>(&ruling - entry.rulings.data());
      undo->Add([&entry, at] {
        entry.rulings[at].undone = Life::kOn;
        entry.rulings[at].undone_on = evaluate::kForever;
      });
    }
  }
}

void RulingBook::Contest(const std::string& evidence, const std::string& by, journal::Undo* undo) {
  RulingsOf& entry = Entry(evidence, undo);
  if (std::find(entry.contests.begin(), entry.contests.end(), by) != entry.contests.end()) return;
  entry.contests.push_back(by);
  if (undo != nullptr) undo->Add([&entry] { entry.contests.pop_back(); });
}

void RulingBook::NoteVersion(PieceId piece, Revision revision, journal::Undo* undo) {
  if (by_evidence_.empty()) return;
  const auto found = by_evidence_.find(book_.IdOf(piece));
  if (found == by_evidence_.end()) return;
  RulingsOf& entry = Entry(found->first, undo);
  evidence::v1::Evidence evidence;
  const absl::string_view bytes = book_.piece(piece).bytes;
  evidence.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  for (size_t i = 0; i < entry.rulings.size(); ++i) {
    if (entry.rulings[i].until != Life::kOn || !SaysTheSame(evidence, entry.rulings[i])) continue;
    entry.rulings[i].until = revision;
    if (undo != nullptr) undo->Add([&entry, i] { entry.rulings[i].until = Life::kOn; });
  }
}

const RulingsOf* RulingBook::Of(absl::string_view evidence) const {
  const auto found = by_evidence_.find(evidence);
  return found == by_evidence_.end() ? nullptr : &found->second;
}

const RulingsOf* RulingBook::OfPiece(PieceId piece) const {
  const auto found = by_piece_.find(piece);
  return found == by_piece_.end() ? nullptr : found->second;
}

void RulingBook::Apply(Day day,
                       Revision known,
                       std::vector<evaluate::Fact>& facts,
                       std::vector<evaluate::Repaired>& repairs) const {
  repairs.clear();
  if (by_piece_.empty()) return;
  const auto voided = [&](evaluate::Fact& fact) {
    const RulingsOf* of = OfPiece(fact.evidence);
    if (of == nullptr) return false;
    evaluate::Hundredths amended = evaluate::kNoPoints;
    for (const std::string& by : of->contests) {
      const auto contest = cases_.Find(by);
      fact.contested |=
          contest != nullptr && cases::ContestedOn(*contest, type::Date::FromDays(day), known);
    }
    for (const Ruling& ruling : of->rulings) {
      if (!ruling.Holds(known)) continue;
      if (ruling.kind == Ruling::Kind::kVoided) return true;
      if (ruling.kind == Ruling::Kind::kRepaired) {
        repairs.push_back({.evidence = fact.evidence,
                           .from = ruling.from,
                           .until = ruling.RepairedUntil(known),
                           .points = ruling.points});
        continue;
      }
      if (ruling.points != evaluate::kNoPoints) amended = ruling.points;
      if (ruling.corrected != evaluate::kNoDay) fact.corrected = ruling.corrected;
    }
    if (amended == evaluate::kNoPoints) return false;
    fact.points = evaluate::Decided(amended);
    repairs.push_back({.evidence = fact.evidence, .points = amended, .amended = true});
    return false;
  };
  facts.erase(std::remove_if(facts.begin(), facts.end(), voided), facts.end());
}

bool RulingBook::Counts(absl::string_view evidence, Day day, Revision known) const {
  const RulingsOf* of = Of(evidence);
  if (of == nullptr) return true;
  return std::none_of(of->rulings.begin(), of->rulings.end(), [&](const Ruling& ruling) {
    if (!ruling.Holds(known)) return false;
    if (ruling.kind == Ruling::Kind::kVoided) return true;
    return ruling.kind == Ruling::Kind::kRepaired && ruling.from <= day &&
           day < ruling.RepairedUntil(known);
  });
}

WhyGone RulingBook::WhyGoneOf(absl::string_view evidence, Day day, Revision known) const {
  WhyGone gone;
  const RulingsOf* of = Of(evidence);
  if (of == nullptr) return gone;
  const auto weight = [](listing::v1::FactGone::Why why) {
    return why == listing::v1::FactGone::VOIDED_BY_DECISION ? 3
           : why == listing::v1::FactGone::REPAIRED         ? 2
                                                            : static_cast<int>(why != 0);
  };
  for (const Ruling& ruling : of->rulings) {
    auto why = listing::v1::FactGone::WHY_UNSPECIFIED;
    if (ruling.kind == Ruling::Kind::kVoided && ruling.revision <= known) {
      why = listing::v1::FactGone::VOIDED_BY_DECISION;
    } else if (ruling.kind == Ruling::Kind::kRepaired && ruling.Holds(known) &&
               ruling.from <= day && day < ruling.RepairedUntil(known)) {
      why = listing::v1::FactGone::REPAIRED;
    } else if (ruling.kind == Ruling::Kind::kAmended && ruling.Holds(known)) {
      why = listing::v1::FactGone::AMENDED;
    }
    if (weight(why) > weight(gone.why)) gone = {.why = why, .by = ruling.by};
  }
  return gone;
}

void RulingBook::Save(journal::FlatWriter& out) const {
  out.U64(by_evidence_.size());
  for (const auto& [evidence, of] : by_evidence_) {
    out.Text(evidence);
    out.U32(static_cast<uint32_t>(of.rulings.size()));
    for (const Ruling& ruling : of.rulings) {
      out.U8(static_cast<uint8_t>(ruling.kind));
      out.Text(ruling.by);
      out.U64(ruling.revision);
      out.U64(ruling.until);
      out.I64(ruling.points);
      out.I64(ruling.corrected);
      out.I64(ruling.from);
      out.I64(ruling.undone_on);
      out.U64(ruling.undone);
    }
    out.U32(static_cast<uint32_t>(of.contests.size()));
    for (const std::string& by : of.contests) out.Text(by);
  }
}

bool RulingBook::Load(journal::FlatReader& in) {
  Clear();
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    const std::string evidence(in.Text());
    RulingsOf& entry = by_evidence_[evidence];
    entry.evidence = evidence;
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) {
      Ruling ruling;
      ruling.kind = static_cast<Ruling::Kind>(in.U8());
      ruling.by = std::string(in.Text());
      ruling.revision = in.U64();
      ruling.until = in.U64();
      ruling.points = in.I64();
      ruling.corrected = static_cast<Day>(in.I64());
      ruling.from = static_cast<Day>(in.I64());
      ruling.undone_on = static_cast<Day>(in.I64());
      ruling.undone = in.U64();
      entry.rulings.push_back(std::move(ruling));
    }
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) entry.contests.emplace_back(in.Text());
  }
  if (by_evidence_.empty()) return in.ok();
  // Versions from before a ruling are not known any more when it is: it does no harm to have them too.
  for (size_t i = 0; i < book_.size(); ++i) {
    const auto piece = static_cast<PieceId>(i);
    const auto found = by_evidence_.find(book_.IdOf(piece));
    if (found != by_evidence_.end()) by_piece_.emplace(piece, &found->second);
  }
  return in.ok();
}

void RulingBook::Clear() {
  by_piece_.clear();
  by_evidence_.clear();
}

}  // namespace xince::creditfile
