#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/util/json_util.h"

#include "xince/policy/v1/policy.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/rulemaking_tables.h"
#include "services/apps/xince/session.h"
#include "services/runtime/client.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/pack.h"
#include "services/type/civil_date.h"

// `xince policy propose|consult|comment|answer|backtest|publish|withdraw|list|show`: how rules come
// about, on the server.
namespace xince::cli {
namespace {

namespace pv = ::xince::policy::v1;

constexpr char kService[] = "xince.policy.v1.PolicyService/";
constexpr size_t kDigestDigits = 64;
// Fewest digits that may name a version.
constexpr size_t kPrefixDigits = 6;
// A back-test of a large register takes minutes.
constexpr absl::Duration kBacktestTimeout = absl::Minutes(10);

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

bool IsFile(const std::string& path) {
  std::error_code error;
  return path == "-" || std::filesystem::is_regular_file(path, error);
}

// Every version of the register.
absl::StatusOr<pv::ListPacksResponse> ListAll(Session& session, pv::ListPacksRequest request) {
  pv::ListPacksResponse all;
  while (true) {
    pv::ListPacksResponse page;
    XINCE_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "ListPacks"), request, page));
    request.set_page_token(page.next_page_token());
    all.clear_untaken();
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (page.next_page_token().empty()) return all;
  }
}

// The version meant by a digest, its first digits, or the file that holds its text.
absl::StatusOr<std::string> Resolve(Session& session, const std::string& written) {
  if (IsFile(written)) {
    XINCE_ASSIGN_OR_RETURN(const std::string content, ReadFile(written, policy::kPackBytesMax));
    return policy::FormatDigest(policy::DigestOf(content));
  }
  const std::string prefix = absl::AsciiStrToLower(written);
  if (prefix.size() == kDigestDigits) return prefix;
  std::vector<std::string> found;
  if (prefix.size() >= kPrefixDigits && IsHex(prefix)) {
    XINCE_ASSIGN_OR_RETURN(const pv::ListPacksResponse all, ListAll(session, {}));
    for (const pv::PackVersion& version : all.versions()) {
      if (absl::StartsWith(version.digest(), prefix)) found.push_back(version.digest());
    }
  }
  if (found.size() == 1) return found.front();
  return runtime::InvalidArgument(
      "VERSION_NAME",
      "digest",
      absl::StrCat("name a version by its digest, at least ",
                   kPrefixDigits,
                   " digits of it that no other begins with, or its file"),
      absl::StrCat("请以摘要(至少前", kPrefixDigits, "位且无歧义)或正文文件指明版本"),
      {{"found", absl::StrCat(found.size())}, {"given", written}});
}

// Answers with a version.
template <class Request>
int CallForVersion(Session& session, const char* method, const Request& request) {
  pv::PackVersion version;
  const absl::Status status = session.Call(absl::StrCat(kService, method), request, version);
  if (!status.ok()) return Refuse(status);
  if (session.json()) {
    PrintJson(version);
  } else {
    std::cout << VersionText(version);
  }
  return kExitDone;
}

// Answers with a comment.
template <class Request>
int CallForComment(Session& session, const char* method, const Request& request) {
  pv::PackComment comment;
  const absl::Status status = session.Call(absl::StrCat(kService, method), request, comment);
  if (!status.ok()) return Refuse(status);
  if (session.json()) {
    PrintJson(comment);
  } else {
    pv::PackDetails details;
    *details.add_comments() = comment;
    std::cout << CommentsText(details);
  }
  return kExitDone;
}

struct DocumentOptions {
  std::string title, number, issuer, date, sha256, uri;

  void AddTo(Command& command) {
    command.Option("--title", title, "title of the document")
        .Option("--number", number, "its number")
        .Option("--issuer", issuer, "organ that issued it")
        .Option("--date", date, "date it carries, YYYY-MM-DD")
        .Option("--sha256", sha256, "SHA-256 of its bytes")
        .Option("--uri", uri, "where it can be read");
  }
  void Fill(type::v1::Document& document) const {
    document.set_title(title);
    document.set_number(number);
    document.set_issuer(issuer);
    document.set_issue_date(date);
    document.set_sha256(sha256);
    document.set_uri(uri);
  }
  [[nodiscard]] bool given() const {
    return !absl::StrCat(title, number, issuer, date, sha256, uri).empty();
  }
};

