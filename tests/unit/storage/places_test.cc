// Where the files of a database are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "storage/maintenance.h"
#include "storage/open.h"
#include "tests/support/example_database.h"

namespace foldmill::storage {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

TEST(Places, NoTwoDatabasesShareADirectoryOfFiles) {
  std::set<fs::path> places;
  for (const char* name : {"study.db", "study", "study.2026-11-22", "study.db.db", "exp-0.1",
                           "exp-0.2", "study.artifacts", ".db", "db"})
    EXPECT_TRUE(places.insert(artifact_directory(name)).second) << name;
  EXPECT_EQ(artifact_directory("/a/study.db"), "/a/study.artifacts");
  EXPECT_EQ(artifact_directory("/a/exp-0.1"), "/a/exp-0.1-artifacts");
}

// As for SQLite, whose log lies beside the file itself.
TEST(Places, ASymlinkIsAnotherNameOfTheDatabaseItLeadsTo) {
  test::ExampleDatabase held;
  const test::TempDir elsewhere;
  fs::create_symlink(held.path(), elsewhere / "first.db");
  fs::create_symlink("first.db", elsewhere / "second");
  for (const char* name : {"first.db", "second"}) {
    const fs::path link = elsewhere / name;
    EXPECT_EQ(artifact_directory(link), artifact_directory(held.path()));
    EXPECT_TRUE(read_lock_holder(link));
    for (const Status& refused : {open_store(link).status(), compact_database(link).status()}) {
      EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
      EXPECT_THAT(refused.message(), HasSubstr("is in use by process"));
    }
  }
}

TEST(Places, ASymlinkMayLeadToADatabaseThatIsYetToBeMade) {
  const test::TempDir dir;
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  fs::create_symlink("study.db", "link.db");
  const auto opened = open_store("link.db");
  EXPECT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(open_store("study.db").status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(artifact_directory("link.db"), artifact_directory(dir / "study.db"));
  fs::current_path(before);
}

TEST(Places, ASymlinkThatLeadsNowhereIsRefused) {
  const test::TempDir dir;
  fs::create_symlink("gone/study.db", dir / "gone.db");
  const Status gone = open_store(dir / "gone.db").status();
  EXPECT_EQ(gone.code(), StatusCode::kNotFound);
  EXPECT_THAT(gone.message(), HasSubstr("/gone does not exist"));
  fs::create_symlink("loop.db", dir / "loop.db");
  EXPECT_FALSE(open_store(dir / "loop.db").ok());
  EXPECT_FALSE(open_reader(dir / "loop.db").ok());
}

}  // namespace
}  // namespace foldmill::storage
