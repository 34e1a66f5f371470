#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/artifact.h"
#include "core/result.h"
#include "storage/maintenance.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

enum class ArtifactUse {
  kCheckpoint,  // a fold goes on from it
  kModel,       // an attempt left it
  kWeights,     // a study starts from it, or judges it
};

struct ReferencedArtifact {
  ArtifactUse use;
  std::string place;  // "fashion/17.3", "fashion"
  std::string name;   // of the file within that place: "model.ts"
  ArtifactRef artifact;
  friend bool operator==(const ReferencedArtifact&, const ReferencedArtifact&) = default;
};

// Every file that the database names, once for each naming.
std::vector<ReferencedArtifact> referenced_artifacts(StatementCache& sql);

// The files in an artifact directory that none of `references` names. Fine if there is none.
Result<std::vector<ArtifactRef>> unreferenced_files(const std::filesystem::path& directory,
                                                    std::span<const ReferencedArtifact> references);

FileTotals total_of(std::span<const ArtifactRef> files);
FileTotals total_of(std::span<const ReferencedArtifact> references);  // each file once

}  // namespace foldmill::storage
