#pragma once

#include <memory>
#include <string>

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"

namespace foldmill::cli {

inline constexpr size_t kMaxDocumentBytes = 1 << 20;
inline constexpr int kMaxDocumentDepth = 64;
inline constexpr size_t kMaxAliasNodes = 10000;  // nodes that aliases may add together

// Reads one YAML document, strictly: duplicate keys, merge keys, tags, a second document, too much
// of anything are errors, reported with their place. `skip` bytes at the start of a one-line
// source are not part of the document (`--set name=`), but count for the columns.
// The answer is only meaningful while `diagnostics` is ok.
DocNode load_yaml(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics,
                  size_t skip = 0);

}  // namespace foldmill::cli
