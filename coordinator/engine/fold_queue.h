#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "core/ids.h"

namespace foldmill::engine {

// Where a waiting fold would like to go.
struct FoldWish {
  std::optional<WorkerId> avoid = {};  // the last attempt at it went wrong there
  std::optional<WorkerId> home = {};   // its checkpoint is there
};

// The folds of one study's running trials that wait for a slot. A trial is only begun when nothing
// here can be taken, so the queue is short and started trials finish first: lowest trial number,
// then lowest fold.
class FoldQueue {
 public:
  void push(TrialNumber trial, FoldIndex fold, FoldWish wish = {});
  // Nothing if it waits already.
  void add(TrialNumber trial, FoldIndex fold) { waiting_.try_emplace({trial, fold}); }
  void erase(TrialNumber trial);  // all of its folds

  // Where the fold in front would like to go.
  std::optional<WorkerId> home_of_first() const;

  // The next fold for a worker, taken out: one whose checkpoint it has, else the first. A fold that
  // avoids this worker is left to others, unless this is the only one there.
  std::optional<std::pair<TrialNumber, FoldIndex>> take(WorkerId worker, bool only_worker);

  // Whose turn it is when whole trials are given.
  std::optional<TrialNumber> first_trial() const;
  bool contains(TrialNumber trial) const;
  int64_t trials() const;  // how many have folds here

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }

 private:
  std::map<std::pair<TrialNumber, FoldIndex>, FoldWish> waiting_;
};

}  // namespace foldmill::engine
