#pragma once

#include <string>
#include <vector>

#include "cli/study_source.h"
#include "core/study.h"

namespace foldmill::cli {

// Nested cross-validation (Varma and Simon, "Bias in error estimation when using cross-validation
// for model selection", BMC Bioinformatics 7, 2006): the whole search once per outer fold, on what
// is not in it, and its winner judged on the outer fold, which it never saw.

// One study per outer fold, named NAME.outer-0, …: the search, final training, and a test on the
// outer fold. Refuses fewer than two outer folds and models whose training is not ours.
Result<std::vector<StudySpec>> nested_studies(const StudySpec& spec, int outer_folds);

// "nested    test_loss 0.0213 ± 0.0004 over 5 outer folds": the estimate of the whole procedure.
Result<std::string> sum_up_nested(StudySource& source, const std::vector<StudySpec>& studies);

}  // namespace foldmill::cli
