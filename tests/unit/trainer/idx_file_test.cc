#include "worker/trainer/data/idx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "core/sha256.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/dataset_files.h"

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;

// What the error says, after checking that it blames the data.
std::string error_of(const std::function<void()>& act, EndCause cause = EndCause::kDataMissing) {
  try {
    act();
  } catch (const AttemptError& error) {
    EXPECT_EQ(error.cause(), cause);
    return error.what();
  }
  return "no error";
}

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

  gzFile packed = gzopen(path_.c_str(), "wb");
  gzwrite(packed, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(packed);
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

TEST(DatasetFilesTest, SaysWhereItLooked) {
  const TempDir directory;
  DataSpec data;
  data.dataset = "mnist";
  EXPECT_THAT(error_of([&] { locate_dataset(data, {directory.path().string()}); }),
              HasSubstr((directory.path() / "mnist/train-images-idx3-ubyte[.gz]").string()));
  EXPECT_THAT(error_of([&] { locate_dataset(data, {}); }), HasSubstr("no data directory"));
  write_file(directory.path() / "train-images-idx3-ubyte", "");
  EXPECT_THAT(error_of([&] { locate_dataset(data, {directory.path().string()}); }),
              HasSubstr("labels-idx1-ubyte"));
  data.dataset = "idx";
  EXPECT_THAT(error_of([&] { locate_dataset(data, {}); }, EndCause::kUserError), HasSubstr("path"));
  data.dataset = "cifar";
  EXPECT_THAT(error_of([&] { locate_dataset(data, {}); }, EndCause::kUserError),
              HasSubstr("'cifar' is not known"));
}

TEST(DatasetFilesTest, TakesADirectoryAPrefixAndARelativePath) {
  const TempDir directory;
  const auto images = directory.path() / "train-images-idx3-ubyte.gz";
  write_file(images, "");
  DataSpec data;
  data.dataset = "idx";
  data.path = directory.path().string();
  EXPECT_EQ(locate_dataset(data, {}).images, images);
  EXPECT_FALSE(locate_dataset(data, {}).labels);
  data.path = (directory.path() / "train").string();
  EXPECT_EQ(locate_dataset(data, {}).images, images);
  data.path = directory.path().filename().string();
  EXPECT_EQ(locate_dataset(data, {"/nowhere", directory.path().parent_path().string()}).images,
            images);
}

}  // namespace
}  // namespace foldmill::trainer
