#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <string>

#include "coordinator/asio.h"
#include "coordinator/backlog.h"
#include "coordinator/control_loop.h"
#include "coordinator/engine/event.h"
#include "coordinator/logging.h"
#include "core/artifact.h"
#include "core/clock.h"
#include "core/status.h"
#include "foldmill/v1/worker_service.pb.h"
#include "proto/codec/worker_message.h"

namespace foldmill::coordinator {

class SessionTable;

// Where goes what is said in sessions: to the engine. `settled` is told on control, later than the
// call, when all that came of the event is on disk and answered.
using SessionSink = std::function<void(engine::Event, std::function<void()> settled)>;
// Looks whether the coordinator has a file. Called on control, which must not wait for a disk:
// `found` is told on control as well, later than the call.
using LookForFile = std::function<void(const ArtifactRef&, std::function<void(bool)> found)>;

// One worker's call. Passive: the reactions of gRPC (the On… functions, on its threads, sometimes
// at once) only post, everything else is on control.
//
//   new --start--> greeting --hello--> open --end of stream, close()--> closing --> finished
//                     |                                                    ^
//                     +--- anything else, another protocol version, nothing +
//                          within the patience
//
// At most one read is asked for, the next only after the last was handled (a word of a saved file
// waits until somebody has looked for that), and none while too much of what was said is not
// settled: a session is then unread, what its worker says goes no further than gRPC's windows, and
// the worker waits. It is not silent then: it is we who do not listen, and whether it lives its
// connection tells. So the engine hears of an unread worker as if by a heartbeat, before it looks
// for those that fell silent and when it is read again.
//
// At most one write is in flight. `Finish` is called once, when no write is in flight: a peer that
// takes nothing would hold that up for ever, so the call is cut off when the patience is over
// again. What waits to be written is bounded, in number. Owned by the SessionTable, which frees it
// when gRPC has said OnDone.
class WorkerSession final
    : public grpc::ServerBidiReactor<v1::WorkerMessage, v1::CoordinatorMessage> {
 public:
  // What one session leaves unsettled before it is unread. Messages: as many as the disk takes in
  // one commit without anybody waiting for it long. Bytes: any message may be the last.
  static constexpr Backlog::Limits kUnsettled{1'000, size_t{4} << 20};

  // `patience`: for hello, and for the last words to be taken. `context` is gRPC's, and there until
  // OnDone.
  WorkerSession(grpc::CallbackServerContext& context, ControlLoop& control, SessionTable& table,
                SessionSink sink, LookForFile look_for_file, Logger log, std::string version,
                Milliseconds patience)
      : context_(context),
        control_(control),
        table_(table),
        sink_(std::move(sink)),
        look_for_file_(std::move(look_for_file)),
        log_(std::move(log)),
        version_(std::move(version)),
        patience_(patience),
        timer_(control.context()),
        unsettled_(kUnsettled) {}

  void start(engine::SessionId id);
  void send(const proto::CoordinatorMessage& message);
  // Ends the call with `why`; what is not yet being written is dropped.
  void close(const Status& why);
  void patience_over();

  // A message of so many bytes is.
  void settled(size_t bytes);
  // The file that was looked for.
  void looked(bool found);
  // There may be room again to read.
  void resume();
  void speak_if_unread();

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void read_on();
  void read_done(bool ok);
  void write_done(bool ok);
  void handle(const v1::WorkerMessage& message, bool has_file);
  void handle_hello(const proto::Hello& hello);
  // close(), and tells an engine that was told of the worker that it has left: else folds would go
  // on being leased to nobody.
  void leave(const std::string& reason, const Status& why = ok_status());
  void write_next();
  void finish_if_quiet();
  void start_patience();
  bool is_unread() const { return !reading_ && !closing_; }
  bool may_read() const;

  grpc::CallbackServerContext& context_;
  ControlLoop& control_;
  SessionTable& table_;
  SessionSink sink_;  // called on control
  LookForFile look_for_file_;
  Logger log_;
  std::string version_;
  Milliseconds patience_;
  asio::steady_timer timer_;

  engine::SessionId id_;
  std::string worker_;  // its name, once it said hello
  v1::WorkerMessage incoming_;
  std::deque<v1::CoordinatorMessage> outgoing_;  // the first is in flight while writing_
  Backlog unsettled_;
  bool greeted_ = false;
  bool reading_ = false;
  bool looking_ = false;  // for the file that incoming_ names
  bool writing_ = false;
  bool closing_ = false;
  bool finished_ = false;
  Status why_;
};

}  // namespace foldmill::coordinator
