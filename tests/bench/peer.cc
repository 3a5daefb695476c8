#include "tests/bench/peer.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"

#include "tests/bench/load.h"

namespace xince::bench {
namespace {

// A peer that takes longer has failed.
constexpr int kPeerSecondsMax = 300;

std::string AimOf(const char* comparison, double aim) {
  return aim == 0 ? "" : absl::StrCat("  (aim ", comparison, aim, ")");
}

}  // namespace

PeerResult::PeerResult(const std::string& line) {
  if (!google::protobuf::util::JsonStringToMessage(line, &fields_).ok()) {
    Fail(absl::StrCat("a peer printed what is no JSON: ", line));
  }
}

const google::protobuf::Value& PeerResult::Field(const std::string& name) const {
  const auto found = fields_.fields().find(name);
  if (found == fields_.fields().end()) Fail(absl::StrCat("a peer does not say ", name));
  return found->second;
}

double PeerResult::Number(const std::string& name) const { return Field(name).number_value(); }

std::string PeerResult::Text(const std::string& name) const { return Field(name).string_value(); }

std::vector<uint64_t> PeerResult::Numbers(const std::string& name) const {
  std::vector<uint64_t> numbers;
  for (const auto& value : Field(name).list_value().values()) {
    numbers.push_back(static_cast<uint64_t>(value.number_value()));
  }
  return numbers;
}

std::vector<PeerResult> RunPeer(const std::vector<std::string>& arguments, size_t count) {
  std::string command = absl::StrCat("exec timeout -s KILL ", kPeerSecondsMax, " node");
  std::string prefix = "tests/bench/peers/";
  for (const std::string& argument : arguments) {
    absl::StrAppend(&command, " '", prefix, argument, "'");
    prefix.clear();
  }
  FILE* const output = popen(command.c_str(), "r");
  if (output == nullptr) Fail("node does not start");
  std::string text;
  char buffer[4096];
  for (size_t read = 0; (read = std::fread(buffer, 1, sizeof buffer, output)) > 0;) {
    text.append(buffer, read);
  }
  if (pclose(output) != 0) Fail(absl::StrCat(arguments[0], " failed; scripts/bench installs it"));
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  if (lines.size() != count) Fail(absl::StrCat(arguments[0], " did not print ", count, " lines"));
  return {lines.begin(), lines.end()};
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) Fail(absl::StrCat("cannot write ", path));
}

void ReportSeconds(const std::string& name, double ours, double aim) {
  std::printf("%-44s %12.3f %12s s%s\n", name.c_str(), ours, "", AimOf("< ", aim).c_str());
  std::fflush(stdout);
}

void ReportTimes(
    const std::string& name, double ours, double peer, const std::string& unit, double aim) {
  std::printf("%-44s %12.3f %12.3f %-10s %.1f times faster%s\n",
              name.c_str(),
              ours,
              peer,
              unit.c_str(),
              peer / ours,
              AimOf("", aim).c_str());
  std::fflush(stdout);
}

}  // namespace xince::bench
