#include "worker/trainer/data/group_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trainer/data_fixture.h"

namespace foldmill::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GroupFileTest : public ::testing::Test {
 protected:
  std::vector<int64_t> read(const std::string& content, int64_t images) const {
    write_file(path_, content);
    return read_groups(path_.string(), images, {}, {});
  }

  TempDir directory_;
  std::filesystem::path path_ = directory_ / "groups.txt";
};

TEST_F(GroupFileTest, WordsAreNumberedInTheirOrderNotInThatOfTheirAppearance) {
  EXPECT_THAT(read("smith\njones \r\nsmith\nadams, b\n", 4), ElementsAre(2, 1, 2, 0));
}

TEST_F(GroupFileTest, WholeNumbersCountAsNumbers) {
  EXPECT_THAT(read("10\n2\n10\n-1", 4), ElementsAre(10, 2, 10, -1));
  EXPECT_THAT(read("10\n2\nx\n", 3), ElementsAre(0, 1, 2)) << "one word makes all of them words";
}

TEST_F(GroupFileTest, MayBeGzippedAndLieInADataDirectory) {
  write_file(directory_ / "g.gz", gzipped("b\na\n"));
  EXPECT_THAT(read_groups("g.gz", 2, {}, {"/nowhere", directory_.path().string()}),
              ElementsAre(1, 0));
}

TEST_F(GroupFileTest, TheLabelsCanBeTheGroups) {
  const std::vector<int64_t> labels = {3, 1, 3};
  EXPECT_EQ(read_groups("label", 3, labels, {}), labels);
  EXPECT_THAT(error_of([] { read_groups("label", 3, {}, {}); }, EndCause::kUserError),
              HasSubstr("no labels"));
}

TEST_F(GroupFileTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_THAT(error_of([&] { read("a\nb\n", 3); }),
              HasSubstr("groups.txt: has 2 lines for 3 training images"));
  EXPECT_THAT(error_of([&] { read("a\n \nb\n", 3); }), HasSubstr("groups.txt:2: is empty"));
  EXPECT_THAT(error_of([] { read_groups("gone.txt", 1, {}, {"/nowhere"}); }),
              HasSubstr("folds.groups: gone.txt was not found; looked for /nowhere/gone.txt"));
  EXPECT_THAT(error_of([] { read_groups("gone.txt", 1, {}, {}); }), HasSubstr("no data directory"));
}

}  // namespace
}  // namespace foldmill::trainer