// What any of the steps may be given.
struct StepOptions {
  std::string version, reason, request_id;
  DocumentOptions document;
  uint64_t days = 0;
  std::string from, text, received_on;
  uint64_t number = 0;
  std::string outcome;
};

int Propose(Session& session, const StepOptions& options) {
  const auto content = ReadFile(options.version, policy::kPackBytesMax);
  if (!content.ok()) return Refuse(content.status());
  pv::ProposePackRequest request;
  request.set_request_id(options.request_id);
  request.set_content(*content);
  request.set_file(std::filesystem::path(options.version).filename().string());
  request.set_reason(options.reason);
  return CallForVersion(session, "ProposePack", request);
}

int Consult(Session& session, const StepOptions& options) {
  const auto digest = Resolve(session, options.version);
  if (!digest.ok()) return Refuse(digest.status());
  pv::OpenConsultationRequest request;
  request.set_request_id(options.request_id);
  request.set_digest(*digest);
  request.set_days(static_cast<uint32_t>(std::min<uint64_t>(options.days, UINT32_MAX)));
  request.set_reason(options.reason);
  options.document.Fill(*request.mutable_document());
  return CallForVersion(session, "OpenConsultation", request);
}

int Comment(Session& session, const StepOptions& options) {
  const auto digest = Resolve(session, options.version);
  if (!digest.ok()) return Refuse(digest.status());
  pv::RecordCommentRequest request;
  request.set_request_id(options.request_id);
  request.set_digest(*digest);
  request.set_from(options.from);
  request.set_text(options.text);
  request.set_received_on(options.received_on);
  return CallForComment(session, "RecordComment", request);
}

int Answer(Session& session, const StepOptions& options) {
  const auto digest = Resolve(session, options.version);
  if (!digest.ok()) return Refuse(digest.status());
  pv::AnswerCommentRequest request;
  request.set_request_id(options.request_id);
  request.set_digest(*digest);
  request.set_number(static_cast<uint32_t>(std::min<uint64_t>(options.number, UINT32_MAX)));
  request.set_outcome(options.outcome == "adopted"  ? pv::COMMENT_OUTCOME_ADOPTED
                      : options.outcome == "partly" ? pv::COMMENT_OUTCOME_PARTLY
                                                    : pv::COMMENT_OUTCOME_NOT_ADOPTED);
  request.set_answer(options.text);
  return CallForComment(session, "AnswerComment", request);
}

// What is approved is what is there now, as it is shown.
int Publish(Session& session, const StepOptions& options) {
  const auto digest = Resolve(session, options.version);
  if (!digest.ok()) return Refuse(digest.status());
  pv::GetPackRequest read;
  read.set_digest(*digest);
  pv::PackDetails details;
  const absl::Status status = session.Call(absl::StrCat(kService, "GetPack"), read, details);
  if (!status.ok()) return Refuse(status);
  pv::ApprovePackRequest request;
  request.set_request_id(options.request_id);
  request.set_digest(*digest);
  request.set_expected_revision(details.version().revision());
  request.set_reason(options.reason);
  if (options.document.given()) options.document.Fill(*request.mutable_document());
  return CallForVersion(session, "ApprovePack", request);
}

int Withdraw(Session& session, const StepOptions& options) {
  const auto digest = Resolve(session, options.version);
  if (!digest.ok()) return Refuse(digest.status());
  pv::WithdrawPackRequest request;
  request.set_request_id(options.request_id);
  request.set_digest(*digest);
  request.set_reason(options.reason);
  return CallForVersion(session, "WithdrawPack", request);
}

struct BacktestOptions {
  std::string target, from, until, reason;
  uint64_t days = 0;
  uint64_t every = 0;
  uint64_t movers = 50;
  bool lines = false;
  bool store = false;
};

