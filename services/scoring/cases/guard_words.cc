#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/scoring/cases/criteria.h"
#include "services/scoring/cases/examine.h"

// What is missing, in words, by guard; and the day on which a guard will hold by itself.
namespace xince::cases {
namespace {

using policy::v1::StepGuard;

constexpr GuardWords kUnknown = {"条件未满足", "a condition does not hold"};

}  // namespace

GuardWords WordsOf(StepGuard::Kind kind) {
  switch (kind) {
    case StepGuard::DONE:
      return {"前置步骤尚未完成", "a step that must come before was not taken"};
    case StepGuard::OTHER_PERSON:
      return {"经办人参与过本案的前置步骤,应当回避",
              "the person took part in a step that asks for another person"};
    case StepGuard::OTHER_OFFICE:
      return {"应由另一机关办理", "the office took part in a step that asks for another office"};
    case StepGuard::DECIDING_LEVEL:
      return {"机关层级低于名单规定的决定层级", "the office is below the level that decides"};
    case StepGuard::CLOCK_RUNNING:
      return {"期限未开始或者已届满", "the time limit has not begun, or is over"};
    case StepGuard::CLOCK_OVER:
      return {"期限尚未届满", "the time limit is not over"};
    case StepGuard::CLOCK_OVER_OR_WAIVED:
      return {"陈述申辩期尚未届满,当事人也未明确放弃",
              "the time to state and defend is not over, and was not waived"};
    case StepGuard::LIST_TAKES:
      return {"名单不收该主体", "the list does not take the subject"};
    case StepGuard::NO_OPEN_CASE:
      return {"同一事项或者同一名单已有未结案件",
              "another case about the same matter, or for the same list, is open"};
    case StepGuard::PROPOSAL_COMPLETE:
      return {"提案未列明理由、在册且指向该主体的事实、期限或者联系人",
              "the proposal lacks reasons, facts on file that reach the subject, a term within the "
              "list's, or a contact"};
    case StepGuard::CRITERIA_MET:
      return {"所列事实不足以证明认定标准,或者已作废、已修复",
              "the facts named do not fulfil every criterion, or count no more"};
    case StepGuard::BASIS_PERMITTED:
      return {"依据的种类不允许名单产生这样的后果",
              "a basis of this kind does not permit what the list does"};
    case StepGuard::BASIS_IN_FORCE:
      return {"依据在当日未生效或者已失效", "the basis is not in force on the day"};
    case StepGuard::MEASURE_ALLOWED:
      return {"措施不在名单规定或者提案之内",
              "a measure is not one of the list's, or was not proposed"};
    case StepGuard::NOTICE_COMPLETE:
      return {"告知书缺少事实理由、依据、拟作出的决定、权利或者期限",
              "the notice lacks reasons, basis, measure, rights or time limits"};
    case StepGuard::SERVICE_PROVED:
      return {
          "送达缺少方式、日期、受送达人或者凭证,或者早于文书",
          "the service lacks method, day, receiver or proof, or is earlier than what was served"};
    case StepGuard::POINTS_ANSWERED:
      return {"尚有意见未答复", "a point that was stated has no answer"};
    case StepGuard::HEARING_HELD_IF_DUE:
      return {"应当举行的听证尚未举行", "a hearing that is due was not held"};
    case StepGuard::HEARING_ORDERLY:
      return {"听证缺少事先通知或者笔录", "the hearing lacks an earlier notice or minutes"};
    case StepGuard::READ_AS_IT_IS:
      return {"决定所阅案卷与现存案卷不一致", "the decision does not name the case as it is"};
    case StepGuard::REMEDIES_STATED:
      return {"未载明救济途径", "the decision does not say how it may be contested"};
    case StepGuard::PUBLISHABLE:
      return {"该类信息不予公示,或者已过最长公示期",
              "the class may not be published, or its maximum has passed"};
    case StepGuard::NO_PERSONAL_DATA:
      return {"公布内容含身份证件号码", "the text names an identity number"};
    case StepGuard::REPAIR_MINIMUM:
      return {"未满最短公示期", "the minimum of publicity has not passed"};
    case StepGuard::CORRECTED:
      return {"未证明已纠正或者验收不合格", "it is not shown to be corrected"};
    case StepGuard::DUTIES_DONE:
      return {"义务尚未履行完毕", "not all duties are done"};
    case StepGuard::PLEDGED:
      return {"缺少信用承诺书", "the public pledge is missing"};
    case StepGuard::NO_NEW_MATTER:
      return {"纠正后又有同类记录", "there is a new matter of the same kind"};
    case StepGuard::FIRST_OR_NEW_FACTS:
      return {"同一事项已作出处理,未提出新的事实",
              "the matter was decided before, and no new facts are named"};
    case StepGuard::GROUNDS_NAMED:
      return {"未载明异议理由", "no grounds are named"};
    case StepGuard::OTHER_OFFICE_THAN_CONTESTED:
      return {"应由记录或者决定机关以外的机关办理",
              "the office recorded or decided what is contested"};
    case StepGuard::MANDATE_GIVEN:
      return {"缺少委托文书或者选举结果及其日期",
              "the document of the mandate, or its date, is missing"};
    case StepGuard::OPINIONS:
      return {"联审意见不足", "there are not enough dated opinions of different bodies"};
    case StepGuard::REASONS_GIVEN:
      return {"未说明理由", "no reasons are given"};
    case StepGuard::ORDER_GIVEN:
      return {"缺少裁定的文号和日期,或者未写明解除的是哪一份现存裁定",
              "the number and date of the order are missing, or which order that stands it lifts"};
    case StepGuard::ACTS_FOR_SUBJECT:
      return {"未载明代表主体的人", "nobody is named who acts for the subject"};
    case StepGuard::EFFECTIVE_DAY_COME:
      return {"尚未到生效日期", "the day of effect has not come"};
    case StepGuard::RECTIFICATION_FAILED:
      return {"整改期限未届满,或者验收合格",
              "the time to rectify is not over, or the order was met"};
    case StepGuard::FOLLOW_UP_IN_ORDER:
      return {
          "跟踪记录不是列明的联系人所作,日期不在列入期间、早于上次或者晚于当日,或者下次日期不晚于"
          "本次",
          "the follow-up is not by a named contact, not on a day in force that is not before the "
          "last one, or its next day is not later"};
    case StepGuard::CONTACTS_NAMED:
      return {"未为名单规定的每一层级指定联系人",
              "a contact is missing for a level that the list's terms ask for"};
    case StepGuard::EXIT_HOLDS:
      return {"名单规定的移出条件未满足",
              "the condition named is none of the list's, or does not end the entry"};
    case StepGuard::TOLD_AGAIN:
      return {"尚未更正告知", "not yet told again"};
    case StepGuard::INFORMATION_PROVED:
      return {
          "更正告知的对象不在原告知范围内,缺少方式、日期或者更正公布的内容",
          "whoever is told was not told before, or how, when or what is shown there is missing"};
    case StepGuard::OUTCOME_PROPOSES:
      return {"评价结果未提出该名单", "the outcome of evaluation does not propose the list"};
    default:
      return kUnknown;
  }
}

namespace {

// Day on which the guard holds by itself; kDateMax for never.
type::Date HoldsOn(const GuardRow& guard, const CaseRecord& record, const Circumstances& c) {
  switch (guard.kind) {
    case StepGuard::CLOCK_OVER:
    case StepGuard::CLOCK_OVER_OR_WAIVED:
    case StepGuard::RECTIFICATION_FAILED:
      if (record.view.clocks[guard.clock] != ClockStatus::kRunning) return type::kDateMax;
      return record.clocks[guard.clock].due == type::kDateMax ? type::kDateMax
                                                              : record.clocks[guard.clock].due + 1;
    case StepGuard::REPAIR_MINIMUM:
      return RepairFrom(record, c);
    case StepGuard::LIST_TAKES: {
      const Taking taking = TakingOf(record, c);
      if (taking.kind && !taking.room) return c.place_free_on;
      return taking.kind && !taking.once && !record.steps.empty() ? c.off_it_on : type::kDateMax;
    }
    case StepGuard::BASIS_IN_FORCE: {
      if (record.list == nullptr) return type::kDateMax;
      const auto from = type::ParseDate(record.list->terms().basis_from());
      return from.ok() && *from > c.today ? *from : type::kDateMax;
    }
    case StepGuard::EFFECTIVE_DAY_COME: {
      const StepRecord* decision = record.Last(policy::v1::CaseStep::DECISION);
      if (decision == nullptr) return type::kDateMax;
      const auto day = type::ParseDate(decision->event.details().decision().effective_on());
      return day.ok() ? *day : type::kDateMax;
    }
    default:
      return type::kDateMax;
  }
}

// LIST_TAKES in words: which part is missing, and the quota with who is on the list.
void SayWhatListLacks(const CaseRecord& record,
                      const Circumstances& c,
                      listing::v1::MissingGuard& missing) {
  const Taking taking = TakingOf(record, c);
  if (record.list == nullptr) return;
  if (!taking.kind) {
    missing.set_zh("名单不收该类主体");
    missing.set_en("the list does not take subjects of this kind");
  } else if (!taking.room) {
    const uint32_t quota = record.list->terms().quota();
    missing.set_zh(absl::StrCat("名额已满:名额 ", quota, ",现有 ", c.on_list));
    missing.set_en(
        absl::StrCat("the list is full: its quota is ", quota, ", and ", c.on_list, " are on it"));
  } else if (!taking.once && !record.steps.empty()) {
    missing.set_zh("主体已在名单上,原条目结束后方可生效");
    missing.set_en("the subject is on the list: another entry comes into force when that one ends");
  } else {
    missing.set_zh("名单只收评价结果提出的主体,而评价结果未提出该主体");
    missing.set_en("the list takes only whom an outcome proposes, and none proposes the subject");
  }
}

// CRITERIA_MET: which of the facts are not what was proposed any more.
void SayWhatChanged(const CaseRecord& record,
                    const Circumstances& c,
                    listing::v1::MissingGuard& missing) {
  constexpr size_t kNamedMax = 10;
  std::vector<std::string> names;
  for (const auto& gone : FactsGone(record, *c.view)) {
    if (gone.why() == listing::v1::FactGone::CHANGED && names.size() < kNamedMax)
      names.push_back(gone.evidence());
  }
  if (names.empty()) return;
  missing.set_zh(absl::StrCat(missing.zh(), ";提出后已更改:", absl::StrJoin(names, "、")));
  missing.set_en(
      absl::StrCat(missing.en(), "; changed since the proposal: ", absl::StrJoin(names, ", ")));
}

void SayWhoIsMissing(const Circumstances& circumstances, listing::v1::MissingGuard& missing) {
  std::vector<std::string> names;
  for (const auto& one : circumstances.to_tell) names.push_back(one.who());
  missing.set_zh(absl::StrCat(missing.zh(), ":", absl::StrJoin(names, "、")));
  missing.set_en(absl::StrCat(missing.en(), ": ", absl::StrJoin(names, ", ")));
}

}  // namespace

listing::v1::MissingGuard Describe(const GuardRow& guard,
                                   const CaseRecord& record,
                                   const Circumstances& circumstances) {
  listing::v1::MissingGuard missing;
  const GuardWords words = WordsOf(guard.kind);
  missing.set_guard(guard.kind);
  missing.set_zh(words.zh);
  missing.set_en(words.en);
  *missing.mutable_source() = guard.proto->source();
  if (guard.kind == StepGuard::LIST_TAKES) SayWhatListLacks(record, circumstances, missing);
  if (guard.kind == StepGuard::CRITERIA_MET) SayWhatChanged(record, circumstances, missing);
  if (guard.kind == StepGuard::TOLD_AGAIN) SayWhoIsMissing(circumstances, missing);
  const type::Date day = HoldsOn(guard, record, circumstances);
  if (day != type::kDateMax) missing.set_holds_on(FormatDate(day));
  return missing;
}

}  // namespace xince::cases
