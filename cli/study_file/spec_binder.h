#pragma once

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/study.h"

namespace foldmill::cli {

// The schema of a study file: turns a document into a StudySpec with every default made visible,
// or reports what is wrong. What the format knows but this version cannot do is an error, never
// ignored. Meaningful only while `diagnostics` is ok.
StudySpec bind_study(const DocNode& root, Diagnostics& diagnostics);

}  // namespace foldmill::cli
