#include "cli/output/asked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;

AskedTrial asked() {
  return {.study = "mine",
          .trial = TrialNumber(17),
          .lease = 2,
          .lease_time = Milliseconds(90'000),
          .params = {{"lr", 0.25}, {"act.fn", std::string("it's")}},
          .constants = {{"units", int64_t{64}}},
          .folds = {FoldIndex(1), FoldIndex(2)},
          .plan = {.k = 3, .seed = 5},
          .epochs = 20,
          .goals = {{"accuracy", Direction::kMaximize}}};
}

TEST(Asked, JsonHasEverythingThatALoopNeeds) {
  EXPECT_EQ(asked_json(asked()).dump(),
            R"({"schema":"asked/v1","study":"mine","trial":17,"name":"mine/17","lease":2,)"
            R"("lease_seconds":90.0,"params":{"lr":0.25,"act.fn":"it's"},)"
            R"("constants":{"units":64},"folds":[1,2],"k":3,"seed":5,"epochs":20,)"
            R"("goals":[{"metric":"accuracy","direction":"maximize"}]})");
}

TEST(Asked, TheEnvironmentIsSafeToEvaluate) {
  EXPECT_EQ(asked_environment(asked()),
            "TRIAL=mine/17\nLEASE=2\nFOLDS='1 2'\nK=3\nSEED=5\nEPOCHS=20\n"
            "PARAM_units=64\nPARAM_lr=0.25\nPARAM_act_fn='it'\\''s'\n");
}

TEST(Asked, TheTableIsForPeople) {
  EXPECT_THAT(asked_table(asked()), HasSubstr("trial     mine/17\nlease     2, for 1m30s"));
  EXPECT_THAT(asked_table(asked()), HasSubstr("folds     1 2 of 3\n"));
  EXPECT_THAT(asked_table(asked()), HasSubstr("searched  lr                0.25\n"));
}

TEST(Asked, AStandingSaysWhetherToGoOn) {
  EXPECT_EQ(standing_json({"mine", TrialNumber(3)}, {.state = TrialState::kPruned,
                                                     .go_on = false,
                                                     .repeated = true,
                                                     .value = NAN,
                                                     .note = "why"})
                .dump(),
            R"({"schema":"standing/v1","study":"mine","trial":3,"state":"pruned","value":null,)"
            R"("go_on":false,"repeated":true,"note":"why"})");
}

}  // namespace
}  // namespace foldmill::cli
