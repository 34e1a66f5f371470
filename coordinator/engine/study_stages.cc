// What comes before and after a study's trials: weights that it waits for, stages that follow it.

#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {

void StudyEngine::begin(Step& step) {
  look_for_encoder(step);
  if (state_ == StudyState::kCompleted) follow_up(step);
}

bool StudyEngine::waits_for_encoder() const {
  const auto& encoder = spec_->model.encoder;
  return encoder && !encoder->study.empty() && !encoder->artifact;
}

bool StudyEngine::waits_for(const std::string& completed) const {
  if (is_finished(state_) || !waits_for_encoder()) return false;
  const std::string& source = spec_->model.encoder->study;
  return completed == source || completed == stage_study_name(source, Stage::kTrain);
}

void StudyEngine::look_for_encoder(Step& step) {
  if (!is_finished(state_) && waits_for_encoder()) step.perform(effect::FindEncoder{id_, spec_});
}

void StudyEngine::encoder_looked_up(const Result<std::optional<ArtifactRef>>& found, Step& step) {
  if (is_finished(state_) || !waits_for_encoder()) return;
  if (!found.ok()) return fail(found.status().message(), step);
  if (!*found) return;
  auto spec = std::make_shared<StudySpec>(*spec_);
  spec->model.encoder->artifact = **found;
  spec_ = std::move(spec);
  commons_.artifacts.add(**found);
  step.record(id_, change::EncoderFound{id_, **found, step.now().wall});
}

Status StudyEngine::check_is_search() const {
  if (!spec_->origin) return ok_status();
  return failed_precondition(concat("it is the stage ", to_string(spec_->origin->stage), " of ",
                                    spec_->origin->study, ", whose trials are given; ",
                                    spec_->origin->study, " can have more"));
}

bool StudyEngine::has_begun_all_given() const {
  return ends_a_round() && (running_ > 0 || counted_ > 0);
}

bool StudyEngine::all_given_failed() const {
  return ends_a_round() && running_ == 0 && counted_ == 0;
}

bool StudyEngine::ends_a_round() const {
  const auto given = static_cast<int64_t>(spec_->enqueue.size());
  return spec_->origin && given > 0 && enqueued_ > 0 && enqueued_ % given == 0;
}

void StudyEngine::follow_up(Step& step) {
  if (spec_->origin || !spec_->stages_to_follow().empty())
    step.perform(effect::MakeNextStage{id_, spec_->name});
}

Result<std::string> StudyEngine::add_stages(const FinalStages& stages, Step& step) {
  if (state_ != StudyState::kCompleted)
    return failed_precondition(
        concat("final stages: ", describe(), "; they follow a study that has completed"));
  StudySpec spec = *spec_;
  // What is asked for now, beside what was: a search may be trained today and tested tomorrow.
  if (stages.cross_validate) spec.final_stages.cross_validate = stages.cross_validate;
  if (stages.train) spec.final_stages.train = stages.train;
  spec.final_stages.test = spec.final_stages.test || stages.test;
  FOLDMILL_RETURN_IF_ERROR(spec.validate().with_context(spec.name));
  step.record(id_, change::FinalStagesSet{id_, spec.final_stages, step.now().wall});
  spec_ = std::make_shared<const StudySpec>(std::move(spec));
  follow_up(step);
  return describe();
}

void StudyEngine::stage_failed(const Status& why, Step& step) {
  step.record(id_, change::StudyStateChanged{id_, state_, why.message(), step.now().wall});
}

}  // namespace foldmill::engine
