#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/artifact.h"
#include "core/result.h"
#include "core/rows.h"
#include "storage/study_reader.h"

namespace foldmill::coordinator {

// The reader takes the beginning of a name too; what is kept for good is named in full. Nothing
// when there is no study of exactly that name.
Result<std::optional<StudyRow>> find_exactly(storage::StudyReader& reader, const std::string& name);

// The model.safetensors that one fold left; failed_precondition when it left none.
Result<ArtifactRef> model_of_fold(const TrialRow& trial, const FoldRow& fold);
// Of each fold; failed_precondition unless all of them completed and left one.
Result<std::vector<ArtifactRef>> models_of_folds(const TrialRow& trial);

}  // namespace foldmill::coordinator
