#pragma once

#include "cli/study_file/diagnostics.h"
#include "core/study.h"

namespace foldmill::cli {

// Reads `pruning`, which may be null: the type and that type's options alone.
void bind_pruning(const DocNode* node, PruningSpec& pruning, Diagnostics& diagnostics);

}  // namespace foldmill::cli
