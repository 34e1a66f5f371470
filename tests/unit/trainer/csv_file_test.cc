#include "worker/trainer/data/csv_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trainer/data_fixture.h"
#include "worker/trainer/data/load_raw.h"

namespace foldmill::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CsvFileTest : public ::testing::Test {
 protected:
  RawDataset read(const std::string& content) {
    write_file(path_, content);
    return load_raw(data_spec("csv", path_), {});
  }
  std::string error_for(const std::string& content) {
    return error_of([&] { read(content); });
  }

  TempDir directory_;
  std::filesystem::path path_ = directory_ / "set.csv";
};

TEST_F(CsvFileTest, TakesTheFirstColumnForLabelsWhereTheOthersMakeASquare) {
  const RawDataset raw = read("7,0,255,3,4\n2, 5 ,6,7,8\n");
  EXPECT_EQ(raw.images, 2);
  EXPECT_EQ(raw.height, 2);
  EXPECT_EQ(raw.width, 2);
  EXPECT_EQ(raw.pixel_type, PixelType::kUint8);
  EXPECT_THAT(pixels_of(raw), ElementsAre(0, 255, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(raw.labels, ElementsAre(7, 2));
}

TEST_F(CsvFileTest, TakesSquaresWithoutLabels) {
  const RawDataset raw = read("1,2,3,4\n");
  EXPECT_THAT(pixels_of(raw), ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(raw.labels.empty());
}

TEST_F(CsvFileTest, FindsTheLabelsByName) {
  for (const char* name : {"label", "class", "\"label\""}) {
    const RawDataset raw = read(std::string("p1,p2,") + name + ",p3,p4\n1,2,9,3,4\n");
    EXPECT_THAT(pixels_of(raw), ElementsAre(1, 2, 3, 4)) << name;
    EXPECT_THAT(raw.labels, ElementsAre(9));
  }
  EXPECT_THAT(read("what,a,b,c,d\n9,1,2,3,4\n").labels, ElementsAre(9)) << "by place";
}

TEST_F(CsvFileTest, TakesTheNamesThatPandasMakesForNames) {
  const std::string names = "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n";
  const RawDataset raw = read(names + "7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7\n");
  EXPECT_EQ(raw.images, 1);
  EXPECT_THAT(error_for("," + names + "0,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7\n"),
              HasSubstr("index=False"));
}

TEST_F(CsvFileTest, ReadsFloatsAndBlackAndWhiteAsUnitPixels) {
  const RawDataset floats = read("0,0.25,1e-1,1\n");
  EXPECT_EQ(floats.pixel_type, PixelType::kFloat32);
  EXPECT_THAT(pixels_of(floats), ElementsAre(0, 0.25F, 0.1F, 1));
  EXPECT_EQ(read("0,1,1,0\n").pixel_type, PixelType::kFloat32);
}

TEST_F(CsvFileTest, ReadsPackedFilesAndForeignLineEnds) {
  EXPECT_THAT(read("\n3,1,2,3,4\r\n\r\n4,5,6,7,8").labels, ElementsAre(3, 4));
  EXPECT_THAT(read(gzipped("3,1,2,3,4\n")).labels, ElementsAre(3));
}

TEST_F(CsvFileTest, SaysInWhichLineAndColumn) {
  EXPECT_THAT(error_for("9,1,2,3,4\n\n9,1,x,3,4\n"),
              HasSubstr("set.csv:3: column 3 holds 'x', which is no number"));
  EXPECT_THAT(error_for("9,1,x,3,4\n"), HasSubstr(":1: column 3")) << "not taken for names";
  EXPECT_THAT(error_for("9,1,,3,4\n"), HasSubstr("column 3 holds ''"));
  EXPECT_THAT(error_for("9,1,nan,3,4\n"), HasSubstr("'nan'"));
  EXPECT_THAT(error_for("9,1,2,3,4\n9,1,2,3\n"),
              HasSubstr(":2: has 4 columns, the first line has 5"));
  EXPECT_THAT(error_for("9,1,2,3,4\n9,1,2,3,4,\n"), HasSubstr("column 6 holds ''"));
  EXPECT_THAT(error_for("9,1,2,3,256\n"), HasSubstr("column 5 holds pixel 256"));
  EXPECT_THAT(error_for("9,-1,2,3,4\n"), HasSubstr("pixel -1"));
  EXPECT_THAT(error_for("0.5,1,2,3,4\n"), HasSubstr("column 1 holds label 0.5"));
  EXPECT_THAT(error_for("-3,1,2,3,4\n"), HasSubstr("label of image 0 is -3"));
  EXPECT_THAT(error_for("0,0,0,0,7\n0,0,0.5,0,0\n"),
              HasSubstr(":2: column 3 holds a fraction, but line 1 column 5"));
}

TEST_F(CsvFileTest, RefusesFilesWithoutSquareImages) {
  EXPECT_THAT(error_for("1,2,3\n"), HasSubstr(":1: has 3 columns"));
  EXPECT_THAT(error_for("label,a,b,c\n"), HasSubstr("has 4 columns"));
  EXPECT_THAT(error_for("label\n1\n"), HasSubstr("has 1 columns"));
  EXPECT_THAT(error_for(""), HasSubstr("no images"));
  EXPECT_THAT(error_for("label,a,b,c,d\n"), HasSubstr("no images"));
}

}  // namespace
}  // namespace foldmill::trainer
