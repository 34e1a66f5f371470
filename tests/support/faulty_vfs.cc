#include "tests/support/faulty_vfs.h"

#include <cstring>
#include <new>
#include <string_view>

namespace foldmill::testing {

// The functions that SQLite calls. Each asks the FaultyVfs first, then does as the real one.
struct VfsCalls {
  using Call = FaultyVfs::Call;

  struct File {
    sqlite3_file base;  // first: SQLite sees a File as one of these
    FaultyVfs* vfs;
    std::string* path;  // null: a temporary file, which no fault and no power cut is about
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static FaultyVfs& of(sqlite3_vfs* vfs) { return *static_cast<FaultyVfs*>(vfs->pAppData); }
  static int check(File& file, Call call) {
    return file.path == nullptr ? SQLITE_OK : file.vfs->check(call);
  }

  static int close(sqlite3_file* base) {
    File& file = of(base);
    const int result = file.real()->pMethods->xClose(file.real());
    delete file.path;
    return result;
  }

  static int read(sqlite3_file* base, void* data, int size, sqlite3_int64 offset) {
    File& file = of(base);
    if (const int failed = check(file, Call::kRead)) return failed;
    return file.real()->pMethods->xRead(file.real(), data, size, offset);
  }

  static int write(sqlite3_file* base, const void* data, int size, sqlite3_int64 offset) {
    File& file = of(base);
    const int failed = check(file, Call::kWrite);
    const bool half = failed == SQLITE_FULL && file.vfs->is_armed_with(DiskFault::kShortWrite);
    if (failed && !half) return failed;
    const int count = half ? size / 2 : size;
    const int result = file.real()->pMethods->xWrite(file.real(), data, count, offset);
    if (result == SQLITE_OK && file.path)
      file.vfs->disk()->written(*file.path, offset,
                                {static_cast<const char*>(data), static_cast<size_t>(count)});
    return half ? failed : result;
  }

  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    File& file = of(base);
    if (const int failed = check(file, Call::kTruncate)) return failed;
    if (file.path) file.vfs->disk()->truncated(*file.path, size);
    return file.real()->pMethods->xTruncate(file.real(), size);
  }

  // The real one is left out: what is durable is the VolatileDisk's to say, and fsync takes time.
  static int sync(sqlite3_file* base, int) {
    File& file = of(base);
    if (file.path == nullptr) return SQLITE_OK;
    const int failed = file.vfs->check(Call::kSync);
    if (failed == SQLITE_OK) {
      file.vfs->disk()->synced(*file.path);
    } else if (file.vfs->is_armed_with(DiskFault::kLostSync)) {
      file.vfs->disk()->sync_failed(*file.path);
    }
    return failed;
  }

  static int size(sqlite3_file* base, sqlite3_int64* bytes) {
    File& file = of(base);
    if (const int failed = check(file, Call::kSize)) return failed;
    return file.real()->pMethods->xFileSize(file.real(), bytes);
  }

  static int lock(sqlite3_file* base, int level) {
    File& file = of(base);
    if (const int failed = check(file, Call::kLock)) return failed;
    return file.real()->pMethods->xLock(file.real(), level);
  }

  static int unlock(sqlite3_file* base, int level) {
    return of(base).real()->pMethods->xUnlock(of(base).real(), level);
  }
  static int check_lock(sqlite3_file* base, int* held) {
    return of(base).real()->pMethods->xCheckReservedLock(of(base).real(), held);
  }
  static int control(sqlite3_file* base, int operation, void* argument) {
    return of(base).real()->pMethods->xFileControl(of(base).real(), operation, argument);
  }
  static int sector_size(sqlite3_file* base) {
    return of(base).real()->pMethods->xSectorSize(of(base).real());
  }
  static int characteristics(sqlite3_file* base) {
    return of(base).real()->pMethods->xDeviceCharacteristics(of(base).real());
  }

  static int map(sqlite3_file* base, int region, int size, int extend, void volatile** memory) {
    File& file = of(base);
    if (const int failed = check(file, extend ? Call::kExtend : Call::kMap)) return failed;
    return file.real()->pMethods->xShmMap(file.real(), region, size, extend, memory);
  }
  static int lock_shared(sqlite3_file* base, int offset, int count, int flags) {
    File& file = of(base);
    if ((flags & SQLITE_SHM_UNLOCK) == 0)
      if (const int failed = check(file, Call::kLock)) return failed;
    return file.real()->pMethods->xShmLock(file.real(), offset, count, flags);
  }
  static void barrier(sqlite3_file* base) {
    of(base).real()->pMethods->xShmBarrier(of(base).real());
  }
  static int unmap(sqlite3_file* base, int remove) {
    return of(base).real()->pMethods->xShmUnmap(of(base).real(), remove);
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods kMethods = {
        2,      close,      read,    write,       truncate,        sync, size,        lock,
        unlock, check_lock, control, sector_size, characteristics, map,  lock_shared, barrier,
        unmap,  nullptr,    nullptr};
    return &kMethods;
  }

  static int open(sqlite3_vfs* base, const char* name, sqlite3_file* file_base, int flags,
                  int* flags_out) {
    FaultyVfs& vfs = of(base);
    File& file = *new (file_base) File{};
    const bool lasting = name != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0;
    if (lasting)
      if (const int failed = vfs.check(Call::kOpen)) return failed;
    const int result = vfs.real_->xOpen(vfs.real_, name, file.real(), flags, flags_out);
    if (result != SQLITE_OK) return result;
    file.base.pMethods = methods();
    file.vfs = &vfs;
    if (lasting) {
      file.path = new std::string(name);
      vfs.disk()->created(name);
    }
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* base, const char* name, int sync_directory) {
    FaultyVfs& vfs = of(base);
    if (const int failed = vfs.check(Call::kDelete)) return failed;
    vfs.disk()->removed(name, sync_directory != 0);
    return vfs.real_->xDelete(vfs.real_, name, sync_directory);
  }

