#include "services/feeds/committee/committee_warnings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/feeds/committee/composition.h"
#include "services/feeds/committee/day_page.h"
#include "services/feeds/committee/taking_office.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::Committee;
using ::xince::committee::v1::CommitteeRules;
using ::xince::committee::v1::CommitteeWarnings;
using ::xince::committee::v1::Disclosure;
using ::xince::committee::v1::ListCommitteeWarningsRequest;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::Training;
using ::xince::committee::v1::Warning;

// Committees looked at for one page: each costs three lists of its records.
constexpr int kWarningsScanMax = 2000;

// First day the committee no longer acts, as far as its record says.
const std::string& EndOf(const Committee& committee) {
  return committee.ended_date().empty() ? committee.term_end_date() : committee.ended_date();
}

class Teller {
 public:
  Teller(const CommitteeFile& file, const CommitteeRules& rules, type::Date day)
      : file_(file), rules_(rules), day_(day), text_(type::FormatDate(day)) {}

  CommitteeWarnings Tell() {
    said_.set_committee(file_.committee.name());
    for (const Warning& warning : file_.committee.warnings()) {
      // What was recorded of the composition was that of another day.
      if (warning.kind() != Warning::PARTY_SHARE_LOW) *said_.add_warnings() = warning;
    }
    if (Acts(file_.committee, text_)) {
      Composition();
      Term();
    }
    for (const Member& member : file_.members) {
      if (member.start_date() <= text_) Office(member);
    }
    for (const Disclosure& disclosure : file_.disclosures) Publication(disclosure);
    std::stable_sort(said_.mutable_warnings()->begin(),
                     said_.mutable_warnings()->end(),
                     [](const Warning& a, const Warning& b) {
                       return a.kind() != b.kind() ? a.kind() < b.kind() : a.record() < b.record();
                     });
    return std::move(said_);
  }

 private:
  Warning& Add(Warning warning) { return *said_.add_warnings() = std::move(warning); }

  void SetDue(Warning& warning, type::Date due, type::Date done) const {
    warning.set_due_date(type::FormatDate(due));
    warning.set_days_late(done - due);
  }

  void Composition() {
    const Seats seats = SeatsOn(file_.members, text_);
    said_.set_members(seats.members);
    said_.set_party_members(seats.party_members);
    said_.set_public_offices(seats.public_offices);
    said_.set_party_share_hundredths(seats.PartyShareHundredths());
    if (auto warning = CompositionWarning(seats, rules_, text_)) Add(*std::move(warning));
  }

  void Term() {
    const Committee& committee = file_.committee;
    const auto end = type::ParseDate(committee.term_end_date());
    if (!end.ok()) return;
    if (day_ >= *end) {
      SetDue(
          Add(MakeWarning(Warning::ELECTION_OVERDUE,
                          "",
                          absl::StrCat("the term ended before ", committee.term_end_date()),
                          absl::StrCat("任期已于 ", committee.term_end_date(), " 届满,尚未换届"))),
          *end,
          day_);
    }
    if (!Asked(rules_, rules_.re_election_call(), text_)) return;
    const type::Date due = *end - rules_.re_election_call().value();
    const std::string last_day = type::FormatDate(due);
    const std::string& called = committee.re_election_called_date();
    const bool in_time = !called.empty() && called <= last_day;
    if (in_time || day_ < due) return;
    const bool is_called = !called.empty() && called <= text_;
    SetDue(
        Add(MakeWarning(Warning::RE_ELECTION_DUE,
                        rules_.re_election_call().clause(),
                        absl::StrCat("the assembly for re-election is to be called by ", last_day),
                        absl::StrCat("应不晚于 ", last_day, " 召集换届业主大会"))),
        due,
        is_called ? type::ParseDate(called).value_or(day_) : day_);
  }

  void Office(const Member& member) {
    if (auto warning = PledgeWarning(member, rules_)) About(member, *std::move(warning));
    if (auto warning = BeforeTermWarning(member, file_.trainings, rules_)) {
      About(member, *std::move(warning));
    }
    for (const Warning& open : member.warnings()) {
      if (open.kind() == Warning::WARNING_ITEM || open.kind() == Warning::OBJECTION) {
        About(member, open);
      }
    }
    InTerm(member);
  }

  void About(const Member& member, Warning warning) {
    Add(std::move(warning)).set_record(member.name());
  }

  // Told of members who sat until the term, or the committee, ended.
  void InTerm(const Member& member) {
    const auto& rule = rules_.training_in_term();
    const std::string& end = EndOf(file_.committee);
    const bool stayed = member.end_date().empty() || member.end_date() >= end;
    if (member.post() == Member::ALTERNATE || !stayed || end > text_) return;
    if (!Asked(rules_, rule, member.start_date())) return;
    const auto count = std::count_if(
        file_.trainings.begin(), file_.trainings.end(), [&](const Training& training) {
          return training.audience() == Training::MEMBER_IN_TERM &&
                 training.member() == member.name() && LevelCounts(rule, training.level());
        });
    if (count >= rule.value()) return;
    Warning warning =
        MakeWarning(Warning::TRAINING_IN_TERM_MISSING,
                    rule.clause(),
                    absl::StrCat(count, " of ", rule.value(), " trainings in the term are filed"),
                    absl::StrCat("任期内应参加培训", rule.value(), "次,登记", count, "次"));
    const type::Date last_day = type::ParseDate(end).value_or(day_) - 1;
    SetDue(warning, last_day, day_);
    About(member, std::move(warning));
  }

