#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"
#include "tests/support/engine_driver.h"

namespace foldmill::engine {

// Four workers and some loops outside that do to a coordinator whatever can happen to it: they
// join, leave, die, repeat themselves, fall silent, come back late, drain, send what makes no
// sense; the coordinator is killed; users give orders at any moment. One study has a median pruner,
// one a race between folds, one a first fold of every trial and a cross-validation, one is trained
// outside.
//
// A step is a number that all its choices are drawn from, given what it finds: any list of steps is
// a life.
class Chaos {
 public:
  explicit Chaos(uint64_t seed);

  void step(uint64_t draws);
  // Everything is repaired and left alone until nothing is left to do.
  void calm_down();

  // The first invariant that does not hold any more.
  std::optional<std::string> violation() const;
  // Of a world that has calmed down: what is not as it was promised.
  std::optional<std::string> broken_promise() const;
  // What happened, a line each.
  const std::vector<std::string>& story() const { return story_; }
  const testing::ChangeLedger& ledger() const { return driver_.ledger(); }

 private:
  struct Loop {
    std::string key;
    AskedTrial asked;
  };

  void told(std::string what) { story_.push_back(std::move(what)); }
  template <class Element>
  Element& any(std::vector<Element>& of) {
    return of[random_.below(of.size())];
  }

  void disturb_worker(testing::FakeWorker& worker, uint64_t dice);
  void work(testing::FakeWorker& worker);
  void end(testing::FakeWorker& worker, AttemptId attempt, AttemptOutcome outcome);
  void stray_message(testing::FakeWorker& worker);
  void order();
  void make_stages();
  void ask();
  void say(const Loop& loop);
  void finish_outside();
  EndCause any_cause();

  testing::EngineDriver driver_;
  Random random_;
  std::vector<testing::FakeWorker*> workers_;
  std::vector<Loop> loops_;  // of late; some have long lost their trials
  int asked_ = 0;
  std::vector<std::string> story_;
};

// A life of so many steps, and then calm; what broke, if anything did.
struct Life {
  uint64_t seed = 0;  // of the world
  std::vector<uint64_t> steps;

  static Life drawn(uint64_t seed, size_t steps);
};
std::optional<std::string> live(const Life& life);
// The shortest life that breaks something, as a story; empty when nothing breaks.
std::string shortest_story(const Life& life);

}  // namespace foldmill::engine
