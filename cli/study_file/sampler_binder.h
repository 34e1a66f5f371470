#pragma once

#include "cli/study_file/diagnostics.h"
#include "core/study.h"

namespace foldmill::cli {

// Reads `search.sampler`, which may be null: the type and that type's options alone.
void bind_sampler(const DocNode* node, SamplerSpec& sampler, Diagnostics& diagnostics);

}  // namespace foldmill::cli
