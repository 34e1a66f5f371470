#pragma once

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/study.h"

namespace foldmill::cli {

// Reads `params:` (constants and ranges) into spec.constants and spec.space, using the knobs of
// spec.model, which must be read already. Knobs that the file does not name get their defaults.
// `node` may be null; then `root` is where missing parameters are reported.
void bind_params(const DocNode* node, const DocNode& root, StudySpec& spec,
                 Diagnostics& diagnostics);

// Reads `search.enqueue:` into spec.enqueue, checked against spec.space.
void bind_enqueue(const DocNode& node, StudySpec& spec, Diagnostics& diagnostics);

// One point of such a list; `map` is one.
ParameterSet bind_point(const DocNode& map, const StudySpec& spec, Diagnostics& diagnostics);

}  // namespace foldmill::cli
