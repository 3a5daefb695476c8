#ifndef SERVICES_FEEDS_COMMITTEE_COMPOSITION_H_
#define SERVICES_FEEDS_COMMITTEE_COMPOSITION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

#include "xince/committee/v1/filing.pb.h"
#include "xince/committee/v1/rules.pb.h"
#include "xince/committee/v1/warning.pb.h"

#include "services/feeds/record_type.h"

/// Who sits in a committee 委员会组成: told as a warning, never a reason to refuse.
namespace xince::committee {

/// Whether the committee acts on the day, its term over or not.
bool Acts(const v1::Committee& committee, absl::string_view day);

/// The seats taken on a day.
struct Seats {
  int32_t members = 0;
  int32_t party_members = 0;
  /// Party delegates, people's deputies and members of consultative conferences 两代表一委员.
  int32_t public_offices = 0;

  /// Share of party members in hundredths of a percent, rounded half up; 0 without members.
  [[nodiscard]] int32_t PartyShareHundredths() const;
};

/// The seats that members hold on the day; alternates hold none.
Seats SeatsOn(const std::vector<v1::Member>& members, absl::string_view day);

/// What the rules say of the seats on the day; nothing when it is as it should be, when nobody sits or
/// when no rule asks.
std::optional<v1::Warning> CompositionWarning(const Seats& seats,
                                              const v1::CommitteeRules& rules,
                                              absl::string_view day);

/// Puts the warning about today's composition among the committee's own, in place of an earlier one.
void TellComposition(v1::Committee& committee,
                     const feeds::CheckContext& context,
                     const v1::CommitteeRules& rules);

/// Adds the warning about the composition with this member to the member's own, once all seats that the
/// committee's `seat_count` provides for are taken: whoever is still filing the others is not told of a
/// part.
void TellComposition(v1::Member& member,
                     const feeds::CheckContext& context,
                     const v1::CommitteeRules& rules);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_COMPOSITION_H_
