// What an attempt may say, and what follows from it.

#include <array>
#include <ostream>

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;

class AttemptTest : public EngineTest {
 protected:
  const AttemptOutcome& outcome(AttemptId attempt) {
    return driver.ledger().end_of(attempt)->outcome;
  }
};

TEST_F(AttemptTest, StartsOnce) {
  FakeWorker& worker = begin(small_study(1));
  EXPECT_EQ(driver.started(worker, worker.attempt()).verdict, AckVerdict::kAccepted);
  EXPECT_EQ(driver.started(worker, worker.attempt()).verdict, AckVerdict::kDuplicate);
}

TEST_F(AttemptTest, ARepeatedEpochIsAcknowledgedOnly) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  EXPECT_EQ(driver.report(worker, attempt, 1, 0.5).verdict, AckVerdict::kAccepted);
  EXPECT_EQ(driver.report(worker, attempt, 1, 0.7).verdict, AckVerdict::kDuplicate);
  EXPECT_EQ(driver.trial(0).folds[0].curve, std::vector<double>{0.5});
}

TEST_F(AttemptTest, AnUnknownAttemptIsSuperseded) {
  FakeWorker& worker = begin(small_study(1));
  EXPECT_EQ(driver.report(worker, AttemptId(99), 1, 0.5).verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(driver.started(worker, AttemptId(99)).verdict, AckVerdict::kSuperseded);
}

TEST_F(AttemptTest, AnotherWorkersAttemptIsSuperseded) {
  FakeWorker& worker = begin(small_study(1));
  FakeWorker& other = driver.join("b");
  EXPECT_EQ(driver.report(other, worker.attempt(), 1, 0.5).verdict, AckVerdict::kSuperseded);
  EXPECT_TRUE(driver.trial(0).folds[0].curve.empty());
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

struct BadReport {
  const char* what;
  int64_t epoch;
  const char* metric;
  const char* message;
  // Without it gtest names the case by its bytes, padding and addresses included.
  friend std::ostream& operator<<(std::ostream& out, const BadReport& bad) {
    return out << bad.what;
  }
};

class BadReportTest : public AttemptTest, public ::testing::WithParamInterface<BadReport> {};

TEST_P(BadReportTest, IsRejectedAndFailsTheAttempt) {
  FakeWorker& worker = begin(small_study(2));
  const AttemptId attempt = worker.attempt();
  const auto ack = driver.report(
      worker, attempt,
      EpochReport{.epoch = GetParam().epoch, .metrics = {{GetParam().metric, 0.5}}, .seconds = 1});
  EXPECT_EQ(ack.verdict, AckVerdict::kRejected);
  EXPECT_THAT(ack.message, HasSubstr(GetParam().message));
  EXPECT_EQ(outcome(attempt).cause, EndCause::kUserError);
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  ASSERT_EQ(driver.performed<effect::SendStop>().size(), 1u);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 2);
}

INSTANTIATE_TEST_SUITE_P(All, BadReportTest,
                         ::testing::Values(BadReport{"skipped", 2, "val_loss", "1 is next"},
                                           BadReport{"beyond", 3, "val_loss", "there are only 2"},
                                           BadReport{"zero", 0, "val_loss", "began at 1"},
                                           BadReport{"metric", 1, "loss",
                                                     "without the metric 'val_loss'"}),
                         [](const auto& given) { return given.param.what; });

TEST_F(AttemptTest, ABadReportIsRetriedAsOftenAsErrorsAre) {
  StudySpec spec = small_study(1);
  spec.resources.retries.error = 1;
  FakeWorker& worker = begin(spec);
  const AttemptId first = worker.attempt();
  driver.report(worker, first, 2, 0.5);
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
  driver.run_out();
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
  EXPECT_EQ(driver.trial(0).folds[0].attempts.size(), 2u);
}

TEST_F(AttemptTest, NanIsRecordedAndFailsTheTrialForGood) {
  StudySpec spec = small_study(1, 2);
  spec.resources.retries = {.worker_lost = 9, .out_of_memory = 9, .error = 9};
  FakeWorker& worker = begin(spec, 2);
  const AttemptId attempt = worker.attempt();
  EXPECT_EQ(driver.report(worker, attempt, 1, kNan).verdict, AckVerdict::kAccepted);
  EXPECT_EQ(driver.performed<effect::SendStop>().size(), 2u);  // this fold and the other
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kDiverged);
  EXPECT_EQ(driver.trial(0).folds[0].state, FoldState::kFailed);
  EXPECT_EQ(driver.trial(0).folds[0].curve.size(), 1u);
  EXPECT_EQ(driver.trial(0).folds[1].state, FoldState::kStopped);
  EXPECT_THAT(outcome(attempt).message, HasSubstr("val_loss is nan at epoch 1"));
}

