#include "services/scoring/creditfile/subject_reach.h"

#include <algorithm>
#include <vector>

namespace xince::creditfile {
namespace {

using type::SubjectKind;

// Whether both sides are what the kind of relation relates; a feed may say anything.
bool Fits(const EvidenceBook& book, const Relation& relation) {
  const SubjectKind left = book.subject(relation.left).kind;
  const SubjectKind right = book.subject(relation.right).kind;
  switch (relation.kind) {
    case RelationKind::kEngagement:
      return left == SubjectKind::kProject && right == SubjectKind::kFirm;
    case RelationKind::kCharge:
      return left == SubjectKind::kProject && right == SubjectKind::kManager;
    case RelationKind::kBranch:
      return left == SubjectKind::kFirm && right == SubjectKind::kFirm;
    case RelationKind::kEmployment:
      return left == SubjectKind::kManager && right == SubjectKind::kFirm;
    default:
      return false;
  }
}

// An id with eight of its bytes as a number that orders as they do.
struct Key {
  uint64_t bytes = 0;
  absl::string_view id;
  uint32_t index = 0;
};

uint64_t BytesAt(absl::string_view id, size_t at) {
  uint64_t bytes = 0;
  for (size_t i = at; i < at + 8; ++i)
    bytes = bytes << 8 | (i < id.size() ? static_cast<uint8_t>(id[i]) : 0);
  return bytes;
}

// Sorts ids that agree before `from`: by the eight bytes in which they first differ, then those that
// agree in these too. Ids have long beginnings in common, which comparing them pair by pair would read
// again and again.
void SortKeys(Key* begin, Key* end, size_t from) {
  size_t common = begin->id.size();
  size_t shortest = common;
  for (const Key* key = begin + 1; key != end; ++key) {
    const absl::string_view id = key->id;
    shortest = std::min(shortest, id.size());
    common = std::min(common, id.size());
    size_t i = std::min(from, common);
    while (i < common && id[i] == begin->id[i]) ++i;
    common = i;
  }
  if (from > shortest) {  // Zeros were made up.
    std::sort(begin, end, [](const Key& a, const Key& b) { return a.id < b.id; });
    return;
  }
  for (Key* key = begin; key != end; ++key) key->bytes = BytesAt(key->id, common);
  std::sort(begin, end, [](const Key& a, const Key& b) { return a.bytes < b.bytes; });
  for (Key* run = begin; run != end;) {
    Key* next = run + 1;
    while (next != end && next->bytes == run->bytes) ++next;
    if (next - run > 1) SortKeys(run, next, common + 8);
    run = next;
  }
}

// Puts facts into the order of their evidence ids.
void Order(const EvidenceBook& book, std::vector<evaluate::Fact>& facts) {
  std::vector<Key> keys(facts.size());
  for (uint32_t i = 0; i < facts.size(); ++i) {
    keys[i].id = book.IdOf(facts[i].evidence);
    keys[i].index = i;
  }
  const auto by_id = [](const Key& a, const Key& b) { return a.id < b.id; };
  if (!std::is_sorted(keys.begin(), keys.end(), by_id)) {
    SortKeys(keys.data(), keys.data() + keys.size(), 0);
    std::vector<evaluate::Fact> ordered;
    ordered.reserve(facts.size());
    for (const Key& key : keys) ordered.push_back(facts[key.index]);
    facts.swap(ordered);
  }
  for (uint32_t i = 0; i < facts.size(); ++i) facts[i].order = i;
}

}  // namespace

SubjectReach::SubjectReach(const EvidenceBook& book, SubjectId subject, Revision known) {
  ways_.push_back({.about = subject, .mask = evaluate::kDirect});
  const SubjectKind kind = book.subject(subject).kind;
  if (kind == SubjectKind::kFirm) OfFirm(book, subject, known, {}, 0);
  if (kind == SubjectKind::kManager) OfManager(book, subject, known);
  std::sort(
      ways_.begin(), ways_.end(), [](const Way& a, const Way& b) { return a.about < b.about; });
}

void SubjectReach::OfFirm(
    const EvidenceBook& book, SubjectId firm, Revision known, Span on, int links) {
  book.EachRelation(firm, known, [&](const Relation& relation) {
    if (relation.right != firm || !Fits(book, relation)) return;
    const Span both{std::max(on.from, relation.from), std::min(on.until, relation.until)};
    if (both.from >= both.until) return;
    const auto add = [&](evaluate::ReachMask mask) {
      ways_.push_back(
          {.about = relation.left, .mask = mask, .from = both.from, .until = both.until});
    };
    if (relation.kind == RelationKind::kEngagement) {
      add(links == 0 ? evaluate::kViaProject : evaluate::kViaBranchProject);
      OfManagers(book, relation.left, known, both, links);
    } else if (relation.kind == RelationKind::kEmployment) {
      add(links == 0 ? evaluate::kViaManager : evaluate::kViaBranchManager);
    } else if (links < evaluate::kBranchDepthMax) {
      add(evaluate::kViaBranch);
      OfFirm(book, relation.left, known, both, links + 1);
    }
  });
}

void SubjectReach::OfManagers(
    const EvidenceBook& book, SubjectId project, Revision known, Span on, int links) {
  book.EachRelation(project, known, [&](const Relation& relation) {
    if (relation.kind != RelationKind::kCharge || relation.left != project ||
        !Fits(book, relation)) {
      return;
    }
    const Span both{std::max(on.from, relation.from), std::min(on.until, relation.until)};
    if (both.from >= both.until) return;
    ways_.push_back({.about = relation.right,
                     .mask = links == 0 ? evaluate::kViaManager : evaluate::kViaBranchManager,
                     .from = both.from,
                     .until = both.until});
  });
}

void SubjectReach::OfManager(const EvidenceBook& book, SubjectId manager, Revision known) {
  book.EachRelation(manager, known, [&](const Relation& relation) {
    if (relation.kind != RelationKind::kCharge || relation.right != manager ||
        !Fits(book, relation)) {
      return;
    }
    ways_.push_back({.about = relation.left,
                     .mask = evaluate::kViaProject,
                     .from = relation.from,
                     .until = relation.until});
  });
}

evaluate::ReachMask SubjectReach::Of(SubjectId about, Day occurred) const {
  auto way = std::partition_point(
      ways_.begin(), ways_.end(), [&](const Way& w) { return w.about < about; });
  evaluate::ReachMask mask = 0;
  for (; way != ways_.end() && way->about == about; ++way) {
    if (way->from <= occurred && occurred < way->until) mask |= way->mask;
  }
  return mask;
}

void GatherFacts(const EvidenceBook& book,
                 SubjectId subject,
                 Revision known,
                 std::vector<evaluate::Fact>& facts) {
  facts.clear();
  facts.reserve(book.subject(subject).facts.size());
  const SubjectReach reach(book, subject, known);
  const std::vector<SubjectReach::Way>& ways = reach.ways();
  for (size_t begin = 0; begin < ways.size();) {
    const SubjectId about = ways[begin].about;
    size_t end = begin;
    while (end < ways.size() && ways[end].about == about) ++end;
    const SubjectEvidence& source = book.subject(about);
    // What nobody filed is held, not counted.
    if (about == subject || book.FilingOf(source, known) != nullptr) {
      for (size_t i = 0; i < source.facts.size(); ++i) {
        if (!source.lives[i].Holds(known)) continue;
        evaluate::ReachMask mask = 0;
        const Day occurred = source.facts[i].occurred;
        for (size_t w = begin; w < end; ++w) {
          if (ways[w].from <= occurred && occurred < ways[w].until) mask |= ways[w].mask;
        }
        if (mask == 0) continue;
        facts.push_back(source.facts[i]);
        facts.back().reach = mask;
      }
    }
    begin = end;
  }
  Order(book, facts);
}

}  // namespace xince::creditfile
