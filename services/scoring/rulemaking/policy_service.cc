#include "services/scoring/rulemaking/policy_service.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "xince/journal/v1/scoring.pb.h"

#include "services/runtime/errors.h"
#include "services/runtime/page_token.h"
#include "services/runtime/request_id.h"
#include "services/scoring/policy/diff.h"
#include "services/scoring/policy/lint.h"
#include "services/scoring/rulemaking/trial.h"
#include "services/type/field_rules.h"

namespace xince::rulemaking {
namespace {

namespace pv = ::xince::policy::v1;
using ::xince::journal::v1::RulemakingStep;
using ::xince::journal::v1::ScoringEntry;
using ::xince::runtime::CallContext;

absl::Status Unknown(const std::string& digest) {
  return runtime::NotFound("POLICY_UNKNOWN",
                           "digest",
                           absl::StrCat("there is no version ", digest),
                           absl::StrCat("没有版本 ", digest),
                           {{"digest", digest}});
}

absl::Status CheckSize(const std::string& content) {
  if (content.size() <= kContentBytesMax) return absl::OkStatus();
  return runtime::InvalidArgument(
      "POLICY_TOO_LARGE",
      "content",
      absl::StrCat("a proposal has at most ", kContentBytesMax, " bytes"),
      absl::StrCat("正文至多", kContentBytesMax, "字节"),
      {{"limit", absl::StrCat(kContentBytesMax)}, {"found", absl::StrCat(content.size())}});
}

absl::Status CheckExpected(journal::Revision expected, const pv::PackVersion& version) {
  if (expected == 0 || expected == version.revision()) return absl::OkStatus();
  return runtime::Aborted(
      "STALE_REVISION",
      "expected_revision",
      "the version has changed since it was read: read it again",
      "该版本在读取之后已有变动,请重新读取",
      {{"expected", absl::StrCat(expected)}, {"current", absl::StrCat(version.revision())}});
}

void Say(const policy::Finding& finding, pv::PackFinding& said) {
  said.set_error(finding.severity == policy::Finding::Severity::kError);
  said.set_line(finding.at.line);
  said.set_column(finding.at.column);
  said.set_id(finding.id);
  said.set_field(finding.field);
  said.set_en(finding.en);
  said.set_zh(finding.zh);
}

void Say(const policy::Difference& difference, pv::PackDifference& said) {
  using Kind = policy::Difference::Kind;
  said.set_kind(difference.kind == Kind::kAdded     ? pv::PackDifference::ADDED
                : difference.kind == Kind::kRemoved ? pv::PackDifference::REMOVED
                : difference.kind == Kind::kChanged ? pv::PackDifference::CHANGED
                                                    : pv::PackDifference::REORDERED);
  said.set_path(difference.path);
  said.set_before(difference.before);
  said.set_after(difference.after);
  said.set_en(difference.en);
  said.set_zh(difference.zh);
}

// The file a text came in, for messages.
std::string FileOr(const std::string& file) { return file.empty() ? "content" : file; }

std::string ArgumentsOf(const pv::ListPacksRequest& request) {
  return runtime::WithoutPage(request).SerializeAsString();
}

std::string SortKey(const pv::PackVersion& version) {
  return absl::StrCat(version.pack(), " ", version.effective_from(), " ", version.digest());
}

}  // namespace

void PolicyService::Register(runtime::RpcService& service) {
  service.Unary("ProposePack", this, &PolicyService::Propose);
  service.Unary("OpenConsultation", this, &PolicyService::Consult);
  service.Unary("RecordComment", this, &PolicyService::Comment);
  service.Unary("AnswerComment", this, &PolicyService::Reply);
  service.Stream("BacktestPack", this, &PolicyService::Backtest);
  service.Unary("ApprovePack", this, &PolicyService::Approve);
  service.Unary("WithdrawPack", this, &PolicyService::Withdraw);
  service.Unary("GetPack", this, &PolicyService::Get);
  service.Unary("ListPacks", this, &PolicyService::List);
  service.Unary("LintPack", this, &PolicyService::Lint);
  service.Unary("DiffPacks", this, &PolicyService::Diff);
}

absl::Status PolicyService::CheckFields(const google::protobuf::Message& request) const {
  return type::CheckFields(request, {.today = type::TodayInShanghai(options_.clock->Now())});
}

absl::StatusOr<journal::Revision> PolicyService::AtLeast(const CallContext& context) const {
  if (context.min_revision().empty()) return journal::Revision{0};
  return options_.machine->ParseToken(context.min_revision());
}

Ground PolicyService::GroundAt(int64_t now_us) const {
  const creditfile::CreditState& state = *options_.state;
  // The day may not be opened yet, and a clock that was set back does not take a day back.
  const type::Date clock = type::TodayInShanghai(absl::FromUnixMicros(now_us));
  const type::Date open =
      state.today() == evaluate::kNoDay ? clock : type::Date::FromDays(state.today());
  return {.jurisdiction = state.assessor().jurisdiction(),
          .today = std::max(clock, open),
          .in_use = &state.policies().packs()};
}

template <class Request>
absl::StatusOr<PolicyService::Asked> PolicyService::Ask(const CallContext& context,
                                                        const Request& request,
                                                        const std::string& digest) const {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_RETURN_IF_ERROR(runtime::CheckRequestId(request.request_id()));
  XINCE_RETURN_IF_ERROR(CheckActor(context.actor()));
  return Asked{.actor = context.actor(),
               .request_id = request.request_id(),
               .request_digest = journal::Sha256Hex(runtime::RequestBytes(request)),
               .digest = digest};
}

absl::Status PolicyService::Decide(const Asked& asked,
                                   const std::string& reason,
                                   const Guard& guard,
                                   journal::Transaction& transaction,
                                   Answer& answer) const {
  const RuleBook& rules = options_.state->rules();
  if (const Carried* carried = rules.FindRequest(asked.actor, asked.request_id);
      carried != nullptr) {
    if (carried->request_digest != asked.request_digest)
      return runtime::RequestIdReused(carried->request_digest, asked.request_digest);
    answer = {.details = rules.Share(carried->digest), .revision = carried->revision};
    return absl::OkStatus();
  }
  const Details* details = rules.Find(asked.digest);
  if (details != nullptr) {
    XINCE_RETURN_IF_ERROR(CheckExpected(asked.expected_revision, details->version()));
  }
  ScoringEntry entry;
  RulemakingStep& step = *entry.mutable_rulemaking_step();
  XINCE_RETURN_IF_ERROR(guard(details, GroundAt(transaction.now_us()), step));
  if (step.step_case() == RulemakingStep::STEP_NOT_SET) {
    // There is nothing to do.
    answer = {.details = rules.Share(asked.digest), .revision = details->version().revision()};
    return absl::OkStatus();
  }
  step.set_digest(asked.digest);
  step.set_reason(reason);
  step.set_request_digest(asked.request_digest);
  answer.revision = transaction.next_revision();
  XINCE_RETURN_IF_ERROR(
      transaction.Append(asked.actor, asked.request_id, entry.SerializeAsString()));
  answer.details = rules.Share(asked.digest);
  return absl::OkStatus();
}

absl::StatusOr<PolicyService::Answer> PolicyService::Take(const Asked& asked,
                                                          const std::string& reason,
                                                          const Guard& guard) {
  Answer answer;
  XINCE_RETURN_IF_ERROR(options_.machine
                            ->Execute([&](journal::Transaction& transaction) {
                              return Decide(asked, reason, guard, transaction, answer);
                            })
                            .status());
  return answer;
}

absl::StatusOr<pv::PackVersion> PolicyService::AnswerVersion(
    CallContext& context, const absl::StatusOr<Answer>& answer) const {
  if (!answer.ok()) return answer.status();
  context.set_revision(options_.machine->Token(answer->revision));
  return VersionAt(*answer->details, answer->revision);
}

absl::StatusOr<pv::PackComment> PolicyService::AnswerComment(CallContext& context,
                                                             const absl::StatusOr<Answer>& answer,
                                                             uint32_t number) const {
  if (!answer.ok()) return answer.status();
  context.set_revision(options_.machine->Token(answer->revision));
  for (const pv::PackComment& comment : answer->details->comments()) {
    if (comment.revision() == answer->revision) {
      // As it was recorded, before any answer.
      pv::PackComment recorded = comment;
      recorded.clear_outcome();
      recorded.clear_answer();
      recorded.clear_answered_by();
      recorded.clear_answer_time();
      recorded.clear_answer_revision();
      return recorded;
    }
    if (comment.number() == number) return comment;
  }
  return absl::InternalError("a comment that was recorded is not there");
}

absl::StatusOr<std::vector<policy::Finding>> PolicyService::Findings(
    const std::string& content, const std::string& file) const {
  if (options_.kinds == nullptr) {
    return runtime::FailedPrecondition("KIND_CATALOGUE_MISSING",
                                       "",
                                       "this server has no catalogue of kinds to check packs by",
                                       "服务器缺少信息类别目录,无法校验评分标准");
  }
  std::vector<std::shared_ptr<const pv::Pack>> kept;
  XINCE_RETURN_IF_ERROR(options_.machine
                            ->Read(0,
                                   absl::InfiniteFuture(),
                                   [&] {
                                     kept.clear();
                                     for (const policy::Pack& pack :
                                          options_.state->policies().packs().packs()) {
                                       if (pack.proto().jurisdiction() == "0")
                                         kept.push_back(pack.shared());
                                     }
                                     return journal::Revision{0};
                                   })
                            .status());
  std::vector<const pv::Pack*> national;
  national.reserve(kept.size());
  for (const auto& pack : kept) national.push_back(pack.get());
  return policy::LintPack(content, file, *options_.kinds, national);
}

absl::Status PolicyService::CheckLint(
    const std::string& content,
    const std::string& file,
    google::protobuf::RepeatedPtrField<pv::PackFinding>* warnings) {
  XINCE_ASSIGN_OR_RETURN(const std::vector<policy::Finding> findings, Findings(content, file));
  const policy::Finding* first = nullptr;
  int errors = 0;
  for (const policy::Finding& finding : findings) {
    if (finding.severity == policy::Finding::Severity::kError) {
      if (errors++ == 0) first = &finding;
    } else if (warnings != nullptr && warnings->size() < static_cast<int>(kFindingsMax)) {
      Say(finding, *warnings->Add());
    }
  }
  if (first == nullptr) return absl::OkStatus();
  return runtime::InvalidArgument(
      "POLICY_LINT",
      "content",
      absl::StrCat(policy::FormatFinding(*first, file), " (", errors, " errors in all)"),
      absl::StrCat(file,
                   ":",
                   first->at.line,
                   ":",
                   first->at.column,
                   ":",
                   first->zh,
                   "(共",
                   errors,
                   "处错误)"),
      {{"file", file},
       {"line", absl::StrCat(first->at.line)},
       {"column", absl::StrCat(first->at.column)},
       {"item", first->id},
       {"errors", absl::StrCat(errors)}});
}

absl::StatusOr<pv::PackVersion> PolicyService::Propose(CallContext& context,
                                                       const pv::ProposePackRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckSize(request.content()));
  const std::string file = FileOr(request.file());
  XINCE_ASSIGN_OR_RETURN(
      const Asked asked,
      Ask(context, request, policy::FormatDigest(policy::DigestOf(request.content()))));
  XINCE_ASSIGN_OR_RETURN(const policy::Pack pack, policy::LoadPack(request.content(), file));
  journal::v1::PackProposed proposed;
  proposed.set_file(file);
  proposed.set_content(request.content());
  XINCE_RETURN_IF_ERROR(CheckLint(request.content(), file, proposed.mutable_findings()));
  const RuleBook& book = options_.state->rules();
  return AnswerVersion(
      context,
      Take(asked,
           request.reason(),
           [&](const Details* details, const Ground& ground, RulemakingStep& step) {
             if (details == nullptr) {
               *step.mutable_proposed() = proposed;
               return CheckProposal(pack, book, ground);
             }
             const pv::PackState state = details->version().state();
             if (state != pv::PACK_STATE_WITHDRAWN && state != pv::PACK_STATE_REFUSED) {
               return absl::OkStatus();
             }
             return runtime::FailedPrecondition(
                 "POLICY_CLOSED",
                 "content",
                 "this very text was withdrawn or refused: another proposal is another text",
                 "该正文已被撤回或否决;重新提出须为不同正文",
                 {{"digest", details->version().digest()}});
           }));
}

