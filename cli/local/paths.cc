#include "cli/local/paths.h"

#include <stdlib.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kMostSocketPath = 100;  // sun_path holds 108 bytes

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

std::filesystem::path temporary_directory() {
  std::error_code code;  // TMPDIR may name a place that is not there
  const auto path = std::filesystem::temp_directory_path(code);
  return code ? std::filesystem::path("/tmp") : path;
}

// Where a directory for a socket may lie, best first.
std::vector<std::filesystem::path> socket_bases() {
  std::vector<std::filesystem::path> bases = {temporary_directory(), "/tmp"};
  if (const std::filesystem::path runtime = environment("XDG_RUNTIME_DIR"); runtime.is_absolute())
    bases.insert(bases.begin(), runtime / "foldmill");
  return bases;
}

// The specification has relative paths ignored.
std::filesystem::path base_directory(const char* variable, const char* below_home) {
  const std::filesystem::path given = environment(variable);
  if (given.is_absolute()) return given;
  const std::string home = environment("HOME");
  return (home.empty() ? temporary_directory() : std::filesystem::path(home)) / below_home;
}

}  // namespace

std::filesystem::path default_database() {
  return base_directory("XDG_DATA_HOME", ".local/share") / "foldmill" / "local.db";
}

std::filesystem::path log_directory() {
  return base_directory("XDG_STATE_HOME", ".local/state") / "foldmill";
}

std::filesystem::path program_path(const std::string& name) {
  std::string variable = name + "_PROGRAM";
  for (char& c : variable)
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (const std::string given = environment(variable); !given.empty()) return given;
  std::error_code code;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", code);
  return code ? std::filesystem::path(name) : self.parent_path() / name;
}

Result<SocketDirectory> SocketDirectory::make() {
  Status last = ok_status();
  for (const std::filesystem::path& base : socket_bases()) {
    std::string pattern = (base / "foldmill-XXXXXX").string();
    if (pattern.size() + sizeof("/sock") > kMostSocketPath) continue;
    std::error_code ignored;  // mkdtemp says it better
    std::filesystem::create_directories(base, ignored);
    if (mkdtemp(pattern.data())) return SocketDirectory(pattern);  // mode 0700
    last = unavailable(
        concat("making a directory for a socket in ", base.string(), ": ", std::strerror(errno)));
  }
  return last;
}

SocketDirectory::SocketDirectory(SocketDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

SocketDirectory::~SocketDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace foldmill::cli
