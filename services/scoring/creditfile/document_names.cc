#include "services/scoring/creditfile/document_names.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "xince/evidence/v1/evidence.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/names.h"

namespace xince::creditfile {
namespace {

using cases::CaseRecord;
using cases::StepRecord;
using policy::v1::CaseStep;

constexpr char kFirms[] = "firms/";

evidence::v1::Evidence EvidenceOf(const Piece& piece) {
  evidence::v1::Evidence evidence;
  evidence.ParseFromArray(piece.bytes.data(), static_cast<int>(piece.bytes.size()));
  return evidence;
}

std::string DayWords(const std::string& text) {
  const auto date = type::ParseDate(text);
  return date.ok() ? documents::FormatDay(*date) : "";
}

// Names of the items under which a piece counts in the file, by piece.
std::map<uint32_t, std::string> ItemWords(const Assessment& assessment) {
  std::map<uint32_t, std::string> words;
  if (assessment.policy == nullptr) return words;
  for (const evaluate::Line& line : assessment.outcome->lines) {
    const policy::v1::Item* item = assessment.policy->item(line.item);
    if (line.evidence == evaluate::kNone || item == nullptr) continue;
    std::string& of = words[line.evidence];
    if (!absl::StrContains(of, item->zh()))
      absl::StrAppend(&of, of.empty() ? "" : "、", item->zh());
  }
  return words;
}

// `不良行为（2025年11月5日发生，2025年11月20日认定，认定单位：某局，信用信息编号：…）`.
std::string FactWords(const evidence::v1::Evidence& evidence, const std::string& items) {
  std::vector<std::string> about;
  const std::string occurred = DayWords(evidence.occurred_on());
  const std::string determined = DayWords(evidence.determined_on());
  if (!occurred.empty()) about.push_back(absl::StrCat(occurred, "发生"));
  if (!determined.empty()) about.push_back(absl::StrCat(determined, "认定"));
  if (!evidence.issuer().empty()) about.push_back(absl::StrCat("认定单位：", evidence.issuer()));
  for (const auto& document : evidence.documents()) {
    if (!document.title().empty())
      about.push_back(absl::StrCat("《", document.title(), "》", document.number()));
  }
  about.push_back(absl::StrCat("信用信息编号：", evidence.id()));
  return absl::StrCat(items.empty() ? "信用信息" : items, "（", absl::StrJoin(about, "，"), "）");
}

// Every piece of evidence that a case names.
std::set<std::string> NamedBy(const CaseRecord& record) {
  std::set<std::string> named;
  if (!record.opening.target().evidence().empty()) named.insert(record.opening.target().evidence());
  for (const StepRecord& step : record.steps) {
    const listing::v1::StepDetails& details = step.event.details();
    for (const auto& fact : details.proposal().facts()) named.insert(fact.evidence());
    for (const auto& amendment : details.decision().amendments())
      named.insert(amendment.evidence());
  }
  return named;
}

// The piece's items in the file of the case's subject; where it counts only by others that the subject's
// file takes in, in the file of whom it is about.
class FactNames {
 public:
  FactNames(const DocumentDesk::Books& books, type::Date today, Revision known)
      : books_(books), today_(today), known_(known) {}

  std::string Of(SubjectId subject, PieceId piece) {
    for (const SubjectId whose : {subject, books_.evidence.piece(piece).about}) {
      const std::map<uint32_t, std::string>& items = ItemsOf(whose);
      if (const auto found = items.find(piece); found != items.end()) return found->second;
    }
    return "";
  }

 private:
  const std::map<uint32_t, std::string>& ItemsOf(SubjectId subject) {
    const auto [found, added] = items_.try_emplace(subject);
    if (added) found->second = ItemWords(books_.assessor.Assess(subject, today_.days(), known_));
    return found->second;
  }

