#include "cli/follow/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "cli/run/ensure_study.h"
#include "cli/study_file/study_file.h"
#include "cli/terminal/live_region.h"
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;

Progress halfway() {
  Progress progress;
  progress.study.spec.trials = 10;
  progress.study.completed = 4;
  progress.study.pruned = 1;
  progress.study.seconds = 110;
  TrialRow trial;
  trial.seconds = 10;
  FoldRow fold;
  fold.state = FoldState::kLeased;
  trial.folds = {fold, fold};
  progress.running = {trial};
  return progress;
}

TEST(Eta, IsMeanTrialTimesWhatIsMissingOverBusyFolds) {
  // 100 s for 5 trials; 5 are missing, 10 s of them done; two folds train at a time.
  EXPECT_DOUBLE_EQ(remaining_seconds(halfway()).value(), (5 * 20.0 - 10) / 2);
}

TEST(Eta, IsUnknownBeforeTheFirstTrialEnds) {
  Progress progress = halfway();
  progress.study.completed = progress.study.pruned = 0;
  EXPECT_EQ(remaining_seconds(progress), std::nullopt);
}

TEST(Sparkline, GoesFromLowestToHighest) {
  EXPECT_EQ(sparkline({3, 2, 1}, 8), "█▅▁");
  EXPECT_EQ(sparkline({9, 3, 2, 1}, 3), "█▅▁");
  EXPECT_EQ(sparkline({1, NAN, 1}, 8), "▁·▁");
  EXPECT_EQ(sparkline({}, 8), "");
}

TEST(ProgressBar, IsFullOnlyWhenDone) {
  EXPECT_EQ(progress_bar(1, 2, 4), "██░░");
  EXPECT_EQ(progress_bar(99, 100, 4), "███░");
  EXPECT_EQ(progress_bar(0, 0, 2), "░░");
}

TEST(LiveLines, AreAtMostTwelve) {
  Progress progress = halfway();
  progress.running.resize(40, progress.running[0]);
  EXPECT_LE(live_lines(progress, 80).size(), LiveRegion::kMostLines);
}

TEST(LiveLines, TheBestShowsItsParameters) {
  Progress progress = halfway();
  progress.study.best = TrialNumber(3);
  progress.study.best_value = 0.0231;
  progress.best_params = {{"lr", 0.0021}, {"optimizer", std::string("radam")}};
  EXPECT_EQ(live_lines(progress, 80)[1], " best  #3  val_loss 0.0231   lr 0.0021  optimizer radam");
}

TEST(LiveRegion, CutsToTheWidthAndClearsFromTheFirstColumn) {
  std::ostringstream out;
  LiveRegion region(out, 6);
  region.draw({"abcdefgh"});
  EXPECT_EQ(out.str(), "abcd…\n");
  out.str("");
  region.clear();
  EXPECT_EQ(out.str(), "\r\x1b[1A\x1b[J");
}

TEST(Start, SaysHowManyTrialsAreDone) {
  EnsuredStudy ensured{halfway().study, "goes on"};
  EXPECT_THAT(describe_start(ensured), HasSubstr(" goes on · 5 of 10 trials done · auto"));
  ensured.study.completed = ensured.study.pruned = 0;
  EXPECT_THAT(describe_start(ensured), HasSubstr(" goes on · 10 trials · auto"));
}

TEST(SpecDifference, ShowsWhatDiffersAndAllowsExtensions) {
  StudySpec stored = *read_study_text("s.yaml", study_text("  lr: 1e-3\n"));
  StudySpec wanted = stored;
  stored.trials = wanted.trials + 5;  // extended since
  wanted.source = "other comments";
  EXPECT_EQ(spec_difference(stored, wanted), "");
  wanted.constants.set("lr", 1e-2);
  EXPECT_THAT(spec_difference(stored, wanted), HasSubstr("- fixed     lr                0.001"));
  EXPECT_THAT(spec_difference(stored, wanted), HasSubstr("+ fixed     lr                0.01"));
  wanted = stored;
  wanted.trials = stored.trials + 1;
  EXPECT_NE(spec_difference(stored, wanted), "");
}

}  // namespace
}  // namespace foldmill::cli
