#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "core/study.h"

namespace foldmill::cli {

// Values for some of a study's searched parameters, as the words "lr=0.01" give them; the value is
// YAML, in the parameter's own type. `where` is what messages call the words: "--set". Failures are
// invalid_argument, fully rendered.
Result<ParameterSet> read_point(const std::vector<std::string>& words, const StudySpec& spec,
                                const std::string& where);

}  // namespace foldmill::cli