TEST_F(AttemptTest, APrunedTrialStopsAllItsFolds) {
  StudySpec spec = small_study(5, 2, 3);
  spec.pruning = {.type = "median", .warmup_trials = 1, .min_peers = 1};
  driver.curve = [](const FoldKey& key, int64_t) { return static_cast<double>(key.trial.value); };
  FakeWorker& worker = begin(spec, 2);
  driver.complete(worker, worker.attempt());
  driver.complete(worker, worker.attempt());
  const AttemptId judged = worker.attempt();
  ASSERT_EQ(worker.tasks.size(), 2u);
  EXPECT_EQ(driver.train_epoch(worker, judged).verdict, AckVerdict::kAccepted);
  EXPECT_EQ(driver.trial(1).state, TrialState::kPruned);
  EXPECT_EQ(driver.trial(1).value, 1.0);
  const auto* end = driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(1)});
  ASSERT_TRUE(end->decision.has_value());
  EXPECT_EQ(end->decision->epoch, 1);
  EXPECT_EQ(end->decision->threshold, 0.0);
  const auto stops = driver.performed<effect::SendStop>();
  ASSERT_EQ(stops.size(), 2u);
  EXPECT_EQ(stops[0].cause, EndCause::kPruned);
  EXPECT_EQ(driver.performed<effect::SendAssignment>().size(), 0u);  // both slots are still busy
  driver.finish(worker, judged, {AttemptState::kStopped, EndCause::kPruned, {}});
  EXPECT_EQ(driver.performed<effect::SendAssignment>().size(), 1u);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kPruned), 4);  // pruned trials count for the budget
}

TEST_F(AttemptTest, ATrialThatLosesTheRaceRunsNoMoreFolds) {
  StudySpec spec = small_study(4, 4, 2);
  spec.pruning = {.type = "race"};
  driver.curve = [](const FoldKey& key, int64_t) {
    // Later trials are worse by more than the folds' noise.
    return static_cast<double>(key.trial.value * 10 + key.fold.value) +
           0.1 * static_cast<double>((key.trial.value * 3 + key.fold.value * 5) % 4);
  };
  begin(spec);
  driver.run_out();
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
  const TrialSnapshot& last = driver.trial(3);
  ASSERT_EQ(last.state, TrialState::kPruned);
  EXPECT_EQ(last.folds[0].state, FoldState::kCompleted);
  EXPECT_EQ(last.folds[1].state, FoldState::kCompleted);
  EXPECT_EQ(last.folds[3].state, FoldState::kStopped);
  EXPECT_TRUE(last.folds[3].attempts.empty());
  const auto* end = driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(3)});
  ASSERT_TRUE(end->decision.has_value());
  EXPECT_EQ(end->decision->pruner, "race");
  EXPECT_LT(*end->decision->p_value, 0.05);
  EXPECT_EQ(end->decision->threshold, *driver.trial(0).value);
  EXPECT_NEAR(*last.value, 31.7, 0.2);  // what all four folds would have given
  EXPECT_EQ(last.value, end->decision->value);
}

