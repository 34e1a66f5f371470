#pragma once

namespace foldmill::coordinator {

// Keeps memory that was freed for the next allocation. A suggestion over ten thousand trials takes
// and frees some megabytes; left alone, glibc gives them back to the kernel each time, and a third
// of the suggestion goes into page faults. For the whole process; before any thread is made.
void keep_freed_memory();

}  // namespace foldmill::coordinator
