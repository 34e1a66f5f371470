#include "sampler/pruning/pruning_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foldmill::sampler {

double percentile_of_ascending(std::span<const double> ascending, double percent) {
  if (ascending.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = percent / 100 * static_cast<double>(ascending.size() - 1);
  const double left = ascending[static_cast<size_t>(position)];
  const double fraction = position - std::floor(position);
  if (fraction == 0) return left;
  const double right = ascending[static_cast<size_t>(position) + 1];
  // Equal neighbours need no arithmetic, which would turn two infinities into NaN.
  return left == right ? right : left + (right - left) * fraction;
}

double percentile(std::vector<double> values, double percent) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  std::sort(values.begin(), values.end());
  return percentile_of_ascending(values, percent);
}

bool is_check_epoch(int64_t epoch, int64_t warmup_epochs, int64_t interval) {
  if (epoch < warmup_epochs) return false;
  const int64_t window_start = epoch - (epoch - warmup_epochs) % interval;
  return epoch == std::max<int64_t>(window_start, 1);
}

}  // namespace foldmill::sampler
