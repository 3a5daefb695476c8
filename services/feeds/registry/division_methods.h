#ifndef SERVICES_FEEDS_REGISTRY_DIVISION_METHODS_H_
#define SERVICES_FEEDS_REGISTRY_DIVISION_METHODS_H_

#include "absl/status/statusor.h"

#include "xince/registry/v1/division.pb.h"

#include "services/type/divisions.h"

/// The read-only methods about the national tree of divisions. The requests' fields have passed
/// CheckFields.
namespace xince::registry {

/// Most divisions a search finds.
inline constexpr size_t kDivisionSearchMax = 100;

/// Errors: INVALID_ARGUMENT `DIVISION_SYNTAX`; NOT_FOUND `DIVISION_NOT_FOUND`.
absl::StatusOr<v1::Division> GetDivision(const type::Divisions& divisions,
                                         const v1::GetDivisionRequest& request);

/// The divisions directly below another, by code. Errors: INVALID_ARGUMENT `PAGE_SIZE`, `PAGE_TOKEN`.
absl::StatusOr<v1::ListDivisionsResponse> ListDivisions(const type::Divisions& divisions,
                                                        const v1::ListDivisionsRequest& request);

/// Divisions of exactly that name.
v1::SearchDivisionsResponse SearchDivisions(const type::Divisions& divisions,
                                            const v1::SearchDivisionsRequest& request);

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_DIVISION_METHODS_H_