absl::StatusOr<pv::PackVersion> PolicyService::Consult(CallContext& context,
                                                       const pv::OpenConsultationRequest& request) {
  XINCE_ASSIGN_OR_RETURN(Asked asked, Ask(context, request, request.digest()));
  asked.expected_revision = request.expected_revision();
  return AnswerVersion(
      context,
      Take(asked,
           request.reason(),
           [&](const Details* details, const Ground& ground, RulemakingStep& step) -> absl::Status {
             if (details == nullptr) return Unknown(asked.digest);
             XINCE_ASSIGN_OR_RETURN(
                 const policy::Pack pack,
                 policy::LoadPack(details->content(), details->version().file()));
             XINCE_ASSIGN_OR_RETURN(
                 *step.mutable_consultation_opened()->mutable_consultation(),
                 CheckConsultation(
                     details->version(), pack.proto(), request.document(), request.days(), ground));
             return absl::OkStatus();
           }));
}

absl::StatusOr<pv::PackComment> PolicyService::Comment(CallContext& context,
                                                       const pv::RecordCommentRequest& request) {
  XINCE_ASSIGN_OR_RETURN(const Asked asked, Ask(context, request, request.digest()));
  return AnswerComment(
      context,
      Take(asked,
           "",
           [&](const Details* details, const Ground& ground, RulemakingStep& step) -> absl::Status {
             if (details == nullptr) return Unknown(asked.digest);
             type::Date received = ground.today;
             if (!request.received_on().empty()) {
               XINCE_ASSIGN_OR_RETURN(received,
                                      type::ParseDate(request.received_on(), "received_on"));
             }
             auto& recorded = *step.mutable_comment_recorded();
             recorded.set_from(request.from());
             recorded.set_text(request.text());
             recorded.set_received_on(type::FormatDate(received));
             return CheckComment(*details, received);
           }),
      0);
}

