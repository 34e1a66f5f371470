#pragma once

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/study.h"

namespace foldmill::cli {

// Reads `data:` into spec.data and, for its `validation:`, spec.folds. The model must be read
// already: a program of the user's own may do without. `node` may be null; then `root` is where
// missing data are reported.
void bind_data(const DocNode* node, const DocNode& root, StudySpec& spec, Diagnostics& diagnostics);

}  // namespace foldmill::cli
