#pragma once

#include "core/status.h"
#include "core/study.h"

namespace foldmill::engine {

// Whether asking for `wanted` again may be answered with the study `present` of the same name. Ok:
// they are the same search (source text, notes and a smaller budget do not matter). A larger budget
// is failed_precondition and says how to extend; any other difference is already_exists and is
// named.
Status check_same_search(const StudySpec& wanted, const StudySpec& present);

}  // namespace foldmill::engine
