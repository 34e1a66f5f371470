#include "coordinator/engine/placement.h"

#include <algorithm>
#include <tuple>

namespace foldmill::engine {

void Placement::run(Step& step) {
  std::erase_if(studies_,
                [&](const StudyEngine* study) { return !study->wants_slot(step.now().wall); });
  if (studies_.empty()) return;
  free_ = workers_.free_slots();
  while (!studies_.empty() && !free_.empty()) {
    StudyEngine* const study = next_in_turn();
    if (serve(*study, step)) {
      last_served_ = study->id();
    } else {
      keep_worker_for(*study);
      std::erase(studies_, study);
    }
  }
}

StudyEngine* Placement::next_in_turn() const {
  const auto rank = [&](const StudyEngine* study) {
    return std::tuple(-study->spec().resources.priority, study->slots_held(),
                      study->id() <= last_served_, study->id());
  };
  return *std::min_element(
      studies_.begin(), studies_.end(),
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
