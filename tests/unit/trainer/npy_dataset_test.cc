#include "worker/trainer/data/npy_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "tests/unit/trainer/data_fixture.h"
#include "worker/trainer/data/load_raw.h"

namespace foldmill::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NpyDatasetTest : public ::testing::Test {
 protected:
  RawDataset read() { return load_raw(data_spec("npy", images_), {}); }
  RawDataset read(const std::string& images) {
    write_file(images_, images);
    return read();
  }
  std::string error_for(const std::string& images) {
    return error_of([&] { read(images); });
  }
  std::string labels_error_for(const std::string& labels) {
    write_file(directory_ / "labels.npy", labels);
    return error_for(npy_bytes("|u1", "2, 1, 1", "ab"));
  }

  TempDir directory_;
  std::filesystem::path images_ = directory_ / "images.npy";
};

TEST_F(NpyDatasetTest, ReadsBytesWithAndWithoutAChannel) {
  for (const char* shape : {"1, 2, 3", "1, 1, 2, 3", "1, 2, 3, 1"}) {
    const RawDataset raw = read(npy_bytes("|u1", shape, "abcdef"));
    EXPECT_EQ(raw.images, 1) << shape;
    EXPECT_EQ(raw.channels, 1);
    EXPECT_EQ(raw.height, 2);
    EXPECT_EQ(raw.width, 3);
    EXPECT_EQ(raw.pixel_type, PixelType::kUint8);
    EXPECT_THAT(pixels_of(raw), ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
    EXPECT_TRUE(raw.labels.empty());
  }
}

TEST_F(NpyDatasetTest, ReadsFloatsOfBothSizes) {
  const RawDataset single = read(npy_bytes("<f4", "1, 1, 2", bytes_of<float>({0, 0.3F})));
  EXPECT_EQ(single.pixel_type, PixelType::kFloat32);
  EXPECT_THAT(pixels_of(single), ElementsAre(0, 0.3F));
  const RawDataset twice = read(npy_bytes("<f8", "1, 2, 1", bytes_of<double>({1, 0.3})));
  EXPECT_EQ(twice.pixel_type, PixelType::kFloat32);
  EXPECT_THAT(pixels_of(twice), ElementsAre(1, 0.3F));
}

TEST_F(NpyDatasetTest, ReadsLabelsOfEveryIntegerType) {
  const std::vector<std::pair<std::string, std::string>> kLabels = {
      {"|u1", bytes_of<uint8_t>({3, 7})},  {"<u2", bytes_of<uint16_t>({3, 7})},
      {"<u4", bytes_of<uint32_t>({3, 7})}, {"<u8", bytes_of<uint64_t>({3, 7})},
      {"|i1", bytes_of<int8_t>({3, 7})},   {"<i2", bytes_of<int16_t>({3, 7})},
      {"<i4", bytes_of<int32_t>({3, 7})},  {"<i8", bytes_of<int64_t>({3, 7})}};
  for (const auto& [descr, bytes] : kLabels) {
    write_file(directory_ / "labels.npy", npy_bytes(descr, "2,", bytes));
    EXPECT_THAT(read(npy_bytes("|u1", "2, 1, 1", "ab")).labels, ElementsAre(3, 7)) << descr;
  }
  write_file(directory_ / "labels.npy", npy_bytes("|u1", "2, 1", bytes_of<uint8_t>({0, 1})));
  EXPECT_THAT(read().labels, ElementsAre(0, 1)) << "a column";
}

TEST_F(NpyDatasetTest, ReadsArchivesUnderTheUsualNames) {
  const std::string images = npy_bytes("|u1", "2, 1, 1", "ab");
  const std::string labels = npy_bytes("|u1", "2,", bytes_of<uint8_t>({5, 6}));
  const std::vector<std::pair<std::string, std::string>> kNames = {
      {"images.npy", "labels.npy"}, {"x_train.npy", "y_train.npy"}, {"x.npy", "y.npy"}};
  images_ = directory_ / "set.npz";
  for (const bool deflate : {false, true})
    for (const auto& [x, y] : kNames) {
      const RawDataset raw = read(zip_bytes({{y, labels, deflate}, {x, images, deflate}}));
      EXPECT_THAT(pixels_of(raw), ElementsAre('a', 'b'));
      EXPECT_THAT(raw.labels, ElementsAre(5, 6));
    }
  EXPECT_TRUE(read(zip_bytes({{"x.npy", images}})).labels.empty());
  EXPECT_THAT(error_for(zip_bytes({{"pictures.npy", images}})), HasSubstr("pictures.npy"));
  EXPECT_THAT(error_for(zip_bytes({})), HasSubstr("it holds nothing"));
  EXPECT_THAT(error_for(zip_bytes({{"x.npy", "no array"}})),
              HasSubstr("set.npz, member x.npy: is not an NPY file"));
}

TEST_F(NpyDatasetTest, SaysWhatToDoAboutArraysItCannotUse) {
  EXPECT_THAT(error_for(npy_bytes("|u1", "2, 3", "abcdef")), HasSubstr("shape (2, 3)"));
  EXPECT_THAT(error_for(npy_bytes("|u1", "1, 1, 1, 2, 3", "abcdef")),
              HasSubstr("shape (1, 1, 1, 2"));
  EXPECT_THAT(error_for(npy_bytes("|u1", "1, 3, 2, 3", std::string(18, 'a'))),
              HasSubstr("grey images"));
  EXPECT_THAT(error_for(npy_bytes("<f4", "2, 1, 1", bytes_of<float>({0, 2}))),
              HasSubstr("pixel 2 in image 1; floats must lie in [0, 1]: divide by 255"));
  EXPECT_THAT(error_for(npy_bytes("<f8", "1, 1, 1", bytes_of<double>({-0.5}))),
              HasSubstr("pixel -0.5"));
  EXPECT_THAT(error_for(npy_bytes("<f4", "1, 1, 1", bytes_of<float>({NAN}))),
              HasSubstr("pixel nan"));
  EXPECT_THAT(error_for(npy_bytes("<i8", "1, 1, 1", bytes_of<int64_t>({1}))),
              HasSubstr("astype(numpy.uint8)"));
}

TEST_F(NpyDatasetTest, SaysWhatIsWrongWithLabels) {
  EXPECT_THAT(labels_error_for(npy_bytes("|u1", "3,", "abc")),
              HasSubstr("3 labels for 2 images: they do not belong together"));
  EXPECT_THAT(labels_error_for(npy_bytes("|u1", "1, 2", "ab")), HasSubstr("shape (1, 2)"));
  EXPECT_THAT(labels_error_for(npy_bytes("<f4", "2,", bytes_of<float>({0, 1}))),
              HasSubstr("astype(numpy.int64)"));
  EXPECT_THAT(labels_error_for(npy_bytes("|i1", "2,", bytes_of<int8_t>({0, -1}))),
              HasSubstr("label of image 1 is -1"));
  EXPECT_THAT(labels_error_for(npy_bytes("<i4", "2,", bytes_of<int32_t>({65536, 0}))),
              HasSubstr("label of image 0 is 65536"));
}

TEST_F(NpyDatasetTest, UnderstandsEveryVersionOfTheHeader) {
  const std::string header = R"({"shape":(1,1,2),"fortran_order":False,"descr":"|u1"})";
  for (const int version : {1, 2, 3})
    EXPECT_THAT(pixels_of(read(npy_with_header(header, "xy", version))), ElementsAre('x', 'y'));
  EXPECT_THAT(error_for(npy_with_header(header, "xy", 4)), HasSubstr("format 4"));
}

TEST_F(NpyDatasetTest, RefusesHeadersThatAreNotNumPys) {
  const auto error_with = [&](const std::string& header) {
    return error_for(npy_with_header(header, "xy"));
  };
  const std::string rest = "'fortran_order': False, 'shape': (1, 1, 2)}";
  EXPECT_THAT(error_with("{'descr': '>u2', " + rest), HasSubstr(".astype('<u2')"));
  for (const char* descr : {"|O", "<U3", "<c8", "<f2", "|u2", "u1", ""})
    EXPECT_THAT(error_with(concat("{'descr': '", descr, "', ", rest)), HasSubstr("of type"))
        << descr;
  EXPECT_THAT(error_with("{'descr': [('x', '<f4')], " + rest), HasSubstr("several fields"));
  EXPECT_THAT(error_with("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 1, 2)}"),
              HasSubstr("numpy.ascontiguousarray"));
  EXPECT_THAT(error_with("{'descr': '|u1', 'fortran_order': 0, 'shape': ()}"),
              HasSubstr("neither True nor False"));
  EXPECT_THAT(error_with("{" + rest), HasSubstr("is missing"));
  EXPECT_THAT(error_with("{'descr': '|u1', 'descr': '|u1', " + rest), HasSubstr("twice"));
  EXPECT_THAT(error_with("{'type': '|u1', " + rest), HasSubstr("'type' is not known"));
  EXPECT_THAT(error_with("{'descr': '|u1', " + rest + " + 1"), HasSubstr("text follows"));
  EXPECT_THAT(error_with("{'descr: |u1"), HasSubstr("not closed"));
  EXPECT_THAT(error_with("{descr: '|u1'}"), HasSubstr("in quotes"));
  EXPECT_THAT(error_with("{'shape': (1, -1)}"), HasSubstr("no number"));
  EXPECT_THAT(error_with("{'shape': (1 1)}"), HasSubstr("',' is missing"));
  EXPECT_THAT(error_with("__import__('os')"), HasSubstr("'{' is missing"));
  EXPECT_THAT(error_with(""), HasSubstr("'{' is missing"));
}

TEST_F(NpyDatasetTest, RefusesDamagedFiles) {
  EXPECT_THAT(error_for(""), HasSubstr("magic"));
  EXPECT_THAT(error_for("\x93NUMPX"), HasSubstr("magic"));
  const std::string whole = npy_bytes("|u1", "2, 1, 3", "abcdef");
  EXPECT_THAT(error_for(whole.substr(0, 9)), HasSubstr("header is not complete"));
  EXPECT_THAT(error_for(whole.substr(0, 40)), HasSubstr("header is not complete"));
  EXPECT_THAT(error_for(whole.substr(0, whole.size() - 1)),
              HasSubstr("truncated: its header says 6 bytes of values, it holds 5"));
  EXPECT_THAT(error_for(whole + "g"), HasSubstr("trailing"));
  EXPECT_THAT(error_for(npy_bytes("|u1", "0, 1, 3", "")), HasSubstr("empty"));
  EXPECT_THAT(error_for(npy_bytes("<f8", "4294967296, 4294967296, 4294967296", "")),
              HasSubstr("4 GiB"));
}

}  // namespace
}  // namespace foldmill::trainer
