#include "storage/database_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace foldmill::storage {

namespace {

constexpr size_t kMaxLockFileBytes = 4096;

std::filesystem::path lock_path(const std::filesystem::path& database) {
  return real_path(database).native() + ".lock";
}

// Open-file-description locks: unlike classic ones they belong to this descriptor alone, and unlike
// flock() they can be asked about without being taken.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown host";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

LockHolder parse_holder(int fd, const std::filesystem::path& path) {
  LockHolder holder;
  if (::lseek(fd, 0, SEEK_SET) != 0) return holder;
  const auto text = read_some(fd, kMaxLockFileBytes, path);
  if (!text.ok()) return holder;
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return holder;
  try {
    holder.pid = json.value("pid", int64_t{0});
    holder.host = json.value("host", "");
    holder.since = json.value("since", "");
    holder.address = json.value("address", "");
  } catch (const nlohmann::json::exception&) {
    return {};  // written by something else: the lock counts, not the text
  }
  return holder;
}

}  // namespace

std::string LockHolder::describe() const {
  if (pid == 0) return "another process";
  return concat("process ", pid, " on ", host, " since ", since,
                address.empty() ? "" : concat(", serving ", address));
}

std::optional<LockHolder> read_lock_holder(const std::filesystem::path& database) {
  const auto path = lock_path(database);
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  auto lock = whole_file(F_RDLCK);
  if (::fcntl(file.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  return parse_holder(file.get(), path);
}

Result<std::unique_ptr<DatabaseLock>> DatabaseLock::acquire(const std::filesystem::path& database) {
  const auto path = lock_path(database);
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.valid()) return errno_status(errno, "opening the lock file", path);
  auto lock = whole_file(F_WRLCK);
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) return errno_status(errno, "locking", path);
    return failed_precondition(
        concat("the database ", database.native(), " is in use by ",
               parse_holder(file.get(), path).describe(),
               "; stop that coordinator first, or choose another database file"));
  }
  std::unique_ptr<DatabaseLock> held(new DatabaseLock(std::move(file), path));
  FOLDMILL_RETURN_IF_ERROR(held->write_holder());
  return held;
}

DatabaseLock::DatabaseLock(FileDescriptor file, std::filesystem::path path)
    : file_(std::move(file)), path_(std::move(path)) {
  self_.pid = ::getpid();
  self_.host = host_name();
  self_.since = utc_now();
}

DatabaseLock::~DatabaseLock() {
  // Left as it is if that fails: only a held lock is believed.
  [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), 0);
}

Status DatabaseLock::set_address(std::string address) {
  self_.address = std::move(address);
  return write_holder();
}

Status DatabaseLock::write_holder() {
  const nlohmann::json json = {
      {"pid", self_.pid}, {"host", self_.host}, {"since", self_.since}, {"address", self_.address}};
  if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)
    return errno_status(errno, "emptying", path_);
  // invalid UTF-8 in a host name must not throw
  return write_all(file_.get(),
                   json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                   path_);
}

}  // namespace foldmill::storage
