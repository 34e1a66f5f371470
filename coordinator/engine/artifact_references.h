#pragma once

#include <string>
#include <unordered_map>

#include "core/artifact.h"

namespace foldmill::engine {

// How many records point to each file. Files are kept by content, so two folds (the same parameters
// tried twice) may share one; it may go only when the last of them lets go.
class ArtifactReferences {
 public:
  void add(const ArtifactRef& artifact) { ++counts_[artifact.sha256]; }

  // True when nothing refers to the file any more.
  bool remove(const ArtifactRef& artifact) {
    const auto entry = counts_.find(artifact.sha256);
    if (entry == counts_.end()) return true;
    if (--entry->second > 0) return false;
    counts_.erase(entry);
    return true;
  }

  bool contains(const ArtifactRef& artifact) const { return counts_.contains(artifact.sha256); }

 private:
  std::unordered_map<std::string, int> counts_;
};

}  // namespace foldmill::engine
