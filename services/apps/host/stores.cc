#include "services/apps/host/stores.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "xince/config/v1/config.pb.h"

#include "services/documents/words.h"
#include "services/journal/redis_journal.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"
#include "services/scoring/cases/names.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/policy/pack.h"

namespace xince::host {
namespace {

namespace fs = std::filesystem;

constexpr size_t kIdentityKeyBytes = 32;

absl::Status KeyFile(const std::string& path, absl::string_view what) {
  return runtime::FailedPrecondition("KEY_FILE",
                                     "data_dir",
                                     absl::StrCat("the key file ", path, " ", what),
                                     absl::StrCat("密钥文件 ", path, " 无法使用"),
                                     {{"path", path}});
}

// `registry` of `nanjing/registry`.
std::string ServiceOf(const std::string& journal) { return journal.substr(journal.rfind('/') + 1); }

absl::StatusOr<std::string> KeyDirectory(const std::string& data_dir) {
  const fs::path directory = fs::path(data_dir) / "keys";
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return KeyFile(directory.string(), "cannot be made");
  fs::permissions(directory, fs::perms::owner_all, error);
  return directory.string();
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) {
    return runtime::FailedPrecondition("POLICIES_UNREADABLE",
                                       "policies_dir",
                                       absl::StrCat("cannot read ", path.string()),
                                       absl::StrCat("无法读取 ", path.string()),
                                       {{"path", path.string()}});
  }
  return content;
}

// `YYYY-MM-DD.textproto`.
bool IsPackName(const std::string& name) {
  const std::string shape = "0000-00-00.textproto";
  if (name.size() != shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool digit = name[i] >= '0' && name[i] <= '9';
    if (shape[i] == '0' ? !digit : name[i] != shape[i]) return false;
  }
  return true;
}

journal::RedisEndpoint EndpointOf(const std::string& address) {
  journal::RedisEndpoint endpoint;
  if (absl::StartsWith(address, "unix:")) {
    endpoint.unix_socket = address.substr(5);
    return endpoint;
  }
  const size_t colon = address.rfind(':');
  endpoint.host = address.substr(0, colon);
  if (colon != std::string::npos) (void)absl::SimpleAtoi(address.substr(colon + 1), &endpoint.port);
  return endpoint;
}

}  // namespace

OpenJournal JournalsOf(const config::v1::Config& config,
                       bool unsafe_filesystem,
                       const runtime::Clock& clock) {
  if (config.journal().has_redis()) {
    return [redis = config.journal().redis(), &clock](const std::string& name,
                                                      std::function<void(const absl::Status&)>)
               -> absl::StatusOr<std::unique_ptr<journal::Journal>> {
      journal::RedisEndpoint endpoint = EndpointOf(redis.address());
      endpoint.command_timeout = absl::Milliseconds(redis.command_ms());
      return journal::OpenRedisJournal({.name = name,
                                        .endpoint = std::move(endpoint),
                                        .replicas = redis.replicas(),
                                        .wait_timeout = absl::Milliseconds(redis.wait_ms()),
                                        .clock = &clock});
    };
  }
  return [data_dir = config.data_dir(), unsafe_filesystem](
             const std::string& name, std::function<void(const absl::Status&)> on_dead)
             -> absl::StatusOr<std::unique_ptr<journal::Journal>> {
    return journal::SqliteJournal::Open(
        {.path = (fs::path(data_dir) / absl::StrCat(ServiceOf(name), ".journal")).string(),
         .name = name,
         .allow_unsafe_filesystem = unsafe_filesystem,
         .on_dead = std::move(on_dead)});
  };
}

absl::StatusOr<journal::SigningKey> SigningKeyOf(const std::string& data_dir,
                                                 const std::string& journal) {
  XINCE_ASSIGN_OR_RETURN(const std::string directory, KeyDirectory(data_dir));
  const std::string path =
      (fs::path(directory) / absl::StrCat(ServiceOf(journal), ".key")).string();
  if (fs::exists(path)) return journal::SigningKey::Load(path);
  XINCE_ASSIGN_OR_RETURN(journal::SigningKey key,
                         journal::SigningKey::Generate(journal, journal::SystemRandomBytes()));
  XINCE_RETURN_IF_ERROR(key.Save(path));
  return key;
}

