#include "services/journal/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "openssl/evp.h"
#include "services/journal/file_lock.h"
#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr absl::string_view kMagic = "XCJEXP1\n";
constexpr size_t kStoredBytesMin = 29;
constexpr size_t kStoredBytesMax =
    kStoredBytesMin + kActorBytesMax + kRequestIdBytesMax + kPayloadBytesMax;

absl::Status FileError(const std::string& path, absl::string_view why) {
  return runtime::FailedPrecondition("EXPORT_FILE",
                                     "",
                                     absl::StrCat("the export ", path, " cannot be used: ", why),
                                     absl::StrCat("无法使用导出文件 ", path),
                                     {{"path", path}});
}

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

/// SHA-256 of a stream.
class StreamHash {
 public:
  StreamHash() { EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr); }
  void Add(absl::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  Hash Finish() {
    Hash hash;
    EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

/// Writes and hashes; remembers the first error.
class Writer {
 public:
  explicit Writer(FILE* file) : file_(file) {}

  void Bytes(absl::string_view bytes) {
    hash_.Add(bytes);
    Raw(bytes);
  }
  void Number(uint64_t value, int bytes) {
    char text[8];
    for (int i = 0; i < bytes; ++i) text[i] = static_cast<char>(value >> 8 * (bytes - 1 - i));
    Bytes({text, static_cast<size_t>(bytes)});
  }
  /// Ends the file with its hash and makes it durable. 0 or errno.
  int Finish() {
    const Hash hash = hash_.Finish();
    Raw(HashBytes(hash));
    if (error_ == 0 && (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0)) error_ = errno;
    return error_;
  }
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] uint64_t written() const { return written_; }

 private:
  void Raw(absl::string_view bytes) {
    if (error_ != 0) return;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) error_ = errno;
    written_ += bytes.size();
  }

  FILE* file_;
  StreamHash hash_;
  int error_ = 0;
  uint64_t written_ = 0;
};

/// Reads and hashes; false at the end of the file.
class Reader {
 public:
  explicit Reader(FILE* file) : file_(file) {}

  bool Bytes(size_t size, std::string& out) {
    out.resize(size);
    if (std::fread(out.data(), 1, size, file_) != size) return false;
    hash_.Add(out);
    return true;
  }
  bool Number(int bytes, uint64_t& value) {
    std::string text;
    if (!Bytes(bytes, text)) return false;
    value = 0;
    for (const char byte : text) value = value << 8 | static_cast<uint8_t>(byte);
    return true;
  }
  /// Whether the file ends here with the hash of what was read.
  bool EndsWithItsHash() {
    const Hash hash = hash_.Finish();
    char stored[33];
    return std::fread(stored, 1, sizeof(stored), file_) == hash.size() &&
           absl::string_view(stored, hash.size()) == HashBytes(hash);
  }

 private:
  FILE* file_;
  StreamHash hash_;
};

absl::Status WriteEntries(Journal& journal, const Head& head, Writer& out) {
  return journal.Read(0, head.revision, [&](const Entry& entry) -> absl::Status {
    const std::string stored = EncodeEntry(entry.revision,
                                           {.record_time_us = entry.record_time_us,
                                            .actor = entry.actor,
                                            .request_id = entry.request_id,
                                            .payload = entry.payload});
    out.Number(stored.size(), 4);
    out.Bytes(stored);
    out.Bytes(HashBytes(entry.chain));
    return out.error() == 0 ? absl::OkStatus() : absl::CancelledError();
  });
}

/// The newest checkpoint that covers no more than `head`; empty without one.
absl::StatusOr<std::string> NewestCheckpoint(Journal& journal, const Head& head, uint64_t& size) {
  size = 0;
  const absl::StatusOr<std::string> note = journal.CheckpointAtOrBeyond(0);
  if (absl::IsNotFound(note.status())) return std::string();
  XINCE_RETURN_IF_ERROR(note.status());
  XINCE_ASSIGN_OR_RETURN(const Checkpoint checkpoint, ParseCheckpointUnverified(*note));
  // One that was made since the export began covers entries that are not in it.
  if (checkpoint.size > head.revision) return std::string();
  size = checkpoint.size;
  return *note;
}