absl::StatusOr<pv::BacktestPackRequest> BacktestRequest(Session& session,
                                                        const BacktestOptions& options) {
  pv::BacktestPackRequest request;
  XINCE_ASSIGN_OR_RETURN(const std::string digest, Resolve(session, options.target));
  request.set_digest(digest);
  if (IsFile(options.target) && !options.store) {
    // The register need not know the text.
    XINCE_ASSIGN_OR_RETURN(*request.mutable_content(),
                           ReadFile(options.target, policy::kPackBytesMax));
    request.clear_digest();
  }
  request.set_from(options.from);
  request.set_until(options.until);
  if (options.days > 0) {
    type::Date until = type::TodayInShanghai(session.clock.Now());
    if (!options.until.empty()) {
      XINCE_ASSIGN_OR_RETURN(until, type::ParseDate(options.until, "until"));
    }
    const auto before = static_cast<int64_t>(std::min<uint64_t>(options.days, 100'000)) - 1;
    request.set_from(type::FormatDate(until - before));
  }
  request.set_every_days(static_cast<uint32_t>(std::min<uint64_t>(options.every, UINT32_MAX)));
  request.set_lines(options.lines);
  request.set_store(options.store);
  request.set_reason(options.reason);
  return request;
}

// Writes a message as one line of JSON.
void PrintJsonLine(const google::protobuf::Message& message) {
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  std::cout << json << "\n";
}

// What of a back-test is shown at its end.
struct Shown {
  std::vector<pv::BacktestMover> movers;
  int64_t all = 0;
};

void Show(Session& session,
          const BacktestOptions& options,
          const pv::BacktestPackResponse& message,
          Shown& shown) {
  if (session.json()) return PrintJsonLine(message);
  if (message.part().has_progress()) {
    const pv::BacktestProgress& progress = message.part().progress();
    std::cerr << "\r" << progress.day() << " " << progress.kind() << " " << progress.subjects_done()
              << "/" << progress.subjects_total() << ", 变动 " << progress.movers() << "   "
              << std::flush;
  } else if (message.part().has_mover()) {
    if (shown.movers.size() < options.movers) shown.movers.push_back(message.part().mover());
    ++shown.all;
  } else if (message.part().has_summary()) {
    std::cerr << "\r";
    std::cout << SummaryText(message.part().summary()) << "\n" << MoversText(shown.movers);
    if (shown.all > static_cast<int64_t>(shown.movers.size())) {
      std::cout << "另有 " << shown.all - static_cast<int64_t>(shown.movers.size())
                << " 个变动主体 (--movers)\n";
    }
  } else if (message.has_stored()) {
    std::cout << "\n" << VersionText(message.stored());
  }
}

int Backtest(Session& session, const BacktestOptions& options) {
  const auto request = BacktestRequest(session, options);
  if (!request.ok()) return Refuse(request.status());
  auto stream = session.channel().Read<pv::BacktestPackRequest, pv::BacktestPackResponse>(
      absl::StrCat(kService, "BacktestPack"),
      *request,
      {.timeout = kBacktestTimeout, .actor = session.ActorName()});
  if (!stream.ok()) return Refuse(stream.status());
  Shown shown;
  while (true) {
    const auto message = stream->Next();
    if (!message.ok()) return Refuse(message.status());
    if (!message->has_value()) return kExitDone;
    Show(session, options, **message, shown);
  }
}

struct ListOptions {
  std::string pack, state;
};

int List(Session& session, const ListOptions& options) {
  pv::ListPacksRequest request;
  request.set_pack(options.pack);
  if (!options.state.empty()) {
    const std::string word = absl::StrReplaceAll(options.state, {{"-", "_"}});
    pv::PackState state = pv::PACK_STATE_UNSPECIFIED;
    (void)pv::PackState_Parse(absl::StrCat("PACK_STATE_", absl::AsciiStrToUpper(word)), &state);
    request.set_state(state);
  }
  const auto all = ListAll(session, request);
  if (!all.ok()) return Refuse(all.status());
  if (session.json()) {
    PrintJson(*all);
  } else {
    std::cout << VersionsText(*all);
  }
  return kExitDone;
}

int ShowVersion(Session& session, const std::string& written, bool content) {
  const auto digest = Resolve(session, written);
  if (!digest.ok()) return Refuse(digest.status());
  pv::GetPackRequest request;
  request.set_digest(*digest);
  pv::PackDetails details;
  const absl::Status status = session.Call(absl::StrCat(kService, "GetPack"), request, details);
  if (!status.ok()) return Refuse(status);
  if (content) {
    std::cout << details.content();
  } else if (session.json()) {
    PrintJson(details);
  } else {
    std::cout << VersionText(details.version());
    for (const std::string& part : {CommentsText(details), FindingsText(details)}) {
      if (!part.empty()) std::cout << "\n" << part;
    }
    if (details.has_backtest()) std::cout << "\n" << SummaryText(details.backtest());
  }
  return kExitDone;
}

Command AddStep(Command& policy,
                const char* name,
                const char* description,
                const std::shared_ptr<StepOptions>& options,
                int (*run)(Session&, const StepOptions&)) {
  Command command = policy.Add(name, description);
  command.Option("--request-id", options->request_id, "makes the call repeatable");
  command.Run([options, run](Session& session) { return run(session, *options); });
  return command;
}

void AddSteps(Command& policy) {
  const auto propose = std::make_shared<StepOptions>();
  AddStep(policy, "propose", "proposes a text as a draft", propose, Propose)
      .Argument("FILE", propose->version, "pack file; - for standard input")
      .Required("--reason", propose->reason, "why");
  const auto consult = std::make_shared<StepOptions>();
  Command consulting =
      AddStep(policy, "consult", "opens the public consultation", consult, Consult)
          .Argument("VERSION", consult->version, "digest, its first digits, or the file")
          .Option("--days", consult->days, "whole days after today; 0: as the rules ask")
          .Option("--reason", consult->reason, "why, or what is asked");
  consult->document.AddTo(consulting);
  const auto comment = std::make_shared<StepOptions>();
  AddStep(policy, "comment", "records a comment that was received", comment, Comment)
      .Argument("VERSION", comment->version, "digest, its first digits, or the file")
      .Required("--from", comment->from, "who made it")
      .Required("--text", comment->text, "what it says")
      .Option("--received-on", comment->received_on, "day, YYYY-MM-DD; empty for today");
  const auto answer = std::make_shared<StepOptions>();
  answer->outcome = "not-adopted";
  AddStep(policy, "answer", "answers a comment", answer, Answer)
      .Argument("VERSION", answer->version, "digest, its first digits, or the file")
      .Argument("NUMBER", answer->number, "number of the comment")
      .Choice("--outcome", answer->outcome, {"adopted", "partly", "not-adopted"}, "is it followed")
      .Required("--text", answer->text, "the answer");
  const auto publish = std::make_shared<StepOptions>();
  Command publishing =
      AddStep(policy, "publish", "approves a version, by another than its author", publish, Publish)
          .Argument("VERSION", publish->version, "digest, its first digits, or the file")
          .Required("--reason", publish->reason, "why");
  publish->document.AddTo(publishing);
  const auto withdraw = std::make_shared<StepOptions>();
  AddStep(policy, "withdraw", "takes a version back before its first day", withdraw, Withdraw)
      .Argument("VERSION", withdraw->version, "digest, its first digits, or the file")
      .Required("--reason", withdraw->reason, "why");
}

}  // namespace

void AddRulemaking(Command& policy) {
  AddSteps(policy);
  const auto backtest = std::make_shared<BacktestOptions>();
  policy.Add("backtest", "evaluates the register by a version beside the rules in force")
      .Argument("VERSION", backtest->target, "digest, its first digits, or a file")
      .Option("--from", backtest->from, "first day, YYYY-MM-DD; empty: the last")
      .Option("--until", backtest->until, "last day; empty: today")
      .Option("--days", backtest->days, "instead of --from: so many days until the last")
      .Option("--every", backtest->every, "look at every so many days; 0: at both ends")
      .Option("--movers", backtest->movers, "movers shown")
      .Flag("--lines", backtest->lines, "with the lines that moved them")
      .Flag("--store", backtest->store, "record the summary with the version")
      .Option("--reason", backtest->reason, "why, recorded with the summary")
      .Run([backtest](Session& session) { return Backtest(session, *backtest); });
  const auto list = std::make_shared<ListOptions>();
  policy.Add("list", "versions and where they stand")
      .Option("--pack", list->pack, "only of this pack")
      .Choice(
          "--state",
          list->state,
          {"draft", "consultation", "approved", "in-force", "superseded", "withdrawn", "refused"},
          "only in this state")
      .Run([list](Session& session) { return List(session, *list); });
  const auto show = std::make_shared<std::pair<std::string, bool>>();
  policy.Add("show", "a version, its steps, comments and back-test")
      .Argument("VERSION", show->first, "digest, its first digits, or the file")
      .Flag("--content", show->second, "its text and nothing else")
      .Run([show](Session& session) { return ShowVersion(session, show->first, show->second); });
}

}  // namespace xince::cli
