#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "core/artifact.h"
#include "core/clock.h"

namespace foldmill::coordinator {

// Uploads that were answered and are not recorded yet. Files are kept by content: one that a fold
// lets go may be the very one that another attempt was just told is here, and is about to name.
// What somebody was promised is not removed. Safe from any thread: uploads and removals run side by
// side, and a removal must not fall between another's promise and its look at the file.
class ArtifactPromises {
 public:
  // Whoever was promised a file and never names it has died, or has heard that its attempt has.
  static constexpr std::chrono::minutes kKept{15};

  // Before the file is looked for, or its upload begins.
  void promise(const ArtifactRef& artifact, SteadyTime now);
  // One of them is recorded, or was not kept.
  void settle(const ArtifactRef& artifact);
  // Calls `remove`, unless the file is promised; whether it did.
  bool remove_unless_promised(const ArtifactRef& artifact, SteadyTime now,
                              const std::function<void()>& remove);

 private:
  struct Promised {
    int count = 0;
    SteadyTime last = {};
  };

  std::mutex mutex_;
  std::map<std::string, Promised, std::less<>> promised_;  // by digest
};

}  // namespace foldmill::coordinator
