// Where the files of a database are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "storage/study_reader.h"

namespace foldmill::storage {
namespace {

TEST(Places, NoTwoDatabasesShareADirectoryOfFiles) {
  std::set<std::filesystem::path> places;
  for (const char* name : {"study.db", "study", "study.2026-11-22", "study.db.db", "exp-0.1",
                           "exp-0.2", "study.artifacts", ".db", "db"})
    EXPECT_TRUE(places.insert(artifact_directory(name)).second) << name;
  EXPECT_EQ(artifact_directory("/a/study.db"), "/a/study.artifacts");
  EXPECT_EQ(artifact_directory("/a/exp-0.1"), "/a/exp-0.1-artifacts");
}

}  // namespace
}  // namespace foldmill::storage
