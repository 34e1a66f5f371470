#include "coordinator/engine/fold_queue.h"

#include <algorithm>

namespace foldmill::engine {

void FoldQueue::push(TrialNumber trial, FoldIndex fold, std::optional<WorkerId> avoid) {
  waiting_[{trial, fold}] = avoid;
}

void FoldQueue::erase(TrialNumber trial) {
  std::erase_if(waiting_, [&](const auto& entry) { return entry.first.first == trial; });
}

std::optional<std::pair<TrialNumber, FoldIndex>> FoldQueue::take(WorkerId worker,
                                                                 bool only_worker) {
  const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& entry) {
    return only_worker || entry.second != worker;
  });
  if (next == waiting_.end()) return std::nullopt;
  const auto fold = next->first;
  waiting_.erase(next);
  return fold;
}

}  // namespace foldmill::engine
