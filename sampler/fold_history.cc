#include "sampler/fold_history.h"

#include <algorithm>
#include <limits>

namespace foldmill::sampler {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void FoldHistory::record(TrialNumber trial, int64_t epoch, double value) {
  std::vector<double>& values = column(reported_, epoch);
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
    column(completed_, epoch).push_back(*curve.at(epoch));
}

std::span<const double> FoldHistory::at(const Columns& columns, int64_t epoch) {
  if (epoch < 1 || epoch > static_cast<int64_t>(columns.size())) return {};
  return columns[static_cast<size_t>(epoch - 1)];
}

std::vector<double>& FoldHistory::column(Columns& columns, int64_t epoch) {
  const size_t place = static_cast<size_t>(epoch - 1);
  if (columns.size() <= place) columns.resize(place + 1);
  return columns[place];
}

}  // namespace foldmill::sampler
