#include "coordinator/artifact_promises.h"

namespace foldmill::coordinator {

void ArtifactPromises::promise(const ArtifactRef& artifact, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(promised_, [&](const auto& entry) { return now - entry.second.last > kKept; });
  Promised& promised = promised_[artifact.sha256];
  ++promised.count;
  promised.last = now;
}

void ArtifactPromises::settle(const ArtifactRef& artifact) {
  const std::lock_guard lock(mutex_);
  const auto entry = promised_.find(artifact.sha256);
  if (entry != promised_.end() && --entry->second.count == 0) promised_.erase(entry);
}

bool ArtifactPromises::remove_unless_promised(const ArtifactRef& artifact, SteadyTime now,
                                              const std::function<void()>& remove) {
  const std::lock_guard lock(mutex_);
  const auto entry = promised_.find(artifact.sha256);
  if (entry != promised_.end() && now - entry->second.last <= kKept) return false;
  remove();
  return true;
}

}  // namespace foldmill::coordinator
