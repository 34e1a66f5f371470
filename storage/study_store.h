#pragma once

#include <span>

#include "core/change.h"
#include "core/result.h"
#include "core/snapshot.h"

namespace foldmill::storage {

// The write side of the memory. Owned by one thread at a time (the store thread).
//
// Refused as internal, with nothing stored: an unknown study, trial, fold, attempt or worker; a
// second live attempt at a fold, or one whose number is not above the earlier ones'; a trial number
// or an epoch that leaves a gap; an epoch report of an attempt that is not live, and a checkpoint
// of one that has a successor; a key stored before with another content (an attempt at another
// fold, a trial ended in another state). An optional value that is NaN is stored as none.
class StudyStore {
 public:
  virtual ~StudyStore() = default;

  virtual Result<Snapshot> load() = 0;

  // All of the changes or none, in order, durable when it returns ok. Each change is idempotent by
  // its key: applying it again at once changes nothing.
  // Failures: unavailable (busy: try again), resource_exhausted (disk full: try again later),
  // data_loss (corrupt), internal (a change breaks an invariant: a bug of the caller).
  virtual Status apply(std::span<const Change> changes) = 0;
};

}  // namespace foldmill::storage
