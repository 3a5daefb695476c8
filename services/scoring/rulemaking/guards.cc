#include "services/scoring/rulemaking/guards.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "xince/policy/v1/pack.pb.h"

#include "services/runtime/errors.h"

namespace xince::rulemaking {
namespace {

using ::xince::policy::v1::PackDetails;
using ::xince::policy::v1::PackVersion;
using ::xince::type::Date;
namespace pv = ::xince::policy::v1;
using Facts = std::map<std::string, std::string>;

constexpr char kNation[] = "0";
// A back-test must look at a day so recent.
constexpr int kBacktestMonths = 12;

absl::Status Missing(const char* reason,
                     absl::string_view en,
                     absl::string_view zh,
                     Facts facts = {},
                     const char* field = "") {
  return runtime::FailedPrecondition(reason, field, en, zh, std::move(facts));
}

absl::Status Exhausted(const char* reason,
                       size_t limit,
                       absl::string_view en,
                       absl::string_view zh) {
  return runtime::ToStatus(runtime::Problem{.code = absl::StatusCode::kResourceExhausted,
                                            .reason = reason,
                                            .en = absl::StrCat(en, ", at most ", limit),
                                            .zh = absl::StrCat(zh, ",至多", limit),
                                            .metadata = {{"limit", absl::StrCat(limit)}}});
}

Date DateOf(const std::string& text) { return type::ParseDate(text).value_or(type::kDateMin); }

absl::string_view NameOf(pv::PackState state) {
  switch (state) {
    case pv::PACK_STATE_DRAFT:
      return "草案";
    case pv::PACK_STATE_CONSULTATION:
      return "征求意见";
    case pv::PACK_STATE_APPROVED:
      return "已批准";
    case pv::PACK_STATE_WITHDRAWN:
      return "已撤回";
    case pv::PACK_STATE_REFUSED:
      return "已否决";
    default:
      return "";
  }
}

absl::Status WrongState(const char* reason,
                        const PackVersion& version,
                        absl::string_view en,
                        absl::string_view zh) {
  const std::string state = pv::PackState_Name(version.state());
  return Missing(reason,
                 absl::StrCat(en, "; it is ", state),
                 absl::StrCat(zh, ";当前状态:", NameOf(version.state())),
                 {{"state", state}, {"digest", version.digest()}});
}

absl::Status NotConsulted(const PackVersion& version) {
  return WrongState("POLICY_NOT_CONSULTED",
                    version,
                    "the version is not in consultation: open one first",
                    "该版本不在征求意见阶段,请先公开征求意见");
}

absl::Status Retroactive(Date earliest,
                         const std::string& from,
                         absl::string_view why_en,
                         absl::string_view why_zh) {
  const std::string first = type::FormatDate(earliest);
  return Missing(
      "POLICY_RETROACTIVE",
      absl::StrCat(
          "effective_from ", from, " is too early: ", why_en, ", the earliest day is ", first),
      absl::StrCat("施行日 ", from, " 过早:", why_zh, ",最早为 ", first),
      {{"effective_from", from}, {"earliest", first}},
      "effective_from");
}

// Later than every version in use. A draft in the place of one of them would edit it.
absl::Status CheckLater(const std::string& id,
                        const std::string& digest,
                        Date from,
                        const policy::PackSet& in_use) {
  for (const policy::Pack& other : in_use.packs()) {
    if (other.proto().id() != id || other.from() < from) continue;
    const Facts facts = {{"approved", policy::FormatDigest(other.digest())},
                         {"digest", digest},
                         {"effective_from", type::FormatDate(other.from())}};
    if (other.from() == from) {
      return Missing(
          "POLICY_NEVER_EDITED",
          absl::StrCat("the version of ",
                       type::FormatDate(from),
                       " is approved and is never edited: give another first day"),
          absl::StrCat(type::FormatDate(from), " 起施行的版本已批准,不得改动;请另定施行日"),
          facts,
          "effective_from");
    }
    return Missing(
        "POLICY_NOT_LATER",
        absl::StrCat("a version of ",
                     type::FormatDate(other.from()),
                     " is approved: a new one begins after it"),
        absl::StrCat(
            "已有 ", type::FormatDate(other.from()), " 起施行的版本,新版本的施行日须在其后"),
        facts,
        "effective_from");
  }
  return absl::OkStatus();
}

bool Applies(const pv::ConsultationRule& rule, const pv::Pack& pack) {
  if (rule.list_effects().empty()) return true;
  return std::any_of(pack.lists().begin(), pack.lists().end(), [&](const auto& list) {
    return list.effect() == pv::ListDefinition::EFFECT_UNSPECIFIED ||
           std::find(rule.list_effects().begin(), rule.list_effects().end(), list.effect()) !=
               rule.list_effects().end();
  });
}

std::string Printed(const pv::Pack& pack, const pv::Source& source) {
  for (const pv::SourceDocument& document : pack.documents()) {
    if (document.id() != source.document()) continue;
    return absl::StrCat(document.title(),
                        document.number().empty() ? "" : absl::StrCat(" ", document.number()),
                        source.clause().empty() ? "" : absl::StrCat(" ", source.clause()));
  }
  return source.clause();
}

// A day of the last months on which the newest back-test was beside the version in force.
bool ComparedLately(const pv::BacktestSummary& summary, const policy::Pack* in_force, Date today) {
  const Date since = type::AddMonths(today, -kBacktestMonths);
  const auto lately = [&](const std::string& text) {
    const Date day = DateOf(text);
    return day >= since && day <= today;
  };
  if (in_force == nullptr) {
    return std::any_of(summary.days().begin(), summary.days().end(), lately);
  }
  const std::string digest = policy::FormatDigest(in_force->digest());
  return std::any_of(summary.compared().begin(), summary.compared().end(), [&](const auto& pack) {
    return pack.digest() == digest && std::any_of(pack.days().begin(), pack.days().end(), lately);
  });
}

absl::Status CheckStoredBacktest(const PackDetails& details, const Ground& ground) {
  const PackVersion& version = details.version();
  if (details.backtest_revision() == 0) {
    return Missing("BACKTEST_MISSING",
                   "no back-test of this text is stored: run one with store",
                   "没有存档的回测,请先对本正文做回测并存档",
                   {{"digest", version.digest()}});
  }
  if (details.backtest().candidate_digest() != version.digest()) {
    return Missing(
        "BACKTEST_MISSING",
        "the stored back-test is of another text",
        "存档的回测属于另一正文",
        {{"digest", version.digest()}, {"found", details.backtest().candidate_digest()}});
  }
  journal::Revision opened = 0;
  for (const auto& step : version.history()) {
    if (step.action() == pv::PACK_ACTION_CONSULTED) opened = step.revision();
  }
  if (details.backtest_revision() < opened) {
    return Missing("BACKTEST_STALE",
                   "the stored back-test was made before the consultation was opened: make another",
                   "存档的回测早于征求意见,请重新回测",
                   {{"digest", version.digest()}});
  }
  const policy::Pack* in_force = ground.in_use->InForce(version.pack(), ground.today);
  if (!ComparedLately(details.backtest(), in_force, ground.today)) {
    return Missing(
        "BACKTEST_STALE",
        absl::StrCat(
            "the stored back-test is not beside the version in force on any day of the last ",
            kBacktestMonths,
            " months: make another"),
        absl::StrCat("存档的回测未在最近", kBacktestMonths, "个月内与施行中的版本比较,请重新回测"),
        {{"digest", version.digest()},
         {"in_force", in_force == nullptr ? "" : policy::FormatDigest(in_force->digest())}});
  }
  return absl::OkStatus();
}

}  // namespace

std::string PersonOf(absl::string_view actor) {
  (void)absl::ConsumePrefix(&actor, "claimed:");
  std::string person = absl::AsciiStrToLower(absl::StripAsciiWhitespace(actor));
  return person == "anonymous" ? "" : person;
}

absl::Status CheckActor(absl::string_view actor) {
  if (!PersonOf(actor).empty()) return absl::OkStatus();
  return Missing("ACTOR_REQUIRED",
                 "rules are made by somebody: say who acts (metadata xince-actor)",
                 "制定评分标准须注明经办人(元数据 xince-actor)");
}

absl::StatusOr<LeastConsultation> LeastConsultationOf(const pv::Pack& pack, const Ground& ground) {
  const policy::Pack* where = nullptr;
  const pv::ConsultationRule* longest = nullptr;
  for (const policy::Pack& national : ground.in_use->packs()) {
    const pv::Pack& proto = national.proto();
    if (proto.jurisdiction() != kNation) continue;
    if (ground.in_use->InForce(proto.id(), ground.today) != &national) continue;
    for (const auto& rule : proto.rulemaking().consultation()) {
      if (!Applies(rule, pack) || (longest != nullptr && rule.days() <= longest->days())) continue;
      longest = &rule;
      where = &national;
    }
  }
  if (longest == nullptr) {
    return Missing("RULEMAKING_RULES_MISSING",
                   "no national pack in force says how long a consultation runs",
                   "施行中的国家规定未载明征求意见期限");
  }
  return LeastConsultation{.days = longest->days(),
                           .source = Printed(where->proto(), longest->source())};
}

absl::Status CheckOwn(const policy::Pack& pack, const Ground& ground) {
  if (pack.proto().jurisdiction() != ground.jurisdiction) {
    return Missing(
        "POLICY_JURISDICTION",
        absl::StrCat("the pack is for ",
                     pack.proto().jurisdiction(),
                     ", this register is of ",
                     ground.jurisdiction),
        absl::StrCat(
            "该标准适用于 ", pack.proto().jurisdiction(), ",本信册属 ", ground.jurisdiction),
        {{"expected", ground.jurisdiction}, {"found", pack.proto().jurisdiction()}},
        "jurisdiction");
  }
  std::vector<std::string> ids;
  for (const policy::Pack& other : ground.in_use->packs()) {
    if (other.proto().jurisdiction() != ground.jurisdiction) continue;
    if (ids.empty() || ids.back() != other.proto().id()) ids.push_back(other.proto().id());
  }
  if (ids.empty() || std::find(ids.begin(), ids.end(), pack.proto().id()) != ids.end()) {
    return absl::OkStatus();
  }
  const std::string expected = absl::StrJoin(ids, ", ");
  return Missing("POLICY_PACK_ID",
                 absl::StrCat("the pack of this register is called ", expected),
                 absl::StrCat("本信册评分标准的编号为 ", expected),
                 {{"expected", expected}, {"found", pack.proto().id()}},
                 "id");
}

absl::Status CheckProposal(const policy::Pack& pack, const RuleBook& book, const Ground& ground) {
  XINCE_RETURN_IF_ERROR(CheckOwn(pack, ground));
  XINCE_RETURN_IF_ERROR(CheckLater(
      pack.proto().id(), policy::FormatDigest(pack.digest()), pack.from(), *ground.in_use));
  if (pack.from() <= ground.today) {
    return Retroactive(ground.today + 1,
                       type::FormatDate(pack.from()),
                       "rules are never retroactive",
                       "评分标准不溯及既往");
  }
  if (book.versions().size() >= kVersionsMax) {
    return Exhausted("VERSIONS_EXHAUSTED", kVersionsMax, "too many versions", "版本过多");
  }
  if (book.open() >= kOpenDraftsMax) {
    return Exhausted("DRAFTS_EXHAUSTED",
                     kOpenDraftsMax,
                     "too many open drafts: withdraw some",
                     "未决草案过多,请先撤回部分草案");
  }
  return absl::OkStatus();
}

absl::StatusOr<pv::Consultation> CheckConsultation(const PackVersion& version,
                                                   const pv::Pack& pack,
                                                   const type::v1::Document& document,
                                                   uint32_t days,
                                                   const Ground& ground) {
  if (version.state() != pv::PACK_STATE_DRAFT) {
    return WrongState("POLICY_NOT_DRAFT",
                      version,
                      "a consultation is opened about a draft, once",
                      "仅可就草案公开征求意见,且仅一次");
  }
  if (document.title().empty() || (document.number().empty() && document.uri().empty())) {
    return Missing("CONSULTATION_DOCUMENT",
                   "the notice needs a title, and a number or where it can be read",
                   "征求意见公告须有标题,以及文号或网址",
                   {},
                   "document");
  }
  XINCE_ASSIGN_OR_RETURN(const LeastConsultation least, LeastConsultationOf(pack, ground));
  if (days == 0) days = least.days;
  if (days < least.days) {
    return Missing(
        "CONSULTATION_TOO_SHORT",
        absl::StrCat("a consultation runs at least ", least.days, " days by ", least.source),
        absl::StrCat("征求意见不少于", least.days, "日(", least.source, ")"),
        {{"least", absl::StrCat(least.days)},
         {"found", absl::StrCat(days)},
         {"source", least.source}},
        "days");
  }
  const Date closes = ground.today + days;
  // Approved the day after at the earliest, in force the day after that.
  if (DateOf(version.effective_from()) < closes + 2) {
    return Retroactive(closes + 2,
                       version.effective_from(),
                       absl::StrCat("comments close on ", type::FormatDate(closes)),
                       absl::StrCat("征求意见至 ", type::FormatDate(closes), " 截止"));
  }
  pv::Consultation consultation;
  *consultation.mutable_document() = document;
  consultation.set_opened_on(type::FormatDate(ground.today));
  consultation.set_days(days);
  consultation.set_closes_on(type::FormatDate(closes));
  return consultation;
}

absl::Status CheckComment(const PackDetails& details, Date received_on) {
  const PackVersion& version = details.version();
  if (version.state() != pv::PACK_STATE_CONSULTATION) return NotConsulted(version);
  if (received_on < DateOf(version.consultation().opened_on())) {
    return Missing(
        "COMMENT_BEFORE_CONSULTATION",
        absl::StrCat("the consultation was opened on ", version.consultation().opened_on()),
        absl::StrCat("征求意见自 ", version.consultation().opened_on(), " 起"),
        {{"opened_on", version.consultation().opened_on()}},
        "received_on");
  }
  if (details.comments_size() >= kCommentsMax) {
    return Exhausted("COMMENTS_EXHAUSTED", kCommentsMax, "too many comments", "意见过多");
  }
  return absl::OkStatus();
}

absl::Status CheckAnswer(const PackDetails& details, uint32_t number) {
  if (details.version().state() != pv::PACK_STATE_CONSULTATION) {
    return NotConsulted(details.version());
  }
  if (number == 0 || number > static_cast<uint32_t>(details.comments_size())) {
    return runtime::NotFound("COMMENT_UNKNOWN",
                             "number",
                             absl::StrCat("there is no comment ", number),
                             absl::StrCat("没有第", number, "号意见"),
                             {{"number", absl::StrCat(number)}});
  }
  if (details.comments(static_cast<int>(number) - 1).answer_revision() != 0) {
    return Missing("COMMENT_ANSWERED",
                   absl::StrCat("comment ", number, " is answered"),
                   absl::StrCat("第", number, "号意见已答复"),
                   {{"number", absl::StrCat(number)}},
                   "number");
  }
  return absl::OkStatus();
}

absl::Status CheckBacktest(const PackVersion& version) {
  if (version.state() != pv::PACK_STATE_DRAFT && version.state() != pv::PACK_STATE_CONSULTATION) {
    return WrongState("POLICY_DECIDED",
                      version,
                      "the version is decided: a back-test of it is not stored any more",
                      "该版本已有结论,不再存档回测");
  }
  const auto stored =
      std::count_if(version.history().begin(), version.history().end(), [](const auto& step) {
        return step.action() == pv::PACK_ACTION_BACKTESTED;
      });
  if (stored >= kBacktestsMax) {
    return Exhausted(
        "BACKTESTS_EXHAUSTED", kBacktestsMax, "too many stored back-tests", "存档的回测过多");
  }
  return absl::OkStatus();
}

absl::Status CheckSummary(const PackVersion& version, const pv::BacktestSummary& summary) {
  if (summary.candidate_digest() != version.digest()) {
    return Missing("BACKTEST_OTHER",
                   "the back-test is of another text",
                   "该回测属于另一正文",
                   {{"digest", version.digest()}, {"found", summary.candidate_digest()}});
  }
  if (const size_t bytes = summary.ByteSizeLong(); bytes > kSummaryBytesMax) {
    return Missing("BACKTEST_TOO_LARGE",
                   "the summary is too large to be stored: look at fewer days",
                   "回测结果过大,无法存档,请减少天数",
                   {{"limit", absl::StrCat(kSummaryBytesMax)}, {"found", absl::StrCat(bytes)}});
  }
  return absl::OkStatus();
}

absl::Status CheckApproval(const PackDetails& details,
                           absl::string_view actor,
                           const Ground& ground) {
  const PackVersion& version = details.version();
  if (version.state() != pv::PACK_STATE_CONSULTATION) return NotConsulted(version);
  if (PersonOf(AuthorOf(version)) == PersonOf(actor)) {
    return Missing("APPROVER_IS_AUTHOR",
                   "a version is approved by somebody other than its author",
                   "批准人不得为起草人",
                   {{"author", AuthorOf(version)}});
  }
  const Date closes = DateOf(version.consultation().closes_on());
  if (ground.today <= closes) {
    return Missing("CONSULTATION_RUNNING",
                   absl::StrCat("comments may be sent until ",
                                version.consultation().closes_on(),
                                "; it can be approved from ",
                                type::FormatDate(closes + 1)),
                   absl::StrCat("征求意见至 ",
                                version.consultation().closes_on(),
                                " 截止,",
                                type::FormatDate(closes + 1),
                                " 起方可批准"),
                   {{"holds_from", type::FormatDate(closes + 1)}});
  }
  if (version.comments_unanswered() > 0) {
    uint32_t first = 0;
    for (const auto& comment : details.comments()) {
      if (comment.answer_revision() == 0 && first == 0) first = comment.number();
    }
    return Missing(
        "COMMENTS_UNANSWERED",
        absl::StrCat(
            version.comments_unanswered(), " comments have no answer, the first is ", first),
        absl::StrCat("尚有", version.comments_unanswered(), "条意见未答复,首条为第", first, "号"),
        {{"unanswered", absl::StrCat(version.comments_unanswered())},
         {"first", absl::StrCat(first)}});
  }
  XINCE_RETURN_IF_ERROR(CheckStoredBacktest(details, ground));
  const Date from = DateOf(version.effective_from());
  XINCE_RETURN_IF_ERROR(CheckLater(version.pack(), version.digest(), from, *ground.in_use));
  if (from <= ground.today) {
    return Retroactive(ground.today + 1,
                       version.effective_from(),
                       "rules begin after the day they are approved",
                       "评分标准自批准次日起方可施行");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CheckWithdrawal(const PackVersion& version,
                                     absl::string_view actor,
                                     const Ground& ground) {
  const pv::PackState state = version.state();
  if (state == pv::PACK_STATE_WITHDRAWN || state == pv::PACK_STATE_REFUSED) {
    return WrongState("POLICY_CLOSED", version, "the version is closed already", "该版本已终止");
  }
  if (state != pv::PACK_STATE_APPROVED) return PersonOf(AuthorOf(version)) != PersonOf(actor);
  if (AuthorOf(version).empty() || DateOf(version.effective_from()) <= ground.today) {
    return Missing("POLICY_HAS_BEGUN",
                   "the version was in force or came with a release: another version supersedes it",
                   "该版本已施行或随软件发布,只能由新版本取代",
                   {{"effective_from", version.effective_from()}});
  }
  return true;
}

}  // namespace xince::rulemaking
