#include "services/scoring/creditfile/past_standings.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace xince::creditfile {

void PastStandings::Add(SubjectId subject,
                        const evaluate::Recorded& recorded,
                        Revision revision,
                        journal::Undo* undo) {
  std::vector<Past>& past = past_[subject];
  std::optional<Past> dropped;
  if (past.size() == kPastStandingsMax) {
    dropped = past.front();
    past.erase(past.begin());
  }
  past.push_back({.revision = revision, .recorded = recorded});
  if (undo == nullptr) return;
  undo->Add([this, subject, dropped] {
    std::vector<Past>& of = past_.at(subject);
    of.pop_back();
    if (dropped.has_value()) of.insert(of.begin(), *dropped);
    if (of.empty()) past_.erase(subject);
  });
}

std::vector<evaluate::Recorded> PastStandings::Of(SubjectId subject, Revision known) const {
  std::vector<evaluate::Recorded> recorded;
  const auto found = past_.find(subject);
  if (found == past_.end()) return recorded;
  for (const Past& past : found->second) {
    if (past.revision <= known) recorded.push_back(past.recorded);
  }
  return recorded;
}

void PastStandings::Save(const EvidenceBook& book,
                         const evaluate::Vocabulary& vocabulary,
                         journal::FlatWriter& out) const {
  // By name: the numbers of subjects depend on what was undone.
  std::vector<std::pair<absl::string_view, const std::vector<Past>*>> past;
  for (const auto& [subject, of] : past_) past.emplace_back(book.subject(subject).name, &of);
  std::sort(past.begin(), past.end());
  out.U64(past.size());
  for (const auto& [name, of] : past) {
    out.Text(name);
    out.U32(static_cast<uint32_t>(of->size()));
    for (const Past& one : *of) {
      out.U64(one.revision);
      out.I64(one.recorded.on);
      out.I64(one.recorded.score);
      out.Text(vocabulary.names.WordOf(one.recorded.grade));
    }
  }
}

bool PastStandings::Load(const EvidenceBook& book,
                         evaluate::Vocabulary& vocabulary,
                         journal::FlatReader& in) {
  Clear();
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    const SubjectId subject = book.Find(in.Text());
    if (subject == kNone) return false;
    std::vector<Past>& of = past_[subject];
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) {
      Past& one = of.emplace_back();
      one.revision = in.U64();
      one.recorded.on = static_cast<Day>(in.I64());
      one.recorded.score = in.I64();
      one.recorded.grade = vocabulary.names.Intern(in.Text());
    }
  }
  return in.ok();
}

}  // namespace xince::creditfile
