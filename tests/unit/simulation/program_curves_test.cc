#include "coordinator/simulation/program_curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/simulation/simulation.h"
#include "tests/unit/simulation/simulated_study.h"

namespace foldmill::simulation {
namespace {

using ::testing::HasSubstr;

constexpr const char* kEcho =
    "while read line; do case \"$line\" in "
    "'{\"params\":{\"lr\":0.5,\"epochs\":4},\"fold\":2,\"epoch\":3,\"trial\":17,\"seed\":42}') "
    "echo ' 0.25 ';; *) echo \"nan\";; esac; done";

Result<EpochOutcome> ask(Curves& curves, const StudySpec& spec, int64_t fold, int64_t epoch) {
  const ParameterSet params{{"lr", 0.5}, {"epochs", int64_t{4}}};
  auto trial = curves.begin(spec, TrialNumber(17), params);
  return trial.value()->at(FoldIndex(fold), epoch);
}

TEST(ProgramCurves, SendsALineAndTakesTheNumber) {
  const StudySpec spec = mixed_study(4, 5, 4, 42);
  const auto curves = make_program_curves(kEcho).value();
  EXPECT_EQ(ask(*curves, spec, 2, 3)->value, 0.25);
  EXPECT_TRUE(std::isnan(ask(*curves, spec, 1, 3)->value));
  EXPECT_FALSE(ask(*curves, spec, 2, 3)->seconds.has_value());
}

TEST(ProgramCurves, AnAnswerThatIsNoNumberIsShown) {
  const auto curves = make_program_curves("while read line; do echo 'loss: 3'; done").value();
  const Status status = ask(*curves, mixed_study(4, 5, 4), 0, 1).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("it answered 'loss: 3'"));
}

TEST(ProgramCurves, AProgramThatEndsIsToldFromOneThatIsNotThere) {
  const StudySpec spec = mixed_study(4, 5, 4);
  auto curves = make_program_curves("read line; exit 3").value();
  EXPECT_THAT(ask(*curves, spec, 0, 1).status().message(), HasSubstr("ended with exit code 3"));
  EXPECT_THAT(ask(*curves, spec, 0, 1).status().message(), HasSubstr("has ended before"));
  curves = make_program_curves("no-such-program-at-all 2>/dev/null").value();
  EXPECT_THAT(ask(*curves, spec, 0, 1).status().message(), HasSubstr("ended with exit code 127"));
  curves = make_program_curves("kill -9 $$").value();
  EXPECT_THAT(ask(*curves, spec, 0, 1).status().message(), HasSubstr("ended by signal 9"));
}

TEST(ProgramCurves, AWholeStudyRunsOnThem) {
  const auto curves =
      make_program_curves("n=0; while read line; do n=$((n + 1)); echo $n; done").value();
  StudySpec spec = mixed_study(6, 2, 2);
  spec.pruning.type = "none";
  const auto outcome = simulate(spec, {}, *curves);
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->fold_epochs, 24);
  EXPECT_EQ(outcome->best->value, 3);  // of the first trial: its folds ended at 2 and 4
}

TEST(ProgramCurves, AStudyStopsWithItsProgram) {
  const auto curves = make_program_curves("read line; echo 1; read line; exit 1").value();
  const auto outcome = simulate(mixed_study(6, 2, 2), {}, *curves);
  EXPECT_EQ(outcome.status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace foldmill::simulation
