#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <optional>
#include <string>

#include "coordinator/control_loop.h"
#include "coordinator/reader_thread.h"
#include "core/result.h"
#include "core/rows.h"
#include "foldmill/v1/study_service.pb.h"

namespace foldmill::coordinator {

class WatchTable;

// One caller of WatchStudy. Looks at once, then after changes, at most every kPeriod (more seldom
// where looking takes long); never reads anew while the caller has not taken the last answer.
// Passive and owned like WorkerSession.
//
//   reading --> writing --study finished--> finished
//      ^           |
//      |           v
//      +-- pause <- quiet (until something changed)
class WatchStream final : public grpc::ServerWriteReactor<v1::WatchStudyResponse> {
 public:
  static constexpr std::chrono::milliseconds kPeriod{250};

  WatchStream(ControlLoop& control, WatchTable& table, ReaderThread& reader, std::string study)
      : control_(control),
        table_(table),
        reader_(reader),
        study_(std::move(study)),
        pause_(control.context()) {}

  void start(int64_t key);
  void changed(StudyId study);
  void close(const Status& why);

 private:
  struct View {
    StudyRow study;
    std::vector<TrialRow> running;
  };
  static Result<View> look(storage::StudyReader& reader, const std::string& study);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void read();
  void read_done(Result<View> view);
  void write_done(bool ok);
  void pause_then_read();
  void finish_if_quiet();

  ControlLoop& control_;
  WatchTable& table_;
  ReaderThread& reader_;

  int64_t key_ = 0;
  std::string study_;  // as asked for, then its full name
  std::optional<StudyId> id_;
  v1::WatchStudyResponse response_;
  bool changed_ = false;  // since the last look
  bool busy_ = false;     // reading or writing
  bool pausing_ = false;
  bool closing_ = false;
  bool finished_ = false;
  bool study_over_ = false;
  Status why_;
  std::chrono::steady_clock::time_point asked_;   // the reader, last
  std::chrono::steady_clock::time_point looked_;  // when its answer came
  asio::steady_timer pause_;
};

}  // namespace foldmill::coordinator
