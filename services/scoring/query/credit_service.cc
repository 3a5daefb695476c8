#include "services/scoring/query/credit_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/runtime/errors.h"
#include "services/runtime/page_token.h"
#include "services/scoring/query/credit_file.h"
#include "services/type/divisions.h"
#include "services/type/resource_name.h"

namespace xince::query {
namespace {

using ::xince::credit::v1::BatchGetStandingsRequest;
using ::xince::credit::v1::BatchGetStandingsResponse;
using ::xince::credit::v1::CreditFile;
using ::xince::credit::v1::GetCreditFileRequest;
using ::xince::credit::v1::GetStandingRequest;
using ::xince::credit::v1::ListStandingsRequest;
using ::xince::credit::v1::ListStandingsResponse;
using ::xince::creditfile::SubjectId;
using ::xince::runtime::CallContext;
using ::xince::runtime::Pieces;
using Answered = ::xince::credit::v1::Standing;

// Field 4 (as_of) and field 15 (revision) of a Standing on the wire, to be joined to the rest.
std::string StandingTail(const std::string& as_of, const std::string& revision) {
  Answered tail;
  tail.set_as_of(as_of);
  tail.set_revision(revision);
  return tail.SerializeAsString();
}

absl::Status SubjectUnknown(const std::string& subject, bool then) {
  return runtime::NotFound(
      "SUBJECT_UNKNOWN",
      "subject",
      then ? "nobody had filed this subject by then; that says nothing about its credit"
           : "nobody filed this subject; that says nothing about its credit",
      then ? "该主体当时尚未备案;未备案不等于信用良好" : "该主体未备案;未备案不等于信用良好",
      {{"subject", subject}});
}

std::string ArgumentsOf(const ListStandingsRequest& request) {
  return runtime::WithoutPage(request).SerializeAsString();
}

absl::StatusOr<std::string> PageStart(const ListStandingsRequest& request) {
  if (!request.collection().empty() && !type::KindOfCollection(request.collection()).has_value()) {
    return runtime::InvalidArgument(
        "SUBJECT_KIND",
        "collection",
        "a collection is firms, managers, projects, committees or organizations",
        "主体类别应为 firms、managers、projects、committees 或 organizations");
  }
  if (!request.division().empty() && !type::LevelOfDivision(request.division()).has_value()) {
    return runtime::InvalidArgument("DIVISION_SYNTAX",
                                    "division",
                                    "a division code has 2, 4, 6, 9 or 12 digits",
                                    "行政区划代码为2、4、6、9或12位数字");
  }
  return runtime::ReadPageToken(request.page_size(), request.page_token(), ArgumentsOf(request));
}

bool Passes(const Answered& standing, const ListStandingsRequest& request) {
  if (!request.collection().empty() &&
      !absl::StartsWith(standing.subject(), absl::StrCat(request.collection(), "/"))) {
    return false;
  }
  if (!request.division().empty() &&
      !type::DivisionContains(request.division(), standing.division())) {
    return false;
  }
  if (!request.grade().empty() && standing.record().grade() != request.grade()) return false;
  return !request.restricted() || Restricted(standing.record());
}

}  // namespace

bool Restricted(const credit::v1::StandingRecord& record) {
  using policy::v1::ListEffect;
  if (!record.restrictions().empty()) return true;
  for (const auto& membership : record.memberships()) {
    for (const auto& effect : membership.effects()) {
      switch (effect.kind()) {
        case ListEffect::NO_NEW_PROJECTS:
        case ListEffect::NO_AWARDS:
        case ListEffect::EXCLUSION:
        case ListEffect::MARKET_EXIT:
          return true;
        default:
          break;
      }
    }
  }
  return false;
}

CreditQueries::CreditQueries(creditfile::CreditState& state, journal::Machine& machine)
    : state_(state), machine_(machine) {}

void CreditQueries::Register(runtime::RpcService& service) {
  service.InlineRaw<GetStandingRequest, Answered>(
      "GetStanding", [this](CallContext& context, const GetStandingRequest& request) {
        return GetStanding(context, request);
      });
  service.Unary("BatchGetStandings", this, &CreditQueries::BatchGetStandings);
  service.Unary("GetCreditFile", this, &CreditQueries::GetCreditFile);
  service.Unary("ListStandings", this, &CreditQueries::ListStandings);
}

absl::StatusOr<journal::Revision> CreditQueries::AtLeast(const CallContext& context) const {
  if (context.min_revision().empty()) return journal::Revision{0};
  return machine_.ParseToken(context.min_revision());
}

std::string CreditQueries::TokenFor(journal::Revision revision) const {
  // Most answers of a thread are at the same revision as the one before.
  struct Cached {
    const journal::Machine* machine = nullptr;
    journal::Revision revision = 0;
    std::string token;
  };
  thread_local Cached cached;
  if (cached.machine != &machine_ || cached.revision != revision || cached.token.empty()) {
    cached = {.machine = &machine_, .revision = revision, .token = machine_.Token(revision)};
  }
  return cached.token;
}

template <class Request>
absl::StatusOr<CreditQueries::Question> CreditQueries::Ask(const Request& request,
                                                           absl::Time deadline) const {
  Question question{.subject = request.subject()};
  XINCE_RETURN_IF_ERROR(type::ParseSubject(request.subject()).status());
  if (!request.as_of().empty()) {
    XINCE_ASSIGN_OR_RETURN(const type::Date day, type::ParseDate(request.as_of(), "as_of"));
    question.day = day.days();
  }
  if (request.has_known_at()) {
    const int64_t known_us =
        google::protobuf::util::TimeUtil::TimestampToMicroseconds(request.known_at());
    const absl::Time known = absl::FromUnixMicros(known_us);
    if (known > machine_.Now()) {
      return runtime::InvalidArgument("KNOWN_AT_IN_FUTURE",
                                      "known_at",
                                      "what will be known cannot be asked for",
                                      "known_at 不得晚于当前时间");
    }
    XINCE_ASSIGN_OR_RETURN(question.known, machine_.KnownAt(known, deadline));
    question.known_given = true;
  }
  return question;
}

absl::StatusOr<SubjectId> CreditQueries::Filed(const std::string& subject,
                                               journal::Revision known) const {
  const SubjectId id = state_.book().Find(subject);
  if (id == creditfile::kNone ||
      state_.book().FilingAt(state_.book().subject(id), known) == nullptr) {
    return SubjectUnknown(subject, known < state_.revision());
  }
  return id;
}

absl::StatusOr<Answered> CreditQueries::Answer(const Question& question,
                                               journal::Revision* touched) const {
  const journal::Revision known =
      question.known_given ? std::min(question.known, state_.revision()) : state_.revision();
  *touched = known;
  XINCE_ASSIGN_OR_RETURN(const SubjectId subject, Filed(question.subject, known));
  const creditfile::Day day = question.day == evaluate::kNoDay ? state_.today() : question.day;
  const creditfile::Standing* recorded = state_.Find(subject);
  const bool current = !question.known_given && day == state_.today() && recorded != nullptr &&
                       recorded->revision > 0 && !state_.IsDue(subject);
  Answered answer;
  if (current) {
    answer.ParseFromString(*recorded->answer);
    *touched = recorded->revision;
  } else {
    answer = creditfile::DescribeSubject(state_.book(), subject, known);
    const creditfile::Assessor& assessor = state_.assessor();
    *answer.mutable_record() = assessor.Record(assessor.Assess(subject, day, known), day);
  }
  answer.set_as_of(creditfile::DayText(day));
  return answer;
}

std::optional<Pieces> CreditQueries::QuickStanding(CallContext& context,
                                                   journal::Revision at_least,
                                                   const std::string& subject) {
  std::shared_ptr<const std::string> answer;
  creditfile::Day today = evaluate::kNoDay;
  const std::optional<journal::Revision> revision = machine_.TryRead(at_least, [&] {
    const SubjectId id = state_.book().Find(subject);
    if (id == creditfile::kNone || state_.IsDue(id)) return journal::Revision{0};
    const creditfile::Standing* standing = state_.Find(id);
    if (standing == nullptr || standing->revision == 0 ||
        !state_.filed().contains(state_.book().subject(id).name)) {
      return journal::Revision{0};
    }
    answer = standing->answer;
    today = state_.today();
    return standing->revision;
  });
  if (!revision.has_value() || answer == nullptr) return std::nullopt;
  std::string token = TokenFor(*revision);
  Pieces pieces;
  pieces.emplace_back(std::move(answer));
  pieces.emplace_back(StandingTail(creditfile::DayText(today), token));
  context.set_revision(std::move(token));
  return pieces;
}

std::optional<absl::StatusOr<Pieces>> CreditQueries::GetStanding(
    CallContext& context, const GetStandingRequest& request) {
  const absl::StatusOr<journal::Revision> at_least = AtLeast(context);
  if (!at_least.ok()) return absl::StatusOr<Pieces>(at_least.status());
  if (request.as_of().empty() && !request.has_known_at()) {
    if (std::optional<Pieces> quick = QuickStanding(context, *at_least, request.subject());
        quick.has_value()) {
      return absl::StatusOr<Pieces>(*std::move(quick));
    }
  }
  if (!context.may_block()) return std::nullopt;
  const absl::StatusOr<Question> question = Ask(request, context.deadline());
  if (!question.ok()) return absl::StatusOr<Pieces>(question.status());
  absl::StatusOr<Answered> answer = absl::UnknownError("");
  const absl::StatusOr<journal::Revision> revision =
      machine_.Read(*at_least, context.deadline(), [&] {
        journal::Revision touched = 0;
        answer = Answer(*question, &touched);
        return touched;
      });
  if (!revision.ok()) return absl::StatusOr<Pieces>(revision.status());
  context.set_revision(TokenFor(*revision));
  if (!answer.ok()) return absl::StatusOr<Pieces>(answer.status());
  answer->set_revision(TokenFor(*revision));
  return absl::StatusOr<Pieces>(Pieces{runtime::Piece(answer->SerializeAsString())});
}

absl::StatusOr<BatchGetStandingsResponse> CreditQueries::BatchGetStandings(
    CallContext& context, const BatchGetStandingsRequest& request) {
  if (request.requests().empty()) {
    return runtime::InvalidArgument(
        "BATCH_EMPTY", "requests", "a batch has at least one item", "批量请求至少含一项");
  }
  if (request.requests_size() > kBatchSubjectsMax) {
    return runtime::InvalidArgument(
        "BATCH_TOO_LARGE",
        "requests",
        absl::StrCat("a batch has at most ", kBatchSubjectsMax, " items"),
        absl::StrCat("批量请求至多", kBatchSubjectsMax, "项"),
        {{"limit", absl::StrCat(kBatchSubjectsMax)},
         {"found", absl::StrCat(request.requests_size())}});
  }
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  std::vector<absl::StatusOr<Question>> questions;
  for (const GetStandingRequest& item : request.requests())
    questions.push_back(Ask(item, context.deadline()));
  BatchGetStandingsResponse response;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision, machine_.Read(at_least, context.deadline(), [&] {
        response.Clear();
        journal::Revision touched_most = 0;
        for (const absl::StatusOr<Question>& question : questions) {
          auto* result = response.add_results();
          journal::Revision touched = 0;
          const absl::StatusOr<Answered> answer = question.ok()
                                                      ? Answer(*question, &touched)
                                                      : absl::StatusOr<Answered>(question.status());
          touched_most = std::max(touched_most, touched);
          if (answer.ok()) {
            *result->mutable_standing() = *answer;
          } else {
            *result->mutable_error() = runtime::ToRpcStatus(answer.status());
          }
        }
        return touched_most;
      }));
  const std::string token = TokenFor(revision);
  for (int i = 0; i < response.results_size(); ++i) {
    auto* result = response.mutable_results(i);
    result->set_subject(request.requests(i).subject());
    if (result->has_standing()) result->mutable_standing()->set_revision(token);
  }
  response.set_revision(token);
  context.set_revision(token);
  return response;
}