TEST_F(AttemptTest, PrunedTrialsAreRivalsAfterARestartToo) {
  StudySpec spec = small_study(3, 1, 2);
  spec.pruning = {.type = "asha", .min_peers = 1, .reduction_factor = 2};
  driver.curve = [](const FoldKey& key, int64_t) {
    return std::array{0.5, 0.9, 0.7}[static_cast<size_t>(key.trial.value)];
  };
  FakeWorker& worker = begin(spec);
  driver.complete(worker, worker.attempt());
  driver.train_epoch(worker, worker.attempt());
  ASSERT_EQ(driver.trial(1).state, TrialState::kPruned);
  driver.restart();
  driver.connect(worker);
  driver.run_out();
  EXPECT_EQ(driver.trial(2).state, TrialState::kPruned);
  EXPECT_EQ(driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(2)})->decision->peers, 2);
}

TEST_F(AttemptTest, ALateReportOfAPrunedFoldIsSuperseded) {
  StudySpec spec = small_study(3, 1, 3);
  spec.pruning = {.type = "median", .warmup_trials = 1, .min_peers = 1};
  driver.curve = [](const FoldKey& key, int64_t) { return static_cast<double>(key.trial.value); };
  FakeWorker& worker = begin(spec);
  driver.complete(worker, worker.attempt());
  const AttemptId judged = worker.attempt();
  driver.train_epoch(worker, judged);
  EXPECT_EQ(driver.report(worker, judged, 2, 1.0).verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(driver.performed<effect::SendAssignment>().size(), 1u);
}

TEST_F(AttemptTest, SuccessBeforeTheLastEpochIsAFaultOfTheMachine) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.finish(worker, attempt, kSucceeded);
  EXPECT_EQ(outcome(attempt).cause, EndCause::kInternal);
  driver.run_out();
  EXPECT_EQ(driver.trial(0).folds[0].attempts.size(), 2u);
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
}

TEST_F(AttemptTest, BestEpochIsTakenWhenAsked) {
  StudySpec spec = small_study(1, 1, 3);
  spec.objective.take = Take::kBestEpoch;
  driver.curve = [](const FoldKey&, int64_t epoch) { return epoch == 2 ? 0.25 : 0.75; };
  begin(spec);
  driver.run_out();
  EXPECT_EQ(driver.trial(0).value, 0.25);
}

struct Retries {
  const char* name;
  EndCause cause;
  int64_t attempts;  // with one retry for memory, two for errors, three for the machine
  friend std::ostream& operator<<(std::ostream& out, const Retries& retries) {
    return out << retries.name;
  }
};

class RetryTest : public AttemptTest, public ::testing::WithParamInterface<Retries> {};

TEST_P(RetryTest, ACauseHasItsOwnBudget) {
  StudySpec spec = small_study(1);
  spec.resources.retries = {.worker_lost = 3, .out_of_memory = 1, .error = 2};
  FakeWorker& worker = begin(spec);
  while (driver.trial(0).state == TrialState::kRunning)
    driver.finish(worker, worker.attempt(), failed(GetParam().cause, "the last words"));
  EXPECT_EQ(static_cast<int64_t>(driver.trial(0).folds[0].attempts.size()), GetParam().attempts);
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, GetParam().cause);
  EXPECT_EQ(driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(0)})->message,
            "the last words");
}

INSTANTIATE_TEST_SUITE_P(All, RetryTest,
                         ::testing::Values(Retries{"diverged", EndCause::kDiverged, 1},
                                           Retries{"memory", EndCause::kOutOfMemory, 2},
                                           Retries{"error", EndCause::kUserError, 3},
                                           Retries{"data", EndCause::kDataMissing, 4},
                                           Retries{"internal", EndCause::kInternal, 4},
                                           Retries{"lost", EndCause::kLost, 4}),
                         [](const auto& given) { return given.param.name; });

TEST_F(AttemptTest, RetriesAreCountedAcrossARestart) {
  StudySpec spec = small_study(1);
  spec.resources.retries.error = 1;
  FakeWorker& worker = begin(spec);
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  driver.restart();
  driver.connect(worker);
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
}

