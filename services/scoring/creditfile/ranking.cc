#include "services/scoring/creditfile/ranking.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "services/runtime/errors.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/evaluate/rank.h"

namespace xince::creditfile {
namespace {

// The rated subjects of one kind.
struct Population {
  std::vector<SubjectId> subjects;
  std::vector<evaluate::Ranked> ranked;
};

bool HasQuota(const evaluate::CompiledSubjectPolicy* policy) {
  return policy != nullptr && policy->tables().has_quota;
}

}  // namespace

int RankBook::RowOf(SubjectId subject,
                    Day day,
                    Revision known,
                    const policy::Digest& digest) const {
  const auto found = rows_.find(subject);
  if (found == rows_.end()) return -1;
  const std::vector<Given>& given = found->second;
  // A pass knows more than those before it and is for a day that is not before theirs.
  const auto last = std::partition_point(given.begin(), given.end(), [&](const Given& g) {
    return g.day <= day && g.revision <= known;
  });
  if (last == given.begin()) return -1;
  const Given& of_day = *std::prev(last);
  return of_day.digest == digest ? of_day.row : -1;
}

bool RankBook::Give(SubjectId subject, const Given& given, journal::Undo* undo) {
  const auto found = rows_.find(subject);
  if (found == rows_.end()) {
    if (given.row < 0) return false;
  } else {
    const Given& last = found->second.back();
    if (last.row == given.row && (given.row < 0 || last.digest == given.digest)) return false;
  }
  rows_[subject].push_back(given);
  if (undo != nullptr) {
    undo->Add([this, subject] {
      std::vector<Given>& rows = rows_.at(subject);
      rows.pop_back();
      if (rows.empty()) rows_.erase(subject);
    });
  }
  return true;
}

std::vector<SubjectId> RankBook::Pass(const absl::btree_map<absl::string_view, SubjectId>& filed,
                                      const EvidenceBook& book,
                                      const Assessor& assessor,
                                      Day day,
                                      Revision revision,
                                      journal::Undo* undo) {
  std::map<type::SubjectKind, Population> populations;
  std::map<SubjectId, Given> given;
  // Who has left the register or a policy without quotas has no row any more.
  for (const auto& [subject, rows] : rows_) given[subject] = {.revision = revision, .day = day};
  for (const auto& [name, subject] : filed) {
    const auto* policy = assessor.PolicyFor(subject, day);
    if (!HasQuota(policy)) continue;
    std::optional<evaluate::Ranked> ranked = assessor.Rankable(subject, day, revision);
    if (!ranked.has_value()) continue;
    Population& population = populations[book.subject(subject).kind];
    population.subjects.push_back(subject);
    population.ranked.push_back(*std::move(ranked));
  }
  for (const auto& [kind, population] : populations) {
    const auto& policy = *assessor.PolicyFor(population.subjects.front(), day);
    const std::vector<int> rows = evaluate::RankGrades(policy, population.ranked);
    for (size_t i = 0; i < rows.size(); ++i)
      given[population.subjects[i]] = {
          .revision = revision, .day = day, .row = rows[i], .digest = policy.digest()};
  }
  std::vector<SubjectId> changed;
  for (const auto& [subject, row] : given) {
    if (Give(subject, row, undo)) changed.push_back(subject);
  }
  return changed;
}

void RankBook::Save(const EvidenceBook& book, journal::FlatWriter& out) const {
  // By name: the numbers of subjects depend on what was undone.
  std::vector<std::pair<absl::string_view, const std::vector<Given>*>> rows;
  for (const auto& [subject, given] : rows_) rows.emplace_back(book.subject(subject).name, &given);
  std::sort(rows.begin(), rows.end());
  out.U64(rows.size());
  for (const auto& [name, given] : rows) {
    out.Text(name);
    out.U32(static_cast<uint32_t>(given->size()));
    for (const Given& one : *given) {
      out.U64(one.revision);
      out.I64(one.day);
      out.I64(one.row);
      out.Raw({reinterpret_cast<const char*>(one.digest.data()), one.digest.size()});
    }
  }
}

absl::Status RankBook::Load(const EvidenceBook& book, journal::FlatReader& in) {
  Clear();
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    const SubjectId subject = book.Find(in.Text());
    if (subject == kNone) {
      return runtime::ToStatus(runtime::Problem{.code = absl::StatusCode::kDataLoss,
                                                .reason = "SNAPSHOT_UNREADABLE",
                                                .en = "the snapshot cannot be read",
                                                .zh = "快照无法读取"});
    }
    std::vector<Given>& rows = rows_[subject];
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) {
      Given& one = rows.emplace_back();
      one.revision = in.U64();
      one.day = static_cast<Day>(in.I64());
      one.row = static_cast<int>(in.I64());
      const absl::string_view digest = in.Raw(one.digest.size());
      std::copy(digest.begin(), digest.end(), one.digest.begin());
    }
  }
  return absl::OkStatus();
}

}  // namespace xince::creditfile
