#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/engine/effect.h"
#include "core/change.h"
#include "core/clock.h"
#include "core/ids.h"

namespace foldmill::engine {

// Collects what one event leads to: changes and effects in the order in which they were decided,
// seen at one time. Lives as long as the event is handled.
class Step {
 public:
  explicit Step(Now now) : now_(now) {}

  const Now& now() const { return now_; }

  // A fact of a study; its watchers are told once, after all effects of the step.
  void record(StudyId study, Change change) {
    touched_.insert(study);
    transition_.changes.push_back(std::move(change));
  }
  void record(change::WorkerSeen seen) { transition_.changes.push_back(std::move(seen)); }
  void perform(Effect effect) { transition_.effects.push_back(std::move(effect)); }

  // Studies that completed in this step, by name.
  void note_completed(std::string study) { completed_.push_back(std::move(study)); }
  const std::vector<std::string>& completed() const { return completed_; }

  Transition finish() && {
    for (StudyId study : touched_) perform(effect::StudyChanged{study});
    return std::move(transition_);
  }

 private:
  Now now_;
  Transition transition_;
  std::set<StudyId> touched_;
  std::vector<std::string> completed_;
};

}  // namespace foldmill::engine
