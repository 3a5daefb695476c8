#include "services/scoring/listing/listing_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/runtime/page_token.h"
#include "services/runtime/request_id.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/cases/criteria.h"
#include "services/scoring/cases/told.h"
#include "services/scoring/intake/intake.h"
#include "services/type/field_rules.h"

namespace xince::listing {
namespace {

using cases::CaseRecord;
using journal::v1::CaseSteps;
using journal::v1::ScoringEntry;
using policy::v1::CaseStep;
using runtime::CallContext;

// Clocks and rules act by themselves.
absl::Status CheckParty(const v1::StepParty& party) {
  if (party.part() != CaseStep::CLOCK && party.part() != CaseStep::RULE) return absl::OkStatus();
  return runtime::InvalidArgument("STEP_PARTY",
                                  "party.part",
                                  "clocks and rules take their steps by themselves",
                                  "期限和规则的步骤由系统自行办理",
                                  {{"part", CaseStep::Party_Name(party.part())}});
}

template <class Request>
std::string RequestDigest(const Request& request) {
  return journal::Sha256Hex(runtime::RequestBytes(request));
}

template <class Request>
absl::StatusOr<std::string> PageStart(const Request& request) {
  return runtime::ReadPageToken(request.page_size(),
                                request.page_token(),
                                runtime::RequestBytes(runtime::WithoutPage(request)));
}

template <class Request>
std::string TokenAfter(const Request& request, const std::string& last) {
  return runtime::NextPageToken(runtime::RequestBytes(runtime::WithoutPage(request)), last);
}

template <class Request>
int PageSize(const Request& request) {
  return request.page_size() == 0 ? kPageSizeDefault : std::min(request.page_size(), kPageSizeMax);
}

}  // namespace

void ListingService::Register(runtime::RpcService& service) {
  service.Unary("OpenCase", this, &ListingService::OpenCase);
  service.Unary("TakeStep", this, &ListingService::TakeStep);
  service.Unary("GetCase", this, &ListingService::GetCase);
  service.Unary("ListCases", this, &ListingService::ListCases);
  service.Unary("ListEntries", this, &ListingService::ListEntries);
  service.Unary("ListDefinitions", this, &ListingService::ListDefinitions);
}

absl::Status ListingService::CheckFields(const google::protobuf::Message& request) const {
  return type::CheckFields(request, {.today = type::TodayInShanghai(clock_.Now())});
}

absl::StatusOr<journal::Revision> ListingService::AtLeast(const CallContext& context) const {
  if (context.min_revision().empty()) return journal::Revision{0};
  return machine_.ParseToken(context.min_revision());
}

absl::Status ListingService::Ready() const {
  if (state_.calendar() == nullptr)
    return runtime::FailedPrecondition("CALENDAR_MISSING",
                                       "",
                                       "this server has no calendar of working days",
                                       "服务器缺少工作日历");
  if (state_.today() == evaluate::kNoDay)
    return runtime::FailedPrecondition(
        "DAY_NOT_OPEN", "", "the register has not opened a day yet", "信用登记尚未开日");
  return absl::OkStatus();
}

absl::StatusOr<type::Date> ListingService::DayOr(const std::string& text) const {
  if (!text.empty()) return type::ParseDate(text, "as_of");
  XINCE_RETURN_IF_ERROR(Ready());
  return type::Date::FromDays(state_.today());
}

v1::Case ListingService::Describe(const CaseRecord& record, bool with_next) const {
  return state_.cases().Describe(
      record, type::Date::FromDays(state_.today()), *state_.calendar(), with_next);
}

v1::Case ListingService::DescribeAt(const creditfile::CarriedStep& carried) const {
  const auto record = state_.cases().Find(carried.name);
  size_t steps = 0;
  int64_t time_us = 0;
  for (const cases::StepRecord& step : record->steps) {
    const auto part = step.event.party().part();
    // What clocks and rules did because of it was answered with it.
    const bool followed = step.time_us == time_us && step.revision > carried.revision &&
                          (part == CaseStep::CLOCK || part == CaseStep::RULE);
    if (step.revision > carried.revision && !followed) break;
    if (step.revision == carried.revision) time_us = step.time_us;
    ++steps;
  }
  return Describe(AfterSteps(*record, steps), true);
}

// A fact is named with what was read of it.
v1::StepDetails ListingService::WithDigests(const v1::StepDetails& details) const {
  v1::StepDetails with = details;
  if (!with.has_proposal()) return with;
  for (v1::FactNamed& fact : *with.mutable_proposal()->mutable_facts()) {
    if (!fact.digest().empty()) continue;
    const auto seen = state_.case_register().Fact(fact.evidence());
    if (seen.has_value()) fact.set_digest(seen->digest);
  }
  return with;
}

absl::StatusOr<v1::Case> ListingService::Take(CallContext& context,
                                              const std::string& request_id,
                                              const std::string& request_digest,
                                              const Decide& decide) {
  v1::Case answer;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Execute([&](journal::Transaction& transaction) -> absl::Status {
        XINCE_RETURN_IF_ERROR(Ready());
        if (const creditfile::CarriedStep* carried =
                state_.FindStepRequest(context.actor(), request_id);
            carried != nullptr) {
          if (carried->request_digest != request_digest)
            return runtime::RequestIdReused(carried->request_digest, request_digest);
          answer = DescribeAt(*carried);
          return absl::OkStatus();
        }
        ScoringEntry entry;
        XINCE_ASSIGN_OR_RETURN(*entry.mutable_case_steps(), decide());
        entry.mutable_case_steps()->set_request_digest(request_digest);
        const journal::v1::CaseEvent& event = entry.case_steps().events(0);
        const std::string name = cases::CaseName(event.year(), event.number());
        XINCE_RETURN_IF_ERROR(
            transaction.Append(context.actor(), request_id, entry.SerializeAsString()));
        XINCE_RETURN_IF_ERROR(intake::RecordDue(state_, transaction));
        answer = Describe(*state_.cases().Find(name), true);
        return absl::OkStatus();
      }));
  context.set_revision(machine_.Token(revision));
  return answer;
}

