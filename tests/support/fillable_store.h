#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "storage/study_store.h"

namespace foldmill::testing {

// A store on a disk that can be full. Any thread but for apply().
class FillableStore final : public storage::StudyStore {
 public:
  explicit FillableStore(std::unique_ptr<StudyStore> store) : store_(std::move(store)) {}

  Result<Snapshot> load() override { return store_->load(); }

  Status apply(std::span<const Change> changes) override {
    if (full_) {
      ++refusals_;
      return resource_exhausted("the disk is full");
    }
    most_changes_ = std::max(most_changes_.load(), changes.size());
    return store_->apply(changes);
  }

  void fill() { full_ = true; }
  void make_room() { full_ = false; }
  int refusals() const { return refusals_; }
  size_t most_changes() const { return most_changes_; }  // of one transaction

 private:
  std::unique_ptr<StudyStore> store_;
  std::atomic<bool> full_ = false;
  std::atomic<int> refusals_ = 0;
  std::atomic<size_t> most_changes_ = 0;
};

}  // namespace foldmill::testing
