#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "core/ids.h"

namespace foldmill::engine {

// The folds of one study's running trials that wait for a slot. A trial is only begun when nothing
// here can be taken, so the queue is short and started trials finish first: lowest trial number,
// then lowest fold.
class FoldQueue {
 public:
  // `avoid`: the worker on which the last attempt at this fold went wrong.
  void push(TrialNumber trial, FoldIndex fold, std::optional<WorkerId> avoid = std::nullopt);
  void erase(TrialNumber trial);  // all of its folds

  // The next fold for a worker, taken out. A fold that avoids this worker is left to others, unless
  // this is the only one there.
  std::optional<std::pair<TrialNumber, FoldIndex>> take(WorkerId worker, bool only_worker);

  // Whose turn it is when whole trials are given.
  std::optional<TrialNumber> first_trial() const;
  bool contains(TrialNumber trial) const;
  int64_t trials() const;  // how many have folds here

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }

 private:
  std::map<std::pair<TrialNumber, FoldIndex>, std::optional<WorkerId>> waiting_;
};

}  // namespace foldmill::engine
