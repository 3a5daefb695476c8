#include <iostream>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"

#include "xince/journal/v1/journal.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"
#include "services/journal/export.h"
#include "services/journal/fsck.h"
#include "services/journal/merkle.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"

// `xince journal`: judging journals by their bytes, without the service that wrote them.
namespace xince::cli {
namespace {

using journal::AuditReport;
using journal::AuditTrust;

constexpr absl::string_view kExportMagic = "XCJEXP1\n";
constexpr size_t kKeyBytesMax = 4096;
constexpr size_t kNoteBytesMax = 64 * 1024;
constexpr size_t kProblemsShownMax = 20;

struct TrustOptions {
  std::vector<std::string> keys;
  std::vector<std::string> anchors;
};

struct ExportOptions {
  std::string file;
  std::string out;
};

struct InclusionOptions {
  std::string journal;
  uint64_t revision = 0;
  std::string key;
};

std::string Hex(absl::Span<const uint8_t> bytes) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

// A key as text, or a file that holds it.
absl::StatusOr<journal::VerifyingKey> ReadKey(const std::string& written) {
  if (absl::StrContains(written, "+")) return journal::VerifyingKey::Parse(written);
  XINCE_ASSIGN_OR_RETURN(const std::string text, ReadFile(written, kKeyBytesMax));
  return journal::VerifyingKey::Parse(absl::StripAsciiWhitespace(text));
}

absl::StatusOr<AuditTrust> ReadTrust(const TrustOptions& options) {
  AuditTrust trust;
  for (const std::string& key : options.keys) {
    XINCE_ASSIGN_OR_RETURN(journal::VerifyingKey read, ReadKey(key));
    trust.keys.push_back(std::move(read));
  }
  for (const std::string& anchor : options.anchors) {
    XINCE_ASSIGN_OR_RETURN(std::string note, ReadFile(anchor, kNoteBytesMax));
    trust.anchors.push_back(std::move(note));
  }
  return trust;
}

void PrintReportJson(const std::string& path, const AuditReport& report) {
  google::protobuf::Struct summary;
  auto& fields = *summary.mutable_fields();
  fields["file"].set_string_value(path);
  fields["journal"].set_string_value(report.name);
  fields["ok"].set_bool_value(report.ok());
  fields["revision"].set_string_value(absl::StrCat(report.head.revision));
  fields["root"].set_string_value(Hex(report.root));
  fields["checkpoints"].set_number_value(static_cast<double>(report.checkpoints));
  fields["checkpointsVerified"].set_number_value(static_cast<double>(report.checkpoints_verified));
  fields["problemCount"].set_number_value(static_cast<double>(report.problem_count));
  for (const journal::AuditProblem& problem : report.problems) {
    auto& one = *fields["problems"].mutable_list_value()->add_values()->mutable_struct_value();
    (*one.mutable_fields())["kind"].set_string_value(std::string(AuditKindName(problem.kind)));
    (*one.mutable_fields())["revision"].set_string_value(absl::StrCat(problem.revision));
    (*one.mutable_fields())["message"].set_string_value(problem.en);
  }
  PrintJson(summary);
}

// The verdict: the first bad revision goes to standard error.
int PrintReport(const Session& session, const std::string& path, const AuditReport& report) {
  if (session.json()) {
    PrintReportJson(path, report);
  } else if (report.ok()) {
    std::cout << path << ": " << report.name << " 完好,版本 " << report.head.revision << ",检查点 "
              << report.checkpoints << " 个,其中已验签 " << report.checkpoints_verified << " 个\n"
              << "  根 " << Hex(report.root) << "\n";
  }
  if (report.ok()) return kExitDone;
  const journal::AuditProblem& first = *report.First();
  std::cerr << "xince: " << AuditKindName(first.kind) << "\n  " << path << ": " << report.name
            << " 第 " << first.revision << " 版: " << first.zh << "\n  revision " << first.revision
            << ": " << first.en << "\n";
  size_t shown = 0;
  for (const journal::AuditProblem& problem : report.problems) {
    if (&problem == &first || ++shown > kProblemsShownMax) continue;
    std::cerr << "  " << AuditKindName(problem.kind) << " revision " << problem.revision << ": "
              << problem.en << "\n";
  }
  if (report.problem_count > 1) std::cerr << "  problems: " << report.problem_count << "\n";
  return kExitRefused;
}

bool IsExport(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return false;
  std::string start(kExportMagic.size(), '\0');
  start.resize(std::fread(start.data(), 1, start.size(), file));
  (void)std::fclose(file);
  return start == kExportMagic;
}

enum class Form { kDatabase, kExport, kEither };

int Judge(Session& session,
          const std::vector<std::string>& files,
          const TrustOptions& options,
          Form form) {
  int code = kExitDone;
  for (const std::string& path : files) {
    const absl::StatusOr<AuditTrust> trust = ReadTrust(options);
    if (!trust.ok()) {
      (void)Refuse(trust.status());
      return kExitUsage;
    }
    const bool exported = form == Form::kExport || (form == Form::kEither && IsExport(path));
    const absl::StatusOr<AuditReport> report =
        exported ? journal::VerifyExport(path, *trust) : journal::Fsck(path, *trust);
    const int one = report.ok() ? PrintReport(session, path, *report) : Refuse(report.status());
    code = std::max(code, one);
  }
  return code;
}

int Export(Session& session, const ExportOptions& options) {
  // Fsck tells whose journal it is; a damaged one is not passed on as if it were sound.
  const absl::StatusOr<AuditReport> report = journal::Fsck(options.file, {});
  if (!report.ok()) return Refuse(report.status());
  if (!report->ok()) return PrintReport(session, options.file, *report);
  const auto opened = journal::SqliteJournal::Open(
      {.path = options.file, .name = report->name, .allow_unsafe_filesystem = true});
  if (!opened.ok()) return Refuse(opened.status());
  const auto summary = journal::Export(**opened, options.out);
  if (!summary.ok()) return Refuse(summary.status());
  if (session.json()) {
    google::protobuf::Struct out;
    auto& fields = *out.mutable_fields();
    fields["journal"].set_string_value(report->name);
    fields["revision"].set_string_value(absl::StrCat(summary->head.revision));
    fields["checkpointSize"].set_string_value(absl::StrCat(summary->checkpoint_size));
    fields["bytes"].set_string_value(absl::StrCat(summary->bytes));
    fields["file"].set_string_value(options.out);
    PrintJson(out);
  } else {
    std::cout << report->name << " 已导出至 " << options.out << ": 版本 " << summary->head.revision
              << ",检查点覆盖至 " << summary->checkpoint_size << "," << summary->bytes << " 字节\n";
  }
  return kExitDone;
}

// The proof's hashes as the verifier takes them. DATA_LOSS PROOF_INVALID for another length.
absl::StatusOr<journal::Hash> ToHash(const std::string& bytes) {
  journal::Hash hash{};
  if (bytes.size() == hash.size()) {
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
  }
  return runtime::ToStatus({.code = absl::StatusCode::kDataLoss,
                            .reason = "PROOF_INVALID",
                            .en = "a hash of the proof has not 32 bytes",
                            .zh = "证明中的散列值长度不是 32 字节"});
}

// Everything is judged here; of the server only the key is taken, unless one was given.
absl::Status VerifyProof(const journal::v1::InclusionProof& proof,
                         const journal::VerifyingKey& key,
                         uint64_t revision) {
  XINCE_ASSIGN_OR_RETURN(const journal::Checkpoint checkpoint,
                         journal::VerifyCheckpoint(proof.checkpoint().note(), key));
  XINCE_ASSIGN_OR_RETURN(const journal::Hash leaf, ToHash(proof.leaf_hash()));
  std::vector<journal::Hash> hashes;
  for (const std::string& bytes : proof.hashes()) {
    XINCE_ASSIGN_OR_RETURN(const journal::Hash hash, ToHash(bytes));
    hashes.push_back(hash);
  }
  return journal::VerifyInclusion(leaf, revision - 1, checkpoint.size, hashes, checkpoint.root);
}

int Inclusion(Session& session, const InclusionOptions& options) {
  if (options.revision == 0) return Misuse("revisions begin at 1", "版本号从 1 开始");
  journal::v1::GetInclusionProofRequest request;
  request.set_journal(options.journal);
  request.set_revision(options.revision);
  journal::v1::InclusionProof proof;
  absl::Status status =
      session.Call("xince.journal.v1.JournalService/GetInclusionProof", request, proof);
  if (!status.ok()) return Refuse(status);
  const auto key = ReadKey(options.key.empty() ? proof.checkpoint().verifying_key() : options.key);
  if (!key.ok()) {
    (void)Refuse(key.status());
    return kExitUsage;
  }
  status = VerifyProof(proof, *key, options.revision);
  if (!status.ok()) return Refuse(status);
  if (session.json()) {
    PrintJson(proof);
    return kExitDone;
  }
  std::cout << options.journal << " 第 " << options.revision << " 版 ("
            << FormatInstant(proof.record_time()) << ") 在检查点 " << proof.checkpoint().size()
            << " 之内,证明有效\n"
            << "  叶 " << absl::BytesToHexString(proof.leaf_hash()) << "\n"
            << "  公钥 " << key->Text() << (options.key.empty() ? " (由服务器给出,未另行核对)" : "")
            << "\n";
  return kExitDone;
}

void AddJudge(Command& group, const std::string& name, const std::string& description, Form form) {
  const auto files = std::make_shared<std::vector<std::string>>();
  const auto trust = std::make_shared<TrustOptions>();
  group.Add(name, description)
      .Arguments("FILE", *files, "files to judge")
      .Options("--key", trust->keys, "verifying key, or a file with it, such as registry.key.pub")
      .Options("--anchor", trust->anchors, "file with a checkpoint kept elsewhere")
      .Run([files, trust, form](Session& session) { return Judge(session, *files, *trust, form); });
}

}  // namespace

void AddJournal(Command& app) {
  Command group = app.AddGroup("journal", "journals and the proofs about them");
  AddJudge(group, "verify", "judges journal databases and exports", Form::kEither);
  AddJudge(group, "fsck", "judges journal databases and their snapshots", Form::kDatabase);
  AddJudge(group, "verify-export", "judges exported journals", Form::kExport);
  AddRecheck(group);
  const auto out = std::make_shared<ExportOptions>();
  group.Add("export", "writes a journal as one portable file")
      .Argument("FILE", out->file, "journal database")
      .Argument("OUT", out->out, "new file")
      .Run([out](Session& session) { return Export(session, *out); });
  const auto proof = std::make_shared<InclusionOptions>();
  group.Add("inclusion", "asks the server for a proof and verifies it here")
      .Argument("JOURNAL", proof->journal, "such as local/registry")
      .Argument("REVISION", proof->revision, "revision of the entry")
      .Option("--key", proof->key, "verifying key, or a file with it")
      .Run([proof](Session& session) { return Inclusion(session, *proof); });
}

}  // namespace xince::cli
