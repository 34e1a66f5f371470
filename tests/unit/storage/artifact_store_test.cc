#include "storage/artifacts/artifact_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "storage/open.h"
#include "tests/support/temp_dir.h"
#include "tests/support/unprivileged.h"

namespace foldmill::storage {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

ArtifactRef ref_of(const std::string& content) {
  return {sha256_hex(content), static_cast<int64_t>(content.size())};
}

class ArtifactStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<ArtifactStore> open() {
    auto store = open_artifacts(dir_ / "study.db");
    EXPECT_TRUE(store.ok()) << store.status().message();
    return std::move(*store);
  }
  void put(const std::string& content) {
    auto writer = store_->begin(ref_of(content));
    ASSERT_TRUE(writer.ok()) << writer.status().message();
    ASSERT_TRUE((*writer)->append(content.substr(0, 2)).ok());
    ASSERT_TRUE((*writer)->append(content.substr(2)).ok());
    const Status status = (*writer)->commit();
    ASSERT_TRUE(status.ok()) << status.message();
  }
  std::vector<fs::path> temporary_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(dir_ / "study.artifacts/tmp"))
      files.push_back(entry.path());
    return files;
  }

  test::TempDir dir_;
  std::unique_ptr<ArtifactStore> store_ = open();
};

TEST_F(ArtifactStoreTest, KeepsAFileByItsContent) {
  put("hello");
  const auto ref = ref_of("hello");
  EXPECT_TRUE(store_->contains(ref));
  EXPECT_TRUE(fs::exists(artifact_path(dir_ / "study.db", ref)));
  auto reader = store_->read(ref);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*reader->read(3), "hel");
  EXPECT_EQ(*reader->read(100), "lo");
  EXPECT_EQ(*reader->read(100), "");
  *reader = *store_->read(ref);
  EXPECT_EQ(*reader->read(100), "hello");
  EXPECT_THAT(temporary_files(), IsEmpty());
}

TEST_F(ArtifactStoreTest, HasNothingOfAnotherSize) {
  put("hello");
  EXPECT_FALSE(store_->contains({sha256_hex("hello"), 4}));
  EXPECT_FALSE(store_->contains(ref_of("other")));
}

TEST_F(ArtifactStoreTest, WhatWasDamagedIsNotThereAndIsReplaced) {
  put("hello");
  const fs::path file = artifact_path(dir_ / "study.db", ref_of("hello"));
  std::ofstream(file) << "hellO";
  EXPECT_FALSE(store_->contains(ref_of("hello")));
  put("hello");
  EXPECT_TRUE(store_->contains(ref_of("hello")));
}

TEST_F(ArtifactStoreTest, TheSameContentTwiceIsOneFile) {
  put("hello");
  put("hello");
  put("other");
  EXPECT_EQ(store_->list()->size(), 2u);
}

TEST_F(ArtifactStoreTest, ListsAndRemoves) {
  put("hello");
  EXPECT_THAT(*store_->list(), ElementsAre(ref_of("hello")));
  EXPECT_TRUE(store_->remove(ref_of("hello")).ok());
  EXPECT_TRUE(store_->remove(ref_of("hello")).ok());
  EXPECT_THAT(*store_->list(), IsEmpty());
  EXPECT_EQ(store_->read(ref_of("hello")).status().code(), StatusCode::kNotFound);
}

TEST_F(ArtifactStoreTest, RefusesAWrongDigest) {
  auto expected = ref_of("hello");
  auto writer = store_->begin(expected);
  ASSERT_TRUE((*writer)->append("hellO").ok());
  const Status status = (*writer)->commit();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("arrived with digest"));
  EXPECT_FALSE(store_->contains(expected));
  writer->reset();
  EXPECT_THAT(temporary_files(), IsEmpty());
}

TEST_F(ArtifactStoreTest, RefusesAWrongSize) {
  auto shorter = store_->begin(ref_of("hello"));
  ASSERT_TRUE((*shorter)->append("hell").ok());
  EXPECT_THAT((*shorter)->commit().message(), HasSubstr("ended after 4 of 5 bytes"));
  auto longer = store_->begin(ref_of("hello"));
  EXPECT_THAT((*longer)->append("hello!").message(), HasSubstr("longer than the 5 bytes"));
}

