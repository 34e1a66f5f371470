#pragma once

#include <string>

#include "tests/e2e/chaos.h"

namespace foldmill::e2e {

// R1: a study that is struck so many times, then left to finish. Its budget grows while faults are
// to come, so that there is always something to strike. Expects every promise of the record:
// exactly once, budget exact, fenced.
void expect_survives_chaos(int faults, const ChaosOptions& options, const std::string& pruning,
                           uint64_t seed);

// The same with one worker of one slot, and expects what an undisturbed run records, to the bit.
void expect_chaos_changes_nothing(int faults, uint64_t seed);

}  // namespace foldmill::e2e
