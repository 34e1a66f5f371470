#pragma once

#include <filesystem>
#include <vector>

#include "worker/trainer/export/meta_json.h"
#include "worker/trainer/models/network.h"

namespace foldmill::trainer {

// Writes state_dict.pt, model.ts, model.safetensors and meta.json (docs/model-files.md) and returns
// their paths, in that order. Throws AttemptError.
std::vector<std::filesystem::path> write_model_files(const Network& network,
                                                     const ModelOrigin& origin,
                                                     const std::filesystem::path& directory);

}  // namespace foldmill::trainer
