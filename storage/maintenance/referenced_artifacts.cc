#include "storage/maintenance/referenced_artifacts.h"

#include <map>

#include "storage/artifacts/artifact_store.h"

namespace foldmill::storage {

namespace {

constexpr const char* kReferences = R"sql(
  SELECT 0, s.name || '/' || c.trial || '.' || c.fold, 'checkpoint of epoch ' || c.epoch,
         c.sha256, c.bytes
    FROM checkpoint c JOIN study s ON s.id = c.study
  UNION ALL
  SELECT 0, s.name || '/' || c.trial || '.' || c.fold, 'checkpoint of epoch ' || c.earlier_epoch,
         c.earlier_sha256, c.earlier_bytes
    FROM checkpoint c JOIN study s ON s.id = c.study WHERE c.earlier_epoch IS NOT NULL
  UNION ALL
  SELECT 1, s.name || '/' || a.trial || '.' || a.fold, x.name, x.sha256, x.bytes
    FROM artifact x JOIN attempt a ON a.id = x.attempt JOIN study s ON s.id = a.study
  UNION ALL
  SELECT 2, s.name, 'weights to start from',
         json_extract(s.spec, '$.model.encoder.artifact.sha256'),
         json_extract(s.spec, '$.model.encoder.artifact.bytes')
    FROM study s WHERE json_type(s.spec, '$.model.encoder.artifact') = 'object'
  UNION ALL
  SELECT 2, s.name, 'model to judge', json_extract(e.value, '$.sha256'),
         json_extract(e.value, '$.bytes')
    FROM study s, json_each(s.spec, '$.evaluate') e)sql";

// Sizes by digest.
std::map<std::string, int64_t> files_of(std::span<const ReferencedArtifact> references) {
  std::map<std::string, int64_t> files;
  for (const ReferencedArtifact& reference : references)
    files.emplace(reference.artifact.sha256, reference.artifact.bytes);
  return files;
}

}  // namespace

std::vector<ReferencedArtifact> referenced_artifacts(StatementCache& sql) {
  std::vector<ReferencedArtifact> found;
  Query row = sql.query(kReferences);
  while (row.next())
    found.push_back({static_cast<ArtifactUse>(row.integer(0)),
                     row.text(1),
                     row.text(2),
                     {row.text(3), row.integer(4)}});
  return found;
}

Result<std::vector<ArtifactRef>> unreferenced_files(
    const std::filesystem::path& directory, std::span<const ReferencedArtifact> references) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return std::vector<ArtifactRef>();
  FOLDMILL_ASSIGN_OR_RETURN(auto files, ArtifactStore::list_in(directory));
  const auto named = files_of(references);
  std::erase_if(files, [&](const ArtifactRef& file) { return named.contains(file.sha256); });
  return files;
}

FileTotals total_of(std::span<const ArtifactRef> files) {
  FileTotals total;
  for (const ArtifactRef& file : files) {
    ++total.files;
    total.bytes += file.bytes;
  }
  return total;
}

FileTotals total_of(std::span<const ReferencedArtifact> references) {
  FileTotals total;
  for (const auto& [digest, bytes] : files_of(references)) {
    ++total.files;
    total.bytes += bytes;
  }
  return total;
}

}  // namespace foldmill::storage
