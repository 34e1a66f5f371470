#include "coordinator/engine/placement.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace foldmill::engine {

void Placement::run(Step& step) {
  const WallTime now = step.now().wall;
  std::vector<StudyEngine*> wanting;
  for (StudyEngine* study : studies_)
    if (study->wants_slot(now)) wanting.push_back(study);
  if (wanting.empty()) return;
  free_ = workers_.free_slots();
  while (!wanting.empty() && !free_.empty()) {
    StudyEngine* const study = next_in_turn(wanting);
    if (study->spec().resources.priority < least_priority(now)) return;
    if (serve(*study, step)) {
      last_served_ = study->id();
    } else {
      keep_worker_for(*study);
      std::erase(wanting, study);
    }
  }
}

// A sampler takes milliseconds, a fold of a lesser study may take hours: the slot waits.
int Placement::least_priority(WallTime now) const {
  int least = std::numeric_limits<int>::min();
  for (const StudyEngine* study : studies_)
    if (study->awaits_suggestion(now) && workers_.any_fits(study->spec()))
      least = std::max(least, study->spec().resources.priority);
  return least;
}

StudyEngine* Placement::next_in_turn(const std::vector<StudyEngine*>& wanting) const {
  const auto rank = [&](const StudyEngine* study) {
    return std::tuple(-study->spec().resources.priority, study->slots_held(),
                      study->id() <= last_served_, study->id());
  };
  return *std::min_element(
      wanting.begin(), wanting.end(),
      [&](const StudyEngine* a, const StudyEngine* b) { return rank(a) < rank(b); });
}

bool Placement::serve(StudyEngine& study, Step& step) {
  for (const SlotWish wish : {SlotWish::kCheckpoint, SlotWish::kData, SlotWish::kAny})
    for (const FreeSlot& slot : free_) {
      if (study.wish_for(slot.worker) != wish || !study.offer(slot, step)) continue;
      const Worker& worker = workers_.get(slot.worker);
      std::erase_if(free_, [&](const FreeSlot& each) {
        return each.worker == worker.id && worker.occupied.contains(each.slot);
      });
      return true;
    }
  return false;
}

void Placement::keep_worker_for(const StudyEngine& study) {
  const int needed = study.spec().resources.slots;
  if (needed == 1) return;
  const Worker* nearest = nullptr;
  for (const FreeSlot& slot : free_) {
    const Worker& worker = workers_.get(slot.worker);
    // A worker with enough free slots was declined for another reason.
    if (!worker.fits(study.spec()) || worker.free() >= needed) continue;
    if (nearest == nullptr || worker.free() > nearest->free()) nearest = &worker;
  }
  if (nearest != nullptr)
    std::erase_if(free_, [&](const FreeSlot& slot) { return slot.worker == nearest->id; });
}

}  // namespace foldmill::engine
