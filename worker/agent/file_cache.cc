#include "worker/agent/file_cache.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include "core/failpoint.h"
#include "core/sha256.h"
#include "core/text.h"

namespace foldmill::worker {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporaryPrefix = "tmp-";
// A download writes all the time, an upload touches its file at every try, and a try of 2 GB has
// this long at the most (artifact_client.cc). The age tells the dead better than their process id,
// which is another's, or our own, in another container.
constexpr std::chrono::hours kAbandonedAfter{6};

Status file_failure(std::string_view doing, const fs::path& path, const std::error_code& error) {
  return unavailable(concat(doing, " '", path.string(), "': ", error.message()));
}

}  // namespace

Result<FileCache> FileCache::open(const fs::path& directory, int64_t max_bytes) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return file_failure("making the cache directory", directory, error);
  if (::access(directory.c_str(), W_OK) != 0)
    return permission_denied(concat("the cache directory '", directory.string(),
                                    "' cannot be written; choose another with --cache"));
  FileCache cache(directory, max_bytes);
  cache.sweep();
  return cache;
}

fs::path FileCache::temporary() const {
  // In every container the worker may have the same process id.
  static const unsigned int process = std::random_device()();
  static std::atomic<uint64_t> counter{0};
  return directory_ / concat(kTemporaryPrefix, process, "-", ::getpid(), "-", ++counter);
}

Result<PendingFilePtr> FileCache::adopt(const fs::path& file) const {
  const auto pending = std::make_shared<PendingFile>(temporary());
  std::error_code error;
  fs::create_hard_link(file, pending->path(), error);
  if (error) fs::copy_file(file, pending->path(), error);  // another file system
  if (error) return file_failure("taking in the file", file, error);
  pending->touch();
  const Result<std::string> digest = sha256_file(pending->path());
  if (!digest.ok())
    return digest.status().with_context(concat("taking in the file '", file.string(), "'"));
  pending->set_artifact({*digest, static_cast<int64_t>(fs::file_size(pending->path(), error))});
  return PendingFilePtr(pending);
}

void FileCache::keep(const PendingFile& pending) const {
  failpoint("cache.before_rename");
  std::error_code ignored;  // that it is not found costs a download
  fs::rename(pending.path(), path_of(pending.artifact()), ignored);
  failpoint("cache.after_rename");
  evict();
}

Result<fs::path> FileCache::find(const ArtifactRef& artifact) const {
  const fs::path path = path_of(artifact);
  FOLDMILL_ASSIGN_OR_RETURN(const std::string digest, sha256_file(path));
  if (digest == artifact.sha256) {
    std::error_code ignored;  // another worker may have made room meanwhile
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    return path;
  }
  remove(artifact);
  return not_found(concat("the cached file '", path.string(), "' was damaged and is removed"));
}

void FileCache::remove(const ArtifactRef& artifact) const {
  std::error_code ignored;
  fs::remove(path_of(artifact), ignored);
}

Result<fs::path> FileCache::install(const fs::path& temporary, const ArtifactRef& artifact) const {
  FOLDMILL_ASSIGN_OR_RETURN(const std::string digest, sha256_file(temporary));
  std::error_code error;
  if (digest != artifact.sha256) {
    fs::remove(temporary, error);
    return data_loss(concat("the file ", artifact.sha256, " arrived with digest ", digest));
  }
  failpoint("fetch.before_rename");
  fs::rename(temporary, path_of(artifact), error);
  failpoint("fetch.after_rename");
  if (error) return file_failure("keeping the file", path_of(artifact), error);
  evict();
  return path_of(artifact);
}

// The oldest go first, until the rest fits. What is in use is among the newest.
void FileCache::evict() const {
  struct Entry {
    fs::file_time_type time;
    fs::path path;
    int64_t bytes;
  };
  std::vector<Entry> entries;
  int64_t total = 0;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory_, error)) {
    if (!is_sha256_hex(file.path().filename().string())) continue;
    const auto bytes = static_cast<int64_t>(file.file_size(error));
    if (error) continue;  // another worker was faster
    entries.push_back({file.last_write_time(error), file.path(), bytes});
    total += bytes;
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.time < b.time; });
  if (!entries.empty()) entries.pop_back();  // the newest always stays
  for (const Entry& entry : entries) {
    if (total <= max_bytes_) break;
    fs::remove(entry.path, error);
    total -= entry.bytes;
  }
}

void FileCache::sweep() const {
  const auto oldest = fs::file_time_type::clock::now() - kAbandonedAfter;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory_, error)) {
    if (!file.path().filename().string().starts_with(kTemporaryPrefix)) continue;
    const fs::file_time_type written = file.last_write_time(error);
    if (!error && written < oldest) fs::remove(file.path(), error);
  }
}

}  // namespace foldmill::worker
