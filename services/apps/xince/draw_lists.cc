#include "services/apps/xince/draw_lists.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"

#include "services/apps/xince/session.h"
#include "services/journal/machine.h"
#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/type/civil_date.h"
#include "services/type/divisions.h"

namespace xince::cli {
namespace {

namespace fs = std::filesystem;
namespace cv = ::xince::credit::v1;
using inspection::v1::DrawBasis;
using inspection::v1::DrawCandidate;
using inspection::v1::DrawFactor;
using inspection::v1::InspectionDraw;

constexpr size_t kWeightsBytesMax = 1 << 20;
constexpr int kPageSize = 1000;
constexpr size_t kBatchSize = 500;

absl::Status BadWeights(const std::string& path, const std::string& field) {
  return runtime::InvalidArgument(
      "DRAW_WEIGHTS",
      field,
      "a table of weights has its division, its first day and factors that "
      "each name a source",
      "权重表应注明区划、施行日期,每项权重应注明依据",
      {{"file", path}});
}

}  // namespace

std::string WeightsFile::Label() const {
  return absl::StrCat(weights.jurisdiction(), " ", weights.effective_from());
}

absl::StatusOr<WeightsFile> ReadWeights(const std::string& path) {
  XINCE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kWeightsBytesMax));
  WeightsFile file{.path = path, .sha256 = journal::Sha256Hex(bytes)};
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, path, "DRAW_WEIGHTS", file.weights));
  if (file.weights.jurisdiction().empty()) return BadWeights(path, "jurisdiction");
  if (!type::ParseDate(file.weights.effective_from()).ok()) {
    return BadWeights(path, "effective_from");
  }
  for (int i = 0; i < file.weights.factors_size(); ++i) {
    if (file.weights.factors(i).source().empty()) {
      return BadWeights(path, absl::StrCat("factors[", i, "].source"));
    }
  }
  return file;
}

absl::StatusOr<std::optional<WeightsFile>> InstalledWeights(const Session& session,
                                                            const std::string& division) {
  std::error_code error;
  std::optional<WeightsFile> best;
  std::vector<fs::path> paths;
  for (const auto& entry :
       fs::directory_iterator(fs::path(session.ShareDirectory()) / "policies", error)) {
    paths.push_back(entry.path() / "inspection-draw.textproto");
  }
  for (const fs::path& path : paths) {
    if (!fs::exists(path, error)) continue;
    XINCE_ASSIGN_OR_RETURN(WeightsFile file, ReadWeights(path.string()));
    const std::string& of = file.weights.jurisdiction();
    const bool holds = type::DivisionContains(of, division);
    if (holds && (!best.has_value() || best->weights.jurisdiction().size() < of.size())) {
      best = std::move(file);
    }
  }
  return best;
}

std::string CollectionOf(const InspectionDraw& draw) {
  return draw.population() == InspectionDraw::FIRMS ? "firms" : "projects";
}

absl::StatusOr<std::vector<std::string>> FiledSubjects(Session& session,
                                                       const InspectionDraw& draw) {
  cv::ListStandingsRequest request;
  request.set_collection(CollectionOf(draw));
  request.set_division(draw.division());
  request.set_page_size(kPageSize);
  std::vector<std::string> names;
  for (;;) {
    cv::ListStandingsResponse page;
    XINCE_RETURN_IF_ERROR(
        session.Call("xince.credit.v1.CreditService/ListStandings", request, page));
    for (const cv::Standing& one : page.standings()) names.push_back(one.subject());
    if (page.next_page_token().empty()) return names;
    request.set_page_token(page.next_page_token());
  }
}

absl::StatusOr<std::map<std::string, cv::Standing>> StandingsAt(
    Session& session,
    const std::vector<std::string>& subjects,
    const DrawBasis& basis,
    std::string* revision) {
  absl::Time known;
  std::string problem;
  if (!absl::ParseTime(absl::RFC3339_full, basis.known_at(), &known, &problem)) {
    return runtime::InvalidArgument("DRAW_BASIS",
                                    "basis.known_at",
                                    "an instant such as 2026-03-31T01:02:03Z",
                                    "应为 2026-03-31T01:02:03Z 形式的时点",
                                    {{"found", basis.known_at()}});
  }
  std::map<std::string, cv::Standing> standings;
  for (size_t at = 0; at < subjects.size(); at += kBatchSize) {
    cv::BatchGetStandingsRequest request;
    for (size_t i = at; i < std::min(subjects.size(), at + kBatchSize); ++i) {
      cv::GetStandingRequest& one = *request.add_requests();
      one.set_subject(subjects[i]);
      one.set_as_of(basis.as_of());
      *one.mutable_known_at() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(known));
    }
    cv::BatchGetStandingsResponse reply;
    XINCE_RETURN_IF_ERROR(
        session.Call("xince.credit.v1.CreditService/BatchGetStandings", request, reply));
    for (const cv::StandingResult& result : reply.results()) {
      if (result.has_standing()) {
        standings[result.subject()] = result.standing();
        continue;
      }
      const absl::Status status = runtime::FromRpcStatus(result.error());
      if (status.code() != absl::StatusCode::kNotFound) return status;
    }
    if (revision != nullptr) *revision = reply.revision();
  }
  return standings;
}

bool BelongsTo(const cv::Standing& standing, const InspectionDraw& draw) {
  return !standing.withdrawn() && type::DivisionContains(draw.division(), standing.division());
}

DrawCandidate CandidateOf(const cv::Standing& standing, const InspectionDraw& draw) {
  DrawCandidate candidate;
  candidate.set_subject(standing.subject());
  if (standing.record().rated()) candidate.set_grade(standing.record().grade());
  std::set<std::string> lists;
  for (const cv::Membership& membership : standing.record().memberships()) {
    for (const DrawFactor& factor : draw.factors()) {
      if (factor.list() == membership.list()) lists.insert(membership.list());
    }
  }
  for (const std::string& list : lists) candidate.add_lists(list);
  return candidate;
}

absl::Status LookUpLists(Session& session, const WeightsFile* weights, InspectionDraw& draw) {
  const absl::Time now = session.clock.Now();
  DrawBasis& basis = *draw.mutable_basis();
  basis.set_as_of(type::FormatDate(type::TodayInShanghai(now)));
  basis.set_known_at(absl::FormatTime(
      "%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(absl::ToUnixMicros(now)), absl::UTCTimeZone()));
  if (weights != nullptr) {
    basis.set_weights(weights->Label());
    basis.set_weights_sha256(weights->sha256);
    *draw.mutable_factors() = weights->weights.factors();
  }
  std::set<std::string> excluded;
  for (const auto& one : draw.exclusions()) excluded.insert(one.subject());
  XINCE_ASSIGN_OR_RETURN(std::vector<std::string> subjects, FiledSubjects(session, draw));
  XINCE_ASSIGN_OR_RETURN(const auto standings,
                         StandingsAt(session, subjects, basis, basis.mutable_revision()));
  for (const auto& [subject, standing] : standings) {
    if (BelongsTo(standing, draw) && excluded.count(subject) == 0) {
      *draw.add_candidates() = CandidateOf(standing, draw);
    }
  }
  if (!draw.candidates().empty()) return absl::OkStatus();
  return runtime::FailedPrecondition("DRAW_NOBODY",
                                     "division",
                                     "nobody in this division can be drawn",
                                     "该区划内没有可抽取的对象",
                                     {{"division", draw.division()}});
}

}  // namespace xince::cli
