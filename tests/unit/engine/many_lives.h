#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "core/text.h"
#include "tests/unit/engine/chaos.h"

namespace foldmill::engine {

// FOLDMILL_TEST_SEED repeats one life of a failed test.
inline std::vector<uint64_t> seeds(uint64_t count) {
  if (const char* chosen = std::getenv("FOLDMILL_TEST_SEED"))
    return {std::strtoull(chosen, nullptr, 10)};
  std::vector<uint64_t> all(count);
  for (uint64_t seed = 0; seed < count; ++seed) all[seed] = seed + 1;
  return all;
}

inline void expect_nothing_breaks(uint64_t lives, size_t steps) {
  for (const uint64_t seed : seeds(lives)) {
    const Life life = Life::drawn(seed, steps);
    const auto broken = live(life);
    ASSERT_FALSE(broken) << *broken << "\nFOLDMILL_TEST_SEED=" << seed << "\n"
                         << shortest_story(life);
  }
}

}  // namespace foldmill::engine