absl::StatusOr<v1::Case> ListingService::OpenCase(CallContext& context,
                                                  const v1::OpenCaseRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_RETURN_IF_ERROR(runtime::CheckRequestId(request.request_id()));
  XINCE_RETURN_IF_ERROR(CheckParty(request.party()));
  return Take(context, request.request_id(), RequestDigest(request), [&] {
    return state_.DecideOpening(request.opening(), request.party(), WithDigests(request.details()));
  });
}

absl::StatusOr<v1::Case> ListingService::TakeStep(CallContext& context,
                                                  const v1::TakeStepRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_RETURN_IF_ERROR(runtime::CheckRequestId(request.request_id()));
  XINCE_RETURN_IF_ERROR(CheckParty(request.party()));
  return Take(context, request.request_id(), RequestDigest(request), [&] {
    return state_.DecideStep(request.case_(),
                             request.step(),
                             request.party(),
                             WithDigests(request.details()),
                             request.expected_revision());
  });
}

absl::StatusOr<v1::Case> ListingService::GetCase(CallContext& context,
                                                 const v1::GetCaseRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  absl::StatusOr<v1::Case> answer = absl::UnknownError("");
  XINCE_ASSIGN_OR_RETURN(const journal::Revision revision,
                         machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
                           if (const absl::Status ready = Ready(); !ready.ok()) {
                             answer = ready;
                             return 0;
                           }
                           const auto record = state_.cases().Find(request.case_());
                           if (record == nullptr) {
                             answer = cases::CaseUnknown(request.case_());
                           } else {
                             answer = Describe(*record, true);
                           }
                           return machine_.applied();
                         }));
  context.set_revision(machine_.Token(revision));
  return answer;
}

