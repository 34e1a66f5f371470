#pragma once

#include <map>
#include <memory>
#include <string>

#include "storage/study_store.h"

namespace foldmill::storage {

// StudyStore without a disk, with the same refusals as the real one: for tests. Keeps a copy of
// everything per apply(), so it is not for long studies.
class MemoryStore final : public StudyStore {
 public:
  MemoryStore();
  ~MemoryStore() override;

  Result<Snapshot> load() override;
  Status apply(std::span<const Change> changes) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace foldmill::storage
