#pragma once

#include <filesystem>
#include <string_view>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {

// A file of the user's data is missing, damaged or not what it should be. `where` is the file,
// with what leads to the place in it ("digits.csv:17", "images.npz, member x.npy").
[[noreturn]] inline void fail_data(const std::filesystem::path& where, std::string_view why) {
  throw AttemptError(EndCause::kDataMissing, concat("data file ", where.string(), ": ", why));
}

}  // namespace foldmill::trainer