std::string ListingService::Walk(const std::string& after,
                                 bool newest_first,
                                 int page_size,
                                 const OnPage& on_page) const {
  const auto& all = state_.cases().all();
  const auto page = [&](auto next, const auto end) {
    std::string name;
    int taken = 0;
    for (int scanned = 0; next != end; ++next) {
      if (taken >= page_size || scanned++ == kPageScanMax) return name;
      name = next->second->name;
      taken += on_page(next->second);
    }
    return std::string();
  };
  const auto last = state_.cases().Find(after);
  const auto at = last == nullptr ? all.end() : all.find({last->year, last->number});
  if (newest_first)
    return page(last == nullptr ? all.rbegin() : std::make_reverse_iterator(at), all.rend());
  return page(last == nullptr ? all.begin() : std::next(at), all.end());
}

bool ListingService::Passes(const CaseRecord& record,
                            const v1::ListCasesRequest& request,
                            type::Date due_until) const {
  if (!request.subject().empty() && record.opening.subject() != request.subject()) return false;
  if (!request.list().empty() && record.opening.list() != request.list()) return false;
  if (request.open() && record.ended()) return false;
  if (request.facts_gone() && !cases::AnyFactGone(record, state_.case_register())) return false;
  if (request.due_until().empty()) return true;
  if (record.ended()) return false;
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    const cases::ClockStatus status = record.view.clocks[i];
    if ((status == cases::ClockStatus::kRunning || status == cases::ClockStatus::kOver) &&
        record.clocks[i].due <= due_until)
      return true;
  }
  return false;
}

absl::StatusOr<v1::ListCasesResponse> ListingService::ListCases(
    CallContext& context, const v1::ListCasesRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  XINCE_ASSIGN_OR_RETURN(const std::string after, PageStart(request));
  type::Date due_until = type::kDateMax;
  if (!request.due_until().empty()) {
    XINCE_ASSIGN_OR_RETURN(due_until, type::ParseDate(request.due_until(), "due_until"));
  }
  v1::ListCasesResponse response;
  absl::Status ready;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
        response.Clear();
        ready = Ready();
        if (!ready.ok()) return 0;
        size_t bytes = 0;
        const std::string last =
            Walk(after, /*newest_first=*/true, PageSize(request), [&](const auto& record) {
              if (!Passes(*record, request, due_until)) return 0;
              v1::Case& told = *response.add_cases() = Describe(*record, false);
              bytes += told.ByteSizeLong();
              return bytes >= kPageBytesMax ? PageSize(request) : 1;
            });
        if (!last.empty()) response.set_next_page_token(TokenAfter(request, last));
        return machine_.applied();
      }));
  XINCE_RETURN_IF_ERROR(ready);
  response.set_revision(machine_.Token(revision));
  context.set_revision(response.revision());
  return response;
}

std::string ListingService::BasisOf(const CaseRecord& record) const {
  const policy::v1::Source& source =
      record.list->has_basis_source() ? record.list->basis_source() : record.list->source();
  // The list's pack is named last.
  const auto& digests = record.opening.policy_digests();
  for (const policy::Pack& pack : state_.policies().packs().packs()) {
    if (digests.empty() || policy::FormatDigest(pack.digest()) != *digests.rbegin()) continue;
    for (const auto& document : pack.proto().documents()) {
      if (document.id() != source.document()) continue;
      return absl::StrCat(document.title(),
                          document.number().empty() ? "" : " ",
                          document.number(),
                          source.clause().empty() ? "" : " ",
                          source.clause());
    }
  }
  return source.clause();
}

