#include "coordinator/freed_memory.h"

#include <malloc.h>

namespace foldmill::coordinator {

void keep_freed_memory() {
  constexpr int kMostKept = 32 << 20;  // the largest that every glibc takes for a threshold
  mallopt(M_MMAP_THRESHOLD, kMostKept);
  mallopt(M_TRIM_THRESHOLD, kMostKept);
}

}  // namespace foldmill::coordinator
