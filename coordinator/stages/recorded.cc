#include "coordinator/stages/recorded.h"

#include <string_view>

#include "core/text.h"

namespace foldmill::coordinator {
namespace {

constexpr std::string_view kWeights = "model.safetensors";

}  // namespace

Result<std::optional<StudyRow>> find_exactly(storage::StudyReader& reader,
                                             const std::string& name) {
  Result<StudyRow> found = reader.get_study(name);
  // The beginning of several names is no exact match of any of them.
  if (found.status().code() == StatusCode::kNotFound ||
      found.status().code() == StatusCode::kInvalidArgument)
    return std::optional<StudyRow>();
  if (!found.ok()) return found.status();
  if (found->spec.name != name) return std::optional<StudyRow>();  // a longer one
  return std::optional(std::move(found).value());
}

Result<ArtifactRef> model_of_fold(const TrialRow& trial, const FoldRow& fold) {
  for (const ArtifactRow& artifact : fold.artifacts)
    if (artifact.name == kWeights) return artifact.artifact;
  return failed_precondition(concat("fold ", fold.fold.value, " of trial ", trial.number.value,
                                    " left no ", kWeights,
                                    ": another trainer, or one of an older version, trained it; "
                                    "train it again"));
}

Result<std::vector<ArtifactRef>> models_of_folds(const TrialRow& trial) {
  std::vector<ArtifactRef> models;
  for (const FoldRow& fold : trial.folds) {
    FOLDMILL_ASSIGN_OR_RETURN(ArtifactRef model, model_of_fold(trial, fold));
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace foldmill::coordinator
