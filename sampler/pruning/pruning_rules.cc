#include "sampler/pruning/pruning_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foldmill::sampler {

double percentile(std::vector<double> values, double percent) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double position = percent / 100 * static_cast<double>(values.size() - 1);
  const size_t left = static_cast<size_t>(position);
  const size_t right = std::min(left + 1, values.size() - 1);
  // Equal neighbours need no arithmetic, which would turn two infinities into NaN.
  if (values[left] == values[right]) return values[left];
  const double fraction = position - static_cast<double>(left);
  return fraction == 0 ? values[left] : values[left] + (values[right] - values[left]) * fraction;
}

bool is_check_epoch(int64_t epoch, int64_t warmup_epochs, int64_t interval) {
  if (epoch < warmup_epochs) return false;
  const int64_t window_start = epoch - (epoch - warmup_epochs) % interval;
  return epoch == std::max<int64_t>(window_start, 1);
}

std::vector<double> peer_values(std::span<const LearningCurve* const> peers, int64_t epoch) {
  std::vector<double> values;
  values.reserve(peers.size());
  for (const LearningCurve* peer : peers)
    if (const std::optional<double> value = peer->at(epoch)) values.push_back(*value);
  return values;
}

}  // namespace foldmill::sampler
