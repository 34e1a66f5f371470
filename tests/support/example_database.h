#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "storage/open.h"
#include "tests/support/store_changes.h"
#include "tests/support/temp_dir.h"

namespace foldmill::test {

// A database file in a directory of its own, open for writing until close().
class ExampleDatabase {
 public:
  ExampleDatabase() : path_(dir_ / "study.db") {
    auto opened = storage::open_store(path_);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    if (opened.ok()) opened_ = std::move(*opened);
  }

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& directory() const { return dir_.path(); }
  storage::DatabaseLock& lock() { return *opened_.lock; }
  void apply(const std::vector<Change>& changes) {
    const Status status = opened_.store->apply(changes);
    ASSERT_TRUE(status.ok()) << status.message();
  }
  void close() { opened_ = {}; }

  std::unique_ptr<storage::StudyReader> reader() const {
    auto reader = storage::open_reader(path_);
    EXPECT_TRUE(reader.ok()) << reader.status().message();
    return reader.ok() ? std::move(*reader) : nullptr;
  }

  // One study; trial 0 completed at 0.9 after a lost attempt, trial 1 pruned, trial 2 running.
  void fill() {
    const FoldKey a = fold_key(0), b = fold_key(1), c = fold_key(2);
    apply({study_created(), worker_seen(), worker_seen(2, "other", "gone")});
    apply({trial_created(0, 1, example_params(0.001, "adam")), leased(1, a), started(1),
           reported(1, a, 1, 0.5), reported(1, a, 2, 0.6),
           attempt_ended(1, AttemptState::kLost, EndCause::kLost),
           fold_changed(a, FoldState::kPending), leased(2, a, 2, 2), started(2),
           reported(2, a, 2, 0.7), reported(2, a, 3, 0.8), reported(2, a, 4, 0.9),
           change::ArtifactRecorded{AttemptId(2), a, "state_dict.pt", artifact(), at(150)},
           attempt_ended(2), fold_changed(a, FoldState::kCompleted, 0.9),
           trial_ended(0, TrialState::kCompleted, 0.9)});
    apply({trial_created(1, 1, example_params(0.002, "sgd")), leased(3, b), reported(3, b, 1, 0.1),
           change::TrialEnded{trial_key(1), TrialState::kPruned, 0.1, EndCause::kPruned, "below",
                              PruneDecision{FoldIndex(0), 1, 0.1, 0.4, 2, "median"}, at(310)},
           attempt_ended(3, AttemptState::kStopped, EndCause::kPruned),
           fold_changed(b, FoldState::kStopped, 0.1)});
    apply({trial_created(2, 1, example_params(0.003, "adam")), leased(4, c), started(4)});
  }

 private:
  TempDir dir_;
  std::filesystem::path path_;
  storage::OpenedStore opened_;
};

}  // namespace foldmill::test
