#ifndef SERVICES_SCORING_CREDITFILE_ASSESSOR_H_
#define SERVICES_SCORING_CREDITFILE_ASSESSOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/creditfile/memberships.h"
#include "services/scoring/creditfile/past_standings.h"
#include "services/scoring/creditfile/ranking.h"
#include "services/scoring/creditfile/rulings.h"
#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/counterfactual.h"
#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/evaluate/rank.h"
#include "services/scoring/policy/pack.h"

/// From the book to an outcome: which evidence finds a subject, under which policy, on a day, as known
/// at a revision.
namespace xince::creditfile {

/// The packs taken up, compiled, chosen by day.
class PolicyBook {
 public:
  explicit PolicyBook(evaluate::Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  /// Takes up a version. Errors: those of policy::LoadPack, PackSet::Make and evaluate::Compile.
  absl::Status Add(const std::string& file, const std::string& content);
  [[nodiscard]] bool Has(const policy::Digest& digest) const;
  /// The rules for a kind of subject in a jurisdiction on a day; null when there are none.
  [[nodiscard]] const evaluate::CompiledSubjectPolicy* For(const std::string& jurisdiction,
                                                           type::SubjectKind kind,
                                                           Day day) const;
  /// The pack in force for the jurisdiction on a day; null when there is none.
  [[nodiscard]] const evaluate::CompiledPack* PackFor(const std::string& jurisdiction,
                                                      Day day) const;
  /// The version with this digest; null when it was not taken up.
  [[nodiscard]] const evaluate::CompiledPack* PackOf(const policy::Digest& digest) const;
  /// Digest of the pack in force for the jurisdiction; all zero for none.
  [[nodiscard]] policy::Digest InForce(const std::string& jurisdiction, Day day) const;
  /// What was taken up, in the order it was: file and content.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& sources() const {
    return sources_;
  }
  /// The versions taken up, chosen by day.
  [[nodiscard]] const policy::PackSet& packs() const { return packs_; }
  /// Forgets the last version added.
  void RemoveLast();
  /// Forgets a version whose first day has not come, and gives what takes that back; null when there is
  /// none of that digest.
  std::function<void()> Remove(const policy::Digest& digest);
  void Clear();

 private:
  absl::Status Rebuild();

  evaluate::Vocabulary& vocabulary_;
  std::vector<std::pair<std::string, std::string>> sources_;
  policy::PackSet packs_;
  std::vector<std::pair<policy::Digest, std::unique_ptr<const evaluate::CompiledPack>>> compiled_;
};

/// What is known of a subject besides evidence, but for its projects and its rank: the same for every
/// day.
struct KnownOfSubject {
  std::vector<evaluate::Attribute> attributes;
  std::vector<evaluate::Listed> lists;
  std::vector<evaluate::Recorded> history;
};

/// An outcome with what is needed to say it.
struct Assessment {
  /// Null when no policy rates the subject.
  const evaluate::CompiledSubjectPolicy* policy = nullptr;
  /// Valid until the thread assesses again.
  const evaluate::Outcome* outcome = nullptr;
  /// The facts that were evaluated; `evidence` of a fact is its PieceId.
  std::vector<evaluate::Fact> facts;
  /// Repairs of some of them.
  std::vector<evaluate::Repaired> repairs;
  /// Lists the subject is on on the day.
  std::vector<credit::v1::Membership> memberships;
  /// Objections that are pending against the standing itself.
  std::vector<credit::v1::StandingContest> contests;
  /// Earliest later day on which the outcome may change by itself: the outcome's own, or one on which
  /// the projects rolled up or their scores change.
  Day next_change = evaluate::kForever;
};

/// Assesses subjects of one register.
class Assessor {
 public:
  /// What it reads. These outlive the assessor.
  struct Books {
    const EvidenceBook& evidence;
    const PolicyBook& policies;
    const RankBook& ranks;
    const cases::CaseBook& cases;
    const RulingBook& rulings;
    const PastStandings& past;
    const evaluate::Vocabulary& vocabulary;
  };
  Assessor(const Books& books, std::string jurisdiction)
      : book_(books.evidence),
        policies_(books.policies),
        ranks_(books.ranks),
        cases_(books.cases),
        rulings_(books.rulings),
        past_(books.past),
        vocabulary_(books.vocabulary),
        jurisdiction_(std::move(jurisdiction)) {}