TEST_F(ArtifactStoreTest, ADigestIsCheckedBeforeItBecomesAPath) {
  const ArtifactRef evil{"../../../etc/passwd", 1};
  EXPECT_EQ(store_->begin(evil).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->read(evil).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->remove(evil).code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(store_->contains(evil));
}

TEST_F(ArtifactStoreTest, WhatAnEarlierProcessLeftHalfWrittenIsRemovedAtTheStart) {
  put("hello");
  std::ofstream(dir_ / "study.artifacts/tmp/upload-torn") << "hel";
  store_ = open();
  EXPECT_THAT(temporary_files(), IsEmpty());
  EXPECT_TRUE(store_->contains(ref_of("hello")));
}

TEST_F(ArtifactStoreTest, WhatCannotBeReadIsNotThere) {
  put("hello");
  const fs::path file = artifact_path(dir_ / "study.db", ref_of("hello"));
  fs::permissions(file, fs::perms(0));
  {
    const test::Unprivileged user;
    EXPECT_FALSE(store_->contains(ref_of("hello")));
  }
  fs::permissions(file, fs::perms(0644));
  EXPECT_TRUE(store_->contains(ref_of("hello")));
}

TEST_F(ArtifactStoreTest, SaysWhatCannotBeListed) {
  put("hello");
  const fs::path below = artifact_path(dir_ / "study.db", ref_of("hello")).parent_path();
  fs::permissions(below, fs::perms(0));
  {
    const test::Unprivileged user;
    const Status status = store_->list().status();
    EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
    EXPECT_THAT(status.message(), HasSubstr("study.artifacts"));
  }
  fs::permissions(below, fs::perms(0444));  // its names, but nothing about them
  {
    const test::Unprivileged user;
    EXPECT_FALSE(store_->list().ok());
  }
  fs::permissions(below, fs::perms(0755));
}

// As one that is removed while it is listed.
TEST_F(ArtifactStoreTest, AFileThatIsGoneIsNotListed) {
  put("hello");
  const fs::path gone = artifact_path(dir_ / "study.db", ref_of("gone"));
  fs::create_directories(gone.parent_path());
  fs::create_symlink("nowhere", gone);
  const auto found = store_->list();
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_THAT(*found, ElementsAre(ref_of("hello")));
}

TEST_F(ArtifactStoreTest, ListsWhileFilesComeAndGo) {
  put("hello");
  std::atomic<int> rounds = 0;
  std::atomic<bool> enough = false;
  std::thread coordinator([&] {
    for (; !enough; ++rounds)
      for (const char* content : {"one", "two", "three"}) {
        put(content);
        EXPECT_TRUE(store_->remove(ref_of(content)).ok());
      }
  });
  for (int listed = 0; listed < 200 || rounds < 20; ++listed) {
    const auto found = store_->list();
    EXPECT_TRUE(found.ok()) << found.status().message();
    if (!found.ok()) break;
    EXPECT_THAT(*found, Contains(ref_of("hello")));
  }
  enough = true;
  coordinator.join();
}

TEST_F(ArtifactStoreTest, SaysWhatIsInTheWayOfATemporaryFile) {
  fs::create_directories(dir_ / "study.artifacts/tmp/in/the-way");
  const Status status = open_artifacts(dir_ / "study.db").status();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("clearing"));
}

TEST_F(ArtifactStoreTest, SaysWhatIsInTheWayOfAnArtifact) {
  const fs::path place = artifact_path(dir_ / "study.db", ref_of("hello")).parent_path();
  std::ofstream(place) << "a file";
  auto writer = store_->begin(ref_of("hello"));
  ASSERT_TRUE((*writer)->append("hello").ok());
  const Status status = (*writer)->commit();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr(place.native()));
}

TEST_F(ArtifactStoreTest, ADirectoryMayHaveNoParentInItsName) {
  const fs::path before = fs::current_path();
  fs::current_path(dir_.path());
  EXPECT_TRUE(ArtifactStore::open("here").ok());
  EXPECT_TRUE(fs::is_directory(dir_ / "here/tmp"));
  fs::current_path(before);
}

TEST_F(ArtifactStoreTest, SaysWhichDirectoryCannotBeMade) {
  std::ofstream(dir_ / "file") << "x";
  const auto store = ArtifactStore::open(dir_ / "file/below");
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(store.status().message(), HasSubstr("file/below"));
}

}  // namespace
}  // namespace foldmill::storage
