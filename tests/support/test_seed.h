#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace foldmill::test {

// The seed of a random test: FOLDMILL_TEST_SEED, else one of the moment's. Printed, so that a
// failure can be repeated.
inline uint64_t test_seed() {
  const char* chosen = std::getenv("FOLDMILL_TEST_SEED");
  const uint64_t seed =
      chosen == nullptr ? std::random_device{}() : std::strtoull(chosen, nullptr, 10);
  std::cout << "FOLDMILL_TEST_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace foldmill::test
