#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/history/operation.h"

namespace foldmill::history {

// What is promised about one fold, as a machine that does one thing at a time.
//
//   lease     not ended, the attempt is newer than all before; it trains from the checkpoint on,
//             and what was reported beyond it counts no more
//   report    done: by the holder, the next epoch, or one that is there with the same value
//   checkpoint, finish   done: by the holder; of epochs that were reported; of all of them
//   superseded           the attempt does not hold the fold, and never will again
//   read      just what is there
struct FoldState {
  int64_t newest = 0;  // attempt that was handed the fold
  int64_t holder = 0;  // 0: nobody
  int64_t checkpoint = 0;
  std::vector<double> curve = {};
  bool ended = false;

  std::string key() const;  // equal for equal states
};

// The state after the operation was done and answered as it says (with no answer: was done); none
// where that cannot be.
std::optional<FoldState> after(FoldState state, const Operation& operation, int64_t epochs);

}  // namespace foldmill::history
