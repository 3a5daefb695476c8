#include "services/scoring/evaluate/outcome.h"

#include <bit>
#include <cstring>

#include "services/scoring/evaluate/compiled.h"

namespace xince::evaluate {
namespace {

// Version of the encoding.
constexpr uint8_t kEncoding = 1;

// Little-endian numbers of fixed width, texts and lists with their length first. Writes over a buffer,
// which grows by doubling: its size is what was never written to yet.
class Writer {
 public:
  explicit Writer(std::string& buffer) : buffer_(buffer) {}

  template <typename Integer>
  void Put(Integer value) {
    char* const at = Grow(sizeof(Integer));
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(at, &value, sizeof(Integer));
    } else {
      const auto bits = static_cast<uint64_t>(value);
      for (size_t i = 0; i < sizeof(Integer); ++i)
        at[i] = static_cast<char>(bits >> (8 * i) & 0xFF);
    }
  }
  void Raw(absl::string_view bytes) {
    if (!bytes.empty()) std::memcpy(Grow(bytes.size()), bytes.data(), bytes.size());
  }
  void Text(absl::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    Raw(text);
  }
  template <typename List, typename Write>
  void Each(const List& list, const Write& write) {
    Put(static_cast<uint32_t>(list.size()));
    for (const auto& element : list) write(element);
  }
  [[nodiscard]] absl::string_view written() const { return {buffer_.data(), size_}; }

 private:
  char* Grow(size_t bytes) {
    if (buffer_.size() - size_ < bytes) buffer_.resize((size_ + bytes) * 2);
    char* const at = buffer_.data() + size_;
    size_ += bytes;
    return at;
  }

  std::string& buffer_;
  size_t size_ = 0;
};

void WriteLine(const Line& line, const Namer& namer, Writer& writer) {
  writer.Put(line.item);
  writer.Put(line.cut_group);
  writer.Put(static_cast<uint8_t>(line.origin));
  writer.Put(static_cast<uint8_t>(line.cut));
  writer.Put(static_cast<uint8_t>(line.contested));
  writer.Text(line.evidence == kNone ? absl::string_view() : namer.evidence(line.evidence));
  writer.Text(line.project == kNone ? absl::string_view() : namer.project(line.project));
  writer.Put(line.asked);
  writer.Put(line.decayed);
  writer.Put(line.in_item);
  writer.Put(line.counted);
  writer.Put(line.start);
  writer.Put(line.end);
  writer.Put(line.repair_from);
}

void WriteOutcome(const Outcome& outcome,
                  const CompiledSubjectPolicy& policy,
                  const Namer& namer,
                  Writer& writer) {
  writer.Put(kEncoding);
  writer.Raw({reinterpret_cast<const char*>(policy.digest().data()), policy.digest().size()});
  writer.Put(static_cast<uint8_t>(policy.subject()));
  writer.Put(outcome.score);
  writer.Put(outcome.grade);
  writer.Put(static_cast<uint8_t>(outcome.rated | outcome.rank_pending << 1 |
                                  outcome.contested << 2 | outcome.uncontested_rated << 3));
  writer.Put(outcome.grade_rows);
  const auto sum = [&](const Sum& value) {
    writer.Put(value.value);
    writer.Put(static_cast<uint8_t>(value.present));
  };
  writer.Each(outcome.items, sum);
  writer.Each(outcome.groups, sum);
  writer.Each(outcome.vetoes, [&](uint16_t veto) { writer.Put(veto); });
  writer.Each(outcome.restrictions, [&](const ActiveRestriction& restriction) {
    writer.Put(restriction.restriction);
    writer.Put(restriction.from);
    writer.Put(restriction.until);
  });
  writer.Each(outcome.proposals, [&](uint16_t proposal) { writer.Put(proposal); });
  writer.Put(outcome.uncontested_score);
  writer.Put(outcome.uncontested_grade);
  writer.Put(outcome.next_change);
  writer.Each(outcome.lines, [&](const Line& line) { WriteLine(line, namer, writer); });
}

}  // namespace

absl::string_view CutWord(Cut cut) {
  switch (cut) {
    case Cut::kNone:
      return "-";
    case Cut::kUndecided:
      return "undecided";
    case Cut::kPieceLimits:
      return "piece-limits";
    case Cut::kDecay:
      return "decay";
    case Cut::kNotKept:
      return "not-kept";
    case Cut::kMean:
      return "mean";
    case Cut::kItemLimits:
      return "item-limits";
    case Cut::kNotCumulative:
      return "not-cumulative";
    case Cut::kWeight:
      return "weight";
    case Cut::kGroupLimits:
      return "group-limits";
    case Cut::kRepaired:
      return "repaired";
    case Cut::kAmended:
      return "amended";
  }
  return "-";
}

std::string CanonicalBytes(const Outcome& outcome,
                           const CompiledSubjectPolicy& policy,
                           const Namer& namer) {
  std::string buffer;
  Writer writer(buffer);
  WriteOutcome(outcome, policy, namer, writer);
  buffer.resize(writer.written().size());
  return buffer;
}

std::array<uint8_t, 32> ExplanationDigest(const Outcome& outcome,
                                          const CompiledSubjectPolicy& policy,
                                          const Namer& namer) {
  // Every standing has a digest: the bytes of the last are written over.
  thread_local std::string buffer;
  Writer writer(buffer);
  WriteOutcome(outcome, policy, namer, writer);
  return policy::DigestOf(writer.written());
}

}  // namespace xince::evaluate
