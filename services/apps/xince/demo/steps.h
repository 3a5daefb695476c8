#ifndef SERVICES_APPS_XINCE_DEMO_STEPS_H_
#define SERVICES_APPS_XINCE_DEMO_STEPS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "xince/type/v1/types.pb.h"

#include "services/apps/xince/demo/generator.h"
#include "services/apps/xince/demo/names.h"
#include "services/apps/xince/demo/register.h"

/// Tools of the files that turn the register into requests, one file for each feed.
namespace xince::demo {

/// Collects the steps of one feed.
class Steps {
 public:
  /// `service` is the full name of the feed's service.
  Steps(uint64_t seed, std::string feed, std::string service, std::vector<Step>& out)
      : seed_(seed), feed_(std::move(feed)), service_(std::move(service)), out_(out) {}

  /// Begins a step: what follows is sent after all before it.
  void Begin(absl::string_view method) {
    out_.push_back({.feed = feed_, .method = absl::StrCat(service_, "/", method)});
  }

  /// A request of the present step, with its request id set.
  template <class Request>
  Request& Add() {
    auto request = std::make_unique<Request>();
    Request& added = *request;
    added.set_request_id(absl::StrCat("demo-", seed_, "-", feed_, "-", ++count_));
    out_.back().requests.push_back(std::move(request));
    return added;
  }

 private:
  const uint64_t seed_;
  const std::string feed_;
  const std::string service_;
  std::vector<Step>& out_;
  int count_ = 0;
};

/// A document of an invented organ.
inline type::v1::Document Paper(absl::string_view title,
                                absl::string_view number,
                                absl::string_view issuer,
                                type::Date date) {
  type::v1::Document document;
  document.set_title(std::string(title));
  document.set_number(std::string(number));
  document.set_issuer(std::string(issuer));
  document.set_issue_date(Day(date));
  return document;
}

/// The division's name and a word that says that the organ is invented: `玄武区物业主管部门(示例)`.
inline std::string Organ(const Register& made,
                         absl::string_view division,
                         absl::string_view office) {
  const auto found = made.divisions->Find(division);
  return absl::StrCat(found.has_value() ? found->name : division, office, "(示例)");
}

inline std::string ProjectName(int serial) { return RecordName("projects", "p", serial); }
inline std::string EstateName(int serial) { return RecordName("estates", "e", serial); }
inline std::string ManagerName(int serial) { return RecordName("managers", "m", serial); }
inline std::string CommitteeName(int serial) { return RecordName("committees", "c", serial); }
inline std::string DistrictOf(const Place& place) { return place.street.substr(0, 6); }

void AddRegistry(uint64_t seed, const Register& made, std::vector<Step>& out);
void AddInspection(uint64_t seed, const Register& made, std::vector<Step>& out);
void AddParty(uint64_t seed, const Register& made, std::vector<Step>& out);
void AddCommittee(uint64_t seed, const Register& made, std::vector<Step>& out);

/// What happens to the firms with stories, into the present step of findings, conducts, penalties,
/// honours or rectification orders.
void AddStoryFindings(const Register& made, Steps& steps);
void AddStoryConducts(const Register& made, Steps& steps);
void AddStoryPenalties(const Register& made, Steps& steps);
void AddStoryHonours(const Register& made, Steps& steps);
void AddStoryOrders(const Register& made, Steps& steps);
void AddStoryAcceptances(Steps& steps);

}  // namespace xince::demo

#endif  // SERVICES_APPS_XINCE_DEMO_STEPS_H_
