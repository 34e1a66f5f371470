#pragma once

#include <cstdint>

namespace foldmill::testing {

// SQLite's memory, of which the n-th allocation fails, or that one and all later ones. Installed
// for the whole process, before SQLite is first used. One thread at a time.
class FaultyMemory {
 public:
  static void install();
  static void arm(int64_t call, bool lasting);  // calls count from 1, from now
  static void disarm();
  static bool struck();  // since it was armed
};

}  // namespace foldmill::testing
