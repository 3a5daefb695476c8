#ifndef SERVICES_APPS_XINCE_POLICY_FILES_H_
#define SERVICES_APPS_XINCE_POLICY_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"

#include "services/scoring/policy/check.h"
#include "services/scoring/policy/pack.h"

/// Packs and their cases on disk, and findings about them, for the commands that need no server.
namespace xince::cli {

struct Session;

/// The files themselves, and the packs below the directories (`2026-04-01.textproto`), in order.
std::vector<std::string> PackFiles(const std::vector<std::string>& paths);
/// The files themselves, and the cases below the directories (`cases/*.textproto`), in order.
std::vector<std::string> CaseFiles(const std::vector<std::string>& paths);
/// The vocabulary of kinds: beside or above the paths (`national/kinds.textproto`), else as installed.
std::string KindsFile(const Session& session, const std::vector<std::string>& paths);
/// The packs of the nation in the directory of a vocabulary that can be read.
std::vector<policy::Pack> NationalPacks(const std::string& kinds_file);
/// A pack from a file. Errors: those of ReadFile and LoadPack.
absl::StatusOr<policy::Pack> ReadPack(const std::string& path);

/// A path in a file of cases, which is from the root of the source tree: the first of the directories
/// above the file under which there is such a file, or the path itself.
std::string FromRootOf(const std::string& file, const std::string& path);

/// A refusal of a whole file as a finding: `file:line:column: error: …`.
std::string FormatRefusal(const absl::Status& status, const std::string& file);

/// A list in the JSON of an answer, one object after another.
class JsonList {
 public:
  JsonList(google::protobuf::Struct& answer, const std::string& name)
      : list_((*answer.mutable_fields())[name].mutable_list_value()) {}
  google::protobuf::Struct& Add() { return *list_->add_values()->mutable_struct_value(); }

 private:
  google::protobuf::ListValue* list_;
};

void SetJson(google::protobuf::Struct& object, const std::string& name, absl::string_view text);
void SetJson(google::protobuf::Struct& object, const std::string& name, double number);

/// A finding as JSON: file, line, column, severity, id, field, en, zh.
void FillJson(const policy::Finding& finding,
              const std::string& file,
              google::protobuf::Struct& object);
/// A refusal of a whole file as one.
void FillJson(const absl::Status& status,
              const std::string& file,
              google::protobuf::Struct& object);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_POLICY_FILES_H_
