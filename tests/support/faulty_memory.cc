#include "tests/support/faulty_memory.h"

#include <sqlite3.h>

#include "core/check.h"

namespace foldmill::testing {

namespace {

struct State {
  sqlite3_mem_methods real;
  int64_t fails_at = 0;  // 0: never
  int64_t calls = 0;
  bool lasting = false;
  bool struck = false;
} state;

bool fails() {
  if (state.fails_at == 0) return false;
  ++state.calls;
  const bool strikes =
      state.lasting ? state.calls >= state.fails_at : state.calls == state.fails_at;
  state.struck = state.struck || strikes;
  return strikes;
}

void* allocate(int size) { return fails() ? nullptr : state.real.xMalloc(size); }
void* reallocate(void* memory, int size) {
  return fails() ? nullptr : state.real.xRealloc(memory, size);
}

}  // namespace

void FaultyMemory::install() {
  const bool got = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &state.real) == SQLITE_OK;
  sqlite3_mem_methods ours = state.real;
  ours.xMalloc = allocate;
  ours.xRealloc = reallocate;
  const bool set = sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK;
  // Small pieces would come from a pool that never fails.
  const bool plain = sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
  FOLDMILL_CHECK(got && set && plain, "SQLite's memory is replaced before its first use");
}

void FaultyMemory::arm(int64_t call, bool lasting) {
  state.fails_at = call;
  state.calls = 0;
  state.lasting = lasting;
  state.struck = false;
}

void FaultyMemory::disarm() { state.fails_at = 0; }

bool FaultyMemory::struck() { return state.struck; }

}  // namespace foldmill::testing
