#include <string>
#include <utility>

#include "xince/journal/v1/scoring.pb.h"

#include "services/scoring/creditfile/credit_state.h"

namespace xince::creditfile {
namespace {

using ::xince::journal::v1::ScoringEntry;
using ::xince::journal::v1::StandingChange;

// With more the entry is read and compared change by change.
constexpr size_t kChangesAtOnceMax = 8;

}  // namespace

// What is recorded is checked by writing what is due and comparing the bytes: equal bytes say the same,
// and that spares a replay from reading the standings back, which half its entries are.
bool CreditState::SettleByBytes(const journal::Entry& entry) {
  if (as_recorded_ || due_.empty() || due_.size() > kChangesAtOnceMax) return false;
  // Filled again and again: its texts have memory already.
  thread_local ScoringEntry expected;
  thread_local std::string bytes;
  auto& changes = *expected.mutable_standings_changed()->mutable_changes();
  changes.Clear();
  for (auto& [name, due] : due_) {
    StandingChange& change = *changes.Add();
    change.set_subject(name.data(), name.size());
    // Borrowed, not copied: they are large.
    const auto now = standings_.find(due.subject);
    if (now != standings_.end() && now->second.revision > 0)
      change.unsafe_arena_set_allocated_before(&now->second.record);
    change.unsafe_arena_set_allocated_after(&due.after);
    for (const std::string& cause : due.causes) change.add_causes(cause);
  }
  const size_t size = expected.ByteSizeLong();
  bool same = size == entry.payload.size() && size <= kChangesBytesMax;
  if (same) {
    bytes.resize(size);
    expected.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes.data()));
    same = bytes == entry.payload;
  }
  for (StandingChange& change : changes) {
    (void)change.unsafe_arena_release_before();
    (void)change.unsafe_arena_release_after();
  }
  if (!same) return false;
  revision_ = entry.revision;
  for (size_t left = due_.size(); left > 0; --left) {
    const std::string name(due_.begin()->first);
    DueChange& due = due_.begin()->second;
    const SubjectId subject = due.subject;
    NoteProposals(name, &due.after, nullptr);
    NoteOutcome(name, due.after, nullptr);
    SetStanding(subject, std::move(due.after), entry.revision, nullptr);
    MakeDue(subject, std::nullopt, nullptr);
  }
  return true;
}

}  // namespace xince::creditfile
