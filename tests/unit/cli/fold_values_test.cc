#include "cli/output/fold_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "cli/output/judgement.h"
#include "cli/output/shapes.h"
#include "cli/terminal/text_width.h"
#include "tests/unit/cli/fold_rows.h"

namespace foldmill::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<double> kFive = {2, 4, 4, 5, 10};  // mean 5, median 4, standard deviation 3

TEST(WithError, ShowsTwoDigitsOfTheErrorAndTheValueAsFar) {
  EXPECT_EQ(with_error(0.0213456, 0.000423), "0.02135 ± 0.00042");
  EXPECT_EQ(with_error(0.6054, 0.02458), "0.605 ± 0.025");
  EXPECT_EQ(with_error(123456, 4321), "123456 ± 4321");
  EXPECT_EQ(with_error(-1, 0.5), "-1.00 ± 0.50");
  EXPECT_EQ(with_error(0.25, 0), "0.25 ± 0");
  EXPECT_EQ(with_error(1e-12, 2e-13), "1e-12 ± 2e-13");
}

TEST(DescribeValue, OfSeveralFoldsHasItsStandardError) {
  const StudySpec spec = folds_spec("s");
  const TrialRow trial = completed_trial(0, kFive);
  EXPECT_EQ(describe_value(spec, trial), "5.0 ± 1.3 (5 folds)");
  EXPECT_THAT(describe_values(spec, trial), HasSubstr("val_loss 5.0 ± 1.3 (5 folds)"));
  EXPECT_EQ(describe_spread(*spread_of(spec, trial)),
            "mean 5, median 4, standard deviation 3, standard error 1.342 (2.012 corrected for the "
            "training data that folds share)");
}

TEST(DescribeValue, WithoutSeveralFoldsIsTheNumberAlone) {
  EXPECT_EQ(describe_value(folds_spec("s", 1), completed_trial(0, {0.25})), "0.25");
  EXPECT_EQ(describe_value(folds_spec("s"), TrialRow{}), "");
  // Stopped inside a fold: its value is no mean of the others.
  TrialRow stopped = pruned_after(completed_trial(0, kFive), 3);
  stopped.value = 9;
  EXPECT_EQ(describe_value(folds_spec("s"), stopped), "9");
}

TEST(DescribeValue, ThatIsAnEstimateSaysSoEverywhere) {
  const StudySpec spec = folds_spec("s");
  TrialRow stopped = pruned_after(completed_trial(0, kFive), 2);
  stopped.value = 4.25;
  stopped.estimated = true;
  EXPECT_EQ(describe_value(spec, stopped), "~4.25, estimated from 2 of 5 folds");
  EXPECT_EQ(value_text(stopped), "~4.25");
  EXPECT_EQ(trial_json(spec, stopped)["estimated"], true);
  const Listing listing = list_trials(spec, {stopped, completed_trial(1, kFive)});
  EXPECT_EQ(listing.rows[0][2].text, "~4.25");
  EXPECT_EQ(listing.rows[0][2].value, Cell(4.25));
  EXPECT_EQ(listing.columns.back().name, "estimated");
  EXPECT_EQ(listing.rows[0].back().value, Cell(int64_t{1}));
  EXPECT_EQ(listing.rows[1].back().value, Cell(int64_t{0}));
}

TEST(DescribeValue, ThatIsNotTheMeanSaysWhatTheMeanIs) {
  TrialRow told = completed_trial(0, kFive);
  told.value = 4;
  EXPECT_EQ(describe_value(folds_spec("s"), told),
            "4 (told for all 5 folds; their mean 5.0 ± 1.3)");
  StudySpec spec = folds_spec("s");
  spec.schedule.aggregate = Aggregate::kMedian;
  EXPECT_EQ(describe_value(spec, told), "4 (median of 5 folds; their mean 5.0 ± 1.3)");
  spec.schedule.aggregate = Aggregate::kMeanPlusStd;
  told.value = 8;
  EXPECT_EQ(describe_value(spec, told),
            "8 (mean and standard deviation of 5 folds; their mean 5.0 ± 1.3)");
}

TEST(FoldStatisticsJson, IsInEveryTrialOfSeveralFolds) {
  const Json several = trial_json(folds_spec("s"), completed_trial(0, kFive))["fold_statistics"];
  EXPECT_EQ(several["folds"], 5);
  EXPECT_EQ(several["mean"], 5);
  EXPECT_EQ(several["median"], 4);
  EXPECT_EQ(several["std"], 3);
  EXPECT_DOUBLE_EQ(several["error"], 3 / std::sqrt(5));
  EXPECT_DOUBLE_EQ(several["corrected_error"], 3 * std::sqrt(0.2 + 0.25));
  EXPECT_TRUE(trial_json(folds_spec("s", 1), completed_trial(0, {1}))["fold_statistics"].is_null());
}

TEST(TrialListing, HasColumnsOfFoldsWhereThereAreSeveral) {
  const StudySpec spec = folds_spec("s");
  const std::vector<TrialRow> trials = {completed_trial(0, kFive),
                                        pruned_after(completed_trial(1, kFive), 1)};
  const auto print = [&](const StudySpec& of, std::vector<TrialRow> rows, Format format) {
    std::ostringstream out, err;
    EXPECT_TRUE(
        print_listing(list_trials(of, rows), {format, {}, true}, Terminal(), out, err).ok());
    return out.str();
  };
  const std::string csv = print(spec, trials, Format::kCsv);
  EXPECT_THAT(csv, HasSubstr("number,state,value,fold_error,fold_std,folds,epochs"));
  EXPECT_THAT(csv, HasSubstr("0,completed,5,1.3416407864998738,3,5,5"));
  EXPECT_THAT(csv, HasSubstr("1,pruned,5,,,1,5"));
  const std::string table = print(spec, trials, Format::kTable);
  EXPECT_THAT(table, AllOf(HasSubstr("1.342"), HasSubstr("5/5"), HasSubstr("1/5")));
  EXPECT_THAT(print(folds_spec("s", 1), {completed_trial(0, {1})}, Format::kCsv),
              Not(HasSubstr("fold")));
}

TEST(TrialListing, KeepsTheStandardErrorOnANarrowTerminal) {
  TrialRow trial = completed_trial(0, {0.5771, 0.5778, 0.7031, 0.5915, 0.5767});
  for (const char* name : {"filters_1", "filters_2", "filters_3", "latent_dim", "optimizer"})
    trial.params.set(name, 0.123456789);
  std::vector<std::string> dropped;
  std::istringstream lines(layout_table(list_trials(folds_spec("s"), {trial}), true, 80, &dropped));
  std::string header;
  std::getline(lines, header);
  EXPECT_THAT(header, HasSubstr("FOLD_ERROR"));
  EXPECT_THAT(header, Not(HasSubstr("FOLD_STD")));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80u);
}

TEST(Labelled, BreaksBetweenWordsAndIndentsWhatFollows) {
  EXPECT_EQ(labelled("why", "one two  three four", 20),
            "why       one two\n          three four\n");
  EXPECT_EQ(labelled("why", "abcdefghijklmnop qr", 20),
            "why       abcdefghijklmnop\n          qr\n");
  EXPECT_EQ(labelled("why", "one  two", std::numeric_limits<size_t>::max()),
            "why       one  two\n");
  EXPECT_EQ(labelled("why", "ab cd", 4), "why       ab\n          cd\n");
  EXPECT_EQ(labelled("why", "", 80), "why       \n");
}

}  // namespace
}  // namespace foldmill::cli
