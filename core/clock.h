#pragma once

#include <chrono>

namespace foldmill {

using Milliseconds = std::chrono::milliseconds;
// For leases and timers: never jumps. Meaningless in another process.
using SteadyTime = std::chrono::steady_clock::time_point;
// For people and for the database: microseconds since the epoch, UTC. May jump.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// Both readings of one moment, so that a decision sees one time.
struct Now {
  SteadyTime steady;
  WallTime wall;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() const = 0;
};

// The machine's clocks. Stateless, safe from any thread.
class SystemClock final : public Clock {
 public:
  Now now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::time_point_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now())};
  }
};

}  // namespace foldmill
