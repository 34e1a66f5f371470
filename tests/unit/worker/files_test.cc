#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "core/sha256.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "worker/agent/file_cache.h"
#include "worker/work_directory.h"

namespace foldmill::worker {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  FileCache cache(int64_t max_bytes = 1'000) {
    return *FileCache::open(directory_ / "cache", max_bytes);
  }
  // As if nobody had needed it for so long.
  static Result<ArtifactRef> take_in(const FileCache& cache, const std::filesystem::path& file,
                                     int hours = 0) {
    FOLDMILL_ASSIGN_OR_RETURN(const PendingFilePtr pending, cache.adopt(file));
    std::filesystem::last_write_time(
        pending->path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
    cache.keep(*pending);
    return pending->artifact();
  }
  test::TempDir directory_;
};

TEST_F(FilesTest, AdoptedFileOutlivesItsOriginal) {
  const std::filesystem::path file = write("a", "content");
  const auto artifact = take_in(cache(), file);
  ASSERT_TRUE(artifact.ok()) << artifact.status().message();
  EXPECT_EQ(*artifact, (ArtifactRef{sha256_hex("content"), 7}));
  std::filesystem::remove(file);
  const auto found = cache().find(*artifact);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(testing::read_file(*found), "content");
  EXPECT_TRUE(take_in(cache(), write("b", "content")).ok()) << "the same content again";
}

TEST_F(FilesTest, DamagedFileIsNotUsedTwice) {
  const auto artifact = take_in(cache(), write("a", "content"));
  ASSERT_TRUE(artifact.ok());
  std::filesystem::remove(cache().path_of(*artifact));
  std::ofstream(cache().path_of(*artifact)) << "something else";
  EXPECT_EQ(cache().find(*artifact).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(cache().path_of(*artifact)));
}

TEST_F(FilesTest, InstallRefusesAnotherContent) {
  const std::filesystem::path temporary = cache().temporary();
  std::ofstream(temporary) << "truncat";
  const auto installed = cache().install(temporary, {sha256_hex("truncated"), 9});
  EXPECT_EQ(installed.status().code(), StatusCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(temporary));
}

TEST_F(FilesTest, OldFilesGoWhenTheCacheIsFull) {
  const FileCache small = cache(25);
  std::vector<ArtifactRef> artifacts;
  for (int i = 0; i < 4; ++i) {
    const auto file = write("f" + std::to_string(i), std::string(10, static_cast<char>('a' + i)));
    artifacts.push_back(*take_in(small, file, 4 - i));
  }
  EXPECT_FALSE(small.find(artifacts[0]).ok());
  EXPECT_FALSE(small.find(artifacts[1]).ok());
  EXPECT_TRUE(small.find(artifacts[2]).ok());
  EXPECT_TRUE(small.find(artifacts[3]).ok());
}

TEST_F(FilesTest, FileThatIsUsedIsNotOld) {
  const FileCache small = cache(25);
  const auto write_aged = [&](char content, int hours) {
    const auto file = write(std::string(1, content), std::string(10, content));
    return *take_in(small, file, hours);
  };
  const ArtifactRef used = write_aged('a', 4);
  const ArtifactRef unused = write_aged('b', 3);
  ASSERT_TRUE(small.find(used).ok());
  write_aged('c', 2);
  EXPECT_TRUE(small.find(used).ok());
  EXPECT_FALSE(small.find(unused).ok());
}

TEST_F(FilesTest, AFileThatWaitsForItsUploadStaysWhereverThereIsNoRoom) {
  const FileCache small = cache(25);
  const PendingFilePtr waiting = *small.adopt(write("waiting", std::string(10, 'w')));
  for (const char content : {'a', 'b', 'c', 'w'})
    ASSERT_TRUE(take_in(small, write(std::string(1, content), std::string(10, content))).ok());
  small.remove(waiting->artifact());
  EXPECT_EQ(testing::read_file(waiting->path()), std::string(10, 'w'));
}

TEST_F(FilesTest, WhatKilledWorkersWereWritingIsSwept) {
  const std::filesystem::path dead = cache().temporary();
  const std::filesystem::path living = cache().temporary();
  std::ofstream(dead) << "half";
  std::ofstream(living) << "half";
  std::filesystem::last_write_time(
      dead, std::filesystem::file_time_type::clock::now() - std::chrono::hours(7));
  cache();
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(living)) << "another worker of this cache may be at it";
}

TEST_F(FilesTest, MissingFileIsSaid) {
  const auto adopted = cache().adopt(directory_ / "absent");
  EXPECT_NE(adopted.status().message().find("absent"), std::string::npos);
}

// The link in /proc cannot be linked to from here, so that this program's file has to be copied.
TEST_F(FilesTest, AFileThatThereIsNoRoomForLeavesNothingBehind) {
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
  const rlimit little{4096, usual.rlim_max};
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto adopted = cache().adopt("/proc/self/exe");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &usual), 0);
  ::signal(SIGXFSZ, ignored);
  EXPECT_NE(adopted.status().message().find("taking in the file"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(directory_ / "cache"));
}

TEST_F(FilesTest, WorkDirectoriesOfOneNameDoNotMeet) {
  std::filesystem::path left_behind;
  {
    auto first = WorkDirectory::open(directory_.path(), "host/1");
    auto second = WorkDirectory::open(directory_.path(), "host/1");
    ASSERT_TRUE(first.ok() && second.ok());
    left_behind = *first->make_slot(0);
    EXPECT_NE(left_behind, *second->make_slot(0));
    EXPECT_TRUE(std::filesystem::exists(left_behind));
  }
  EXPECT_FALSE(std::filesystem::exists(left_behind));
  std::filesystem::create_directories(left_behind / "attempt-7");  // as a killed worker leaves it
  auto next = WorkDirectory::open(directory_.path(), "host/1");
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(*next->make_slot(0), left_behind);
  EXPECT_TRUE(std::filesystem::is_empty(left_behind));
}

}  // namespace
}  // namespace foldmill::worker
