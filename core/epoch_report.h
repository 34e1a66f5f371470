#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foldmill {

// What an attempt says after each epoch. Metrics may be NaN or infinite: that is news, not an error.
struct EpochReport {
  int64_t epoch = 0;  // from 1
  std::vector<std::pair<std::string, double>> metrics;  // train_loss, val_loss, …
  double seconds = 0;                                   // wall time of this epoch

  std::optional<double> metric(std::string_view name) const {
    for (const auto& [key, value] : metrics)
      if (key == name) return value;
    return std::nullopt;
  }
};

}  // namespace foldmill
