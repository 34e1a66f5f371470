// Random events against the invariants of ChangeLedger and EngineDriver: workers that join, leave,
// die, repeat themselves, fall silent, drain; a coordinator that is killed; verbs at any moment.

#include <cstdlib>
#include <vector>

#include "core/random.h"
#include "core/text.h"
#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

constexpr int64_t kTrials = 150;  // more than the chaos lets through, so that it never runs dry

class Chaos {
 public:
  explicit Chaos(uint64_t seed) : random_(seed, RandomPurpose::kTest) {
    StudySpec spec = small_study(kTrials, 3, 4);
    spec.pruning = {.type = "median", .warmup_trials = 3, .min_peers = 2};
    spec.resources.retries = {.worker_lost = 2, .out_of_memory = 1, .error = 1};
    if (random_.below(2) == 0) spec.parallel = 4;
    driver.curve = [](const FoldKey& key, int64_t epoch) {
      return static_cast<double>((key.trial.value * 13 + key.fold.value) % 17) +
             1.0 / static_cast<double>(epoch);
    };
    driver.create(spec);
    for (const char* name : {"a", "b", "c", "d"})
      workers_.push_back(&driver.worker(
          FakeWorker{.name = name, .slots = 1 + static_cast<int64_t>(random_.below(3))}));
  }

  void step() {
    FakeWorker& worker = *workers_[random_.below(workers_.size())];
    const uint64_t dice = random_.below(1000);
    if (dice < 8) return driver.restart();
    if (dice < 30) return disturb_study();
    if (dice < 60) return driver.advance(Milliseconds(random_.below(40'000)));
    if (dice < 90) return driver.connect(worker);  // also while it is connected
    if (!worker.connected) return driver.advance(Milliseconds(random_.below(2'000)));
    if (dice < 110) return driver.disconnect(worker);
    if (dice < 120) return driver.replace_process(worker);
    if (dice < 125) return driver.drain(worker);
    if (dice < 150) return driver.send(event::Heartbeat{worker.session});
    if (dice < 170) return stray_message(worker);
    if (worker.tasks.empty()) return;
    auto task = worker.tasks.begin();
    std::advance(task, static_cast<int64_t>(random_.below(worker.tasks.size())));
    work(worker, task->first);
  }

  // Everything is repaired and left alone.
  void calm_down() {
    driver.command("small", event::StudyVerb::kResume);
    for (FakeWorker* worker : workers_) {
      driver.replace_process(*worker);
      driver.connect(*worker);
    }
    driver.advance(Milliseconds(60'000));
    for (FakeWorker* worker : workers_) driver.connect(*worker);
    driver.run_out();
  }

  // Chaos fails trials in long rows; that a study gives up then is another test's matter.
  EngineDriver driver{EngineOptions{.max_consecutive_failures = 1'000'000}};

 private:
  void work(FakeWorker& worker, AttemptId attempt) {
    FakeWorker::Task& task = worker.tasks.at(attempt);
    const uint64_t dice = random_.below(100);
    if (task.stop && dice < 50) {
      driver.finish(worker, attempt, {AttemptState::kStopped, *task.stop, {}});
    } else if (dice < 5 && task.epoch > 0) {
      driver.report(worker, attempt, task.epoch, driver.curve(task.assignment.fold, task.epoch));
    } else if (dice < 7) {
      driver.report(worker, attempt, task.epoch + 2, 0.5);  // skips one
    } else if (dice < 8) {
      driver.report(worker, attempt, ++task.epoch, kNan);
    } else if (dice < 10) {
      driver.finish(worker, attempt, failed(random_cause()));
    } else if (dice < 11) {
      driver.finish(worker, attempt, kSucceeded);
    } else if (dice < 16) {
      driver.started(worker, attempt);
    } else if (dice < 34) {
      driver.checkpoint(worker, attempt, task.epoch,
                        concat(task.assignment.fold.trial.value % 3, "@", task.epoch));
    } else if (task.epoch < task.assignment.epochs) {
      driver.train_epoch(worker, attempt);
    } else {
      driver.artifact(worker, attempt, concat("model", task.assignment.fold.trial.value));
      if (worker.tasks.contains(attempt)) driver.finish(worker, attempt, kSucceeded);
    }
  }

  // About an attempt that is another worker's, has ended long ago, or never was.
  void stray_message(FakeWorker& worker) {
    const FakeWorker& other = *workers_[random_.below(workers_.size())];
    const AttemptId attempt =
        other.tasks.empty() ? AttemptId(static_cast<int64_t>(random_.below(200))) : other.attempt();
    if (worker.tasks.contains(attempt)) return;
    if (random_.below(2) == 0)
      driver.report(worker, attempt, 1 + static_cast<int64_t>(random_.below(4)), 0.1);
    else
      driver.finish(worker, attempt, kSucceeded);
  }

  void disturb_study() {
    using Verb = event::StudyVerb;
    constexpr Verb kVerbs[] = {Verb::kPause, Verb::kPauseNow, Verb::kResume, Verb::kResume,
                               Verb::kResume};
    driver.command("small", kVerbs[random_.below(std::size(kVerbs))]);
  }

  EndCause random_cause() {
    constexpr EndCause kCauses[] = {EndCause::kOutOfMemory, EndCause::kUserError,
                                    EndCause::kInternal,    EndCause::kDataMissing,
                                    EndCause::kPreempted,   EndCause::kNone};
    return kCauses[random_.below(std::size(kCauses))];
  }

  Random random_;
  std::vector<FakeWorker*> workers_;
};

// FOLDMILL_TEST_SEED repeats one run.
std::vector<uint64_t> seeds() {
  if (const char* chosen = std::getenv("FOLDMILL_TEST_SEED"))
    return {std::strtoull(chosen, nullptr, 10)};
  return {1, 2, 3, 4, 5, 6, 7, 8};
}

TEST(EngineModelTest, NoOrderOfEventsBreaksAnInvariant) {
  for (uint64_t seed : seeds()) {
    SCOPED_TRACE(concat("FOLDMILL_TEST_SEED=", seed));
    Chaos chaos(seed);
    for (int event = 0; event < 3000; ++event) {
      chaos.step();
      ASSERT_THAT(chaos.driver.violations(), ::testing::IsEmpty()) << "at event " << event;
    }
    chaos.calm_down();
    ASSERT_THAT(chaos.driver.violations(), ::testing::IsEmpty());
    EXPECT_EQ(chaos.driver.study().state, StudyState::kCompleted)
        << chaos.driver.ledger().reason(StudyId(1));
    EXPECT_EQ(chaos.driver.ledger().count(StudyId(1), TrialState::kCompleted) +
                  chaos.driver.ledger().count(StudyId(1), TrialState::kPruned),
              kTrials);
  }
}

}  // namespace
}  // namespace foldmill::engine
