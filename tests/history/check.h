#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/history/operation.h"

namespace foldmill::history {

// The study that a history is of.
struct Promise {
  int64_t trials = 1;  // the budget; all of them are to be completed
  int64_t folds = 1;   // of each
  int64_t epochs = 1;  // of each fold
};

// The folds whose answers nothing explains, in words, whether the study has ended or not: a fold
// must be linearizable (Herlihy and Wing 1990): there is an order of its operations, each within
// its begin and end, that the model of fold_model.h can go through; operations without an answer
// may have been done or not. Found by search with memory (Wing and Gong 1993, Lowe 2017), fold by
// fold, because what is promised of one fold does not depend on the others.
std::vector<std::string> unexplained(const std::vector<Operation>& history, int64_t epochs);

// What the history breaks, in words; empty when it keeps all promises.
std::vector<std::string> violations(const std::vector<Operation>& history, const Promise& promise);

}  // namespace foldmill::history
