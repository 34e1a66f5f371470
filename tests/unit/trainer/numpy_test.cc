#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/text.h"
#include "tests/unit/trainer/data_fixture.h"
#include "worker/trainer/data/load_raw.h"

// Against the files of NumPy itself; write_numpy.py says what is in them.
namespace foldmill::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NumpyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0)
      GTEST_SKIP() << "python3-numpy is not installed";
    const std::string command = concat("/usr/bin/python3 -B ", FOLDMILL_TRAINER_TESTS,
                                       "/write_numpy.py ", directory_.path().string(), " 2>&1");
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  RawDataset read(const std::string& name) {
    const RawDataset raw = load_raw(data_spec("npy", directory_ / name), {});
    EXPECT_EQ(raw.images, 2);
    EXPECT_EQ(raw.height, 3);
    EXPECT_EQ(raw.width, 4);
    EXPECT_THAT(raw.labels, ElementsAre(0, 3));
    return raw;
  }

  TempDir directory_;
};

TEST_F(NumpyTest, ReadsWhatSavezWrites) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const RawDataset raw = read(name);
    EXPECT_EQ(raw.pixel_type, PixelType::kUint8);
    const std::vector<float> pixels = pixels_of(raw);
    for (size_t i = 0; i < 24; ++i) EXPECT_EQ(pixels[i], i * 37 % 256) << name << " " << i;
  }
}

TEST_F(NumpyTest, ReadsFloats) {
  for (const char* name : {"floats.npz", "images.npy", "."}) {
    const std::vector<float> pixels = pixels_of(read(name));
    for (size_t i = 0; i < 24; ++i)
      EXPECT_EQ(pixels[i], static_cast<float>(static_cast<double>(i) / 23)) << name << " " << i;
  }
}

TEST_F(NumpyTest, RefusesWhatIsNotPlainNumbersInOrder) {
  EXPECT_THAT(error_of([&] { read("fortran.npy"); }), HasSubstr("ascontiguousarray"));
  EXPECT_THAT(error_of([&] { read("objects.npy"); }), HasSubstr("type '|O'"));
}

}  // namespace
}  // namespace foldmill::trainer
