#include <algorithm>

#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill {

using namespace study_checks;

namespace {

constexpr int kMaxFolds = 100;
constexpr int64_t kMaxEpochs = 1'000'000;

Status check_repeats(const FoldPlan& folds) {
  FOLDMILL_RETURN_IF_ERROR(check_at_least("folds.repeats", folds.repeats, 1));
  if (folds.repeats == 1) return ok_status();
  if (folds.k == 1)
    return invalid_argument("folds.repeats: repeats a k-fold split; add k: 5, or leave it out");
  if (!folds.shuffle)
    return invalid_argument(
        "folds.repeats: without shuffle every repeat would be the same split; leave one of the two "
        "out");
  if (folds.total() > kMaxFolds)
    return invalid_argument(concat("folds.repeats: ", folds.k, " folds ", folds.repeats,
                                   " times are ", folds.total(), ", more than ", kMaxFolds));
  return ok_status();
}

Status check_groups(const FoldPlan& folds) {
  if (!folds.leave_one_group_out) return ok_status();
  if (folds.groups.empty())
    return invalid_argument(
        "folds.leave_one_group_out: of which groups? add groups: FILE, with the group of one "
        "training image per line");
  if (folds.k == 1)
    return invalid_argument(
        "folds.leave_one_group_out: each group is a fold; add k: N, the number of groups");
  if (folds.repeats > 1)
    return invalid_argument(
        "folds.repeats: groups left out one by one are the same folds every time; leave one of the "
        "two out");
  return ok_status();
}

Status check_plan(const StudySpec& spec) {
  const FoldPlan& folds = spec.folds;
  FOLDMILL_RETURN_IF_ERROR(check_at_least("folds.k", folds.k, 1));
  if (folds.k > kMaxFolds)
    return invalid_argument(concat("folds.k: must be at most ", kMaxFolds, ", got ", folds.k));
  if (!(folds.validation_fraction > 0 && folds.validation_fraction < 1))
    return invalid_argument(concat("data.validation.fraction: must lie between 0 and 1, got ",
                                   format_number(folds.validation_fraction)));
  if (folds.seed != spec.seed)
    return invalid_argument(
        concat("folds.seed: must be the study's seed ", spec.seed, ", got ", folds.seed));
  FOLDMILL_RETURN_IF_ERROR(check_repeats(folds));
  FOLDMILL_RETURN_IF_ERROR(check_groups(folds));
  if (folds.outer)
    FOLDMILL_RETURN_IF_ERROR(check_within("folds.outer", folds.outer->fold, 0, folds.outer->k - 1));
  return ok_status();
}

Status check_race(const StudySpec& spec) {
  if (!spec.schedule.race) return ok_status();
  const RaceSpec& race = *spec.schedule.race;
  FOLDMILL_RETURN_IF_ERROR(check_at_least("folds.race.min_folds", race.min_folds, 2));
  if (!(race.confidence > 0 && race.confidence < 1))
    return invalid_argument(concat("folds.race.confidence: must lie between 0 and 1, got ",
                                   format_number(race.confidence)));
  if (race.min_folds >= spec.folds_per_trial())
    return invalid_argument(concat("folds.race: compares trials after ", race.min_folds,
                                   " or more of their folds; with ", spec.folds_per_trial(),
                                   " there is none left to save"));
  if (spec.pruning.type == "race")
    return invalid_argument("folds.race: pruning.type is race already; leave one of the two out");
  if (!spec.more_objectives.empty())
    return invalid_argument("folds.race: compares by one value, and there are several objectives");
  return ok_status();
}

Status check_schedule(const StudySpec& spec) {
  const FoldSchedule& schedule = spec.schedule;
  FOLDMILL_RETURN_IF_ERROR(check_race(spec));
  if (schedule.aggregate != Aggregate::kMean) {
    if (spec.folds.total() == 1)
      return invalid_argument("folds.aggregate: there is one fold; leave it out, or add k: 5");
    if (schedule.race || spec.pruning.type == "race")
      return invalid_argument("folds.aggregate: the race compares means; leave one of the two out");
  }
  if (schedule.top == 0) return ok_status();
  FOLDMILL_RETURN_IF_ERROR(check_within("folds.top", schedule.top, 1, spec.trials));
  if (spec.folds.total() == 1)
    return invalid_argument("folds.when: there is one fold; leave it out, or add k: 5");
  if (spec.final_stages.cross_validate)
    return invalid_argument(
        "final.cross_validate: folds.when asks for the same; leave one of the two out");
  return ok_status();
}

Status check_cross_validate(const CrossValidateStage& stage, const StudySpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(check_within("final.cross_validate.k", stage.k, 2, kMaxFolds));
  FOLDMILL_RETURN_IF_ERROR(
      check_within("final.cross_validate.repeats", stage.repeats, 1, kMaxFolds / stage.k));
  return check_within("final.cross_validate.top", stage.top, 1, spec.trials);
}

// Which of its images the trainer keeps apart as a test set.
bool has_test_images(const DataSpec& data) {
  return data.dataset == "fashion-mnist" || data.dataset == "mnist" || data.dataset == "idx";
}

Status check_final(const StudySpec& spec) {
  const FinalStages stages = spec.stages_to_follow();
  if (stages.empty()) return ok_status();
  const auto refuse = [](std::string_view why) { return invalid_argument(concat("final: ", why)); };
  if (spec.origin) return refuse("a stage of another study has no stages of its own");
  if (is_trained_outside(spec.model))
    return refuse("the study's trials are trained by a loop outside, and so is what follows");
  if (!spec.more_objectives.empty())
    return refuse("with several objectives there is no best trial to go on with; leave it out");
  if (is_users_code(spec.model) && (stages.train || stages.test))
    return refuse(
        "train and test are for the models that foldmill trains itself; cross_validate works with "
        "any");
  if (stages.cross_validate)
    FOLDMILL_RETURN_IF_ERROR(check_cross_validate(*stages.cross_validate, spec));
  if (stages.train && stages.train->epochs)
    FOLDMILL_RETURN_IF_ERROR(
        check_within("final.train.epochs", *stages.train->epochs, 1, kMaxEpochs));
  if (stages.test && !has_test_images(spec.data) && !spec.folds.outer)
    return invalid_argument(
        concat("final.test: ", spec.data.dataset, " has no official test images; leave it out"));
  return ok_status();
}

Status check_evaluate(const StudySpec& spec) {
  const size_t folds = static_cast<size_t>(spec.folds.total());
  if (spec.evaluate.empty() || spec.evaluate.size() == folds) return ok_status();
  return invalid_argument(
      concat("evaluate: ", spec.evaluate.size(), " models for ", folds, " folds"));
}

}  // namespace

Status study_checks::check_folds(const StudySpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(check_plan(spec));
  FOLDMILL_RETURN_IF_ERROR(check_schedule(spec));
  FOLDMILL_RETURN_IF_ERROR(check_evaluate(spec));
  return check_final(spec);
}

}  // namespace foldmill
