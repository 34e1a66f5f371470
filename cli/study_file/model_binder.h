#pragma once

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/model_spec.h"

namespace foldmill::cli {

// Reads `model:`, each type with its own keys and defaults. A null `node` is the default model.
void bind_model(const DocNode* node, ModelSpec& model, Diagnostics& diagnostics);

}  // namespace foldmill::cli