absl::StatusOr<pv::PackComment> PolicyService::Reply(CallContext& context,
                                                     const pv::AnswerCommentRequest& request) {
  XINCE_ASSIGN_OR_RETURN(const Asked asked, Ask(context, request, request.digest()));
  return AnswerComment(
      context,
      Take(asked,
           "",
           [&](const Details* details, const Ground&, RulemakingStep& step) -> absl::Status {
             if (details == nullptr) return Unknown(asked.digest);
             auto& answered = *step.mutable_comment_answered();
             answered.set_number(request.number());
             answered.set_outcome(request.outcome());
             answered.set_answer(request.answer());
             return CheckAnswer(*details, request.number());
           }),
      request.number());
}

absl::StatusOr<pv::PackVersion> PolicyService::Approve(CallContext& context,
                                                       const pv::ApprovePackRequest& request) {
  XINCE_ASSIGN_OR_RETURN(Asked asked, Ask(context, request, request.digest()));
  if (request.expected_revision() == 0) {
    return runtime::InvalidArgument(
        "EXPECTED_REVISION_REQUIRED",
        "expected_revision",
        "send the version's revision as it was read: what is approved is what was read",
        "请填写读取时的 revision:所批准的应为所阅读的");
  }
  asked.expected_revision = request.expected_revision();
  // The catalogue of kinds may be another than when the text was proposed.
  if (const auto known = Known(asked.digest); known.ok()) {
    XINCE_RETURN_IF_ERROR(CheckLint((*known)->content(), (*known)->version().file(), nullptr));
  }
  return AnswerVersion(
      context,
      Take(asked,
           request.reason(),
           [&](const Details* details, const Ground& ground, RulemakingStep& step) -> absl::Status {
             if (details == nullptr) return Unknown(asked.digest);
             auto& approved = *step.mutable_approved();
             if (request.has_document()) *approved.mutable_document() = request.document();
             return CheckApproval(*details, asked.actor, ground);
           }));
}

