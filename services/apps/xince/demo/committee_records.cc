#include "absl/strings/str_cat.h"

#include "xince/committee/v1/committee.pb.h"

#include "services/apps/xince/demo/steps.h"

// Committees of estates, their members and how they work.
namespace xince::demo {
namespace {

using namespace committee::v1;  // NOLINT(google-build-using-namespace): the subject of this file.

constexpr int kSeats = 5;
constexpr int kTermYears = 5;
constexpr type::Date kTermsFrom = type::Date::FromCivil(2022, 1, 1);
constexpr type::Date kTermsTo = type::Date::FromCivil(2024, 9, 1);
// Terms that ran out in the period without a new election.
constexpr type::Date kOverdueFrom = type::Date::FromCivil(2019, 12, 1);
constexpr type::Date kOverdueTo = type::Date::FromCivil(2021, 3, 1);
// Identities of managers come first.
constexpr int kMemberIdentities = 10'000;

// Committee n is that of estate 2n.
const Place& PlaceOf(const Register& made, int committee) {
  return made.places[static_cast<size_t>(2 * committee - 1)];
}

std::string MemberName(int committee, int seat) {
  return RecordName("members", "k", (committee - 1) * kSeats + seat);
}

std::vector<type::Date> TermStarts(uint64_t seed) {
  Random random(seed, "terms");
  std::vector<type::Date> starts;
  for (int serial = 1; serial <= kCommitteeCount; ++serial) {
    const bool overdue = random.Chance(6);
    starts.push_back(overdue ? AnyDay(random, kOverdueFrom, kOverdueTo)
                             : AnyDay(random, kTermsFrom, kTermsTo));
  }
  return starts;
}

void AddCommittees(uint64_t seed,
                   const Register& made,
                   const std::vector<type::Date>& starts,
                   Steps& steps) {
  Random random(seed, "committees");
  steps.Begin("CreateCommittee");
  for (int serial = 1; serial <= kCommitteeCount; ++serial) {
    const Place& place = PlaceOf(made, serial);
    const type::Date start = starts[static_cast<size_t>(serial - 1)];
    Committee& record = *steps.Add<CreateCommitteeRequest>().mutable_committee();
    const bool managed = random.Chance(15);
    record.set_name(CommitteeName(serial));
    record.set_display_name(absl::StrCat(
        "示例家园", Padded(place.serial, 4), managed ? "物业管理委员会" : "业主委员会"));
    record.set_kind(managed ? Committee::MANAGEMENT_COMMITTEE : Committee::OWNERS_COMMITTEE);
    record.set_estate(EstateName(place.serial));
    record.set_division(place.community);
    record.set_formed_date(Day(start - 10));
    record.set_filing_date(Day(start + random.Between(0, 25)));
    record.set_filing_number(absl::StrCat("示例备", Padded(serial, 4)));
    record.add_filed_documents("管理规约");
    record.add_filed_documents("业主大会议事规则");
    record.set_term_start_date(Day(start));
    record.set_term_end_date(Day(type::AddYears(start, kTermYears)));
    record.set_seat_count(kSeats);
    record.set_party_organization_eligible(random.Chance(70));
    if (record.party_organization_eligible() && random.Chance(85)) {
      record.set_party_organization_date(Day(start + 30));
    }
    record.set_has_common_revenue(random.Chance(60));
    record.set_account_mode(random.Chance(50) ? Committee::OWN_BOOKS : Committee::CENTRAL_BOOKS);
  }
}

void AddMembers(uint64_t seed, const std::vector<type::Date>& starts, Steps& steps) {
  Random random(seed, "members");
  steps.Begin("CreateMember");
  for (int committee = 1; committee <= kCommitteeCount; ++committee) {
    const type::Date start = starts[static_cast<size_t>(committee - 1)];
    for (int seat = 1; seat <= kSeats; ++seat) {
      const int serial = (committee - 1) * kSeats + seat;
      Member& record = *steps.Add<CreateMemberRequest>().mutable_member();
      record.set_name(MemberName(committee, seat));
      record.set_committee(CommitteeName(committee));
      record.mutable_person()->set_display_name(absl::StrCat("示例委员", Padded(serial, 4)));
      record.mutable_person()->set_identity_number(InventedIdentity(kMemberIdentities + serial));
      record.set_post(seat == 1 ? Member::CHAIR : seat == 2 ? Member::VICE_CHAIR : Member::MEMBER);
      record.set_start_date(Day(start));
      record.set_party_member(random.Chance(45));
      if (random.Chance(90)) record.set_pledge_date(Day(start));
    }
  }
}

void AddTrainings(uint64_t seed,
                  const Register& made,
                  const std::vector<type::Date>& starts,
                  Steps& steps) {
  Random random(seed, "trainings");
  steps.Begin("CreateTraining");
  for (int committee = 1; committee <= kCommitteeCount; ++committee) {
    const type::Date start = starts[static_cast<size_t>(committee - 1)];
    for (int seat = 1; seat <= 2; ++seat) {
      Training& record = *steps.Add<CreateTrainingRequest>().mutable_training();
      const bool before = seat == 2;
      record.set_name(RecordName("trainings", "t", 2 * committee - 2 + seat));
      record.set_committee(CommitteeName(committee));
      record.set_audience(before ? Training::MEMBER_BEFORE_TERM : Training::MEMBER_IN_TERM);
      record.set_member(MemberName(committee, seat));
      record.set_title("业主委员会成员培训(示例)");
      record.set_level(before ? type::v1::LEVEL_CITY : type::v1::LEVEL_STREET);
      record.set_organizer(
          Organ(made, before ? kCity : PlaceOf(made, committee).street, "培训机构"));
      record.set_training_date(Day(before ? start - 5 : AnyDay(random, kFirstDay, kLastDay)));
      record.set_hours(static_cast<int32_t>(random.Between(4, 16)));
    }
  }
}

void AddDutyReports(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "duty reports");
  steps.Begin("CreateDutyReport");
  for (int committee = 1; committee <= kCommitteeCount; ++committee) {
    if (random.Chance(8)) continue;
    DutyReport& record = *steps.Add<CreateDutyReportRequest>().mutable_duty_report();
    record.set_name(RecordName("dutyReports", "d", committee));
    record.set_committee(CommitteeName(committee));
    record.set_year(2025);
    record.set_report_date(Day(type::Date::FromCivil(2026, 1, 10) + random.Between(0, 60)));
    record.set_heard_by(Organ(made, PlaceOf(made, committee).community, "党组织"));
    record.set_member(MemberName(committee, 1));
    record.set_score_hundredths(static_cast<int32_t>(random.Between(6500, 9900)));
  }
}

void AddReviews(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "reviews");
  steps.Begin("CreateCommitteeEvaluation");
  for (int committee = 1; committee <= kCommitteeCount; ++committee) {
    if (random.Chance(10)) continue;
    auto& record = *steps.Add<CreateCommitteeEvaluationRequest>().mutable_committee_evaluation();
    const int64_t score = random.Between(5200, 9900);
    record.set_name(RecordName("committeeEvaluations", "e", committee));
    record.set_committee(CommitteeName(committee));
    record.set_period("2025");
    record.set_evaluator(Organ(made, PlaceOf(made, committee).street, "办事处"));
    record.set_level(type::v1::LEVEL_STREET);
    record.set_evaluation_date(Day(type::Date::FromCivil(2026, 2, 1) + random.Between(0, 80)));
    record.set_total_hundredths(static_cast<int32_t>(score));
    record.set_result(score >= 9000   ? CommitteeEvaluation::EXCELLENT
                      : score >= 7000 ? CommitteeEvaluation::QUALIFIED
                      : score >= 6000 ? CommitteeEvaluation::BARELY_QUALIFIED
                                      : CommitteeEvaluation::UNQUALIFIED);
  }
  steps.Begin("CreateAudit");
  for (int serial = 1; serial <= 60; ++serial) {
    const int committee = serial * 8;
    Audit& record = *steps.Add<CreateAuditRequest>().mutable_audit();
    const bool clean = random.Chance(80);
    const type::Date day = AnyDay(random, type::Date::FromCivil(2026, 1, 15), kLastDay);
    record.set_name(RecordName("audits", "u", serial));
    record.set_committee(CommitteeName(committee));
    record.set_kind(Audit::SPECIAL);
    record.set_period_start_date("2025-01-01");
    record.set_period_end_date("2026-01-01");
    record.set_auditor(absl::StrCat("示例会计师事务所", serial));
    record.set_report_date(Day(day));
    record.set_conclusion(clean ? Audit::CLEAN : Audit::PROBLEMS);
    if (!clean) {
      record.set_problems("公共收益支出凭证不全(示例)");
      record.set_questioned_amount_fen(random.Between(100, 9000) * 100);
    }
    *record.mutable_document() =
        Paper("专项审计报告", absl::StrCat("示例审", serial), record.auditor(), day);
  }
}