TEST_F(AttemptTest, AMachineFaultIsRetriedElsewhere) {
  FakeWorker& worker = begin(small_study(1));
  FakeWorker& other = driver.join("b");
  driver.finish(worker, worker.attempt(), failed(EndCause::kDataMissing));
  EXPECT_TRUE(worker.tasks.empty());
  EXPECT_EQ(other.tasks.size(), 1u);
}

TEST_F(AttemptTest, StoppingUnaskedIsAMachineFault) {
  StudySpec spec = small_study(1);
  spec.resources.retries.worker_lost = 1;
  FakeWorker& worker = begin(spec);
  FakeWorker& other = driver.join("b");
  const AttemptId attempt = worker.attempt();
  driver.finish(worker, attempt, given_back());
  EXPECT_EQ(outcome(attempt).state, AttemptState::kFailed);
  EXPECT_EQ(outcome(attempt).cause, EndCause::kInternal);
  EXPECT_TRUE(worker.tasks.empty());  // retried elsewhere
  driver.finish(other, other.attempt(), given_back());
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_THAT(driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(0)})->message,
              HasSubstr("nobody had asked it to"));
}

TEST_F(AttemptTest, FailedTrialsDoNotCountForTheBudget) {
  FakeWorker& worker = begin(small_study(3));
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  driver.run_out();
  EXPECT_EQ(count(TrialState::kFailed), 1);
  EXPECT_EQ(count(TrialState::kCompleted), 3);
}

TEST_F(AttemptTest, TooManyFailuresInARowFailTheStudy) {
  FakeWorker& worker = begin(small_study(100));
  driver.train_epoch(worker, worker.attempt());
  for (int i = 0; i < 19; ++i)
    driver.finish(worker, worker.attempt(), failed(EndCause::kUserError, "no such option"));
  driver.complete(worker, worker.attempt());  // breaks the row
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(state(), StudyState::kActive);
    driver.finish(worker, worker.attempt(), failed(EndCause::kUserError, "no such option"));
  }
  EXPECT_EQ(state(), StudyState::kFailed);
  EXPECT_THAT(reason(), HasSubstr("20 trials failed in a row"));
  EXPECT_THAT(reason(), HasSubstr("user_error: no such option"));
}

TEST_F(AttemptTest, WhatNeverWorkedFailsTheStudySoon) {
  FakeWorker& worker = begin(small_study(100));
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(state(), StudyState::kActive) << i;
    driver.finish(worker, worker.attempt(), failed(EndCause::kUserError, "no such option"));
  }
  EXPECT_EQ(state(), StudyState::kFailed);
  EXPECT_THAT(reason(), HasSubstr("5 trials failed in a row"));
}

TEST_F(AttemptTest, ParametersThatDoNotWorkAreNoReasonToGiveUpSoon) {
  FakeWorker& worker = begin(small_study(100));
  for (int i = 0; i < 19; ++i)
    driver.finish(worker, worker.attempt(), failed(EndCause::kOutOfMemory, "too wide"));
  EXPECT_EQ(state(), StudyState::kActive);
}

TEST_F(AttemptTest, AFailedStudyGetsItsOtherAttemptsBackUnharmed) {
  EngineOptions strict;
  strict.max_consecutive_failures = 1;
  EngineDriver world(strict);
  world.create(small_study(4));
  FakeWorker& worker = world.join("a", 2);
  const AttemptId other = std::next(worker.tasks.begin())->first;
  world.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  EXPECT_EQ(world.study().state, StudyState::kFailed);
  EXPECT_EQ(worker.tasks.at(other).stop, EndCause::kPreempted);
  world.finish(worker, other, given_back());
  EXPECT_TRUE(worker.tasks.empty());
  EXPECT_EQ(world.trial(1).state, TrialState::kRunning);
  EXPECT_TRUE(world.command("small", event::StudyVerb::kResume).status.ok());
  world.run_out();
  EXPECT_EQ(world.study().state, StudyState::kCompleted);
  EXPECT_EQ(world.trial(1).state, TrialState::kCompleted);
  EXPECT_THAT(world.violations(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace foldmill::engine
