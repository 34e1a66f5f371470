#pragma once

#include <filesystem>

#include "core/status.h"
#include "tests/bench/load/load_options.h"

namespace foldmill::bench {

// Writes a database with `options.trials` completed trials of a study that wants more, every fold
// with all of its epochs, by the store itself.
Status write_recorded_study(const LoadOptions& options, const std::filesystem::path& database);

}  // namespace foldmill::bench