absl::StatusOr<std::string> IdentityKeyOf(const std::string& data_dir) {
  XINCE_ASSIGN_OR_RETURN(const std::string directory, KeyDirectory(data_dir));
  const std::string path = (fs::path(directory) / "identity.key").string();
  if (!fs::exists(path)) {
    std::array<uint8_t, kIdentityKeyBytes> bytes{};
    if (!journal::SystemRandomBytes()(absl::MakeSpan(bytes))) {
      return KeyFile(path, "cannot be made: no random bytes");
    }
    const std::string text = absl::StrCat(journal::HexEncode(bytes), "\n");
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return KeyFile(path, "cannot be made");
    const bool written =
        write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        fsync(file) == 0;
    close(file);
    if (!written) return KeyFile(path, "cannot be written");
  }
  std::ifstream in(path);
  std::string text;
  std::getline(in, text);
  if (text.size() != kIdentityKeyBytes * 2 ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isxdigit)) {
    return KeyFile(path, "does not hold 64 hexadecimal digits");
  }
  return absl::HexStringToBytes(text);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadPolicies(
    const std::string& directory, const std::string& division) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(directory, error)) {
    if (IsPackName(entry.path().filename().string())) paths.push_back(entry.path());
  }
  if (error) {
    return runtime::FailedPrecondition("POLICIES_UNREADABLE",
                                       "policies_dir",
                                       absl::StrCat("cannot read ", directory),
                                       absl::StrCat("无法读取 ", directory),
                                       {{"path", directory}});
  }
  std::sort(paths.begin(), paths.end());
  // National packs first: a city's rules refer to their repair classes.
  std::vector<std::pair<std::string, std::string>> packs;
  std::vector<std::pair<std::string, std::string>> of_division;
  for (const fs::path& path : paths) {
    XINCE_ASSIGN_OR_RETURN(std::string content, ReadFile(path));
    const std::string name = fs::relative(path, directory).string();
    XINCE_ASSIGN_OR_RETURN(const policy::Pack pack, policy::LoadPack(content, name));
    const std::string& jurisdiction = pack.proto().jurisdiction();
    if (jurisdiction == "0") packs.emplace_back(name, std::move(content));
    if (jurisdiction == division) of_division.emplace_back(name, std::move(content));
  }
  packs.insert(packs.end(), of_division.begin(), of_division.end());
  return packs;
}

absl::StatusOr<feeds::KindList> ReadKinds(const std::string& directory) {
  const fs::path path = fs::path(directory) / "national" / "kinds.textproto";
  XINCE_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  XINCE_ASSIGN_OR_RETURN(const policy::Kinds kinds, policy::Kinds::Load(content, path.string()));
  std::vector<std::string> words;
  for (const auto& kind : kinds.catalogue().kinds()) words.push_back(kind.kind());
  return feeds::KindList(std::move(words));
}

absl::StatusOr<committee::Rules> ReadCommitteeRules(const std::string& directory,
                                                    const std::string& division) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory, error))
    paths.push_back(entry.path() / "committee.textproto");
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    if (!fs::exists(path, error)) continue;
    XINCE_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
    XINCE_ASSIGN_OR_RETURN(committee::v1::CommitteeRules rules,
                           committee::ParseRules(content, path.string()));
    if (rules.jurisdiction() == division)
      return std::make_shared<const committee::v1::CommitteeRules>(std::move(rules));
  }
  return committee::NoRules();
}

absl::StatusOr<std::shared_ptr<const type::WorkingDays>> ReadCalendar(
    const std::string& directory) {
  const fs::path path = fs::path(directory) / "national" / "working-days.txt";
  std::error_code error;
  if (!fs::exists(path, error)) return nullptr;
  XINCE_ASSIGN_OR_RETURN(type::WorkingDays calendar, type::WorkingDays::Load(path.string()));
  return std::make_shared<const type::WorkingDays>(std::move(calendar));
}

absl::StatusOr<std::shared_ptr<const documents::DocumentWords>> ReadDocumentWords(
    const std::string& directory,
    const std::vector<std::pair<std::string, std::string>>& policies,
    const config::v1::Documents& config) {
  std::vector<std::string> places = {"national"};
  for (const auto& [file, content] : policies) {
    const std::string place = fs::path(file).begin()->string();
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  std::vector<documents::Template> templates;
  for (const std::string& place : places) {
    const fs::path path = fs::path(directory) / place / "documents";
    XINCE_ASSIGN_OR_RETURN(std::vector<documents::Template> of,
                           documents::LoadTemplates(path.string()));
    std::move(of.begin(), of.end(), std::back_inserter(templates));
  }
  auto words = std::make_shared<documents::DocumentWords>();
  words->templates = documents::TemplateSet::Make(std::move(templates));
  words->verification_base = config.verification_base();
  words->register_name = config.register_name();
  words->organ = {.name = config.organ(), .mark = config.organ_mark()};
  for (const auto& office : config.offices())
    words->offices[cases::NameKey(office.office())] = {.name = office.name(),
                                                       .mark = office.mark()};
  return words;
}

absl::StatusOr<std::string> ReadKindCatalogue(const std::string& directory) {
  const fs::path path = fs::path(directory) / "national" / "kinds.textproto";
  std::error_code error;
  return fs::exists(path, error) ? ReadFile(path) : std::string();
}

std::string ShareDirectory(const std::string& configured, const std::string& binary) {
  if (!configured.empty()) return configured;
  std::error_code error;
  const fs::path beside =
      fs::weakly_canonical(fs::path(binary), error).parent_path() / ".." / "share" / "xince";
  if (fs::exists(beside / "divisions.bin", error)) return fs::weakly_canonical(beside).string();
  return "/usr/share/xince";
}

}  // namespace xince::host