absl::StatusOr<pv::PackVersion> PolicyService::Withdraw(CallContext& context,
                                                        const pv::WithdrawPackRequest& request) {
  XINCE_ASSIGN_OR_RETURN(Asked asked, Ask(context, request, request.digest()));
  asked.expected_revision = request.expected_revision();
  return AnswerVersion(
      context,
      Take(asked,
           request.reason(),
           [&](const Details* details, const Ground& ground, RulemakingStep& step) -> absl::Status {
             if (details == nullptr) return Unknown(asked.digest);
             XINCE_ASSIGN_OR_RETURN(const bool refused,
                                    CheckWithdrawal(details->version(), asked.actor, ground));
             step.mutable_closed()->set_refused(refused);
             return absl::OkStatus();
           }));
}

absl::StatusOr<std::shared_ptr<const pv::PackDetails>> PolicyService::Known(
    const std::string& digest) const {
  std::shared_ptr<const Details> details;
  XINCE_RETURN_IF_ERROR(options_.machine
                            ->Read(0,
                                   absl::InfiniteFuture(),
                                   [&] {
                                     details = options_.state->rules().Share(digest);
                                     return details == nullptr ? journal::Revision{0}
                                                               : details->version().revision();
                                   })
                            .status());
  if (details == nullptr) return Unknown(digest);
  return details;
}

