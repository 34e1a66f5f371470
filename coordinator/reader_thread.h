#pragma once

#include <memory>
#include <utility>

#include "coordinator/asio.h"
#include "storage/study_reader.h"

namespace foldmill::coordinator {

// Owns the read-only connection and its thread: readers never hold up the writer or control.
class ReaderThread {
 public:
  explicit ReaderThread(std::unique_ptr<storage::StudyReader> reader)
      : reader_(std::move(reader)) {}
  ~ReaderThread() { thread_.join(); }

  // From any thread. `query` is called with the reader on its thread, one after the other; it
  // answers by itself and does not throw.
  template <class Query>
  void post(Query query) {
    asio::post(thread_, [this, query = std::move(query)]() mutable noexcept { query(*reader_); });
  }

 private:
  std::unique_ptr<storage::StudyReader> reader_;
  asio::thread_pool thread_{1};
};

}  // namespace foldmill::coordinator
