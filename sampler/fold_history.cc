#include "sampler/fold_history.h"

#include <algorithm>
#include <limits>

namespace foldmill::sampler {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The column of an epoch, which begins to exist.
template <typename Column>
Column& grown(std::vector<Column>& columns, int64_t epoch) {
  const size_t place = static_cast<size_t>(epoch - 1);
  if (columns.size() <= place) columns.resize(place + 1);
  return columns[place];
}

// The column of an epoch that may not have been reached: an empty one then.
template <typename Column>
const Column& found(const std::vector<Column>& columns, int64_t epoch) {
  static const Column kEmpty{};
  if (epoch < 1 || epoch > static_cast<int64_t>(columns.size())) return kEmpty;
  return columns[static_cast<size_t>(epoch - 1)];
}

}  // namespace

void FoldHistory::record(TrialNumber trial, int64_t epoch, double value) {
  std::vector<double>& values = grown(reported_, epoch);
  const size_t place = static_cast<size_t>(trial.value);
  if (values.size() <= place) values.resize(place + 1, kNone);
  values[place] = value;
}

void FoldHistory::forget_after(TrialNumber trial, int64_t epoch) {
  const size_t place = static_cast<size_t>(trial.value);
  for (size_t i = static_cast<size_t>(std::max<int64_t>(epoch, 0)); i < reported_.size(); ++i)
    if (place < reported_[i].size()) reported_[i][place] = kNone;
}

void FoldHistory::complete(const LearningCurve& curve) {
  for (int64_t epoch = 1; epoch <= curve.last_epoch(); ++epoch)
    grown(completed_, epoch).add(*curve.at(epoch));
}

std::span<const double> FoldHistory::reported(int64_t epoch) const {
  return found(reported_, epoch);
}

const CompletedValues& FoldHistory::completed(int64_t epoch) const {
  return found(completed_, epoch);
}

}  // namespace foldmill::sampler