absl::StatusOr<CreditFile> CreditQueries::GetCreditFile(CallContext& context,
                                                        const GetCreditFileRequest& request) {
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  XINCE_ASSIGN_OR_RETURN(const Question question, Ask(request, context.deadline()));
  absl::StatusOr<CreditFile> file = absl::UnknownError("");
  std::vector<journal::Revision> history;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
        const journal::Revision known =
            question.known_given ? std::min(question.known, state_.revision()) : state_.revision();
        const absl::StatusOr<SubjectId> subject = Filed(question.subject, known);
        if (!subject.ok()) {
          file = subject.status();
          return known;
        }
        const creditfile::Day day =
            question.day == evaluate::kNoDay ? state_.today() : question.day;
        file = WriteFile(state_, *subject, day, known);
        history.clear();
        if (const creditfile::Standing* standing = state_.Find(*subject); standing != nullptr) {
          for (const journal::Revision step : standing->history) {
            if (step <= known) history.push_back(step);
          }
        }
        return known;
      }));
  context.set_revision(TokenFor(revision));
  XINCE_RETURN_IF_ERROR(file.status());
  const size_t first = history.size() > kHistoryMax ? history.size() - kHistoryMax : 0;
  for (size_t i = history.size(); i > first; --i) {
    XINCE_RETURN_IF_ERROR(
        machine_.journal().Read(history[i - 1] - 1, 1, [&](const journal::Entry& entry) {
          if (auto step = StepOf(entry, question.subject); step.has_value()) {
            *file->add_history() = *std::move(step);
          }
          return absl::OkStatus();
        }));
  }
  file->mutable_standing()->set_revision(TokenFor(revision));
  return file;
}

