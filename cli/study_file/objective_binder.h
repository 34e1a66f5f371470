#pragma once

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/study.h"

namespace foldmill::cli {

// The block `objective`, after the model: one metric, or several under `metrics` (a list in the
// place of the whole block says the same), and the constraints. `root` is where a block that is
// missing would stand.
void bind_objective(const DocNode* node, const DocNode& root, StudySpec& spec,
                    Diagnostics& diagnostics);

}  // namespace foldmill::cli