bool ListingService::AddEntry(const std::shared_ptr<const CaseRecord>& record,
                              const v1::ListEntriesRequest& request,
                              type::Date day,
                              v1::ListEntriesResponse& response) const {
  if (!request.list().empty() && record->opening.list() != request.list()) return false;
  if (!request.subject().empty() && record->opening.subject() != request.subject()) return false;
  const auto found = creditfile::EntryOf(record, record->revision());
  if (!found.has_value()) return false;
  const cases::Span* entered = creditfile::SpanOn(found->entered, day);
  const bool published = creditfile::SpanOn(found->published, day) != nullptr;
  if (entered == nullptr || (request.published_only() && !published)) return false;
  v1::Entry& entry = *response.add_entries();
  entry.set_case_(record->name);
  entry.set_list(record->opening.list());
  entry.set_list_zh(record->list->zh());
  entry.set_list_en(record->list->en());
  entry.set_subject(record->opening.subject());
  entry.set_from(FormatDate(entered->from));
  if (entered->until != type::kDateMax) entry.set_until(FormatDate(entered->until));
  entry.set_in_force(creditfile::SpanOn(found->in_force, day) != nullptr);
  entry.set_published(published);
  entry.set_contested(creditfile::EntryContested(state_.cases(), *record, day, state_.revision()));
  for (const policy::v1::ListEffect* effect : cases::EffectsOf(*record))
    *entry.add_effects() = *effect;
  entry.set_basis(BasisOf(*record));
  if (const auto* decision = record->Last(CaseStep::DECISION); decision != nullptr) {
    const std::string& printed = decision->event.document_printed();
    entry.set_decision(printed.empty() ? decision->event.details().decision().document_number()
                                       : printed);
  }
  if (!record->list->repair_class().empty()) {
    const cases::PublicitySeen publicity = PublicityOfCase(*record, state_.case_register(), day);
    entry.set_repair_from(FormatDate(AddMonths(publicity.from, publicity.min_months)));
  }
  return true;
}

absl::StatusOr<v1::ListEntriesResponse> ListingService::ListEntries(
    CallContext& context, const v1::ListEntriesRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  XINCE_ASSIGN_OR_RETURN(const std::string after, PageStart(request));
  v1::ListEntriesResponse response;
  absl::Status status;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
        response.Clear();
        const absl::StatusOr<type::Date> day = DayOr(request.as_of());
        status = day.status();
        if (!status.ok()) return 0;
        bool list_known = request.list().empty() ||
                          state_.case_register().List(request.list(), *day).definition != nullptr;
        const std::string last =
            Walk(after, /*newest_first=*/false, PageSize(request), [&](const auto& record) {
              list_known |= record->opening.list() == request.list();
              return AddEntry(record, request, *day, response);
            });
        if (!last.empty()) response.set_next_page_token(TokenAfter(request, last));
        if (!list_known && after.empty()) status = cases::ListUnknown(request.list());
        return machine_.applied();
      }));
  XINCE_RETURN_IF_ERROR(status);
  response.set_revision(machine_.Token(revision));
  context.set_revision(response.revision());
  return response;
}

absl::StatusOr<v1::ListDefinitionsResponse> ListingService::ListDefinitions(
    CallContext& context, const v1::ListDefinitionsRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  v1::ListDefinitionsResponse response;
  absl::Status status;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
        response.Clear();
        const absl::StatusOr<type::Date> day = DayOr(request.as_of());
        status = day.status();
        if (!status.ok()) return 0;
        std::map<std::string, int> entries;
        for (const auto& [key, record] : state_.cases().all()) {
          const auto entry = creditfile::EntryOf(record, record->revision());
          if (entry.has_value() && creditfile::SpanOn(entry->in_force, *day) != nullptr)
            ++entries[record->opening.list()];
        }
        std::set<std::string> lists;
        std::set<std::string> procedures;
        for (const policy::Pack* pack : state_.case_register().InForce(*day)) {
          for (const auto& list : pack->proto().lists()) {
            if (!lists.insert(list.id()).second) continue;
            v1::Definition& definition = *response.add_lists();
            definition.set_id(list.id());
            definition.set_zh(list.zh());
            definition.set_en(list.en());
            *definition.mutable_subjects() = list.subjects();
            *definition.mutable_terms() = list.terms();
            *definition.mutable_source() = list.source();
            definition.set_entries(entries[list.id()]);
          }
          for (const auto& procedure : pack->proto().procedures()) {
            if (procedures.insert(procedure.id()).second) *response.add_procedures() = procedure;
          }
        }
        return machine_.applied();
      }));
  XINCE_RETURN_IF_ERROR(status);
  response.set_revision(machine_.Token(revision));
  context.set_revision(response.revision());
  return response;
}

}  // namespace xince::listing