absl::StatusOr<ListStandingsResponse> CreditQueries::ListStandings(
    CallContext& context, const ListStandingsRequest& request) {
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  XINCE_ASSIGN_OR_RETURN(const std::string after, PageStart(request));
  const int size =
      request.page_size() == 0 ? kPageSizeDefault : std::min(request.page_size(), kPageSizeMax);
  ListStandingsResponse response;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision, machine_.Read(at_least, context.deadline(), [&] {
        response.Clear();
        std::string last;
        int scanned = 0;
        const std::string prefix =
            request.collection().empty() ? "" : absl::StrCat(request.collection(), "/");
        auto next =
            after.empty() ? state_.filed().lower_bound(prefix) : state_.filed().upper_bound(after);
        for (; next != state_.filed().end() && absl::StartsWith(next->first, prefix); ++next) {
          if (response.standings_size() == size || scanned++ == kPageScanMax) {
            response.set_next_page_token(runtime::NextPageToken(ArgumentsOf(request), last));
            break;
          }
          last = std::string(next->first);
          journal::Revision touched = 0;
          const absl::StatusOr<Answered> answer = Answer({.subject = last}, &touched);
          if (answer.ok() && Passes(*answer, request)) *response.add_standings() = *answer;
        }
        return machine_.applied();
      }));
  const std::string token = TokenFor(revision);
  for (Answered& standing : *response.mutable_standings()) standing.set_revision(token);
  response.set_revision(token);
  context.set_revision(token);
  return response;
}

}  // namespace xince::query
