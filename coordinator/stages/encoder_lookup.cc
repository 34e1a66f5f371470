#include "coordinator/stages/encoder_lookup.h"

#include "coordinator/stages/recorded.h"
#include "core/text.h"

namespace foldmill::coordinator {
namespace {

// The study whose trial it is: for `final` the other study's final training.
std::string source_of(const EncoderSource& encoder) {
  return encoder.trial == "final" ? stage_study_name(encoder.study, Stage::kTrain) : encoder.study;
}

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

Result<ArtifactRef> find_weights(storage::StudyReader& reader, const EncoderSource& encoder,
                                 const StudyRow& study) {
  FOLDMILL_ASSIGN_OR_RETURN(const TrialNumber number, find_number(encoder, study));
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRow trial, reader.get_trial(study.spec.name, number));
  FOLDMILL_RETURN_IF_ERROR(check_completed(trial));
  if (const FoldRow* fold = best_fold(trial, study.spec.objective.direction))
    return model_of_fold(trial, *fold);
  return failed_precondition(
      concat("trial ", trial.number.value, " has no fold with a value; name another, or best"));
}

Result<ArtifactRef> find_artifact(storage::StudyReader& reader, const EncoderSource& encoder) {
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(reader, source_of(encoder)));
  return find_weights(reader, encoder, study);
}

}  // namespace

bool wants_lookup(const StudySpec& spec) {
  return spec.model.encoder && !spec.model.encoder->study.empty() && !spec.model.encoder->wait;
}

Status find_encoder(storage::StudyReader& reader, StudySpec& spec) {
  Result<ArtifactRef> found = find_artifact(reader, *spec.model.encoder);
  if (!found.ok())
    return found.status().with_context(concat(
        "creating study ", spec.name, ": the encoder from study ", spec.model.encoder->study));
  spec.model.encoder->artifact = std::move(found).value();
  return ok_status();
}

Result<std::optional<ArtifactRef>> find_awaited_encoder(storage::StudyReader& reader,
                                                        const StudySpec& spec) {
  const EncoderSource& encoder = *spec.model.encoder;
  FOLDMILL_ASSIGN_OR_RETURN(const std::optional<StudyRow> source,
                            find_exactly(reader, source_of(encoder)));
  if (!source || !is_finished(source->state)) return std::optional<ArtifactRef>();
  if (source->state != StudyState::kCompleted)
    return failed_precondition(concat("the study ", source->spec.name, ", whose encoder ",
                                      spec.name, " waits for, is ", to_string(source->state),
                                      "; resume it, and then this one"));
  Result<ArtifactRef> found = find_weights(reader, encoder, *source);
  if (!found.ok())
    return found.status().with_context(concat("the encoder from study ", source->spec.name));
  return std::optional(std::move(found).value());
}

}  // namespace foldmill::coordinator
