#include "services/journal/testing/fault_vfs.h"

#include <utility>

namespace xince::journal {

/// A file of the VFS below, with the faults before it. SQLite allocates `szOsFile` bytes: this, then
/// the file below.
struct FaultFile {
  sqlite3_file base;
  FaultVfs* vfs;

  static FaultFile* Of(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file); }
  static sqlite3_file* Below(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(Of(file) + 1);
  }
  static const sqlite3_io_methods* Methods(sqlite3_file* file) { return Below(file)->pMethods; }

  static int Close(sqlite3_file* file) { return Methods(file)->xClose(Below(file)); }
  static int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
    if (Of(file)->vfs->fail_reads_) return SQLITE_IOERR_READ;
    return Methods(file)->xRead(Below(file), data, size, offset);
  }
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    FaultVfs& vfs = *Of(file)->vfs;
    ++vfs.writes_;
    if (FaultVfs::Spend(vfs.writes_left_)) {
      vfs.writes_left_ = 0;
      return vfs.write_error_;
    }
    return Methods(file)->xWrite(Below(file), data, size, offset);
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    return Methods(file)->xTruncate(Below(file), size);
  }
  static int Sync(sqlite3_file* file, int flags) {
    FaultVfs& vfs = *Of(file)->vfs;
    ++vfs.syncs_;
    if (FaultVfs::Spend(vfs.syncs_left_)) return SQLITE_IOERR_FSYNC;
    return Methods(file)->xSync(Below(file), flags);
  }
  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    return Methods(file)->xFileSize(Below(file), size);
  }
  static int Lock(sqlite3_file* file, int level) {
    return Methods(file)->xLock(Below(file), level);
  }
  static int Unlock(sqlite3_file* file, int level) {
    return Methods(file)->xUnlock(Below(file), level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* out) {
    return Methods(file)->xCheckReservedLock(Below(file), out);
  }
  static int FileControl(sqlite3_file* file, int operation, void* argument) {
    return Methods(file)->xFileControl(Below(file), operation, argument);
  }
  static int SectorSize(sqlite3_file* file) { return Methods(file)->xSectorSize(Below(file)); }
  static int Characteristics(sqlite3_file* file) {
    return Methods(file)->xDeviceCharacteristics(Below(file));
  }
  static int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return Methods(file)->xShmMap(Below(file), page, size, extend, out);
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    return Methods(file)->xShmLock(Below(file), offset, count, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { Methods(file)->xShmBarrier(Below(file)); }
  static int ShmUnmap(sqlite3_file* file, int remove) {
    return Methods(file)->xShmUnmap(Below(file), remove);
  }

  static int Open(
      sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags);
};

namespace {

// Version 2 has shared memory and no memory-mapped pages.
const sqlite3_io_methods kMethods = {.iVersion = 2,
                                     .xClose = FaultFile::Close,
                                     .xRead = FaultFile::Read,
                                     .xWrite = FaultFile::Write,
                                     .xTruncate = FaultFile::Truncate,
                                     .xSync = FaultFile::Sync,
                                     .xFileSize = FaultFile::FileSize,
                                     .xLock = FaultFile::Lock,
                                     .xUnlock = FaultFile::Unlock,
                                     .xCheckReservedLock = FaultFile::CheckReservedLock,
                                     .xFileControl = FaultFile::FileControl,
                                     .xSectorSize = FaultFile::SectorSize,
                                     .xDeviceCharacteristics = FaultFile::Characteristics,
                                     .xShmMap = FaultFile::ShmMap,
                                     .xShmLock = FaultFile::ShmLock,
                                     .xShmBarrier = FaultFile::ShmBarrier,
                                     .xShmUnmap = FaultFile::ShmUnmap,
                                     .xFetch = nullptr,
                                     .xUnfetch = nullptr};

}  // namespace

int FaultFile::Open(
    sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* below = sqlite3_vfs_find("unix");
  FaultFile* fault = Of(file);
  fault->base.pMethods = nullptr;
  fault->vfs = static_cast<FaultVfs*>(vfs->pAppData);
  const int code = below->xOpen(below, path, Below(file), flags, out_flags);
  if (Below(file)->pMethods != nullptr) fault->base.pMethods = &kMethods;
  return code;
}

FaultVfs::FaultVfs(std::string name)
    : name_(std::move(name)), vfs_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find("unix"))) {
  vfs_->szOsFile += static_cast<int>(sizeof(FaultFile));
  vfs_->pNext = nullptr;
  vfs_->zName = name_.c_str();
  vfs_->xOpen = FaultFile::Open;
  vfs_->pAppData = this;
  sqlite3_vfs_register(vfs_.get(), 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

bool FaultVfs::Spend(std::atomic<int>& left) {
  int have = left;
  while (have >= 0) {
    if (left.compare_exchange_weak(have, have - 1)) return have == 0;
  }
  return false;
}

}  // namespace xince::journal
