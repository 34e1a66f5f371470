#pragma once

#include <vector>

#include "core/artifact.h"
#include "core/result.h"
#include "core/rows.h"
#include "core/study.h"

namespace foldmill {

// The studies that follow a search, each made of the search's spec and what its trials came to.
// Their trials have given parameters, nothing is pruned, and everything runs once.

// The search's number of a stage's trial. A stage whose trials all failed goes through them again
// when it is resumed.
int64_t number_in_search(const StageOrigin& origin, TrialNumber trial);

// `best`: the trials to validate, the best in front.
StudySpec cross_validate_spec(const StudySpec& search, const CrossValidateStage& stage,
                              const std::vector<TrialRow>& best);

// `number`: the trial of the search whose parameters `params` are.
// Refuses an epoch count that was searched and cannot be replaced.
Result<StudySpec> train_spec(const StudySpec& search, const TrainStage& stage, int64_t number,
                             const ParameterSet& params);

// `models`: by fold of `trained`, the study that made them (the search, or its stage `train`).
Result<StudySpec> test_spec(const StudySpec& search, const StudySpec& trained, int64_t number,
                            const ParameterSet& params, std::vector<ArtifactRef> models);

}  // namespace foldmill