/// Feeds all records to `auditor`; false when the file ends or is damaged before their end.
bool ReadEntries(Reader& in, Auditor& auditor) {
  std::string stored;
  std::string chain;
  for (Revision revision = 1;; ++revision) {
    uint64_t size = 0;
    if (!in.Number(4, size)) return false;
    if (size == 0) return true;
    if (size < kStoredBytesMin || size > kStoredBytesMax || !in.Bytes(size, stored) ||
        !in.Bytes(sizeof(Hash), chain)) {
      auditor.AddProblem(AuditKind::kFileDamaged,
                         revision,
                         absl::StrCat("the record of revision ", revision, " is cut off"),
                         absl::StrCat("修订号 ", revision, " 的记录不完整"));
      return false;
    }
    auditor.AddEntry(revision, stored, chain, std::nullopt);
  }
}

}  // namespace

absl::StatusOr<ExportSummary> Export(Journal& journal, const std::string& path) {
  XINCE_ASSIGN_OR_RETURN(const Head head, journal.StableHead());
  ExportSummary summary{.head = head};
  XINCE_ASSIGN_OR_RETURN(const std::string note,
                         NewestCheckpoint(journal, head, summary.checkpoint_size));
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return FileError(path, std::strerror(errno));
  File file(fdopen(fd, "wb"), &std::fclose);
  if (file == nullptr) {
    close(fd);
    return FileError(path, std::strerror(errno));
  }
  Writer out(file.get());
  out.Bytes(kMagic);
  out.Number(journal.name().size(), 4);
  out.Bytes(journal.name());
  absl::Status status = WriteEntries(journal, head, out);
  out.Number(0, 4);
  out.Number(head.revision, 8);
  out.Bytes(HashBytes(head.chain));
  out.Number(note.size(), 4);
  out.Bytes(note);
  if (const int error = out.Finish(); error != 0) {
    status = error == ENOSPC || error == EDQUOT || error == EFBIG
                 ? DiskFullError(path)
                 : FileError(path, std::strerror(error));
  }
  if (status.ok()) status = SyncDirectoryOf(path);
  if (!status.ok()) {
    unlink(path.c_str());
    return status;
  }
  summary.bytes = out.written();
  return summary;
}

absl::StatusOr<AuditReport> VerifyExport(const std::string& path, AuditTrust trust) {
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return FileError(path, std::strerror(errno));
  Reader in(file.get());
  std::string text;
  uint64_t size = 0;
  if (!in.Bytes(kMagic.size(), text) || text != kMagic || !in.Number(4, size) || size == 0 ||
      size > kJournalNameBytesMax || !in.Bytes(size, text)) {
    return FileError(path, "it is not an exported journal");
  }
  // The note comes last but is judged against roots on the way: the entries are read twice.
  const std::string name = text;
  Auditor skipped(name, {});
  uint64_t revision = 0;
  std::string chain;
  std::string note;
  const bool read = ReadEntries(in, skipped) && in.Number(8, revision) &&
                    in.Bytes(sizeof(Hash), chain) && in.Number(4, size) &&
                    size <= kCheckpointBytesMax && in.Bytes(size, note);
  const bool whole = read && in.EndsWithItsHash();

  Auditor auditor(name, std::move(trust));
  if (read && !note.empty()) {
    const auto checkpoint = ParseCheckpointUnverified(note);
    auditor.AddCheckpoint(checkpoint.ok() ? checkpoint->size : 0, note);
  }
  std::rewind(file.get());
  Reader again(file.get());
  again.Bytes(kMagic.size() + 4 + name.size(), text);
  ReadEntries(again, auditor);
  std::optional<Head> claimed;
  if (read) {
    claimed = Head{revision, HashFromBytes(chain).value_or(Hash{})};
  }
  if (!whole) {
    auditor.AddProblem(AuditKind::kFileDamaged,
                       0,
                       "the file is cut off or damaged: it does not end with the hash of its bytes",
                       "文件不完整或已损坏:末尾的校验值与内容不符");
  }
  return auditor.Finish(claimed);
}

}  // namespace xince::journal
