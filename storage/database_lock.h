#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"
#include "storage/lock_holder.h"
#include "storage/posix.h"

namespace foldmill::storage {

// The right to write to a database: a lock on `FILE.lock` beside it (beside what a symlink leads
// to: it is one database whatever it is called), held while this object lives. The kernel drops it
// with the process, so a file left behind is harmless; it is never removed, because a second
// process might just have opened it. Any thread, one at a time.
class DatabaseLock {
 public:
  // failed_precondition names the holder. permission_denied: the directory cannot be written.
  static Result<std::unique_ptr<DatabaseLock>> acquire(const std::filesystem::path& database);
  ~DatabaseLock();
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

  // Says in the file where the holder serves ("127.0.0.1:7070", "unix:/run/…"), for those who come
  // to read.
  Status set_address(std::string address);

 private:
  DatabaseLock(FileDescriptor file, std::filesystem::path path);
  Status write_holder();

  FileDescriptor file_;
  std::filesystem::path path_;
  LockHolder self_;
};

}  // namespace foldmill::storage
