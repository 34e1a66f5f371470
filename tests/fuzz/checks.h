#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace foldmill::fuzz {

// What is wrong, or nothing. Each reads the whole input.

// Any sampler, asked for a suggestion: a point of the space that keeps what was fixed, the same
// when asked again, or a Status. A grid may have no point left, options may be refused; nothing
// else is.
std::string check_sampler(std::span<const uint8_t> input);

// Importances of any history by both methods: shares within [0, 1] that sum as promised, the same
// when asked again, or a Status.
std::string check_importance(std::span<const uint8_t> input);

// Points of one to four objectives with any losses: ranks and the front as their definition has
// them, volumes that grow with the points whatever their order, subsets of the size asked for,
// contributions of those that are on the front alone.
std::string check_fronts(std::span<const uint8_t> input);

}  // namespace foldmill::fuzz
