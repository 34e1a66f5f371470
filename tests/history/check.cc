#include "tests/history/check.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "core/text.h"
#include "tests/history/fold_model.h"

namespace foldmill::history {
namespace {

// Looks for an order of the operations on one fold.
class OrderSearch {
 public:
  OrderSearch(const std::vector<Operation>& operations, int64_t epochs)
      : operations_(operations), epochs_(epochs), done_(operations.size(), '0') {}

  bool finds_one() { return goes_on_from(FoldState()); }

 private:
  bool goes_on_from(const FoldState& state) {
    if (!seen_.insert(done_ + state.key()).second) return false;
    const Time first_end = earliest_end();
    if (first_end == kNever) return true;  // only what was never answered is left
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (done_[i] == '1' || operations_[i].begin > first_end) continue;
      const auto next = after(state, operations_[i], epochs_);
      if (!next) continue;
      done_[i] = '1';
      if (goes_on_from(*next)) return true;
      done_[i] = '0';
    }
    return false;
  }

  // Nothing that begins later can have been done before this one.
  Time earliest_end() const {
    Time earliest = kNever;
    for (size_t i = 0; i < operations_.size(); ++i)
      if (done_[i] == '0') earliest = std::min(earliest, operations_[i].end);
    return earliest;
  }

  const std::vector<Operation>& operations_;
  int64_t epochs_;
  std::string done_;  // '1' for each that is in the order
  std::unordered_set<std::string> seen_;
};

std::string describe(const std::vector<Operation>& operations) {
  std::string text;
  for (const Operation& operation : operations) text += concat("  ", to_string(operation), "\n");
  return text;
}

using Fold = std::pair<int64_t, int64_t>;  // trial, fold
using Folds = std::map<Fold, std::vector<Operation>>;

std::string to_string(const Fold& fold) {
  return concat("trial ", fold.first, " fold ", fold.second);
}

Folds by_fold(const std::vector<Operation>& history) {
  Folds folds;
  for (const Operation& operation : history)
    folds[{operation.trial, operation.fold}].push_back(operation);
  for (auto& [fold, operations] : folds)
    std::stable_sort(operations.begin(), operations.end(),
                     [](const Operation& a, const Operation& b) { return a.begin < b.begin; });
  return folds;
}

bool is_completed_read(const Operation& operation) {
  return operation.act == Act::kRead && operation.completed;
}

}  // namespace

std::vector<std::string> unexplained(const std::vector<Operation>& history, int64_t epochs) {
  std::vector<std::string> found;
  for (const auto& [fold, operations] : by_fold(history))
    if (!OrderSearch(operations, epochs).finds_one())
      found.push_back(concat(to_string(fold),
                             ": no order of these explains the answers and what was read:\n",
                             describe(operations)));
  return found;
}

std::vector<std::string> violations(const std::vector<Operation>& history, const Promise& promise) {
  std::vector<std::string> found = unexplained(history, promise.epochs);
  const Folds folds = by_fold(history);
  for (const auto& [fold, operations] : folds)
    if (fold.first >= promise.trials)
      found.push_back(concat(to_string(fold), ": beyond the budget of ", promise.trials,
                             " trials\n", describe(operations)));
  for (int64_t trial = 0; trial < promise.trials; ++trial)
    for (int64_t fold = 0; fold < promise.folds; ++fold) {
      const auto operations = folds.find({trial, fold});
      if (operations == folds.end() ||
          std::count_if(operations->second.begin(), operations->second.end(), is_completed_read) !=
              1)
        found.push_back(concat(to_string(Fold{trial, fold}), ": not completed once"));
    }
  return found;
}

}  // namespace foldmill::history
