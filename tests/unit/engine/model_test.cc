// Random lives of a coordinator against the invariants of ChangeLedger and EngineDriver.

#include <gmock/gmock.h>

#include "tests/support/shrink.h"
#include "tests/unit/engine/many_lives.h"

namespace foldmill::engine {
namespace {

using ::testing::ElementsAre;

TEST(EngineModelTest, NoOrderOfEventsBreaksAnInvariant) { expect_nothing_breaks(16, 5'000); }

// What the failure of the test above would show.
TEST(EngineModelTest, OfALifeThatBreaksSomethingAFewStepsAreLeft) {
  const uint64_t seed = 3;
  const auto lost_attempts = [&](const std::vector<uint64_t>& steps) {
    Chaos chaos(seed);
    for (const uint64_t draws : steps) chaos.step(draws);
    int64_t lost = 0;
    for (const StudySnapshot& study : chaos.ledger().snapshot().studies)
      for (const TrialSnapshot& trial : study.trials)
        for (const FoldSnapshot& fold : trial.folds)
          for (const AttemptSnapshot& attempt : fold.attempts)
            lost += attempt.state == AttemptState::kLost;
    return lost;
  };
  const auto loses_one = [&](const std::vector<uint64_t>& steps) {
    return lost_attempts(steps) > 0;
  };
  const Life life = Life::drawn(seed, 2'000);
  ASSERT_GT(lost_attempts(life.steps), 10);
  const std::vector<uint64_t> few = testing::shrink(life.steps, loses_one);
  EXPECT_TRUE(loses_one(few));
  EXPECT_LE(few.size(), 4u);  // somebody joins, is assigned something, and comes back as another
}

TEST(ShrinkTest, WhatIsLeftCannotDoWithoutAnyOfIt) {
  std::vector<int> steps(1000);
  for (int i = 0; i < 1000; ++i) steps[static_cast<size_t>(i)] = i;
  const auto has = [](const std::vector<int>& of, int which) {
    return std::find(of.begin(), of.end(), which) != of.end();
  };
  EXPECT_THAT(testing::shrink(steps,
                              [&](const std::vector<int>& of) {
                                return has(of, 17) && (has(of, 400) || has(of, 900)) &&
                                       has(of, 999);
                              }),
              ElementsAre(17, 900, 999));
}

TEST(ShrinkTest, WhatNeedsNoStepNeedsNone) {
  EXPECT_TRUE(testing::shrink(std::vector<int>{1, 2, 3}, [](const auto&) { return true; }).empty());
}

}  // namespace
}  // namespace foldmill::engine
