#include "worker/trainer/version.h"

namespace foldmill::trainer {

// Here alone, so that another version compiles this file and no other.
std::string_view version() { return FOLDMILL_VERSION; }

}  // namespace foldmill::trainer
