#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/study.h"

namespace foldmill::bench {

// The sampler of this type with options `key=value`, by the names of a study file.
Result<SamplerSpec> read_sampler(const std::string& type, const std::vector<std::string>& options);

// The pruner of this type, likewise.
Result<PruningSpec> read_pruning(const std::string& type, const std::vector<std::string>& options);

// The ranges under `params:` of a study file, which need not hold anything else. Any name goes, as
// for a model of type command.
Result<SearchSpace> read_space(const std::filesystem::path& file);

}  // namespace foldmill::bench
