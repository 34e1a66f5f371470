#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foldmill {

// Named numbers, in the order in which they were reported.
using MetricValues = std::vector<std::pair<std::string, double>>;

inline std::optional<double> find_metric(const MetricValues& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics)
    if (key == name) return value;
  return std::nullopt;
}

// What an attempt says after each epoch. Metrics may be NaN or infinite: that is news, not an
// error.
struct EpochReport {
  int64_t epoch = 0;     // from 1
  MetricValues metrics;  // train_loss, val_loss, …
  double seconds = 0;    // wall time of this epoch

  std::optional<double> metric(std::string_view name) const { return find_metric(metrics, name); }
};

}  // namespace foldmill
