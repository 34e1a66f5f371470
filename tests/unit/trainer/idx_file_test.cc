#include "worker/trainer/data/idx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.h"
#include "tests/unit/trainer/data_fixture.h"

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;

class IdxFileTest : public ::testing::Test {
 protected:
  std::string error_for(const std::string& bytes, size_t dimensions,
                        const std::string& digest = "") {
    write_file(path_, bytes);
    return error_of([&] { read_idx(path_, dimensions, digest); });
  }

  TempDir directory_;
  std::filesystem::path path_ = directory_.path() / "data";
};

TEST_F(IdxFileTest, ReadsSizesAndValuesPlainAndPacked) {
  const std::string bytes = idx_bytes({2, 1, 3}, "abcdef");
  write_file(path_, bytes);
  const IdxFile plain = read_idx(path_, 3, sha256_hex(bytes));
  EXPECT_EQ(plain.sizes, (std::vector<int64_t>{2, 1, 3}));
  EXPECT_EQ(std::string(plain.values.begin(), plain.values.end()), "abcdef");

  write_file(path_, gzipped(bytes));
  EXPECT_EQ(read_idx(path_, 3, sha256_hex(bytes)).values, plain.values);

  const std::string half = read_file(path_).substr(0, 20);
  EXPECT_THAT(error_for(half, 3), HasSubstr("damaged"));
}

TEST_F(IdxFileTest, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(error_of([&] { read_idx(path_, 1, ""); }), HasSubstr("No such file"));
  EXPECT_THAT(error_for("", 1), HasSubstr("magic"));
  EXPECT_THAT(error_for("<html>not found</html>", 1), HasSubstr("magic"));
  EXPECT_THAT(error_for(std::string("\0\0\x0D\1", 4), 1), HasSubstr("type 13"));
  EXPECT_THAT(error_for(idx_bytes({3}, "abc"), 3), HasSubstr("mixed up"));
  EXPECT_THAT(error_for(std::string("\0\0\x08\3\0", 5), 3), HasSubstr("header"));
  EXPECT_THAT(error_for(idx_bytes({3}, "ab"), 1), HasSubstr("truncated"));
  EXPECT_THAT(error_for(idx_bytes({3}, "abcd"), 1), HasSubstr("trailing"));
  EXPECT_THAT(error_for(idx_bytes({0}, ""), 1), HasSubstr("empty"));
  EXPECT_THAT(error_for(idx_bytes({0xFFFFFFFF, 0xFFFFFFFF}, "a"), 2), HasSubstr("4 GiB"));
  EXPECT_THAT(error_for(idx_bytes({3}, "abc"), 1, std::string(64, '0')), HasSubstr("SHA-256"));
}

}  // namespace
}  // namespace foldmill::trainer
