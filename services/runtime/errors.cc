#include "services/runtime/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace xince::runtime {
namespace {

constexpr char kDetailsUrl[] = "type.googleapis.com/google.rpc.Status";
constexpr char kFieldKey[] = "field";

absl::Status Refuse(absl::StatusCode code,
                    absl::string_view reason,
                    absl::string_view field,
                    absl::string_view en,
                    absl::string_view zh,
                    std::map<std::string, std::string> metadata) {
  return ToStatus(Problem{.code = code,
                          .reason = std::string(reason),
                          .field = std::string(field),
                          .en = std::string(en),
                          .zh = std::string(zh),
                          .metadata = std::move(metadata)});
}

google::rpc::Status Encode(const Problem& problem) {
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(problem.code));
  wire.set_message(problem.en);
  google::rpc::ErrorInfo info;
  info.set_reason(problem.reason);
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : problem.metadata) (*info.mutable_metadata())[key] = value;
  if (!problem.field.empty()) (*info.mutable_metadata())[kFieldKey] = problem.field;
  wire.add_details()->PackFrom(info);
  if (!problem.field.empty()) {
    google::rpc::BadRequest bad;
    auto* violation = bad.add_field_violations();
    violation->set_field(problem.field);
    violation->set_description(problem.en);
    wire.add_details()->PackFrom(bad);
  }
  if (problem.retry_after_ms > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(problem.retry_after_ms / 1000);
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int>(problem.retry_after_ms % 1000 * 1000000));
    wire.add_details()->PackFrom(retry);
  }
  google::rpc::LocalizedMessage chinese;
  chinese.set_locale("zh-CN");
  chinese.set_message(problem.zh);
  wire.add_details()->PackFrom(chinese);
  return wire;
}

Problem Decode(const google::rpc::Status& wire) {
  Problem problem;
  problem.code = static_cast<absl::StatusCode>(wire.code());
  problem.en = wire.message();
  for (const auto& detail : wire.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    google::rpc::LocalizedMessage chinese;
    if (detail.UnpackTo(&info)) {
      problem.reason = info.reason();
      for (const auto& [key, value] : info.metadata()) {
        if (key == kFieldKey) {
          problem.field = value;
        } else {
          problem.metadata[key] = value;
        }
      }
    } else if (detail.UnpackTo(&retry)) {
      problem.retry_after_ms =
          retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1000000;
    } else if (detail.UnpackTo(&chinese)) {
      problem.zh = chinese.message();
    }
  }
  return problem;
}

}  // namespace

absl::Status ToStatus(const Problem& problem) {
  absl::Status status(problem.code, problem.en);
  status.SetPayload(kDetailsUrl, absl::Cord(Encode(problem).SerializeAsString()));
  return status;
}

Problem ToProblem(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kDetailsUrl); payload.has_value()) {
    google::rpc::Status wire;
    if (wire.ParseFromString(std::string(*payload))) return Decode(wire);
  }
  return Problem{.code = status.code(),
                 .reason = "UNCLASSIFIED",
                 .en = "the service could not do this; the operator's log has the details",
                 .zh = "服务未能完成该操作,详情见运维日志"};
}

std::string ReasonOf(const absl::Status& status) {
  if (status.ok() || !status.GetPayload(kDetailsUrl).has_value()) return "";
  return ToProblem(status).reason;
}

absl::Status UnderField(const absl::Status& status, absl::string_view prefix) {
  if (status.ok() || !status.GetPayload(kDetailsUrl).has_value()) return status;
  Problem problem = ToProblem(status);
  if (problem.field.empty()) {
    problem.field = std::string(prefix);
  } else {
    problem.field =
        absl::StrCat(prefix, absl::StartsWith(problem.field, "[") ? "" : ".", problem.field);
  }
  return ToStatus(problem);
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  if (status.ok()) return {};
  return Encode(ToProblem(status));
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  if (status.code() == 0) return absl::OkStatus();
  return ToStatus(Decode(status));
}

absl::Status InvalidArgument(absl::string_view reason,
                             absl::string_view field,
                             absl::string_view en,
                             absl::string_view zh,
                             std::map<std::string, std::string> metadata) {
  return Refuse(absl::StatusCode::kInvalidArgument, reason, field, en, zh, std::move(metadata));
}
absl::Status NotFound(absl::string_view reason,
                      absl::string_view field,
                      absl::string_view en,
                      absl::string_view zh,
                      std::map<std::string, std::string> metadata) {
  return Refuse(absl::StatusCode::kNotFound, reason, field, en, zh, std::move(metadata));
}
absl::Status AlreadyExists(absl::string_view reason,
                           absl::string_view field,
                           absl::string_view en,
                           absl::string_view zh,
                           std::map<std::string, std::string> metadata) {
  return Refuse(absl::StatusCode::kAlreadyExists, reason, field, en, zh, std::move(metadata));
}
absl::Status FailedPrecondition(absl::string_view reason,
                                absl::string_view field,
                                absl::string_view en,
                                absl::string_view zh,
                                std::map<std::string, std::string> metadata) {
  return Refuse(absl::StatusCode::kFailedPrecondition, reason, field, en, zh, std::move(metadata));
}
absl::Status Aborted(absl::string_view reason,
                     absl::string_view field,
                     absl::string_view en,
                     absl::string_view zh,
                     std::map<std::string, std::string> metadata) {
  return Refuse(absl::StatusCode::kAborted, reason, field, en, zh, std::move(metadata));
}

}  // namespace xince::runtime
