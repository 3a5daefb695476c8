#ifndef SERVICES_APPS_XINCE_DEMO_GENERATOR_H_
#define SERVICES_APPS_XINCE_DEMO_GENERATOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "services/type/divisions.h"

/// The demonstration register: one city, about 300 firms and what happened in two years, invented by a
/// seed and the same bytes everywhere.
namespace xince::demo {

/// Requests of one method that can be sent in any order, after all earlier steps of their feed. Feeds
/// do not depend on each other.
struct Step {
  std::string feed;
  /// `package.Service/Method`: a Create of one record, or a verb on one filed earlier.
  std::string method;
  /// A verb's `expected_revision` is left empty: whoever sends it reads the record first.
  std::vector<std::unique_ptr<google::protobuf::Message>> requests;
};

/// All steps of a seed. Every request has a request id that follows from seed and place, every record a
/// name. The last step of a feed is one record that gives evidence: when it is on file, all is.
/// The records can be filed on any day after 2026-09-30. Errors: FAILED_PRECONDITION `DEMO_DIVISIONS`.
absl::StatusOr<std::vector<Step>> Generate(uint64_t seed, const type::Divisions& divisions);

/// The steps as JSON lines, `{"method":"…","request":{…}}`.
std::string ToJsonLines(const std::vector<Step>& steps);

}  // namespace xince::demo

#endif  // SERVICES_APPS_XINCE_DEMO_GENERATOR_H_
