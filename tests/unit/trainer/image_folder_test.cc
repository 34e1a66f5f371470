#include "worker/trainer/data/image_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include "tests/unit/trainer/data_fixture.h"
#include "tests/unit/trainer/png_fixture.h"
#include "worker/trainer/data/dataset_store.h"
#include "worker/trainer/data/load_raw.h"
#include "worker/trainer/data/png_file.h"

namespace foldmill::trainer {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImageFolderTest : public ::testing::Test {
 protected:
  fs::path file(const std::string& name) {
    fs::create_directories((root_ / name).parent_path());
    return root_ / name;
  }
  RawDataset read() { return load_raw(data_spec("image-folder", root_), {}); }
  std::string error() {
    return error_of([&] { read(); });
  }
  std::vector<uint8_t> grey(const std::vector<uint8_t>& samples, uint32_t width, int color,
                            int depth = 8) {
    write_png(directory_ / "one.png", width, 1, samples, color, depth);
    return read_png(directory_ / "one.png").pixels;
  }

  TempDir directory_;
  fs::path root_ = directory_ / "set";
};

TEST_F(ImageFolderTest, TakesClassesAndFilesByName) {
  write_png(file("shoe/b.png"), 2, 1, {5, 6});
  write_png(file("shoe/a.PNG"), 2, 1, {3, 4});
  write_png(file("bag/z.png"), 2, 1, {1, 2});
  write_file(file("shoe/notes.txt"), "not an image");
  write_file(file("shoe/.hidden.png"), "neither");
  write_file(file("readme.md"), "no class");
  fs::create_directories(root_ / ".cache");
  fs::create_symlink(root_ / "bag/z.png", root_ / "shoe/c.png");
  const RawDataset raw = read();
  EXPECT_EQ(raw.images, 4);
  EXPECT_EQ(raw.height, 1);
  EXPECT_EQ(raw.width, 2);
  EXPECT_THAT(raw.class_names, ElementsAre("bag", "shoe"));
  EXPECT_THAT(raw.labels, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(pixels_of(raw), ElementsAre(1, 2, 3, 4, 5, 6, 1, 2));
}

TEST_F(ImageFolderTest, TurnsEveryKindOfPngToGrey) {
  EXPECT_THAT(grey({7, 9}, 2, PNG_COLOR_TYPE_GRAY), ElementsAre(7, 9));
  EXPECT_THAT(grey({7, 0, 9, 255}, 2, PNG_COLOR_TYPE_GRAY_ALPHA), ElementsAre(7, 9));
  EXPECT_THAT(grey({40, 40, 40, 0, 255, 0}, 2, PNG_COLOR_TYPE_RGB), ElementsAre(40, 182));
  EXPECT_THAT(grey({40, 40, 40, 9}, 1, PNG_COLOR_TYPE_RGB_ALPHA), ElementsAre(40));
  EXPECT_THAT(grey({1, 2, 0}, 3, PNG_COLOR_TYPE_PALETTE), ElementsAre(255, 80, 0));
  EXPECT_THAT(grey({0x12, 0xFF, 0x34, 0x00}, 2, PNG_COLOR_TYPE_GRAY, 16), ElementsAre(0x12, 0x34));
  EXPECT_THAT(grey({0b10100000}, 4, PNG_COLOR_TYPE_GRAY, 1), ElementsAre(255, 0, 255, 0));
}

TEST_F(ImageFolderTest, NamesTheFirstImageOfAnotherSize) {
  write_png(file("a/1.png"), 2, 1, {1, 2});
  write_png(file("b/2.png"), 1, 2, {1, 2});
  EXPECT_THAT(error(), AllOf(HasSubstr("b/2.png: is 1x2 pixels"), HasSubstr("a/1.png is 2x1")));
}

TEST_F(ImageFolderTest, NamesDamagedImages) {
  const fs::path path = file("a/1.png");
  std::vector<uint8_t> noise(64 * 64);
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<uint8_t>(i * i * 31 >> 3);
  write_png(path, 64, 64, noise);
  EXPECT_EQ(pixels_of(read()).size(), noise.size());
  const std::string whole = read_file(path);
  write_file(path, "<html>not found</html>");
  EXPECT_THAT(error(), AllOf(HasSubstr("a/1.png: is no sound PNG"), HasSubstr("Not a PNG")));
  write_file(path, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(error(), HasSubstr("no sound PNG"));
  write_file(path, "");
  EXPECT_THAT(error(), HasSubstr("no sound PNG"));
  std::string flipped = whole;
  flipped[20] = static_cast<char>(flipped[20] ^ 1);  // in the header: its checksum is wrong
  write_file(path, flipped);
  EXPECT_THAT(error(), HasSubstr("no sound PNG"));
  fs::remove(path);
  fs::create_symlink("gone", path);
  EXPECT_THAT(error(), HasSubstr("No such file"));
}

TEST_F(ImageFolderTest, RefusesFoldersWithoutImages) {
  fs::create_directories(root_);
  EXPECT_THAT(error(), HasSubstr("holds no folders"));
  write_file(file("a/1.jpg"), "");
  EXPECT_THAT(error(), AllOf(HasSubstr("set/a"), HasSubstr("holds no PNG images")));
}

TEST_F(ImageFolderTest, IsReadAgainOnlyIfAFileChanged) {
  const auto load = [&] {
    return DatasetStore({}, directory_ / "cache").load(data_spec("image-folder", root_));
  };
  write_png(file("bag/1.png"), 1, 1, {7});
  write_png(file("shoe/1.png"), 1, 1, {9});
  EXPECT_FALSE(load().from_cache);
  const StoredDataset cached = load();
  EXPECT_TRUE(cached.from_cache);
  EXPECT_THAT(cached.dataset.raw.class_names, ElementsAre("bag", "shoe"));
  EXPECT_THAT(pixels_of(cached.dataset.raw), ElementsAre(7, 9));
  fs::rename(root_ / "shoe/1.png", root_ / "shoe/2.png");
  EXPECT_FALSE(load().from_cache);
  write_png(file("shoe/3.png"), 1, 1, {11});
  EXPECT_THAT(pixels_of(load().dataset.raw), ElementsAre(7, 9, 11));
}

TEST_F(ImageFolderTest, SaysThatAFolderCannotBeListed) {
  EXPECT_THAT(error_of([&] { list_image_folder(directory_ / "gone"); }),
              HasSubstr("cannot be listed: No such file"));
}

}  // namespace
}  // namespace foldmill::trainer
