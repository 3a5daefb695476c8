#include <algorithm>

#include "absl/strings/str_cat.h"

#include "xince/party/v1/party.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/party/evaluation_window.h"
#include "services/feeds/party/party_records.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

// Figures of a firm's party work in a year.
namespace xince::party {
namespace {

using v1::PartyIndicator;

absl::Status CheckIndicator(const PartyIndicator& record,
                            const PartyIndicator*,
                            const feeds::CheckContext&) {
  XINCE_RETURN_IF_ERROR(CheckEvaluated(record.firm()));
  XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
      "report_date", record.report_date(), "year", absl::StrCat(record.year(), "-01-01")));
  return feeds::CheckPart(record, "completed_projects", "claimed_projects");
}

void GiveEvidence(const PartyIndicator& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = sink.Add("firm");
  piece.set_subject(record.firm());
  piece.set_kind(kIndicator);
  piece.set_occurred_on(std::min(absl::StrCat(record.year(), "-12-31"), record.report_date()));
  piece.set_determined_on(record.report_date());
  piece.set_issuer(record.issuer());
  piece.set_division(record.division());
  const auto set = [](const std::string& date) { return date.empty() ? 0 : 1; };
  feeds::AddCount(piece,
                  "three-sync",
                  set(record.organisation_date()) + set(record.volunteers_date()) +
                      set(record.assessment_date()));
  feeds::AddCount(piece, "double-entry", record.double_entry());
  feeds::AddCount(piece, "cross-appointments", record.cross_appointments());
  feeds::AddCount(piece, "party-members", record.party_members());
  feeds::AddCount(piece, "claimed-projects", record.claimed_projects());
  feeds::AddCount(piece, "completed-projects", record.completed_projects());
  feeds::AddCount(piece, "checked-in", set(record.check_in_date()));
  feeds::AddCount(piece, "joint-agreement", set(record.agreement_date()));
  feeds::AddCount(piece, "in-charter", set(record.charter_date()));
  feeds::AddCount(piece, "secretary-consulted", record.secretary_consulted() ? 1 : 0);
  if (record.has_document()) *piece.add_documents() = record.document();
}

}  // namespace

feeds::RecordType PartyIndicatorType() {
  feeds::RecordType type = feeds::MakeRecordType(PartyIndicator::descriptor());
  type.check = feeds::Check<PartyIndicator>(CheckIndicator);
  type.unique_keys = feeds::Of<PartyIndicator>([](const PartyIndicator& record) {
    return std::vector<std::string>{
        absl::StrCat("indicator:", record.firm(), ":", record.year(), ":", record.division())};
  });
  type.evidence = feeds::Of<PartyIndicator>(GiveEvidence);
  return type;
}

}  // namespace xince::party
