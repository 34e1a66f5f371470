// Random loops against the invariants of ChangeLedger and EngineDriver: loops that ask, fall
// silent, come back late, repeat and contradict themselves; a coordinator that is killed; verbs at
// any moment.

#include <vector>

#include "core/random.h"
#include "tests/unit/engine/outside_fixture.h"

namespace foldmill::engine {
namespace {

constexpr int64_t kTrials = 60;

class OutsideModelTest : public OutsideTest {
 protected:
  void begin(uint64_t seed) {
    random_ = Random(seed, RandomPurpose::kTest);
    StudySpec spec = outside_study(kTrials, 3, 4);
    spec.pruning = {.type = "median", .warmup_trials = 3, .min_peers = 2};
    spec.resources.retries = {.worker_lost = 2, .out_of_memory = 0, .error = 1};
    driver.create(spec);
  }

  void step() {
    const uint64_t dice = random_.below(1000);
    if (dice < 8) return driver.restart();
    if (dice < 25) return disturb_study();
    if (dice < 50) return driver.advance(Milliseconds(random_.below(50'000)));
    if (dice < 200) return ask_again_or_anew();
    if (!loops_.empty()) say(loops_[random_.below(loops_.size())]);
  }

  void finish() {
    driver.command("small", event::StudyVerb::kResume);
    while (state() == StudyState::kActive) {
      const effect::Reply& reply = ask_reply();
      if (!reply.status.ok()) {
        driver.advance(kAskedLease);
        continue;
      }
      tell(hold(std::get<AskedTrial>(reply.answer)), ResultKind::kPruned);
    }
  }

 private:
  struct Loop {
    std::string key;
    AskedTrial asked;
  };

  void ask_again_or_anew() {
    const bool again = !loops_.empty() && random_.below(4) == 0;
    const std::string key =
        again ? loops_[random_.below(loops_.size())].key : concat("k", ++asked_);
    const effect::Reply& reply = ask_reply(key);
    if (reply.status.ok()) loops_.push_back({key, std::get<AskedTrial>(reply.answer)});
    if (loops_.size() > 12) loops_.erase(loops_.begin());
  }

  void say(const Loop& loop) {
    const HeldTrial of = hold(loop.asked);
    const auto fold = static_cast<int64_t>(random_.below(3));
    const double value = 0.1 * static_cast<double>(random_.below(20));
    const uint64_t dice = random_.below(100);
    if (dice < 70) {
      report(of, 1 + static_cast<int64_t>(random_.below(5)), value, fold);
    } else if (dice < 72) {
      report(of, 1, kNan, fold);
    } else if (dice < 84) {
      tell_fold(of, fold, value);
    } else if (dice < 88) {
      tell(of, value);
    } else if (dice < 91) {
      driver.tell(of, {});
    } else if (dice < 94) {
      driver.renew(of);
    } else {
      constexpr ResultKind kKinds[] = {ResultKind::kPruned, ResultKind::kFailed,
                                       ResultKind::kReleased};
      tell(of, kKinds[random_.below(std::size(kKinds))]);
    }
  }

  void disturb_study() {
    using Verb = event::StudyVerb;
    constexpr Verb kVerbs[] = {Verb::kPause, Verb::kPauseNow, Verb::kResume, Verb::kResume};
    driver.command("small", kVerbs[random_.below(std::size(kVerbs))]);
  }

  Random random_{0};
  std::vector<Loop> loops_;  // of late; some have long lost their trials
  int asked_ = 0;
};

class OutsideSeedTest : public OutsideModelTest, public ::testing::WithParamInterface<uint64_t> {};

TEST_P(OutsideSeedTest, NoOrderOfWordsBreaksAnInvariant) {
  begin(GetParam());
  for (int word = 0; word < 1500; ++word) {
    step();
    ASSERT_THAT(driver.violations(), ::testing::IsEmpty()) << "at word " << word;
  }
  finish();
  EXPECT_EQ(state(), StudyState::kCompleted) << reason();
  EXPECT_EQ(count(TrialState::kCompleted) + count(TrialState::kPruned), kTrials);
}

INSTANTIATE_TEST_SUITE_P(All, OutsideSeedTest, ::testing::Range(uint64_t{1}, uint64_t{7}),
                         [](const auto& given) { return concat(given.param); });

}  // namespace
}  // namespace foldmill::engine