  void Publication(const Disclosure& disclosure) {
    if (disclosure.category() != Disclosure::DECISIONS) return;
    const bool dated = !disclosure.decision_date().empty();
    const std::string& from = dated ? disclosure.decision_date() : disclosure.due_date();
    if (!Asked(rules_, rules_.decision_publication(), from)) return;
    const auto start = type::ParseDate(from);
    if (!start.ok()) return;
    const type::Date due = *start + (dated ? rules_.decision_publication().value() : 0);
    const bool made = !disclosure.made_date().empty() && disclosure.made_date() <= text_;
    const type::Date done = made ? type::ParseDate(disclosure.made_date()).value_or(day_) : day_;
    if (done <= due) return;
    Warning& warning = Add(
        MakeWarning(Warning::DECISION_LATE,
                    rules_.decision_publication().clause(),
                    absl::StrCat("the decision was to be made public by ", type::FormatDate(due)),
                    absl::StrCat("决定应不晚于 ", type::FormatDate(due), " 公布")));
    warning.set_record(disclosure.name());
    SetDue(warning, due, done);
  }

  const CommitteeFile& file_;
  const CommitteeRules& rules_;
  const type::Date day_;
  const std::string text_;
  CommitteeWarnings said_;
};

// The records of a committee of one type.
template <class Record>
absl::StatusOr<std::vector<Record>> RecordsOf(feeds::Feed& feed,
                                              const std::string& committee,
                                              journal::Revision at_least,
                                              absl::Time deadline) {
  std::vector<Record> records;
  feeds::ListQuery query{.page_size = feeds::kPageSizeMax, .filters = {{"committee", committee}}};
  const feeds::RecordType& type = *feed.TypeOf(Record::descriptor()->full_name());
  do {
    XINCE_ASSIGN_OR_RETURN(feeds::Page page, feed.List(type, query, at_least, deadline));
    for (const auto& record : page.records) {
      records.push_back(static_cast<const Record&>(*record));
    }
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return records;
}

absl::StatusOr<CommitteeFile> FileOf(feeds::Feed& feed,
                                     const Committee& committee,
                                     journal::Revision at_least,
                                     absl::Time deadline) {
  const std::string& name = committee.name();
  CommitteeFile file{.committee = committee};
  XINCE_ASSIGN_OR_RETURN(file.members, RecordsOf<Member>(feed, name, at_least, deadline));
  XINCE_ASSIGN_OR_RETURN(file.trainings, RecordsOf<Training>(feed, name, at_least, deadline));
  XINCE_ASSIGN_OR_RETURN(file.disclosures, RecordsOf<Disclosure>(feed, name, at_least, deadline));
  return file;
}

}  // namespace

CommitteeWarnings Tell(const CommitteeFile& file, const CommitteeRules& rules, type::Date day) {
  return Teller(file, rules, day).Tell();
}

absl::StatusOr<WarningsPage> ListCommitteeWarnings(feeds::Feed& feed,
                                                   const ListCommitteeWarningsRequest& request,
                                                   const CommitteeRules& rules,
                                                   type::Date today,
                                                   journal::Revision at_least,
                                                   absl::Time deadline) {
  const type::Date day = DayAsked(request.as_of_date(), today);
  const std::string day_text = type::FormatDate(day);
  DayQuery query{.list = "warnings",
                 .day = day,
                 .page_size = request.page_size(),
                 .page_token = request.page_token(),
                 .scan_max = kWarningsScanMax};
  if (!request.division().empty()) query.filters.emplace_back("division", request.division());
  if (!request.estate().empty()) query.filters.emplace_back("estate", request.estate());
  WarningsPage page;
  const auto take = [&](const Committee& committee) -> absl::StatusOr<bool> {
    if (committee.formed_date() > day_text) return false;
    XINCE_ASSIGN_OR_RETURN(const CommitteeFile file, FileOf(feed, committee, at_least, deadline));
    CommitteeWarnings said = Tell(file, rules, day);
    if (said.warnings().empty() && !Acts(committee, day_text)) return false;
    *page.response.add_committees() = std::move(said);
    return true;
  };
  XINCE_ASSIGN_OR_RETURN(DayPage taken, PageOfDay(feed, query, at_least, deadline, take));
  page.revision = taken.revision;
  page.response.set_next_page_token(std::move(taken.next_page_token));
  return page;
}

}  // namespace xince::committee
