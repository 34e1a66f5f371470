// How the values of a trial's folds scatter: in the view, and in filters and sort keys.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/fold_statistics.h"
#include "tests/support/example_database.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::ElementsAre;

class FoldScatterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_.apply({study_created()});
    end_trial(0, {0.5, 0.75, 0.9, 0.25}, TrialState::kCompleted, false);
    end_trial(1, {0.5, 0.6}, TrialState::kPruned, true);  // of four
    end_trial(2, {0.5}, TrialState::kPruned, false);
  }

  void end_trial(int64_t number, const std::vector<double>& values, TrialState state,
                 bool estimated) {
    database_.apply({trial_created(number, 4)});
    for (size_t fold = 0; fold < values.size(); ++fold)
      database_.apply({fold_changed(fold_key(number, static_cast<int64_t>(fold)),
                                    FoldState::kCompleted, values[fold])});
    change::TrialEnded ended{
        trial_key(number), state, mean_of(values), EndCause::kNone, "", {}, at(300)};
    ended.estimated = estimated;
    database_.apply({ended});
  }

  std::vector<Cell> row(int64_t trial) {
    const auto table = database_.reader()->query(
        "select folds_completed, fold_mean, fold_std, fold_error, estimated from trial_list"
        " where number = " +
            std::to_string(trial),
        1, Milliseconds(60'000));
    EXPECT_TRUE(table.ok()) << table.status().message();
    return table.ok() ? table->rows.at(0) : std::vector<Cell>(5);
  }

  std::vector<int64_t> numbers(const std::string& where, const std::string& sort = "") {
    TrialQuery query;
    query.where = where;
    query.sort = sort;
    const auto page = database_.reader()->list_trials("fashion", query);
    EXPECT_TRUE(page.ok()) << page.status().message();
    std::vector<int64_t> numbers;
    if (page.ok())
      for (const TrialRow& trial : page->rows) numbers.push_back(trial.number.value);
    return numbers;
  }

  ExampleDatabase database_;
};

TEST_F(FoldScatterTest, TheViewSaysWhatTheProgramSays) {
  const auto expected = fold_statistics(std::vector<double>{0.5, 0.75, 0.9, 0.25}, 0.25);
  const std::vector<Cell> cells = row(0);
  EXPECT_EQ(cells[0], Cell(int64_t{4}));
  EXPECT_DOUBLE_EQ(std::get<double>(cells[1]), expected->mean);
  EXPECT_DOUBLE_EQ(std::get<double>(cells[2]), expected->spread->deviation);
  EXPECT_DOUBLE_EQ(std::get<double>(cells[3]), expected->spread->error);
  EXPECT_EQ(cells[4], Cell(int64_t{0}));
}

TEST_F(FoldScatterTest, EstimatesAreMarkedAndASingleFoldHasNoScatter) {
  EXPECT_EQ(row(1)[0], Cell(int64_t{2}));
  EXPECT_EQ(row(1)[4], Cell(int64_t{1}));
  EXPECT_EQ(row(2)[2], Cell());
  EXPECT_EQ(row(2)[3], Cell());
}

TEST_F(FoldScatterTest, FiltersAndSortKeysKnowThem) {
  EXPECT_THAT(numbers("estimated = true"), ElementsAre(1));
  EXPECT_THAT(numbers("estimated = false"), ElementsAre(0, 2));
  EXPECT_THAT(numbers("fold_std > 0.1"), ElementsAre(0));
  EXPECT_THAT(numbers("fold_error < 0.1"), ElementsAre(1));
  EXPECT_THAT(numbers("fold_std is null"), ElementsAre(2));
  EXPECT_THAT(numbers("", "fold_error"), ElementsAre(1, 0, 2));
}

}  // namespace
}  // namespace foldmill::storage
