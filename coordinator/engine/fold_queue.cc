#include "coordinator/engine/fold_queue.h"

#include <algorithm>
#include <set>

namespace foldmill::engine {

void FoldQueue::push(TrialNumber trial, FoldIndex fold, FoldWish wish) {
  waiting_[{trial, fold}] = wish;
}

void FoldQueue::erase(TrialNumber trial) {
  std::erase_if(waiting_, [&](const auto& entry) { return entry.first.first == trial; });
}

std::optional<WorkerId> FoldQueue::home_of_first() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->second.home;
}

std::optional<TrialNumber> FoldQueue::first_trial() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first.first;
}

bool FoldQueue::contains(TrialNumber trial) const {
  const auto next = waiting_.lower_bound({trial, FoldIndex(0)});
  return next != waiting_.end() && next->first.first == trial;
}

int64_t FoldQueue::trials() const {
  std::set<TrialNumber> seen;
  for (const auto& [fold, wish] : waiting_) seen.insert(fold.first);
  return static_cast<int64_t>(seen.size());
}

std::optional<std::pair<TrialNumber, FoldIndex>> FoldQueue::take(WorkerId worker,
                                                                 bool only_worker) {
  auto next = std::find_if(waiting_.begin(), waiting_.end(),
                           [&](const auto& entry) { return entry.second.home == worker; });
  if (next == waiting_.end())
    next = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& entry) {
      return only_worker || entry.second.avoid != worker;
    });
  if (next == waiting_.end()) return std::nullopt;
  const auto fold = next->first;
  waiting_.erase(next);
  return fold;
}

}  // namespace foldmill::engine
