#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace foldmill::cli {

// Where things of this user are, by the XDG base directory rules.
std::filesystem::path default_database();  // $XDG_DATA_HOME/foldmill/local.db
std::filesystem::path log_directory();     // $XDG_STATE_HOME/foldmill

// Another program of foldmill: beside this one, or where FOLDMILL_COORDINATOR_PROGRAM and the like
// (the name in capitals, dashes as underscores, `_PROGRAM` behind) point to.
std::filesystem::path program_path(const std::string& name);

// A directory for a socket that only this user can enter, made for this process: below
// $XDG_RUNTIME_DIR/foldmill, or below the temporary directory or /tmp where that is missing, not
// ours or too long a name for a socket. Removed with its content by the destructor.
class SocketDirectory {
 public:
  static Result<SocketDirectory> make();
  ~SocketDirectory();
  SocketDirectory(SocketDirectory&& other) noexcept;
  SocketDirectory& operator=(SocketDirectory&&) = delete;

  std::filesystem::path socket() const { return path_ / "sock"; }

 private:
  explicit SocketDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace foldmill::cli
