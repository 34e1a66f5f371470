// What a power cut could take of the files beside the database: nothing that was acknowledged, and
// it leaves no half file under a name that counts.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/sha256.h"
#include "storage/maintenance.h"
#include "storage/open.h"
#include "tests/support/disk_recorder.h"
#include "tests/support/example_database.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using foldmill::testing::DiskRecorder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

ArtifactRef put(ArtifactStore& store, const std::string& content) {
  const ArtifactRef artifact{sha256_hex(content), static_cast<int64_t>(content.size())};
  auto writer = store.begin(artifact);
  EXPECT_TRUE(writer.ok());
  EXPECT_TRUE((*writer)->append(content).ok());
  const Status status = (*writer)->commit();
  EXPECT_TRUE(status.ok()) << status.message();
  return artifact;
}

TEST(DurableFiles, AnArtifactIsOnDiskWhenItIsAcknowledged) {
  const TempDir dir;
  const fs::path database = dir / "study.db";
  DiskRecorder disk(dir.path());
  const auto store = open_artifacts(database);
  ASSERT_TRUE(store.ok());
  for (const char* content : {"one", "two", "three", "one", "four", "five"}) {
    const ArtifactRef artifact = put(**store, content);
    EXPECT_TRUE(disk.is_durable(artifact_path(database, artifact))) << content;
  }
  EXPECT_THAT(disk.torn_names(), IsEmpty());
}

TEST(DurableFiles, ABackupIsOnDiskWhenItIsAcknowledged) {
  ExampleDatabase example;
  example.fill();
  const auto store = open_artifacts(example.path());
  ASSERT_TRUE(store.ok());
  const ArtifactRef model = put(**store, "a model");
  example.apply({change::ArtifactRecorded{AttemptId(2), fold_key(0), "model.ts", model, at(150)}});
  const TempDir dir;
  DiskRecorder disk(dir.path());
  const auto done = back_up(example.path(), dir / "copy.db", true);
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_TRUE(disk.is_durable(dir / "copy.db"));
  EXPECT_TRUE(disk.is_durable(artifact_path(dir / "copy.db", model)));
  EXPECT_THAT(disk.torn_names(), IsEmpty());
}

// As by a process that was killed in between.
TEST(DurableFiles, AnArtifactThatWasOnlyRenamedIsOnDiskWhenItIsFoundAgain) {
  const TempDir dir;
  const fs::path database = dir / "study.db";
  const ArtifactRef artifact{sha256_hex("one"), 3};
  const fs::path path = artifact_path(database, artifact);
  DiskRecorder disk(dir.path());
  {
    const auto store = open_artifacts(database);
    ASSERT_TRUE(store.ok());
    const fs::path arriving = dir / "study.artifacts/tmp/upload-1";
    const FileDescriptor fd(::open(arriving.c_str(), O_WRONLY | O_CREAT, 0644));
    ASSERT_EQ(::write(fd.get(), "one", 3), 3);
    ASSERT_EQ(::fsync(fd.get()), 0);
    fs::create_directory(path.parent_path());
    ASSERT_EQ(::rename(arriving.c_str(), path.c_str()), 0);
  }
  const auto again = open_artifacts(database);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(disk.is_durable(path));
  EXPECT_TRUE((*again)->contains(artifact));
  EXPECT_TRUE(disk.is_durable(path));
}

// The recorder sees what it should.
TEST(DurableFiles, WhatIsNotSyncedIsNotOnDisk) {
  const TempDir dir;
  const std::string from = dir / "from", to = dir / "to";
  DiskRecorder disk(dir.path());
  const int fd = ::open(from.c_str(), O_WRONLY | O_CREAT, 0644);
  ASSERT_EQ(::write(fd, "x", 1), 1);
  ASSERT_EQ(::rename(from.c_str(), to.c_str()), 0);
  EXPECT_THAT(disk.torn_names(), ElementsAre(to));
  ASSERT_EQ(::fsync(fd), 0);
  EXPECT_FALSE(disk.is_durable(to)) << "its name is not";
  ASSERT_TRUE(sync_directory(dir.path()).ok());
  EXPECT_TRUE(disk.is_durable(to));
  ::close(fd);
}

}  // namespace
}  // namespace foldmill::storage
