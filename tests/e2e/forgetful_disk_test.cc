#include "tests/e2e/forgetful_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <set>
#include <vector>

#include "tests/support/temp_dir.h"

namespace foldmill::e2e {
namespace {

constexpr size_t kBlock = ForgetfulDisk::kBlock;
constexpr uint64_t kBlocks = 64;

// Each block of the disk is full of one letter, at first '-'.
class ForgetfulDiskTest : public ::testing::Test {
 protected:
  ForgetfulDiskTest() { std::ofstream(file_) << std::string(kBlocks * kBlock, '-'); }

  void write(uint64_t block, char letter) {
    const std::vector<std::byte> bytes(kBlock, std::byte(letter));
    EXPECT_TRUE(disk().write(block * kBlock, bytes));
  }
  char read(uint64_t block) {
    std::vector<std::byte> bytes(kBlock);
    EXPECT_TRUE(disk().read(block * kBlock, bytes));
    EXPECT_EQ(std::set(bytes.begin(), bytes.end()).size(), 1u) << "a torn block";
    return static_cast<char>(bytes.front());
  }
  ForgetfulDisk& disk() {
    if (!disk_) disk_.emplace(file_, /*seed=*/1);
    return *disk_;
  }

 private:
  test::TempDir directory_;
  std::filesystem::path file_ = directory_ / "disk";
  std::optional<ForgetfulDisk> disk_;
};

TEST_F(ForgetfulDiskTest, ReadsWhatWasWrittenLast) {
  write(3, 'a');
  write(3, 'b');
  EXPECT_EQ(read(3), 'b');
  EXPECT_EQ(read(4), '-');
  EXPECT_EQ(disk().size(), kBlocks * kBlock);
}

TEST_F(ForgetfulDiskTest, ACutTakesAllThatWasNotFlushed) {
  write(1, 'a');
  write(2, 'b');
  disk().flush(2 * kBlock, kBlock);
  write(2, 'c');
  EXPECT_TRUE(disk().cut_power(/*everything=*/true));
  EXPECT_EQ(read(1), '-');
  EXPECT_EQ(read(2), 'b');
}

TEST_F(ForgetfulDiskTest, ACutTakesByChance) {
  std::set<char> found;
  for (int i = 0; i < 20; ++i) {
    for (uint64_t block = 0; block < kBlocks; ++block) write(block, 'a');
    disk().flush();
    for (const char letter : {'b', 'c'})
      for (uint64_t block = 0; block < kBlocks; ++block) write(block, letter);
    EXPECT_TRUE(disk().cut_power(/*everything=*/false));
    for (uint64_t block = 0; block < kBlocks; ++block) found.insert(read(block));
  }
  EXPECT_THAT(found, ::testing::ElementsAre('a', 'b', 'c'));
}

TEST_F(ForgetfulDiskTest, WritesBlocksOnly) {
  EXPECT_FALSE(disk().write(512, std::vector<std::byte>(kBlock)));
  EXPECT_FALSE(disk().write(0, std::vector<std::byte>(512)));
  std::vector<std::byte> beyond(kBlock);
  EXPECT_FALSE(disk().read(kBlocks * kBlock, beyond));
}

}  // namespace
}  // namespace foldmill::e2e
