#ifndef SERVICES_APPS_XINCE_DEMO_LOADER_H_
#define SERVICES_APPS_XINCE_DEMO_LOADER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/demo/generator.h"
#include "services/apps/xince/progress.h"
#include "services/apps/xince/session.h"

/// Sending a demonstration register through the public API.
namespace xince::cli {

/// Longest wait for scoring to have taken everything in.
inline constexpr absl::Duration kDemoIntakeMax = absl::Minutes(5);

/// Loads one register, several calls in flight: one feed beside the other, and within a step a few
/// batches at a time. Loading again goes on where an earlier attempt ended.
class DemoLoader {
 public:
  /// `steps` outlives the loader.
  DemoLoader(Session& session, const std::vector<demo::Step>& steps);

  /// Whether the last record of every feed is on file, and with it all others.
  absl::StatusOr<bool> IsLoaded();
  /// Sends everything. Error: the first refusal; nothing more is sent after it.
  absl::Status Load();
  /// Waits until scoring has taken in the last record of every feed. DEADLINE_EXCEEDED
  /// `DEMO_INTAKE_SLOW` after kDemoIntakeMax.
  absl::Status WaitForScoring();

 private:
  struct Feed {
    std::string name;
    std::vector<const demo::Step*> steps;
  };

  absl::Status LoadFeed(const Feed& feed, Progress& progress);
  absl::Status SendRecords(const demo::Step& step, Progress& progress);
  absl::Status SendVerbs(const demo::Step& step, Progress& progress);
  absl::Status SendVerb(const google::protobuf::MethodDescriptor& method,
                        google::protobuf::Message& request);
  absl::StatusOr<uint64_t> LastRevision(const Feed& feed);

  Session& session_;
  std::vector<Feed> feeds_;
  size_t total_ = 0;
};

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_DEMO_LOADER_H_
