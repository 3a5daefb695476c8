#ifndef SERVICES_SCORING_CREDITFILE_TEST_REGISTER_H_
#define SERVICES_SCORING_CREDITFILE_TEST_REGISTER_H_

#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/journal/machine.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/clock.h"
#include "services/runtime/errors.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"
#include "services/type/civil_date.h"

/// A register's scoring state on a journal of its own, for tests.
namespace xince::creditfile {

/// Division 3201, with the packs given, from the day given on.
class TestRegister {
 public:
  using Packs = std::vector<std::pair<std::string, std::string>>;

  TestRegister(Packs packs, const std::string& day) {
    std::string pattern = "/tmp/xince-register-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    auto opened = journal::SqliteJournal::Open({.path = directory_ + "/scoring.journal",
                                                .name = "test/scoring",
                                                .allow_unsafe_filesystem = true});
    EXPECT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
    Restart();
    const absl::Status loaded = intake::LoadPolicies(*state_, *machine_, packs);
    EXPECT_TRUE(loaded.ok()) << loaded;
    OpenDay(day);
  }
  ~TestRegister() {
    machine_.reset();
    journal_.reset();
    std::filesystem::remove_all(directory_);
  }
  TestRegister(const TestRegister&) = delete;
  TestRegister& operator=(const TestRegister&) = delete;

  /// Forgets everything but the journal, and recovers from it.
  void Restart() {
    machine_.reset();
    state_ = std::make_unique<CreditState>("3201");
    machine_ =
        std::make_unique<journal::Machine>(*journal_, *state_, clock_, journal::Machine::Options{});
    const absl::Status recovered = machine_->Recover();
    EXPECT_TRUE(recovered.ok()) << recovered;
    machine_->Start();
  }

  void OpenDay(const std::string& date) {
    clock_.SetTime(absl::FromUnixSeconds(int64_t{type::ParseDate(date)->days()} * 86400) +
                   absl::Hours(4));
    intake::DayKeeper days(*state_, *machine_, clock_);
    EXPECT_TRUE(days.OpenToday().ok());
  }

  /// Takes up a further pack, as the one beside a release does.
  void Load(const std::string& file, const std::string& content) {
    journal::v1::ScoringEntry entry;
    entry.mutable_policy_loaded()->set_file(file);
    entry.mutable_policy_loaded()->set_content(content);
    const auto revision = machine_->Execute([&](journal::Transaction& transaction) {
      XINCE_RETURN_IF_ERROR(transaction.Append("test", "", entry.SerializeAsString()));
      return intake::RecordDue(*state_, transaction);
    });
    EXPECT_TRUE(revision.ok()) << revision.status();
  }

  /// Records one batch of a feed, with the standings it makes due. The revision of the last entry.
  journal::Revision Take(const std::vector<evidence::v1::Evidence>& evidence,
                         const std::string& feed = "registry") {
    journal::v1::ScoringEntry entry;
    auto* batch = entry.mutable_evidence_taken()->add_batches();
    entry.mutable_evidence_taken()->set_feed(feed);
    batch->set_sequence(++sequences_[feed]);
    for (const evidence::v1::Evidence& piece : evidence) *batch->add_evidence() = piece;
    const auto revision = machine_->Execute([&](journal::Transaction& transaction) {
      XINCE_RETURN_IF_ERROR(transaction.Append("test", "", entry.SerializeAsString()));
      return intake::RecordDue(*state_, transaction);
    });
    EXPECT_TRUE(revision.ok()) << revision.status();
    return revision.ok() ? *revision : 0;
  }

  /// The standing recorded; an empty one for a subject without.
  credit::v1::StandingRecord Current(const std::string& subject) const {
    const SubjectId id = state_->book().Find(subject);
    const Standing* standing = id == kNone ? nullptr : state_->Find(id);
    return standing == nullptr ? credit::v1::StandingRecord() : standing->record;
  }

  /// What is answered for a day, as known at a revision (0: now).
  credit::v1::StandingRecord AsOf(const std::string& subject,
                                  const std::string& date,
                                  journal::Revision known = 0) const {
    const Day day = type::ParseDate(date)->days();
    const Assessor& assessor = state_->assessor();
    const SubjectId id = state_->book().Find(subject);
    return assessor.Record(assessor.Assess(id, day, known == 0 ? machine_->durable() : known), day);
  }

  /// Causes of the last change recorded for a subject.
  std::vector<std::string> LastCauses(const std::string& subject) const {
    std::vector<std::string> causes;
    EXPECT_TRUE(journal_
                    ->Read(0,
                           SIZE_MAX,
                           [&](const journal::Entry& stored) {
                             journal::v1::ScoringEntry entry;
                             EXPECT_TRUE(entry.ParseFromString(stored.payload));
                             for (const auto& change : entry.standings_changed().changes()) {
                               if (change.subject() == subject)
                                 causes = {change.causes().begin(), change.causes().end()};
                             }
                             return absl::OkStatus();
                           })
                    .ok());
    return causes;
  }

  /// Digest of a state that replays the journal from its first entry.
  std::string ReplayedDigest() const {
    CreditState replayed("3201");
    const absl::Status read = journal_->Read(
        0, SIZE_MAX, [&](const journal::Entry& entry) { return replayed.Apply(entry, nullptr); });
    EXPECT_TRUE(read.ok()) << read;
    return journal::Sha256Hex(replayed.SaveSnapshot());
  }

  [[nodiscard]] CreditState& state() const { return *state_; }
  [[nodiscard]] journal::Machine& machine() const { return *machine_; }

 private:
  std::string directory_;
  runtime::FakeClock clock_{absl::UnixEpoch()};
  std::unique_ptr<journal::SqliteJournal> journal_;
  std::unique_ptr<CreditState> state_;
  std::unique_ptr<journal::Machine> machine_;
  std::map<std::string, uint64_t> sequences_;
};

/// A filing of a subject.
inline evidence::v1::Evidence FiledEvidence(const std::string& subject) {
  evidence::v1::Evidence evidence;
  evidence.set_id(absl::StrCat("registry/", subject, "#subject"));
  evidence.set_version(1);
  evidence.set_subject(subject);
  evidence.set_kind("registry.subject");
  evidence.mutable_filing()->set_display_name("示例");
  evidence.mutable_filing()->set_division("320104001");
  return evidence;
}

/// A piece that was determined on the day it occurred.
inline evidence::v1::Evidence PieceEvidence(const std::string& id,
                                            const std::string& subject,
                                            const std::string& kind,
                                            const std::string& date) {
  evidence::v1::Evidence evidence;
  evidence.set_id(id);
  evidence.set_version(1);
  evidence.set_subject(subject);
  evidence.set_kind(kind);
  evidence.set_occurred_on(date);
  evidence.set_determined_on(date);
  return evidence;
}

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_TEST_REGISTER_H_
