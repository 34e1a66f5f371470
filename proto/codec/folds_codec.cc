#include "proto/codec/folds_codec.h"

#include <algorithm>

#include "core/text.h"
#include "proto/codec/value_codec.h"

namespace foldmill::proto {
namespace {

Result<FoldSchedule> decode_schedule(const v1::FoldSchedule& message) {
  FoldSchedule schedule;
  const std::optional<FoldOrder> order = parse_fold_order(message.order());
  if (!order)
    return invalid_argument(concat("folds.order: '", message.order(),
                                   "' is none of first_fold_first, trial_first and interleave"));
  const std::optional<Aggregate> aggregate = parse_aggregate(message.aggregate());
  if (!aggregate)
    return invalid_argument(concat("folds.aggregate: '", message.aggregate(),
                                   "' is none of mean, median and mean_plus_std"));
  schedule.order = *order;
  schedule.aggregate = *aggregate;
  schedule.top = message.top();
  if (message.has_race())
    schedule.race = RaceSpec{message.race().confidence(), message.race().min_folds()};
  return schedule;
}

Result<StageOrigin> decode_origin(const v1::StageOrigin& message) {
  const std::optional<Stage> stage = parse_stage(message.stage());
  if (!stage)
    return invalid_argument(concat("origin: '", message.stage(), "' is no stage of a study"));
  return StageOrigin{message.study(), *stage, {message.trials().begin(), message.trials().end()}};
}

}  // namespace

v1::FoldPlan encode(const FoldPlan& folds) {
  v1::FoldPlan out;
  out.set_k(folds.k);
  out.set_validation_fraction(folds.validation_fraction);
  out.set_stratified(folds.stratified);
  out.set_shuffle(folds.shuffle);
  out.set_seed(folds.seed);
  out.set_repeats(folds.repeats);
  out.set_groups(folds.groups);
  out.set_leave_one_group_out(folds.leave_one_group_out);
  out.set_train_on_all(!folds.hold_out);
  if (folds.outer) {
    out.mutable_outer()->set_k(folds.outer->k);
    out.mutable_outer()->set_fold(folds.outer->fold);
  }
  return out;
}

Result<FoldPlan> decode(const v1::FoldPlan& message) {
  if (message.k() < 1) return invalid_argument(concat("folds.k: ", message.k(), " is below 1"));
  if (message.repeats() < 0)
    return invalid_argument(concat("folds.repeats: ", message.repeats(), " is below 1"));
  const double fraction = message.validation_fraction();
  if (message.k() == 1 && !(fraction > 0 && fraction < 1))
    return invalid_argument(
        concat("folds.validation_fraction: ", format_number(fraction), " is not between 0 and 1"));
  FoldPlan plan{.k = message.k(),
                .validation_fraction = fraction,
                .stratified = message.stratified(),
                .shuffle = message.shuffle(),
                .seed = message.seed(),
                .repeats = std::max(message.repeats(), 1),
                .groups = message.groups(),
                .leave_one_group_out = message.leave_one_group_out(),
                .hold_out = !message.train_on_all()};
  if (message.has_outer()) {
    const v1::OuterFold& outer = message.outer();
    if (outer.k() < 2 || outer.fold() < 0 || outer.fold() >= outer.k())
      return invalid_argument(
          concat("folds.outer: ", outer.fold(), " is no fold of ", outer.k(), " outer folds"));
    plan.outer = OuterFold{outer.k(), outer.fold()};
  }
  return plan;
}

v1::FoldSchedule encode(const FoldSchedule& schedule) {
  v1::FoldSchedule out;
  out.set_order(std::string(to_string(schedule.order)));
  out.set_top(schedule.top);
  out.set_aggregate(std::string(to_string(schedule.aggregate)));
  if (schedule.race) {
    out.mutable_race()->set_confidence(schedule.race->confidence);
    out.mutable_race()->set_min_folds(schedule.race->min_folds);
  }
  return out;
}

v1::FinalStages encode(const FinalStages& stages) {
  v1::FinalStages out;
  if (stages.cross_validate) {
    v1::CrossValidateStage* stage = out.mutable_cross_validate();
    stage->set_k(stages.cross_validate->k);
    stage->set_repeats(stages.cross_validate->repeats);
    stage->set_top(stages.cross_validate->top);
    stage->set_stratified(stages.cross_validate->stratified);
    stage->set_shuffle(stages.cross_validate->shuffle);
  }
  if (stages.train) {
    out.mutable_train()->set_on_validation_too(stages.train->on_validation_too);
    if (stages.train->epochs) out.mutable_train()->set_epochs(*stages.train->epochs);
  }
  out.set_test(stages.test);
  return out;
}

v1::StageOrigin encode(const StageOrigin& origin) {
  v1::StageOrigin out;
  out.set_study(origin.study);
  out.set_stage(std::string(to_string(origin.stage)));
  for (const int64_t trial : origin.trials) out.add_trials(trial);
  return out;
}

FinalStages decode(const v1::FinalStages& message) {
  FinalStages stages;
  if (message.has_cross_validate()) {
    const v1::CrossValidateStage& stage = message.cross_validate();
    stages.cross_validate = CrossValidateStage{stage.k(), stage.repeats(), stage.top(),
                                               stage.stratified(), stage.shuffle()};
  }
  if (message.has_train()) {
    stages.train = TrainStage{.on_validation_too = message.train().on_validation_too()};
    if (message.train().has_epochs()) stages.train->epochs = message.train().epochs();
  }
  stages.test = message.test();
  return stages;
}

Status decode_stages(const v1::StudySpec& message, StudySpec* spec) {
  if (message.has_schedule()) {
    FOLDMILL_ASSIGN_OR_RETURN(spec->schedule, decode_schedule(message.schedule()));
  }
  spec->final_stages = decode(message.final_stages());
  if (message.has_origin()) {
    FOLDMILL_ASSIGN_OR_RETURN(spec->origin, decode_origin(message.origin()));
  }
  for (const v1::ArtifactRef& artifact : message.evaluate()) {
    FOLDMILL_ASSIGN_OR_RETURN(ArtifactRef decoded, decode(artifact));
    spec->evaluate.push_back(std::move(decoded));
  }
  return ok_status();
}

}  // namespace foldmill::proto
