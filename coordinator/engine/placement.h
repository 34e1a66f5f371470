#pragma once

#include <optional>
#include <vector>

#include "coordinator/engine/step.h"
#include "coordinator/engine/study_engine.h"
#include "coordinator/engine/worker_registry.h"

namespace foldmill::engine {

// Who gets the free slots. Studies of a higher priority first, even if their samplers are still at
// work; among equal ones the one that holds the fewest slots, and of those the one whose turn it
// is. A study takes the slot it likes best: where the checkpoint of its next fold is, then where its
// data is.
//
// A study whose attempts take several slots of a worker would starve among others that take single
// ones as they fall free: when it is its turn, the worker that comes nearest is kept for it.
class Placement {
 public:
  // `studies`: by id. `last_served`: whose turn it was; what it becomes is last_served().
  Placement(WorkerRegistry& workers, std::vector<StudyEngine*> studies, StudyId last_served)
      : workers_(workers), studies_(std::move(studies)), last_served_(last_served) {}

  void run(Step& step);
  StudyId last_served() const { return last_served_; }

 private:
  int least_priority(WallTime now) const;
  StudyEngine* next_in_turn(const std::vector<StudyEngine*>& wanting) const;
  bool serve(StudyEngine& study, Step& step);
  void keep_worker_for(const StudyEngine& study);

  WorkerRegistry& workers_;
  const std::vector<StudyEngine*> studies_;
  StudyId last_served_;
  std::vector<FreeSlot> free_;
};

}  // namespace foldmill::engine