  /// The outcome for a subject on a day, of what was known at a revision.
  [[nodiscard]] Assessment Assess(SubjectId subject, Day day, Revision known) const;
  /// The same under a pack, whether or not it was in force; null for none.
  [[nodiscard]] Assessment AssessUnder(const evaluate::CompiledPack* pack,
                                       SubjectId subject,
                                       Day day,
                                       Revision known) const;
  /// What is recorded of it.
  [[nodiscard]] credit::v1::StandingRecord Record(const Assessment& assessment, Day day) const;
  /// What changes by itself after the day until another, at most `count_max` steps.
  [[nodiscard]] std::vector<credit::v1::StandingRecord> Ahead(SubjectId subject,
                                                              const Assessment& assessment,
                                                              Day day,
                                                              Day until,
                                                              int count_max,
                                                              Revision known) const;
  /// What would help the subject from the day on.
  [[nodiscard]] evaluate::WaysUp WaysUp(SubjectId subject,
                                        const Assessment& assessment,
                                        Day day,
                                        Revision known) const;

  /// The rules for a subject on a day; null when there are none.
  [[nodiscard]] const evaluate::CompiledSubjectPolicy* PolicyFor(SubjectId subject, Day day) const {
    return policies_.For(jurisdiction_, book_.subject(subject).kind, day);
  }
  /// What a pass over the population needs of a subject; nothing when it is not rated. The name lives
  /// as long as the book.
  [[nodiscard]] std::optional<evaluate::Ranked> Rankable(SubjectId subject,
                                                         Day day,
                                                         Revision known) const;

  /// What is known of a subject besides evidence.
  [[nodiscard]] KnownOfSubject KnownOf(SubjectId subject, Revision known) const;
  /// The evidence that finds a subject, as cases left it: voided pieces are not there, amended ones as
  /// amended, `contested` as on the day; and what was repaired. Both are written over.
  void EvidenceOf(SubjectId subject,
                  Day day,
                  Revision known,
                  std::vector<evaluate::Fact>& facts,
                  std::vector<evaluate::Repaired>& repairs) const;

  [[nodiscard]] const std::string& jurisdiction() const { return jurisdiction_; }
  /// The words it finds lists and attributes by.
  [[nodiscard]] const evaluate::Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  struct Surroundings;
  /// What a subject is evaluated with besides evidence; the facts it changes.
  void Surround(const evaluate::CompiledPack& pack,
                SubjectId subject,
                Day day,
                Revision known,
                Surroundings& out) const;
  void AddProjects(const evaluate::CompiledPack& pack,
                   SubjectId subject,
                   Day day,
                   Revision known,
                   Surroundings& out) const;

  const EvidenceBook& book_;
  const PolicyBook& policies_;
  const RankBook& ranks_;
  const cases::CaseBook& cases_;
  const RulingBook& rulings_;
  const PastStandings& past_;
  const evaluate::Vocabulary& vocabulary_;
  const std::string jurisdiction_;
};

/// Date as the API writes it; empty for no day and for ever.
std::string DayText(Day day);

/// Words of the ways by which a fact finds its subject.
std::vector<std::string> ReachWords(evaluate::ReachMask reach);

/// Document and clause of a rule, as printed.
std::string ClauseText(const evaluate::CompiledSubjectPolicy& policy,
                       const policy::v1::Source& source);

/// What is recorded of an outcome, without its explanation's digest.
credit::v1::StandingRecord RecordOf(const evaluate::CompiledSubjectPolicy& policy,
                                    const evaluate::Outcome& outcome);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_ASSESSOR_H_
