#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Awards.
namespace xince::inspection {
namespace {

using v1::Honour;

absl::Status CheckHonour(const Honour& record, const Honour*, const feeds::CheckContext&) {
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "award_date", "valid_until"));
  return CheckDecision(record, Sign::kMerit);
}

void GiveEvidence(const Honour& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "honour", kHonour);
  piece.set_occurred_on(record.award_date());
  piece.set_determined_on(record.award_date());
  piece.set_valid_until(record.valid_until());
  if (!record.category().empty()) piece.add_tags(record.category());
}

}  // namespace

feeds::RecordType HonourType() {
  feeds::RecordType type = feeds::MakeRecordType(Honour::descriptor());
  type.check = feeds::Check<Honour>(CheckHonour);
  type.unique_keys = feeds::Of<Honour>([](const Honour& record) {
    return std::vector<std::string>{absl::StrCat("honour:",
                                                 record.subject(),
                                                 ":",
                                                 record.level(),
                                                 ":",
                                                 record.award_date(),
                                                 ":",
                                                 record.title())};
  });
  type.evidence = feeds::Of<Honour>(GiveEvidence);
  type.indexed = {"matter", "category"};
  return type;
}

}  // namespace xince::inspection
