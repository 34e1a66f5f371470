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

// Study files: refused with an error line, or a study that the coordinator gets as it was read.
std::string check_study_file(std::span<const uint8_t> input);

// Messages of the network, which one by the first byte: refused with a reason, or encoded to what
// decodes to the same again.
std::string check_codec(std::span<const uint8_t> input);

// What trainers write: the same lines however it is cut, each a message or refused with a reason.
std::string check_trainer_lines(std::span<const uint8_t> input);

// Filters and sort keys: refused with a reason, or SQL with a value for each of its marks.
std::string check_filter(std::span<const uint8_t> input);

// Data files (IDX, also gzipped; NPY, and NPZ archives of them): refused as missing data, or as
// many values as their sizes say.
std::string check_idx(std::span<const uint8_t> input);
std::string check_npy(std::span<const uint8_t> input);

}  // namespace foldmill::fuzz
