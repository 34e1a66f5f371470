#include "storage/artifacts/artifact_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTemporary = "tmp";

Status check_digest(const ArtifactRef& artifact) {
  if (is_sha256_hex(artifact.sha256)) return ok_status();
  return invalid_argument(
      concat("'", artifact.sha256, "' is not a SHA-256 digest (64 hex digits, lower case)"));
}

Status make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? errno_status(error.value(), "making the directory", path) : ok_status();
}

// Makes the name of an artifact durable, and that of the directory it is in.
Status sync_names_of(const fs::path& artifact) {
  FOLDMILL_RETURN_IF_ERROR(sync_directory(artifact.parent_path()));
  return sync_directory(artifact.parent_path().parent_path());
}

Status remove_files_in(const fs::path& directory) {
  std::error_code error;
  // Incremented by hand, because ++ throws.
  for (fs::directory_iterator at(directory, error), end; !error && at != end;) {
    fs::remove(at->path(), error);
    if (!error) at.increment(error);
  }
  return error ? errno_status(error.value(), "clearing", directory) : ok_status();
}

}  // namespace

ArtifactWriter::ArtifactWriter(FileDescriptor file, fs::path temporary, fs::path target,
                               ArtifactRef expected)
    : file_(std::move(file)),
      temporary_(std::move(temporary)),
      target_(std::move(target)),
      expected_(std::move(expected)) {}

ArtifactWriter::~ArtifactWriter() {
  // What cannot be removed now goes at the next start.
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status ArtifactWriter::append(std::string_view piece) {
  written_ += static_cast<int64_t>(piece.size());
  if (written_ > expected_.bytes)
    return invalid_argument(concat("artifact ", expected_.sha256, " is longer than the ",
                                   expected_.bytes, " bytes announced"));
  digest_.update(piece);
  return write_all(file_.get(), piece, temporary_);
}

Status ArtifactWriter::commit() {
  if (written_ != expected_.bytes)
    return invalid_argument(concat("artifact ", expected_.sha256, " ended after ", written_, " of ",
                                   expected_.bytes, " bytes; send it again"));
  if (const std::string digest = digest_.hex(); digest != expected_.sha256)
    return invalid_argument(
        concat("artifact ", expected_.sha256, " arrived with digest ", digest, "; send it again"));
  if (::fsync(file_.get()) != 0) return errno_status(errno, "syncing", temporary_);
  FOLDMILL_RETURN_IF_ERROR(make_directory(target_.parent_path()));
  failpoint("artifact.before_rename");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    return errno_status(errno, "renaming to", target_);
  failpoint("artifact.after_rename");
  temporary_.clear();
  FOLDMILL_RETURN_IF_ERROR(sync_names_of(target_));
  failpoint("artifact.published");
  return ok_status();
}

Result<std::unique_ptr<ArtifactStore>> ArtifactStore::open(const fs::path& directory) {
  FOLDMILL_RETURN_IF_ERROR(make_directory(directory / kTemporary));
  FOLDMILL_RETURN_IF_ERROR(remove_files_in(directory / kTemporary));
  // Its own name: files in a directory that a power cut takes are gone as well.
  FOLDMILL_RETURN_IF_ERROR(
      sync_directory(directory.has_parent_path() ? directory.parent_path() : fs::path(".")));
  return std::unique_ptr<ArtifactStore>(new ArtifactStore(directory));
}

fs::path ArtifactStore::path_in(const fs::path& directory, const std::string& sha256) {
  FOLDMILL_CHECK(is_sha256_hex(sha256), "a digest is checked before it becomes a path");
  return directory / sha256.substr(0, 2) / sha256.substr(2);
}

Result<std::unique_ptr<ArtifactWriter>> ArtifactStore::begin(const ArtifactRef& expected) {
  FOLDMILL_RETURN_IF_ERROR(check_digest(expected));
  std::string name = (directory_ / kTemporary / "upload-XXXXXX").string();
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.valid()) return errno_status(errno, "creating", name);
  return std::unique_ptr<ArtifactWriter>(
      new ArtifactWriter(std::move(file), name, path_in(directory_, expected.sha256), expected));
}

bool ArtifactStore::contains(const ArtifactRef& artifact) const {
  if (!check_digest(artifact).ok()) return false;
  const fs::path path = path_in(directory_, artifact.sha256);
  std::error_code error;  // any trouble: not there, as far as one can tell
  const auto bytes = fs::file_size(path, error);
  if (error || static_cast<int64_t>(bytes) != artifact.bytes) return false;
  const Result<std::string> digest = sha256_file(path);
  return digest.ok() && *digest == artifact.sha256 && sync_names_of(path).ok();
}

Result<ArtifactReader> ArtifactStore::read_in(const fs::path& directory,
                                              const ArtifactRef& artifact) {
  FOLDMILL_RETURN_IF_ERROR(check_digest(artifact));
  const auto path = path_in(directory, artifact.sha256);
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return errno_status(errno, "opening artifact", path);
  return ArtifactReader(std::move(file), path);
}

Status ArtifactStore::remove(const ArtifactRef& artifact) {
  FOLDMILL_RETURN_IF_ERROR(check_digest(artifact));
  const auto path = path_in(directory_, artifact.sha256);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_status(errno, "removing", path);
  return ok_status();
}

Result<std::vector<ArtifactRef>> ArtifactStore::list_in(const fs::path& directory) {
  std::vector<ArtifactRef> found;
  std::error_code error;
  // Incremented by hand, because ++ throws.
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;) {
    const fs::path& path = at->path();
    const auto digest = path.parent_path().filename().string() + path.filename().string();
    if (is_sha256_hex(digest)) {
      const auto bytes = at->file_size(error);
      if (!error) found.push_back({digest, static_cast<int64_t>(bytes)});
      if (error == std::errc::no_such_file_or_directory) error.clear();  // removed meanwhile
    }
    if (!error) at.increment(error);
  }
  if (error) return errno_status(error.value(), "listing", directory);
  std::ranges::sort(found, {}, &ArtifactRef::sha256);
  return found;
}

}  // namespace foldmill::storage
