#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace foldmill::test {

// A directory of this test's own. Removed if the test passes, else left for looking at.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "foldmill-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    // for tests that go on as another user (unprivileged.h)
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  ~TempDir() {
    if (::testing::Test::HasFailure()) {
      std::cerr << "files of the failed test are kept in " << path_ << "\n";
      return;
    }
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace foldmill::test
