#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "storage/maintenance.h"
#include "storage/maintenance/referenced_artifacts.h"

namespace foldmill::storage {

struct FaultyArtifact {
  ReferencedArtifact reference;
  std::string fault;  // "has 3 bytes instead of 5"
};

// The references whose file is not there as it should be. Each file is looked at once; without
// `digests`, at its size only.
std::vector<FaultyArtifact> find_faulty_artifacts(const std::filesystem::path& directory,
                                                  std::span<const ReferencedArtifact> references,
                                                  bool digests);

Finding describe(const FaultyArtifact& faulty);

}  // namespace foldmill::storage
