#pragma once

#include <ostream>

#include "storage/maintenance.h"

namespace foldmill::storage {

// For gtest's messages.
inline void PrintTo(const Finding& finding, std::ostream* out) {
  *out << finding.check << ": " << finding.place << " " << finding.what;
}

}  // namespace foldmill::storage
