#include "services/scoring/creditfile/set_aside.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/journal/flat_bytes.h"
#include "services/runtime/errors.h"

namespace xince::creditfile {
namespace {

constexpr size_t kShownIdBytesMax = 200;
// Digits in a row that could be an identity number: the older ones have fifteen.
constexpr int kDigitsInARowMax = 14;
constexpr size_t kDigestDigits = 64;

absl::Status Mismatch(journal::Revision revision, absl::string_view what) {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kDataLoss,
      .reason = "REPLAY_MISMATCH",
      .en = absl::StrCat("replaying the journal does not give what it records: ", what),
      .zh = "重放流水的结果与记录不一致",
      .metadata = {{"revision", absl::StrCat(revision)}, {"subject", ""}}});
}

bool IsDigest(absl::string_view text) {
  return text.size() == kDigestDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::string DigestOfPiece(const evidence::v1::Evidence& piece) {
  return journal::Sha256Hex(piece.SerializeAsString());
}

std::string ShownId(absl::string_view id) {
  if (id.size() > kShownIdBytesMax) return "";
  int digits = 0;
  for (const char c : id) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains("/#._-", c)) return "";
    digits = absl::ascii_isdigit(c) ? digits + 1 : 0;
    if (digits > kDigitsInARowMax) return "";
  }
  return std::string(id);
}

absl::Status SetAsideBook::Apply(const journal::v1::EvidenceSetAside& event,
                                 const journal::Entry& entry,
                                 uint64_t cursor,
                                 journal::Undo* undo) {
  if (event.feed().empty() || event.sequence() <= cursor)
    return Mismatch(entry.revision, "evidence set aside that was taken in");
  if (!IsDigest(event.digest()) || event.reason().empty())
    return Mismatch(entry.revision, "evidence set aside without a digest or a reason");
  if (Find(event.feed(), event.sequence(), event.digest()) != nullptr)
    return Mismatch(entry.revision, "evidence set aside twice");
  if (pieces_.size() >= kSetAsideMax) {
    return runtime::ToStatus(runtime::Problem{
        .code = absl::StatusCode::kResourceExhausted,
        .reason = "SET_ASIDE_LIMIT",
        .en = absl::StrCat("at most ", kSetAsideMax, " pieces of evidence can be set aside"),
        .zh = absl::StrCat("最多可搁置", kSetAsideMax, "条信用信息"),
        .metadata = {{"limit", absl::StrCat(kSetAsideMax)}}});
  }
  Add({.feed = event.feed(),
       .sequence = event.sequence(),
       .place = event.place(),
       .digest = event.digest(),
       .evidence = event.evidence(),
       .fault = event.fault(),
       .reason = event.reason(),
       .actor = entry.actor,
       .record_time_us = entry.record_time_us,
       .revision = entry.revision});
  if (undo != nullptr) {
    undo->Add([this] {
      const SetAsidePiece& last = pieces_.back();
      by_key_.erase({last.feed, last.sequence, last.digest});
      pieces_.pop_back();
    });
  }
  return absl::OkStatus();
}

const SetAsidePiece* SetAsideBook::Find(const std::string& feed,
                                        uint64_t sequence,
                                        absl::string_view digest) const {
  const auto found = by_key_.find({feed, sequence, std::string(digest)});
  return found == by_key_.end() ? nullptr : &pieces_[found->second];
}

bool SetAsideBook::Touches(const std::string& feed, uint64_t sequence) const {
  const auto next = by_key_.lower_bound({feed, sequence, ""});
  return next != by_key_.end() && std::get<0>(next->first) == feed &&
         std::get<1>(next->first) == sequence;
}

void SetAsideBook::Add(SetAsidePiece piece) {
  by_key_.emplace(Key{piece.feed, piece.sequence, piece.digest}, pieces_.size());
  pieces_.push_back(std::move(piece));
}

void SetAsideBook::Save(journal::FlatWriter& out) const {
  out.U32(static_cast<uint32_t>(pieces_.size()));
  for (const SetAsidePiece& piece : pieces_) {
    out.Text(piece.feed);
    out.U64(piece.sequence);
    out.U32(piece.place);
    out.Text(piece.digest);
    out.Text(piece.evidence);
    out.Text(piece.fault);
    out.Text(piece.reason);
    out.Text(piece.actor);
    out.I64(piece.record_time_us);
    out.U64(piece.revision);
  }
}

bool SetAsideBook::Load(journal::FlatReader& in) {
  Clear();
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    SetAsidePiece piece;
    piece.feed = std::string(in.Text());
    piece.sequence = in.U64();
    piece.place = in.U32();
    piece.digest = std::string(in.Text());
    piece.evidence = std::string(in.Text());
    piece.fault = std::string(in.Text());
    piece.reason = std::string(in.Text());
    piece.actor = std::string(in.Text());
    piece.record_time_us = in.I64();
    piece.revision = in.U64();
    Add(std::move(piece));
  }
  return in.ok();
}

void SetAsideBook::Clear() {
  pieces_.clear();
  by_key_.clear();
}

}  // namespace xince::creditfile