void AddOrders(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "committee orders");
  steps.Begin("CreateCorrectionOrder");
  for (int serial = 1; serial <= 15; ++serial) {
    const int committee = serial * 20;
    auto& record = *steps.Add<CreateCorrectionOrderRequest>().mutable_correction_order();
    const type::Date day = AnyDay(random, kFirstDay, kLastDay - 60);
    record.set_name(RecordName("correctionOrders", "o", serial));
    record.set_committee(CommitteeName(committee));
    record.set_cause(random.Chance(50) ? CorrectionOrder::MANY_COMPLAINTS : CorrectionOrder::WEAK);
    record.set_demand("限期召开业主大会并公开账目(示例)");
    record.set_order_date(Day(day));
    record.set_due_date(Day(day + 30));
    record.set_ordered_by(Organ(made, PlaceOf(made, committee).street, "办事处"));
    record.set_level(type::v1::LEVEL_STREET);
    *record.mutable_document() =
        Paper("限期整改通知", absl::StrCat("示例令", serial), record.ordered_by(), day);
    if (serial % 3 == 0) {
      record.set_found_unmet_date(Day(day + 40));
    } else {
      record.set_accepted_date(Day(day + 25));
    }
  }
}

// Four quarters of common revenue for every committee; some late, some missing.
void AddDisclosures(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "disclosures");
  struct Quarter {
    const char* name;
    type::Date due;
  };
  constexpr Quarter kQuarters[] = {{"2025-Q3", type::Date::FromCivil(2025, 10, 31)},
                                   {"2025-Q4", type::Date::FromCivil(2026, 1, 31)},
                                   {"2026-Q1", type::Date::FromCivil(2026, 4, 30)},
                                   {"2026-Q2", type::Date::FromCivil(2026, 7, 31)}};
  int serial = 0;
  steps.Begin("CreateDisclosure");
  for (int committee = 1; committee <= kCommitteeCount; ++committee) {
    for (const Quarter& quarter : kQuarters) {
      const bool last = committee == kCommitteeCount && quarter.due == kQuarters[3].due;
      // The very last record of the feed, and made, so that it gives evidence.
      if (last) steps.Begin("CreateDisclosure");
      Disclosure& record = *steps.Add<CreateDisclosureRequest>().mutable_disclosure();
      record.set_name(RecordName("disclosures", "p", ++serial));
      record.set_committee(CommitteeName(committee));
      record.set_category(Disclosure::COMMON_REVENUE);
      record.set_period(quarter.name);
      record.set_due_date(Day(quarter.due));
      if (!last && random.Chance(4)) {
        record.set_found_missing_date(Day(quarter.due + 15));
        record.set_found_missing_by(Organ(made, PlaceOf(made, committee).street, "办事处"));
        continue;
      }
      record.set_made_date(Day(quarter.due + random.Between(-25, 3)));
      record.set_offline(true);
      record.set_online(random.Chance(60));
    }
  }
}

}  // namespace

void AddCommittee(uint64_t seed, const Register& made, std::vector<Step>& out) {
  Steps steps(seed, "committee", "xince.committee.v1.CommitteeService", out);
  const std::vector<type::Date> starts = TermStarts(seed);
  AddCommittees(seed, made, starts, steps);
  AddMembers(seed, starts, steps);
  AddTrainings(seed, made, starts, steps);
  AddDutyReports(seed, made, steps);
  AddReviews(seed, made, steps);
  AddOrders(seed, made, steps);
  AddDisclosures(seed, made, steps);
}

}  // namespace xince::demo
