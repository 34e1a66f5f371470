#include "coordinator/rpc/watch_stream.h"

#include <algorithm>
#include <utility>

#include "coordinator/rpc/watch_table.h"
#include "proto/codec/row_codec.h"
#include "proto/codec/status_codec.h"
#include "proto/transport/keepalive.h"

namespace foldmill::coordinator {
namespace {
constexpr int64_t kMaxRunning = 32;                           // trials with curves in one message
constexpr size_t kEnoughBytes = proto::kMaxMessageBytes / 4;  // then no further trial is added
// A look at a large study takes long: the reader thread is left to others for the most part.
constexpr int kRestPerLook = 4;
}  // namespace

void WatchStream::OnWriteDone(bool ok) {
  control_.post([this, ok] { write_done(ok); });
}
void WatchStream::OnCancel() {
  control_.post([this] { close(cancelled("the caller left")); });
}
void WatchStream::OnDone() {
  control_.post([this] { table_.remove(key_); });
}

void WatchStream::start(int64_t key) {
  key_ = key;
  read();
}

void WatchStream::changed(StudyId study) {
  control_.check();
  if (id_ && *id_ != study) return;
  changed_ = true;
  pause_then_read();
}

void WatchStream::pause_then_read() {
  if (!changed_ || busy_ || pausing_ || closing_) return;
  pausing_ = true;
  pause_.expires_at(std::max(asked_ + kPeriod, looked_ + kRestPerLook * (looked_ - asked_)));
  pause_.async_wait([this](const ErrorCode& error) {
    if (error) return;
    pausing_ = false;
    if (!closing_) read();
  });
}

void WatchStream::read() {
  changed_ = false;
  busy_ = true;
  asked_ = std::chrono::steady_clock::now();
  reader_.post([this, study = study_](storage::StudyReader& reader) {
    control_.post([this, view = look(reader, study)]() mutable { read_done(std::move(view)); });
  });
}

Result<WatchStream::View> WatchStream::look(storage::StudyReader& reader,
                                            const std::string& study) {
  FOLDMILL_ASSIGN_OR_RETURN(StudyRow row, reader.get_study(study));
  TrialQuery running;
  running.where = "state = 'running'";
  running.limit = kMaxRunning;
  running.with_curves = true;
  FOLDMILL_ASSIGN_OR_RETURN(Page<TrialRow> trials, reader.list_trials(row.spec.name, running));
  return View{std::move(row), std::move(trials.rows)};
}

void WatchStream::read_done(Result<View> view) {
  control_.check();
  busy_ = false;
  looked_ = std::chrono::steady_clock::now();
  if (!view.ok()) close(view.status());
  if (closing_) return finish_if_quiet();
  id_ = view->study.id;
  study_ = view->study.spec.name;
  study_over_ = is_finished(view->study.state);
  response_.Clear();
  *response_.mutable_study() = proto::encode(view->study);
  for (const TrialRow& trial : view->running) {
    *response_.add_running() = proto::encode(trial);
    if (response_.ByteSizeLong() > kEnoughBytes) break;
  }
  busy_ = true;
  StartWrite(&response_);
}

void WatchStream::write_done(bool ok) {
  control_.check();
  busy_ = false;
  if (!ok) close(cancelled("the caller left"));
  if (study_over_) close(ok_status());
  if (closing_) return finish_if_quiet();
  pause_then_read();
}

void WatchStream::close(const Status& why) {
  control_.check();
  if (closing_) return;
  closing_ = true;
  why_ = why;
  pause_.cancel();
  finish_if_quiet();
}

void WatchStream::finish_if_quiet() {
  if (busy_ || finished_) return;
  finished_ = true;
  Finish(proto::encode(why_));
}

}  // namespace foldmill::coordinator
