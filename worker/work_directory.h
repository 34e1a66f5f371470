#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace foldmill::worker {

// A directory for the trainers of one worker process, under CACHE/work/. Held by a lock file, so
// that workers may share a cache, and so that what a killed worker left behind is cleared by the
// next one of its name. Removed on destruction.
class WorkDirectory {
 public:
  static Result<WorkDirectory> open(const std::filesystem::path& cache,
                                    const std::string& worker_name);
  ~WorkDirectory();
  WorkDirectory(WorkDirectory&& other) noexcept;
  WorkDirectory& operator=(WorkDirectory&&) = delete;

  // Made and empty.
  Result<std::filesystem::path> make_slot(int slot) const;

 private:
  WorkDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_;  // descriptor; -1 when moved from
};

}  // namespace foldmill::worker
