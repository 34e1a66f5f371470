#include "coordinator/stages/stage_maker.h"

#include <utility>
#include <vector>

#include "coordinator/stages/recorded.h"
#include "core/stage_failure.h"
#include "core/stage_specs.h"
#include "core/text.h"

namespace foldmill::coordinator {
namespace {

// A trial of the search, and the parameters it stands for.
struct Choice {
  int64_t number = 0;
  ParameterSet params;
};

class StageMaker {
 public:
  StageMaker(storage::StudyReader& reader, StudyRow search)
      : reader_(reader), search_(std::move(search)) {}

  Result<StudySpec> make(Stage stage) {
    switch (stage) {
      case Stage::kCrossValidate:
        return make_cross_validate();
      case Stage::kTrain:
        return make_train();
      case Stage::kTest:
        break;
    }
    return make_test();
  }

 private:
  Result<StudySpec> make_cross_validate() {
    const CrossValidateStage stage = *search_.spec.stages_to_follow().cross_validate;
    TrialQuery query;
    query.where = "state = completed and violation = 0";
    query.sort = search_.spec.objective.direction == Direction::kMinimize ? "value" : "-value";
    query.limit = stage.top;
    FOLDMILL_ASSIGN_OR_RETURN(const Page<TrialRow> best,
                              reader_.list_trials(search_.spec.name, query));
    if (best.rows.empty()) return no_trial();
    return cross_validate_spec(search_.spec, stage, best.rows);
  }

  Result<StudySpec> make_train() {
    FOLDMILL_ASSIGN_OR_RETURN(const Choice best, choose());
    return train_spec(search_.spec, *search_.spec.final_stages.train, best.number, best.params);
  }

  Result<StudySpec> make_test() {
    FOLDMILL_ASSIGN_OR_RETURN(const Choice best, choose());
    FOLDMILL_ASSIGN_OR_RETURN(
        const std::optional<StudyRow> trained,
        find_exactly(reader_, stage_study_name(search_.spec.name, Stage::kTrain)));
    const StudySpec& source = trained ? trained->spec : search_.spec;
    FOLDMILL_ASSIGN_OR_RETURN(
        const TrialRow trial,
        reader_.get_trial(source.name, TrialNumber(trained ? 0 : best.number)));
    FOLDMILL_ASSIGN_OR_RETURN(std::vector<ArtifactRef> models, models_of_folds(trial));
    return test_spec(search_.spec, source, best.number, best.params, std::move(models));
  }

  // The best trial: by its cross-validation, where there was one.
  Result<Choice> choose() {
    FOLDMILL_ASSIGN_OR_RETURN(
        const std::optional<StudyRow> validated,
        find_exactly(reader_, stage_study_name(search_.spec.name, Stage::kCrossValidate)));
    const StudyRow& judged = validated ? *validated : search_;
    if (!judged.best) return no_trial();
    FOLDMILL_ASSIGN_OR_RETURN(TrialRow trial, reader_.get_trial(judged.spec.name, *judged.best));
    return Choice{
        validated ? number_in_search(*judged.spec.origin, trial.number) : trial.number.value,
        std::move(trial.params)};
  }

  Status no_trial() const {
    return failed_precondition(
        concat("no trial of ", search_.spec.name, " has completed",
               search_.spec.constraints.empty() ? "" : " that holds its constraints",
               "; `foldmill study extend ", search_.spec.name, "` gives it more"));
  }

  storage::StudyReader& reader_;
  StudyRow search_;
};

Result<std::optional<StudySpec>> find_next(storage::StudyReader& reader, const std::string& study) {
  FOLDMILL_ASSIGN_OR_RETURN(std::optional<StudyRow> search, find_exactly(reader, study));
  if (search && search->spec.origin) {
    FOLDMILL_ASSIGN_OR_RETURN(search, find_exactly(reader, search->spec.origin->study));
  }
  if (!search) return not_found(concat("there is no study ", study));
  for (const Stage stage : stages_in_order(search->spec.stages_to_follow())) {
    FOLDMILL_ASSIGN_OR_RETURN(const std::optional<StudyRow> present,
                              find_exactly(reader, stage_study_name(search->spec.name, stage)));
    if (present && present->state == StudyState::kCompleted) continue;
    if (present) return std::optional<StudySpec>();  // its completion asks again
    Result<StudySpec> made = StageMaker(reader, *std::move(search)).make(stage);
    if (!made.ok()) return made.status().with_context(concat(kStageFailure, to_string(stage)));
    return std::optional(std::move(made).value());
  }
  return std::optional<StudySpec>();
}

}  // namespace

Result<std::optional<StudySpec>> next_stage(storage::StudyReader& reader,
                                            const std::string& study) {
  Result<std::optional<StudySpec>> next = find_next(reader, study);
  if (next.ok() || next.status().message().starts_with(kStageFailure)) return next;
  return next.status().with_context(concat(kStageFailure, "after ", study));
}

}  // namespace foldmill::coordinator
