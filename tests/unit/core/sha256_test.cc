#include "core/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "core/artifact.h"
#include "core/random.h"

namespace foldmill {
namespace {

using ::testing::HasSubstr;

// Examples of FIPS 180-2, appendix B, and the empty message.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesOfAnySizeGiveTheSame) {
  Random random(1, RandomPurpose::kTest);
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(random.below(256));
  for (int round = 0; round < 200; ++round) {
    Sha256 hash;
    for (std::string_view rest = text; !rest.empty();) {
      const size_t taken = random.below(std::min<size_t>(rest.size(), 150) + 1);
      hash.update(rest.substr(0, taken));
      rest.remove_prefix(taken);
    }
    ASSERT_EQ(hash.hex(), sha256_hex(text));
  }
}

// Around the block's edge the padding takes one block or two; the digest of the digests of all
// lengths from 0 to 199 was made with another implementation (Python's hashlib).
TEST(Sha256, EveryLengthAroundTheBlockEdges) {
  std::string digests;
  for (size_t length = 0; length < 200; ++length) digests += sha256_hex(std::string(length, 'x'));
  EXPECT_EQ(sha256_hex(digests),
            "f61ffcc417e1f0e59eba2da7fa32fbe05b64e478b68c6bacf990455f00248b98");
}

class Sha256File : public ::testing::Test {
 protected:
  Sha256File() {
    std::string pattern = (std::filesystem::temp_directory_path() / "foldmill-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~Sha256File() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ / name, std::ios::binary) << content;
    return directory_ / name;
  }

  std::filesystem::path directory_;
};

TEST_F(Sha256File, EqualsTheDigestOfTheContent) {
  const std::string large(1000001, '\0');
  EXPECT_EQ(*sha256_file(write("large", large)), sha256_hex(large));
  EXPECT_EQ(*sha256_file(write("empty", "")), sha256_hex(""));
}

TEST_F(Sha256File, SaysWhichFileIsMissing) {
  const Status status = sha256_file(directory_ / "absent").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr((directory_ / "absent").string()));
}

TEST_F(Sha256File, RefusesADirectory) {
  const Status status = sha256_file(directory_).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("directory"));
}

TEST_F(Sha256File, SaysWhyAFileCannotBeOpened) {
  const std::filesystem::path loop = directory_ / "loop";
  std::filesystem::create_symlink(loop, loop);
  const Status status = sha256_file(loop).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("symbolic links"));
}

TEST(IsSha256Hex, WantsSixtyFourLowerCaseDigits) {
  const std::string good = sha256_hex("x");
  EXPECT_TRUE(is_sha256_hex(good));
  EXPECT_FALSE(is_sha256_hex(""));
  EXPECT_FALSE(is_sha256_hex(good.substr(1)));
  EXPECT_FALSE(is_sha256_hex(good + "0"));
  for (const char* bad : {"A", "g", "/", ".", "`", ":"})
    EXPECT_FALSE(is_sha256_hex(bad + good.substr(1))) << bad;
}

}  // namespace
}  // namespace foldmill
