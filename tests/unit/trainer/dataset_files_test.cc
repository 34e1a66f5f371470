#include "worker/trainer/data/dataset_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trainer/data_fixture.h"

namespace foldmill::trainer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DatasetFilesTest, SaysWhereItLooked) {
  const TempDir directory;
  DataSpec data = data_spec("mnist", "");
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
  DataSpec data = data_spec("idx", directory.path());
  EXPECT_EQ(locate_dataset(data, {}).images, images);
  EXPECT_FALSE(locate_dataset(data, {}).labels);
  data.path = (directory.path() / "train").string();
  EXPECT_EQ(locate_dataset(data, {}).images, images);
  data.path = directory.path().filename().string();
  EXPECT_EQ(locate_dataset(data, {"/nowhere", directory.path().parent_path().string()}).images,
            images);
}

TEST(DatasetFilesTest, FindsTheFilesOfEveryFormat) {
  const TempDir directory;
  const auto find = [&](const char* dataset, const std::string& path) {
    return locate_dataset(data_spec(dataset, path), {directory.path().string()});
  };
  for (const char* name : {"a.npz", "images.npy", "a.csv.gz"}) write_file(directory / name, "");
  EXPECT_EQ(find("npy", "a.npz").images, directory / "a.npz");
  EXPECT_FALSE(find("npy", "images.npy").labels);
  write_file(directory / "labels.npy", "");
  EXPECT_FALSE(find("npy", "a.npz").labels) << "has its own";
  EXPECT_EQ(find("npy", "images.npy").labels, directory / "labels.npy");
  EXPECT_EQ(find("npy", ".").images, directory / "./images.npy");
  EXPECT_EQ(find("npy", directory.path().string()).labels, directory / "labels.npy");
  EXPECT_EQ(find("csv", "a.csv.gz").images, directory / "a.csv.gz");
  EXPECT_EQ(find("image-folder", directory.path().string()).images, directory.path());
}

TEST(DatasetFilesTest, TestImagesLieBesideTheTrainingImages) {
  const TempDir directory;
  const auto find = [&](const std::filesystem::path& path) {
    return locate_dataset(data_spec("idx", path), {}, Portion::kTest);
  };
  EXPECT_THAT(error_of([&] { find(directory.path()); }),
              AllOf(HasSubstr("the test images of data set idx were not found"),
                    HasSubstr((directory.path() / "t10k-images-idx3-ubyte[.gz]").string())));
  write_file(directory / "t10k-images-idx3-ubyte", "");
  write_file(directory / "t10k-labels-idx1-ubyte.gz", "");
  for (const auto& path : {directory.path(), directory.path() / "train"}) {
    EXPECT_EQ(find(path).images, directory / "t10k-images-idx3-ubyte");
    EXPECT_EQ(find(path).labels, directory / "t10k-labels-idx1-ubyte.gz");
  }
  EXPECT_EQ(
      locate_dataset(data_spec("mnist", ""), {directory.path().string()}, Portion::kTest).images,
      directory / "t10k-images-idx3-ubyte");
  std::filesystem::remove(directory / "t10k-labels-idx1-ubyte.gz");
  EXPECT_THAT(error_of([&] {
                locate_dataset(data_spec("mnist", ""), {directory.path().string()}, Portion::kTest);
              }),
              HasSubstr("but not t10k-labels"));
  EXPECT_THAT(error_of([&] { locate_dataset(data_spec("csv", "/a.csv"), {}, Portion::kTest); },
                       EndCause::kUserError),
              HasSubstr("no official test images"));
}

TEST(DatasetFilesTest, NamesWhatIsNotThere) {
  const TempDir directory;
  for (const char* dataset : {"npy", "csv", "image-folder"}) {
    const std::string missing =
        error_of([&] { locate_dataset(data_spec(dataset, "gone"), {directory.path().string()}); });
    EXPECT_THAT(missing, HasSubstr((directory / "gone").string())) << dataset;
    EXPECT_THAT(error_of([&] { locate_dataset(data_spec(dataset, ""), {}); }, EndCause::kUserError),
                HasSubstr("needs `path`"));
  }
}

}  // namespace
}  // namespace foldmill::trainer
