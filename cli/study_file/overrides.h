#pragma once

#include <string>

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"

namespace foldmill::cli {

// Applies one `--set key.path=value` to the document: the value is YAML, the node at the path is
// replaced or made. Errors point into the argument's own text, which they call `where`.
void apply_override(const std::string& argument, DocNode& document, Diagnostics& diagnostics,
                    const std::string& where = "--set");

}  // namespace foldmill::cli