absl::StatusOr<pv::PackDetails> PolicyService::Get(CallContext& context,
                                                   const pv::GetPackRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  std::shared_ptr<const Details> found;
  pv::PackState state = pv::PACK_STATE_UNSPECIFIED;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision, options_.machine->Read(at_least, context.deadline(), [&] {
        found = options_.state->rules().Share(request.digest());
        if (found == nullptr) return journal::Revision{0};
        const Ground ground = GroundAt(absl::ToUnixMicros(options_.clock->Now()));
        state = StateOn(found->version(), ground.today, *ground.in_use);
        return found->version().revision();
      }));
  context.set_revision(options_.machine->Token(revision));
  if (found == nullptr) return Unknown(request.digest());
  Details details = *found;
  details.mutable_version()->set_state(state);
  return details;
}

absl::StatusOr<pv::ListPacksResponse> PolicyService::List(CallContext& context,
                                                          const pv::ListPacksRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  XINCE_ASSIGN_OR_RETURN(
      const std::string after,
      runtime::ReadPageToken(request.page_size(), request.page_token(), ArgumentsOf(request)));
  std::map<std::string, pv::PackVersion> sorted;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision, options_.machine->Read(at_least, context.deadline(), [&] {
        sorted.clear();
        const Ground ground = GroundAt(absl::ToUnixMicros(options_.clock->Now()));
        for (const auto& [digest, details] : options_.state->rules().versions()) {
          const pv::PackVersion& version = details->version();
          if (!request.pack().empty() && version.pack() != request.pack()) continue;
          const pv::PackState state = StateOn(version, ground.today, *ground.in_use);
          if (request.state() != pv::PACK_STATE_UNSPECIFIED && state != request.state()) continue;
          const std::string key = SortKey(version);
          if (!after.empty() && key <= after) continue;
          pv::PackVersion& listed = sorted[key];
          listed = version;
          listed.set_state(state);
          listed.clear_history();
        }
        return options_.machine->applied();
      }));
  const int size =
      request.page_size() == 0 ? kPageSizeDefault : std::min(request.page_size(), kPageSizeMax);
  pv::ListPacksResponse response;
  for (auto& [key, version] : sorted) {
    if (response.versions_size() == size) {
      const std::string last = SortKey(response.versions(size - 1));
      response.set_next_page_token(runtime::NextPageToken(ArgumentsOf(request), last));
      break;
    }
    *response.add_versions() = std::move(version);
  }
  for (const intake::UntakenPack& pack : untaken_) {
    auto& untaken = *response.add_untaken();
    untaken.set_file(pack.file);
    untaken.set_digest(policy::FormatDigest(pack.digest));
  }
  response.set_revision(options_.machine->Token(revision));
  context.set_revision(response.revision());
  return response;
}

absl::StatusOr<pv::LintPackResponse> PolicyService::Lint(CallContext&,
                                                         const pv::LintPackRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckSize(request.content()));
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const std::vector<policy::Finding> findings,
                         Findings(request.content(), FileOr(request.file())));
  pv::LintPackResponse response;
  for (const policy::Finding& finding : findings) {
    if (finding.severity == policy::Finding::Severity::kError) {
      response.set_errors(response.errors() + 1);
    }
    if (response.findings_size() < static_cast<int>(kFindingsShownMax)) {
      Say(finding, *response.add_findings());
    }
  }
  return response;
}

absl::StatusOr<policy::Pack> PolicyService::Side(const std::string& digest,
                                                 const std::string& content,
                                                 const char* reason,
                                                 const char* field) const {
  if (digest.empty() == content.empty()) {
    return runtime::InvalidArgument(
        reason, field, "give either the digest of a version or a text", "请给出版本摘要或正文之一");
  }
  if (digest.empty()) {
    XINCE_RETURN_IF_ERROR(CheckSize(content));
    return policy::LoadPack(content, "content");
  }
  XINCE_ASSIGN_OR_RETURN(const std::shared_ptr<const Details> details, Known(digest));
  return policy::LoadPack(details->content(), details->version().file());
}

