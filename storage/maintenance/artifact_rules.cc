#include "storage/maintenance/artifact_rules.h"

#include <map>

#include "core/sha256.h"
#include "core/text.h"
#include "storage/artifacts/artifact_store.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

// By use.
constexpr const char* kAdvice[] = {
    "nothing need be done: the fold goes on from an earlier epoch",
    "copy the file from the artifact directory of a backup, or train that trial's parameters once "
    "more",
    "copy the file from the artifact directory of a backup; without it the study's next trials "
    "fail",
};

// Empty for a sound file.
std::string fault_of(const fs::path& directory, const ArtifactRef& artifact, bool digests) {
  if (!is_sha256_hex(artifact.sha256))
    return concat("'", artifact.sha256, "' is no SHA-256 digest");
  const fs::path file = ArtifactStore::path_in(directory, artifact.sha256);
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error) return concat("the file ", file.native(), " cannot be read: ", error.message());
  if (static_cast<int64_t>(bytes) != artifact.bytes)
    return concat("the file ", file.native(), " has ", bytes, " bytes instead of ", artifact.bytes);
  if (!digests) return {};
  const Result<std::string> digest = sha256_file(file);
  if (!digest.ok()) return digest.status().message();
  if (*digest != artifact.sha256)
    return concat("the file ", file.native(), " was damaged: its SHA-256 is ", *digest);
  return {};
}

}  // namespace

std::vector<FaultyArtifact> find_faulty_artifacts(const fs::path& directory,
                                                  std::span<const ReferencedArtifact> references,
                                                  bool digests) {
  std::vector<FaultyArtifact> faulty;
  std::map<std::string, std::string> faults;  // by digest
  for (const ReferencedArtifact& reference : references) {
    const auto [known, is_new] = faults.try_emplace(reference.artifact.sha256);
    if (is_new) known->second = fault_of(directory, reference.artifact, digests);
    if (!known->second.empty()) faulty.push_back({reference, known->second});
  }
  return faulty;
}

Finding describe(const FaultyArtifact& faulty) {
  const ReferencedArtifact& reference = faulty.reference;
  return {"artifact-file", reference.place, concat(reference.name, ": ", faulty.fault),
          kAdvice[static_cast<size_t>(reference.use)]};
}

}  // namespace foldmill::storage
