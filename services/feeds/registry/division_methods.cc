#include "services/feeds/registry/division_methods.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/feeds/feed.h"
#include "services/runtime/errors.h"

namespace xince::registry {
namespace {

type::v1::Level LevelOf(type::DivisionLevel level) {
  switch (level) {
    case type::DivisionLevel::kProvince:
      return type::v1::LEVEL_PROVINCE;
    case type::DivisionLevel::kCity:
      return type::v1::LEVEL_CITY;
    case type::DivisionLevel::kDistrict:
      return type::v1::LEVEL_DISTRICT;
    case type::DivisionLevel::kStreet:
      return type::v1::LEVEL_STREET;
    case type::DivisionLevel::kCommunity:
      return type::v1::LEVEL_COMMUNITY;
  }
  return type::v1::LEVEL_UNSPECIFIED;
}

v1::Division Make(const type::Divisions& divisions, const type::Division& found) {
  v1::Division division;
  division.set_code(found.code);
  division.set_display_name(std::string(found.name));
  division.set_level(LevelOf(found.level));
  division.set_parent(found.parent);
  division.set_full_name(divisions.FullName(found.code));
  return division;
}

}  // namespace

absl::StatusOr<v1::Division> GetDivision(const type::Divisions& divisions,
                                         const v1::GetDivisionRequest& request) {
  if (!type::LevelOfDivision(request.code()).has_value()) {
    return divisions.Validate(request.code(), 0, "code");
  }
  const std::optional<type::Division> found = divisions.Find(request.code());
  if (!found.has_value()) {
    return runtime::NotFound("DIVISION_NOT_FOUND",
                             "code",
                             absl::StrCat("the national tree has no division ", request.code()),
                             absl::StrCat("没有代码为 ", request.code(), " 的行政区划"),
                             {{"code", request.code()}});
  }
  return Make(divisions, *found);
}

absl::StatusOr<v1::ListDivisionsResponse> ListDivisions(const type::Divisions& divisions,
                                                        const v1::ListDivisionsRequest& request) {
  if (request.page_size() < 0) {
    return runtime::InvalidArgument(
        "PAGE_SIZE", "page_size", "a page size is not negative", "每页条数不得为负");
  }
  const size_t size = request.page_size() == 0 ? feeds::kPageSizeDefault
                                               : std::min(request.page_size(), feeds::kPageSizeMax);
  const std::vector<type::Division> children = divisions.Children(request.parent());
  auto next = children.begin();
  if (!request.page_token().empty()) {
    next = std::find_if(children.begin(), children.end(), [&](const type::Division& child) {
      return child.code == request.page_token();
    });
    if (next == children.end()) {
      return runtime::InvalidArgument("PAGE_TOKEN",
                                      "page_token",
                                      "send next_page_token back as it was received",
                                      "请原样送回 next_page_token");
    }
  }
  v1::ListDivisionsResponse response;
  for (size_t i = 0; i < size && next != children.end(); ++i, ++next) {
    *response.add_divisions() = Make(divisions, *next);
  }
  if (next != children.end()) response.set_next_page_token(next->code);
  return response;
}

v1::SearchDivisionsResponse SearchDivisions(const type::Divisions& divisions,
                                            const v1::SearchDivisionsRequest& request) {
  v1::SearchDivisionsResponse response;
  for (const type::Division& found :
       divisions.FindByName(request.display_name(), request.within(), kDivisionSearchMax)) {
    *response.add_divisions() = Make(divisions, found);
  }
  return response;
}

}  // namespace xince::registry
