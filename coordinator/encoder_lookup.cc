#include "coordinator/encoder_lookup.h"

#include "core/text.h"

namespace foldmill::coordinator {
namespace {

constexpr std::string_view kWeights = "model.safetensors";

Result<StudyRow> find_study(storage::StudyReader& reader, const std::string& name) {
  FOLDMILL_ASSIGN_OR_RETURN(StudyRow row, reader.get_study(name));
  // The reader takes the beginning of a name too; what is kept for good is named in full.
  if (row.spec.name != name)
    return not_found(concat("there is no study ", name, "; did you mean ", row.spec.name, "?"));
  return row;
}

Result<TrialNumber> find_number(const EncoderSource& encoder, const StudyRow& study) {
  if (const auto number = parse_int(encoder.trial)) return TrialNumber(*number);
  if (study.best) return *study.best;
  if (!study.spec.more_objectives.empty())
    return failed_precondition(concat("study ", encoder.study,
                                      " has several objectives and so no best trial; name one of "
                                      "`foldmill best ",
                                      encoder.study, "` by its number"));
  return failed_precondition(
      concat("study ", encoder.study, " has no completed trial yet",
             study.spec.constraints.empty() ? "" : " that holds its constraints",
             "; create this study when it has"));
}

Status check_completed(const TrialRow& trial) {
  if (trial.state == TrialState::kCompleted) return ok_status();
  return failed_precondition(concat("trial ", trial.number.value, " is ", to_string(trial.state),
                                    ", not completed; name another, or best"));
}

const FoldRow* best_fold(const TrialRow& trial, Direction direction) {
  const FoldRow* best = nullptr;
  for (const FoldRow& fold : trial.folds) {
    if (fold.state != FoldState::kCompleted || !fold.value) continue;
    if (best == nullptr || better(*fold.value, *best->value, direction)) best = &fold;
  }
  return best;
}

Result<ArtifactRef> find_weights(const TrialRow& trial, Direction direction) {
  if (const FoldRow* fold = best_fold(trial, direction))
    for (const ArtifactRow& artifact : fold->artifacts)
      if (artifact.name == kWeights) return artifact.artifact;
  return failed_precondition(concat("trial ", trial.number.value, " left no ", kWeights,
                                    ": another trainer, or one of an older version, trained it; "
                                    "train it again"));
}

Result<ArtifactRef> find_artifact(storage::StudyReader& reader, const EncoderSource& encoder) {
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(reader, encoder.study));
  FOLDMILL_ASSIGN_OR_RETURN(const TrialNumber number, find_number(encoder, study));
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRow trial, reader.get_trial(encoder.study, number));
  FOLDMILL_RETURN_IF_ERROR(check_completed(trial));
  return find_weights(trial, study.spec.objective.direction);
}

}  // namespace

bool wants_lookup(const StudySpec& spec) {
  return spec.model.encoder && !spec.model.encoder->study.empty();
}

Status find_encoder(storage::StudyReader& reader, StudySpec& spec) {
  Result<ArtifactRef> found = find_artifact(reader, *spec.model.encoder);
  if (!found.ok())
    return found.status().with_context(concat(
        "creating study ", spec.name, ": the encoder from study ", spec.model.encoder->study));
  spec.model.encoder->artifact = std::move(found).value();
  return ok_status();
}

}  // namespace foldmill::coordinator
