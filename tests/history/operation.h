#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace foldmill::history {

using Time = int64_t;  // nanoseconds of one steady clock
inline constexpr Time kNever = std::numeric_limits<Time>::max();

enum class Act {
  kLease,       // the client was handed the fold, to train from `epoch` on
  kReport,      // of `epoch`
  kCheckpoint,  // complete through `epoch`
  kFinish,      // the fold is trained
  kRead,        // what the database holds in the end
};

enum class Answer {
  kNone,        // it never came: whether it was done is open
  kDone,        // durable: accepted now, or known already
  kSuperseded,  // refused, because the attempt does not hold the fold any more
};

// One call of a client and its answer, or one message and its acknowledgement: it was done, if at
// all, at some moment between `begin` and `end`.
struct Operation {
  std::string client;
  Act act = Act::kReport;
  int64_t trial = 0;
  int64_t fold = 0;
  int64_t attempt = 0;  // that the client speaks for; later ones have higher numbers
  int64_t epoch = 0;
  double value = 0;  // of a report; no two reports of a fold have the same
  Answer answer = Answer::kNone;
  Time begin = 0;
  Time end = kNever;
  std::vector<double> curve = {};  // kRead: the accepted values, by epoch
  bool completed = false;          // kRead
};

std::string to_string(const Operation& operation);

}  // namespace foldmill::history
