#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "coordinator/asio.h"
#include "coordinator/control_loop.h"
#include "coordinator/logging.h"
#include "core/change.h"
#include "core/clock.h"
#include "storage/study_store.h"

namespace foldmill::coordinator {

struct StoreGatewayOptions {
  Milliseconds first_retry{100};  // doubles up to last_retry
  Milliseconds last_retry{2'000};
  // Told on control when the disk turns out to be full, and when there is room again.
  std::function<void(const Status&)> on_full = [](const Status&) {};
  std::function<void()> on_room = [] {};
};

// The way to the disk. Owns the store and its thread; all else on control.
//
//   idle --commit--> writing --ok--> idle, or writing again what came meanwhile
//                     |   ^
//     busy, disk full |   | after a pause
//                     v   |
//                    waiting            any other failure: on_fatal, nothing more is done
//
// Group commit: while one transaction is written, what arrives is collected and goes into the next
// one together (as in leveldb's writer queue). `then` runs on control after its changes and those
// of all earlier commits are on disk, in order; a commit without changes waits its turn too.
class StoreGateway {
 public:
  // Gets the changes of its own commit, now recorded.
  using Then = std::function<void(std::span<const Change>)>;
  using OnFatal = std::function<void(const Status&)>;

  // `control` outlives this. `on_fatal` runs on control, at most once: memory is then ahead of the
  // disk and must not be used any more.
  StoreGateway(std::unique_ptr<storage::StudyStore> store, ControlLoop& control, Logger log,
               OnFatal on_fatal, StoreGatewayOptions options = {});
  ~StoreGateway();

  void commit(std::vector<Change> changes, Then then);
  // Runs once nothing is being written and nothing waits.
  void when_idle(std::function<void()> then);

 private:
  struct Commit {
    std::vector<Change> changes;
    size_t count;  // of its changes, once they stand in changes_
    Then then;
  };
  void write_next();
  void write_group();  // the changes of group_, again after a failure that passes
  void written(const Status& status);
  void succeeded();
  void retry_later(const Status& status);

  ControlLoop& control_;
  Logger log_;
  OnFatal on_fatal_;
  StoreGatewayOptions options_;
  std::unique_ptr<storage::StudyStore> store_;

  std::vector<Commit> waiting_;
  std::vector<Commit> group_;    // being written
  std::vector<Change> changes_;  // of the whole group; the store thread reads it while writing
  bool writing_ = false;
  bool failed_ = false;
  bool full_ = false;  // the disk, as far as is known
  Milliseconds pause_;
  std::vector<std::function<void()>> when_idle_;
  asio::steady_timer retry_;
  asio::thread_pool thread_{1};  // last: joined before what it uses goes
};

}  // namespace foldmill::coordinator