  static int access(sqlite3_vfs* base, const char* name, int flags, int* result) {
    FaultyVfs& vfs = of(base);
    if (const int failed = vfs.check(Call::kAccess)) return failed;
    return vfs.real_->xAccess(vfs.real_, name, flags, result);
  }

  static int full_name(sqlite3_vfs* base, const char* name, int size, char* out) {
    return of(base).real_->xFullPathname(of(base).real_, name, size, out);
  }
  static int random(sqlite3_vfs* base, int size, char* out) {
    return of(base).real_->xRandomness(of(base).real_, size, out);
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int now(sqlite3_vfs* base, sqlite3_int64* time) {
    return of(base).real_->xCurrentTimeInt64(of(base).real_, time);
  }
  static int last_error(sqlite3_vfs* base, int size, char* out) {
    return of(base).real_->xGetLastError(of(base).real_, size, out);
  }
};

const char* to_string(DiskFault fault) {
  switch (fault) {
    case DiskFault::kFull:
      return "full";
    case DiskFault::kShortWrite:
      return "short_write";
    case DiskFault::kIoError:
      return "io_error";
    case DiskFault::kBusy:
      return "busy";
    case DiskFault::kNoMemory:
      return "no_memory";
    case DiskFault::kLostSync:
      return "lost_sync";
    case DiskFault::kPowerCut:
      return "power_cut";
  }
  return "";
}

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = static_cast<int>(sizeof(VfsCalls::File)) + real_->szOsFile;
  vfs_.mxPathname = real_->mxPathname;
  vfs_.zName = "foldmill-faulty";
  vfs_.pAppData = this;
  vfs_.xOpen = VfsCalls::open;
  vfs_.xDelete = VfsCalls::remove;
  vfs_.xAccess = VfsCalls::access;
  vfs_.xFullPathname = VfsCalls::full_name;
  vfs_.xRandomness = VfsCalls::random;
  vfs_.xSleep = VfsCalls::sleep;
  vfs_.xCurrentTimeInt64 = VfsCalls::now;
  vfs_.xGetLastError = VfsCalls::last_error;
  sqlite3_vfs_register(&vfs_, /*makeDflt=*/1);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultyVfs::arm(DiskFault fault, int64_t call, bool lasting) {
  const std::lock_guard lock(mutex_);
  plan_ = Plan{fault, call, lasting || fault == DiskFault::kPowerCut};
  calls_ = 0;
  struck_ = false;
}

void FaultyVfs::disarm() {
  const std::lock_guard lock(mutex_);
  plan_.reset();
}

bool FaultyVfs::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

bool FaultyVfs::is_armed_with(DiskFault fault) const {
  const std::lock_guard lock(mutex_);
  return plan_ && plan_->fault == fault;
}

void FaultyVfs::restore_power(const PowerCut& cut) {
  disarm();
  disk_.cut(cut);
}

bool FaultyVfs::applies(Call call) const {
  switch (plan_->fault) {
    case DiskFault::kFull:
      return call == Call::kWrite || call == Call::kExtend;
    case DiskFault::kShortWrite:
      return call == Call::kWrite;
    case DiskFault::kBusy:
      return call == Call::kLock;
    case DiskFault::kLostSync:
      return call == Call::kSync;
    case DiskFault::kIoError:
    case DiskFault::kNoMemory:
      return call != Call::kLock;
    case DiskFault::kPowerCut:
      return true;
  }
  return false;
}

int FaultyVfs::check(Call call) {
  const std::lock_guard lock(mutex_);
  if (!plan_ || !applies(call)) return SQLITE_OK;
  ++calls_;
  const bool strikes = plan_->lasting ? calls_ >= plan_->call : calls_ == plan_->call;
  if (!strikes) return SQLITE_OK;
  struck_ = true;
  return code_of(plan_->fault, call);
}

int FaultyVfs::code_of(DiskFault fault, Call call) {
  if (fault == DiskFault::kFull && call == Call::kExtend) return SQLITE_IOERR_SHMSIZE;
  if (fault == DiskFault::kFull || fault == DiskFault::kShortWrite) return SQLITE_FULL;
  if (fault == DiskFault::kBusy) return SQLITE_BUSY;
  if (fault == DiskFault::kNoMemory) return call == Call::kOpen ? SQLITE_NOMEM : SQLITE_IOERR_NOMEM;
  switch (call) {
    case Call::kOpen:
      return SQLITE_CANTOPEN;
    case Call::kRead:
      return SQLITE_IOERR_READ;
    case Call::kWrite:
      return SQLITE_IOERR_WRITE;
    case Call::kTruncate:
      return SQLITE_IOERR_TRUNCATE;
    case Call::kSync:
      return SQLITE_IOERR_FSYNC;
    case Call::kSize:
      return SQLITE_IOERR_FSTAT;
    case Call::kLock:
      return SQLITE_IOERR_LOCK;
    case Call::kMap:
    case Call::kExtend:
      return SQLITE_IOERR_SHMMAP;
    case Call::kDelete:
      return SQLITE_IOERR_DELETE;
    case Call::kAccess:
      return SQLITE_IOERR_ACCESS;
  }
  return SQLITE_IOERR;
}

}  // namespace foldmill::testing
