#pragma once

#include <span>

#include "core/change.h"
#include "core/result.h"
#include "core/snapshot.h"

namespace foldmill::storage {

// The write side of the memory. Owned by one thread at a time (the store thread).
class StudyStore {
 public:
  virtual ~StudyStore() = default;

  virtual Result<Snapshot> load() = 0;

  // All of the changes or none, durable when it returns ok. Each change is idempotent by its key.
  // Failures: unavailable (busy: try again), resource_exhausted (disk full: try again later),
  // data_loss (corrupt), internal (a change breaks an invariant: a bug of the caller).
  virtual Status apply(std::span<const Change> changes) = 0;
};

}  // namespace foldmill::storage