absl::StatusOr<pv::DiffPacksResponse> PolicyService::Diff(CallContext&,
                                                          const pv::DiffPacksRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(
      const policy::Pack before,
      Side(request.before().digest(), request.before().content(), "DIFF_SIDE", "before"));
  XINCE_ASSIGN_OR_RETURN(
      const policy::Pack after,
      Side(request.after().digest(), request.after().content(), "DIFF_SIDE", "after"));
  pv::DiffPacksResponse response;
  for (const policy::Difference& difference : policy::DiffPacks(before.proto(), after.proto())) {
    Say(difference, *response.add_differences());
  }
  return response;
}

absl::Status PolicyService::Backtest(CallContext& context,
                                     const pv::BacktestPackRequest& request,
                                     runtime::StreamWriter<pv::BacktestPackResponse>& writer) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(Trial trial, [&]() -> absl::StatusOr<Trial> {
    XINCE_ASSIGN_OR_RETURN(policy::Pack pack,
                           Side(request.digest(), request.content(), "BACKTEST_TARGET", "digest"));
    return Trial{.pack = std::move(pack)};
  }());
  const Ground now = {.today = type::TodayInShanghai(options_.clock->Now())};
  type::Date until = now.today;
  if (!request.until().empty()) {
    XINCE_ASSIGN_OR_RETURN(until, type::ParseDate(request.until(), "until"));
  }
  type::Date from = until;
  if (!request.from().empty()) {
    XINCE_ASSIGN_OR_RETURN(from, type::ParseDate(request.from(), "from"));
  }
  XINCE_ASSIGN_OR_RETURN(trial.days, TrialDays(from, until, request.every_days()));
  trial.threads = options_.backtest_threads;
  trial.lines = request.lines();
  absl::Status allowed;
  if (request.store()) {
    if (request.digest().empty()) {
      return runtime::InvalidArgument("BACKTEST_TARGET",
                                      "store",
                                      "only the back-test of a proposed version is stored",
                                      "仅可存档已提出版本的回测");
    }
    XINCE_RETURN_IF_ERROR(CheckActor(context.actor()));
    XINCE_ASSIGN_OR_RETURN(const std::shared_ptr<const Details> details, Known(request.digest()));
    XINCE_RETURN_IF_ERROR(CheckBacktest(details->version()));
  }
  XINCE_RETURN_IF_ERROR(options_.machine
                            ->Read(0,
                                   absl::InfiniteFuture(),
                                   [&] {
                                     allowed = CheckOwn(trial.pack, GroundAt(0));
                                     return journal::Revision{0};
                                   })
                            .status());
  XINCE_RETURN_IF_ERROR(allowed);
  if (backtests_.fetch_add(1) >= kBacktestsRunningMax) {
    backtests_.fetch_sub(1);
    return runtime::ToStatus(
        runtime::Problem{.code = absl::StatusCode::kResourceExhausted,
                         .reason = "BACKTESTS_BUSY",
                         .en = "another back-test is running",
                         .zh = "另一回测正在进行",
                         .metadata = {{"limit", absl::StrCat(kBacktestsRunningMax)}},
                         .retry_after_ms = 5000});
  }
  const absl::Cleanup leave = [this] { backtests_.fetch_sub(1); };
  pv::BacktestPackResponse message;
  XINCE_ASSIGN_OR_RETURN(
      const pv::BacktestSummary summary,
      RunTrial(*options_.state, *options_.machine, trial, [&](const pv::BacktestPart& part) {
        *message.mutable_part() = part;
        return writer.Write(message) && !writer.stopped();
      }));
  return request.store() ? Store(context, request, summary, writer) : absl::OkStatus();
}

absl::Status PolicyService::Store(const CallContext& context,
                                  const pv::BacktestPackRequest& request,
                                  const pv::BacktestSummary& summary,
                                  runtime::StreamWriter<pv::BacktestPackResponse>& writer) {
  const Asked asked{.actor = context.actor(), .digest = request.digest()};
  XINCE_ASSIGN_OR_RETURN(
      const Answer answer,
      Take(asked,
           request.reason(),
           [&](const Details* details, const Ground&, RulemakingStep& step) -> absl::Status {
             if (details == nullptr) return Unknown(asked.digest);
             XINCE_RETURN_IF_ERROR(CheckBacktest(details->version()));
             *step.mutable_backtest_stored()->mutable_summary() = summary;
             return CheckSummary(details->version(), summary);
           }));
  pv::BacktestPackResponse message;
  *message.mutable_stored() = VersionAt(*answer.details, answer.revision);
  (void)writer.Write(message);
  return absl::OkStatus();
}

}  // namespace xince::rulemaking
