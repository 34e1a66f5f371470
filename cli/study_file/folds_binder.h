#pragma once

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/study.h"

namespace foldmill::cli {

// The blocks `folds` and `final`. `validation`: data.validation, which contradicts folds.k > 1;
// null when absent. After the seed and `pruning`.
void bind_folds(const DocNode* node, const DocNode* validation, StudySpec& spec,
                Diagnostics& diagnostics);
void bind_final(const DocNode* node, StudySpec& spec, Diagnostics& diagnostics);

}  // namespace foldmill::cli
