#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <memory>
#include <string>

#include "core/random.h"
#include "foldmill/v1/trial_service.grpc.pb.h"
#include "tests/history/log.h"

namespace foldmill::history {

// A training loop outside: asks, reports each epoch, tells; asks again after lost answers, as
// `foldmill ask` does. Now and then it walks away from a trial or sleeps for longer than its lease.
// Logs all of it. One thread.
class Asker {
 public:
  struct Options {
    std::string study;
    std::string name;
    int64_t epochs = 1;
    int64_t lease_ms = 1000;
    bool misbehaves = true;
  };
  // `over` tells it to give up; outlives it, as `log`.
  Asker(Log& log, const std::shared_ptr<grpc::Channel>& channel, Options options, uint64_t seed,
        const std::atomic<bool>& over);

  // Until there is no trial any more.
  void run();

 private:
  struct Held {
    int64_t trial = 0;
    int64_t lease = 0;
  };
  enum class Asked { kTrial, kNotNow, kNoMore };

  Asked ask(Held& held);
  void train(const Held& held);
  // Says it until it is answered; false when it is not to go on with the trial.
  template <class Request, class Method>
  bool say(Operation operation, const Request& request, Method method);
  Operation operation(Act act, const Held& held, int64_t epoch) const;
  template <class Call>
  grpc::Status until_answered(Call call);
  void pause(int64_t longest_ms);

  Log& log_;
  std::unique_ptr<v1::TrialService::Stub> stub_;
  Options options_;
  Random random_;
  const std::atomic<bool>& over_;
  int64_t asked_ = 0;
};

// Of a report: no two attempts report the same.
inline double value_of(int64_t attempt, int64_t epoch) {
  return static_cast<double>(attempt * 1024 + epoch);
}

}  // namespace foldmill::history
