#pragma once

#include <memory>
#include <string>

#include "core/status.h"
#include "worker/trainer/protocol/inbox.h"
#include "worker/trainer/protocol/line_socket.h"
#include "worker/trainer/protocol/messages.h"

namespace foldmill::trainer {

class AttemptRunner;

// The conversation with one worker, from hello to the end. Two threads: the caller's trains and
// writes; one of its own reads, so that a stop is seen while a batch is computed.
class Session {
 public:
  // Takes over the descriptor of the connected socket.
  Session(int fd, std::string version);
  ~Session();

  // Until shutdown or the socket's end. The failure says why the process must end with an error.
  Status run();

 private:
  void read_messages();
  Status serve();
  Status greet(const Hello& hello);
  Status train(const TrainerAssignment& assignment, const StopToken& stop);

  LineSocket socket_;
  std::string version_;
  Inbox inbox_;
  std::unique_ptr<AttemptRunner> runner_;  // from hello on
  bool on_cuda_ = false;
  int threads_ = 1;  // of one slot
};

}  // namespace foldmill::trainer
