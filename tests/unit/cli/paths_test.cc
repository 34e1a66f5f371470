// Where a socket lies has to fit into 107 bytes, whatever the environment says.

#include "cli/local/paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>

#include "tests/support/temp_dir.h"

namespace foldmill::cli {
namespace {

// Sets a variable for the life of the object.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(SocketDirectoryTest, LiesInTheRuntimeDirectoryAndGoesWithItsOwner) {
  const test::TempDir runtime;
  const Variable variable("XDG_RUNTIME_DIR", runtime.path().string());
  std::filesystem::path place;
  {
    const auto directory = SocketDirectory::make();
    ASSERT_TRUE(directory.ok()) << directory.status().message();
    place = directory->socket().parent_path();
    EXPECT_EQ(place.parent_path(), runtime.path() / "foldmill");
    EXPECT_EQ(std::filesystem::status(place).permissions(), std::filesystem::perms::owner_all);
  }
  EXPECT_FALSE(std::filesystem::exists(place));
}

TEST(SocketDirectoryTest, LongAndMissingPlacesArePassedOver) {
  const test::TempDir directory;
  const std::filesystem::path far = directory / std::string(120, 'x');
  ASSERT_TRUE(std::filesystem::create_directory(far));
  const Variable runtime("XDG_RUNTIME_DIR", far.string());
  for (const std::filesystem::path& temporary : {far, directory / "absent"}) {
    const Variable variable("TMPDIR", temporary.string());
    const auto made = SocketDirectory::make();
    ASSERT_TRUE(made.ok()) << made.status().message();
    EXPECT_LT(made->socket().native().size(), 108U);
  }
}

}  // namespace
}  // namespace foldmill::cli
