#pragma once

#include <map>
#include <memory>

#include "coordinator/rpc/watch_stream.h"

namespace foldmill::coordinator {

// All callers of WatchStudy; their owner. On control.
class WatchTable {
 public:
  explicit WatchTable(ControlLoop& control) : control_(control) {}

  void adopt(std::unique_ptr<WatchStream> stream) {
    control_.check();
    const int64_t key = ++last_;
    streams_.emplace(key, std::move(stream)).first->second->start(key);
  }
  void changed(StudyId study) {
    control_.check();
    for (const auto& [key, stream] : streams_) stream->changed(study);
  }
  void close_all(const Status& why) {
    control_.check();
    for (const auto& [key, stream] : streams_) stream->close(why);
  }
  void remove(int64_t key) {
    control_.check();
    streams_.erase(key);
  }

 private:
  ControlLoop& control_;
  int64_t last_ = 0;
  std::map<int64_t, std::unique_ptr<WatchStream>> streams_;
};

}  // namespace foldmill::coordinator