  const DocumentDesk::Books& books_;
  const type::Date today_;
  const Revision known_;
  std::map<SubjectId, std::map<uint32_t, std::string>> items_;
};

void AddFacts(const DocumentDesk::Books& books,
              const CaseRecord& record,
              type::Date today,
              Revision known,
              documents::CaseNames& names) {
  const SubjectId subject = books.evidence.Find(record.opening.subject());
  FactNames items(books, today, known);
  for (const std::string& id : NamedBy(record)) {
    const PieceId piece = books.evidence.NewestOf(id);
    if (piece == kNone || subject == kNone) continue;
    names.facts[id] = FactWords(EvidenceOf(books.evidence.piece(piece)), items.Of(subject, piece));
  }
}

// The list's basis; without a list that of the newest step, else of the procedure. By the packs the case
// runs by, then by those in force.
std::string BasisOf(const DocumentDesk::Books& books, const CaseRecord& record, type::Date today) {
  const StepRecord& taken = record.steps.back();
  const policy::v1::Procedure& procedure = record.procedure->proto();
  const CaseStep& step = procedure.steps(taken.step);
  std::vector<const policy::v1::Source*> sources;
  if (record.list != nullptr) {
    sources.push_back(record.list->has_basis_source() ? &record.list->basis_source()
                                                      : &record.list->source());
  } else {
    if (step.has_source()) sources.push_back(&step.source());
    sources.push_back(&procedure.source());
  }
  std::vector<const policy::Pack*> packs;
  for (const policy::Pack& pack : books.policies.packs().packs()) {
    const auto& digests = record.opening.policy_digests();
    if (std::find(digests.begin(), digests.end(), policy::FormatDigest(pack.digest())) !=
        digests.end())
      packs.push_back(&pack);
  }
  const auto in_force = books.packs.InForce(today);
  packs.insert(packs.end(), in_force.begin(), in_force.end());
  for (const policy::v1::Source* source : sources) {
    for (const policy::Pack* pack : packs) {
      std::string words = BasisWords(*pack, *source);
      if (!words.empty()) return words;
    }
  }
  return "";
}

// What an objection or a repair against a case is about.
std::string TargetWords(const DocumentDesk::Books& books, const CaseRecord& record) {
  const auto contested = books.cases.Find(record.opening.target().case_());
  if (contested == nullptr || contested->list == nullptr) return "";
  const StepRecord* decision = contested->Last(CaseStep::DECISION);
  const std::string number = decision == nullptr ? "" : decision->event.document_printed();
  return absl::StrCat("列入",
                      contested->list->zh(),
                      "的决定",
                      number.empty() ? "" : "（",
                      number,
                      number.empty() ? "" : "）");
}

}  // namespace

std::string NameOf(const EvidenceBook& book, const std::string& subject) {
  const SubjectId id = book.Find(subject);
  if (id == kNone) return "";
  const Piece* filing = book.FilingAt(book.subject(id), kNewest);
  return filing == nullptr ? "" : EvidenceOf(*filing).filing().display_name();
}

std::string CodeOf(const std::string& subject) {
  return absl::StartsWith(subject, kFirms) ? std::string(absl::StripPrefix(subject, kFirms)) : "";
}

absl::Status CheckNoIdentity(const google::protobuf::Message& request,
                             const std::string& subject,
                             type::Date today) {
  const std::string path = cases::IdentityIn(request, CodeOf(subject), today);
  if (path.empty()) return absl::OkStatus();
  return runtime::InvalidArgument("DOCUMENT_NAMES_IDENTITY",
                                  path,
                                  "a document names no identity number of a person",
                                  "文书中不得写入公民身份号码");
}

std::string BasisWords(const policy::Pack& pack, const policy::v1::Source& source) {
  for (const auto& document : pack.proto().documents()) {
    if (document.id() != source.document()) continue;
    std::string words = absl::StrCat("《", document.title(), "》");
    if (!document.number().empty()) absl::StrAppend(&words, "（", document.number(), "）");
    absl::StrAppend(&words, source.clause());
    return words;
  }
  return "";
}

documents::CaseNames NamesOf(const DocumentDesk::Books& books,
                             const documents::DocumentWords& words,
                             const CaseRecord& record,
                             type::Date today,
                             Revision known) {
  documents::CaseNames names{.subject = NameOf(books.evidence, record.opening.subject()),
                             .subject_code = CodeOf(record.opening.subject()),
                             .basis = BasisOf(books, record, today),
                             .register_name = words.register_name,
                             .verification_base = words.verification_base,
                             .organ = words.organ,
                             .target = TargetWords(books, record),
                             .procedure = &record.procedure->proto()};
  if (record.list != nullptr) {
    names.list = record.list->zh();
    names.terms = &record.list->terms();
  }
  for (const StepRecord& step : record.steps) {
    const std::string& office = step.event.party().office();
    if (!office.empty()) names.organs[office] = words.OrganOf(office, cases::NameKey(office));
  }
  AddFacts(books, record, today, known, names);
  return names;
}

}  // namespace xince::creditfile
