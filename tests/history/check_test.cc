// The checker is worth as much as what it catches: for each rule a history that breaks it, beside
// one that does not.

#include "tests/history/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill::history {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kEpochs = 2;

// One fold, one thing after the other unless told otherwise.
class CheckTest : public ::testing::Test {
 protected:
  Operation& add(Act act, int64_t attempt, int64_t epoch, double value,
                 Answer answer = Answer::kDone) {
    const Time begin = ++now_, end = ++now_;
    history_.push_back({.client = "c",
                        .act = act,
                        .attempt = attempt,
                        .epoch = epoch,
                        .value = value,
                        .answer = answer,
                        .begin = begin,
                        .end = answer == Answer::kNone ? kNever : end});
    return history_.back();
  }
  Operation& lease(int64_t attempt, int64_t first_epoch = 1) {
    return add(Act::kLease, attempt, first_epoch, 0);
  }
  Operation& report(int64_t attempt, int64_t epoch, double value, Answer answer = Answer::kDone) {
    return add(Act::kReport, attempt, epoch, value, answer);
  }
  Operation& checkpoint(int64_t attempt, int64_t epoch, Answer answer = Answer::kDone) {
    return add(Act::kCheckpoint, attempt, epoch, 0, answer);
  }
  Operation& finish(int64_t attempt, Answer answer = Answer::kDone) {
    return add(Act::kFinish, attempt, 0, 0, answer);
  }
  void read(std::vector<double> curve, bool completed = true) {
    Operation& operation = add(Act::kRead, 0, 0, 0);
    operation.curve = std::move(curve);
    operation.completed = completed;
  }
  void trained_by(int64_t attempt) {
    lease(attempt);
    report(attempt, 1, 11);
    report(attempt, 2, 12);
    finish(attempt);
  }
  std::vector<std::string> found() const { return violations(history_, {1, 1, kEpochs}); }
  void expect_broken() const { EXPECT_THAT(found(), ElementsAre(HasSubstr("no order of these"))); }

  std::vector<Operation> history_;
  Time now_ = 0;
};

TEST_F(CheckTest, AnUndisturbedFoldIsInOrder) {
  trained_by(1);
  read({11, 12});
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(CheckTest, AReportThatWasAcknowledgedAndIsGone) {
  trained_by(1);
  read({11});
  expect_broken();
}

TEST_F(CheckTest, AReportThatIsThereTwice) {
  trained_by(1);
  read({11, 11, 12});
  expect_broken();
}

TEST_F(CheckTest, AValueThatNobodyReported) {
  trained_by(1);
  read({11, 99});
  expect_broken();
}

TEST_F(CheckTest, AnEpochThatWasAcceptedBeforeTheOneBefore) {
  lease(1);
  report(1, 2, 12);
  report(1, 1, 11);
  finish(1);
  read({11, 12});
  expect_broken();
}

TEST_F(CheckTest, TheSameReportTwiceIsNoHarmAndAnotherValueIs) {
  lease(1);
  report(1, 1, 11);
  report(1, 1, 11);
  report(1, 2, 12);
  finish(1);
  read({11, 12});
  EXPECT_THAT(found(), IsEmpty());
  history_[2].value = 13;
  expect_broken();
}

TEST_F(CheckTest, WhatWasNeverAnsweredMayBeThereOrNot) {
  for (const bool there : {true, false}) {
    history_.clear();
    lease(1);
    report(1, 1, 11);
    report(1, 2, 12, Answer::kNone);
    read(there ? std::vector<double>{11, 12} : std::vector<double>{11}, /*completed=*/false);
    EXPECT_THAT(found(), ElementsAre(HasSubstr("not completed once")));
  }
}

TEST_F(CheckTest, ALaterLeaseTakesOverFromTheCheckpoint) {
  lease(1);
  report(1, 1, 11);
  checkpoint(1, 1);
  report(1, 2, 12);
  lease(2, /*first_epoch=*/2);
  report(1, 2, 12, Answer::kSuperseded);
  report(2, 2, 22);
  finish(2);
  read({11, 22});
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(CheckTest, ALeaseThatSkipsEpochsOrForgetsACheckpoint) {
  for (const int64_t first : {1, 3}) {
    history_.clear();
    lease(1);
    report(1, 1, 11);
    checkpoint(1, 1);
    lease(2, first);
    EXPECT_THAT(found(), Contains(HasSubstr("no order of these"))) << first;
  }
}

TEST_F(CheckTest, AReportOfASupersededAttemptThatIsAccepted) {
  lease(1);
  lease(2);
  report(1, 1, 11);
  report(2, 2, 22);
  finish(2);
  read({11, 22});
  expect_broken();
}

TEST_F(CheckTest, AnAttemptThatIsHeardAgainAfterItWasRefused) {
  lease(1);
  report(1, 1, 11);
  report(1, 2, 12, Answer::kSuperseded);
  report(1, 2, 12);
  finish(1);
  read({11, 12});
  expect_broken();
}

TEST_F(CheckTest, TwoHoldersAtOnce) {
  lease(1);
  lease(2);
  report(2, 1, 21);
  checkpoint(1, 1);
  EXPECT_THAT(found(), Contains(HasSubstr("no order of these")));
}

TEST_F(CheckTest, AFoldThatEndsTwice) {
  trained_by(1);
  lease(2);
  report(2, 1, 21);
  report(2, 2, 22);
  finish(2);
  read({21, 22});
  expect_broken();
}

TEST_F(CheckTest, AFoldThatIsFinishedTooSoon) {
  lease(1);
  report(1, 1, 11);
  finish(1);
  read({11});
  expect_broken();
}

TEST_F(CheckTest, AFoldThatIsFinishedAndNotCompleted) {
  trained_by(1);
  read({11, 12}, /*completed=*/false);
  EXPECT_THAT(found(), ElementsAre(HasSubstr("no order"), HasSubstr("not completed once")));
}

TEST_F(CheckTest, OperationsAtTheSameTimeHaveAnyOrderAndOthersTheirOwn) {
  lease(1);
  report(1, 2, 12);
  report(1, 1, 11);
  finish(1);
  read({11, 12});
  expect_broken();
  history_[1].end = history_[2].end;  // it was still on its way when the other was
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(CheckTest, ATrialBeyondTheBudget) {
  trained_by(1);
  read({11, 12});
  Operation& beyond = lease(1);
  beyond.trial = 1;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("beyond the budget")));
}

TEST_F(CheckTest, ATrialOfTheBudgetThatIsMissing) {
  trained_by(1);
  read({11, 12});
  EXPECT_THAT(violations(history_, {2, 1, kEpochs}),
              ElementsAre(HasSubstr("trial 1 fold 0: not completed once")));
}

}  // namespace
}  // namespace foldmill::history
