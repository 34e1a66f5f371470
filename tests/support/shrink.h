#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace foldmill::testing {

// The steps of a failing run without those that it fails without: removes runs of half the steps,
// of a quarter and so on down to single ones for as long as `fails` still holds (delta debugging;
// Zeller, Hildebrandt 2002). No single step of what is left can be removed. `fails` is a pure
// function of the steps, and holds for `steps`.
template <class Step, class Fails>
std::vector<Step> shrink(std::vector<Step> steps, const Fails& fails) {
  for (size_t length = std::max<size_t>(steps.size() / 2, 1);;) {
    bool removed = false;
    for (size_t begin = 0; begin < steps.size();) {
      std::vector<Step> rest = steps;
      const auto from = rest.begin() + static_cast<std::ptrdiff_t>(begin);
      rest.erase(from, from + static_cast<std::ptrdiff_t>(std::min(length, steps.size() - begin)));
      if (fails(rest)) {
        steps = std::move(rest);
        removed = true;
      } else {
        begin += length;
      }
    }
    if (length == 1 && !removed) return steps;
    if (!removed || length > steps.size()) length = std::max<size_t>(length / 2, 1);
  }
}

}  // namespace foldmill::testing
