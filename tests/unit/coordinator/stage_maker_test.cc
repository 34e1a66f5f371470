// Which study follows which, and what is in it.

#include "coordinator/stages/stage_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "coordinator/stages/encoder_lookup.h"
#include "core/stage_failure.h"

namespace foldmill::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ArtifactRef model(char digit) { return {std::string(64, digit), 4096}; }

// Studies and their trials, as they were recorded.
class Recorded final : public storage::StudyReader {
 public:
  std::map<std::string, StudyRow> studies;
  std::map<std::string, std::vector<TrialRow>> trials;  // by study; for lists: the best in front
  std::string asked_sort;

  Status broken;  // what reading comes to

  Result<StudyRow> get_study(const std::string& name) override {
    if (!broken.ok()) return broken;
    std::vector<const StudyRow*> found;
    for (const auto& [known, study] : studies) {
      if (known == name) return study;
      if (known.starts_with(name)) found.push_back(&study);
    }
    if (found.size() == 1) return *found.front();
    if (found.size() > 1) return invalid_argument("could be any of them");
    return not_found("there is no such study");
  }
  Result<Page<TrialRow>> list_trials(const std::string& study, const TrialQuery& query) override {
    EXPECT_EQ(query.where, "state = completed and violation = 0");
    asked_sort = query.sort;
    Page<TrialRow> page{trials[study], ""};
    if (static_cast<int64_t>(page.rows.size()) > query.limit)
      page.rows.resize(static_cast<size_t>(query.limit));
    return page;
  }
  Result<TrialRow> get_trial(const std::string& study, TrialNumber number) override {
    for (const TrialRow& trial : trials[study])
      if (trial.number == number) return trial;
    return not_found("there is no such trial");
  }
  Result<Page<StudyRow>> list_studies(int64_t, const std::string&) override { return unasked(); }
  Result<Page<WorkerRow>> list_workers(int64_t, const std::string&) override { return unasked(); }
  Result<Table> query(const std::string&, int64_t, Milliseconds) override { return unasked(); }

 private:
  static Status unasked() { return internal_error("nobody needs this"); }
};

class StageMakerTest : public ::testing::Test {
 protected:
  StageMakerTest() {
    StudySpec spec;
    spec.name = "cae";
    spec.seed = 5;
    spec.folds = {.k = 3, .stratified = false, .seed = 5};
    spec.trials = 10;
    spec.constants = {{"epochs", int64_t{4}}, {"batch_size", int64_t{64}}};
    spec.space = *SearchSpace::create({{"lr", *Distribution::make_float(1e-4, 1e-1), {}}});
    spec.pruning.type = "median";
    spec.timeout_seconds = 60;
    spec.final_stages = {.cross_validate = CrossValidateStage{.k = 4, .top = 2},
                         .train = TrainStage{.epochs = 9},
                         .test = true};
    add(std::move(spec), {trial(7, 0.01, 3), trial(2, 0.02, 3)}, 7);
  }

  static TrialRow trial(int64_t number, double lr, int folds) {
    TrialRow row;
    row.number = TrialNumber(number);
    row.state = TrialState::kCompleted;
    row.params = {{"lr", lr}};
    for (int i = 0; i < folds; ++i) {
      FoldRow& fold = row.folds.emplace_back();
      fold.fold = FoldIndex(i);
      fold.state = FoldState::kCompleted;
      fold.value = 0.5;
      fold.artifacts = {{"model.safetensors", model(static_cast<char>('a' + i))}};
    }
    return row;
  }
  StudyRow& add(StudySpec spec, std::vector<TrialRow> trials, std::optional<int64_t> best) {
    StudyRow row;
    row.spec = spec;
    row.state = StudyState::kCompleted;
    if (best) row.best = TrialNumber(*best);
    reader_.trials[spec.name] = std::move(trials);
    return reader_.studies[spec.name] = std::move(row);
  }
  StudySpec made(const std::string& after) {
    const auto next = next_stage(reader_, after);
    EXPECT_TRUE(next.ok()) << next.status().message();
    return next.ok() && *next ? **next : StudySpec();
  }
  StudySpec& search() { return reader_.studies["cae"].spec; }

  Recorded reader_;
};

TEST_F(StageMakerTest, TheBestTrialsAreCrossValidated) {
  const StudySpec spec = made("cae");
  EXPECT_EQ(reader_.asked_sort, "value");
  EXPECT_EQ(spec.name, "cae@cross-validate");
  EXPECT_EQ(spec.trials, 2);
  EXPECT_THAT(spec.enqueue, ElementsAre(ParameterSet{{"lr", 0.01}}, ParameterSet{{"lr", 0.02}}));
  EXPECT_EQ(spec.folds.k, 4);
  EXPECT_TRUE(spec.folds.stratified);
  EXPECT_EQ(spec.pruning.type, "none");
  EXPECT_EQ(spec.origin, (StageOrigin{"cae", Stage::kCrossValidate, {7, 2}}));
  EXPECT_FALSE(spec.timeout_seconds);
}

TEST_F(StageMakerTest, WhatIsMaximisedIsSortedSo) {
  search().objective.direction = Direction::kMaximize;
  made("cae");
  EXPECT_EQ(reader_.asked_sort, "-value");
}

TEST_F(StageMakerTest, TheBestByCrossValidationIsTrainedOnEverything) {
  StudySpec validated = made("cae");
  add(validated, {trial(0, 0.01, 4), trial(1, 0.02, 4)}, 1);
  const StudySpec spec = made("cae@cross-validate");
  EXPECT_EQ(spec.name, "cae@train");
  EXPECT_THAT(spec.enqueue, ElementsAre(ParameterSet{{"lr", 0.02}}));
  EXPECT_THAT(spec.origin->trials, ElementsAre(2));
  EXPECT_FALSE(spec.folds.hold_out);
  EXPECT_EQ(spec.folds.total(), 1);
  EXPECT_EQ(spec.constants.get_int("epochs"), 9);
  EXPECT_EQ(spec.objective.metric, "train_loss");  // there is nothing to validate on
}

TEST_F(StageMakerTest, TrainingMayKeepTheValidationPart) {
  search().final_stages = {.train = TrainStage{.on_validation_too = false}};
  search().objective.take = Take::kBestEpoch;
  const StudySpec spec = made("cae");
  EXPECT_TRUE(spec.folds.hold_out);
  EXPECT_EQ(spec.folds.total(), 1);
  EXPECT_EQ(spec.objective.metric, "val_loss");
  EXPECT_EQ(spec.objective.take, Take::kBestEpoch);
  EXPECT_EQ(spec.constants.get_int("epochs"), 4);
}

TEST_F(StageMakerTest, TheTrainedModelIsTested) {
  search().final_stages.cross_validate.reset();
  StudySpec trained = made("cae");
  add(trained, {trial(0, 0.01, 1)}, 0);
  const StudySpec spec = made("cae@train");
  EXPECT_EQ(spec.name, "cae@test");
  EXPECT_THAT(spec.evaluate, ElementsAre(model('a')));
  EXPECT_EQ(spec.objective.metric, "test_loss");
  EXPECT_EQ(spec.constants.get_int("epochs"), 1);
  EXPECT_THAT(spec.origin->trials, ElementsAre(7));
  add(spec, {trial(0, 0.01, 1)}, 0);
  const auto last = next_stage(reader_, "cae@test");
  ASSERT_TRUE(last.ok());
  EXPECT_FALSE(*last);
}

TEST_F(StageMakerTest, WithoutATrainedOneTheModelsOfItsFoldsAreTested) {
  search().final_stages = {.test = true};
  const StudySpec spec = made("cae");
  EXPECT_THAT(spec.evaluate, ElementsAre(model('a'), model('b'), model('c')));
  EXPECT_EQ(spec.folds.k, 3);
  reader_.trials["cae"][0].folds[1].artifacts.clear();
  EXPECT_THAT(next_stage(reader_, "cae").status().message(),
              HasSubstr("final stage test: fold 1 of trial 7 left no model.safetensors"));
}

TEST_F(StageMakerTest, WhatCannotBeJudgedOnTestImagesIsReplaced) {
  search().model.type = "gan";
  search().objective.metric = "g_loss";
  search().final_stages = {.test = true};
  EXPECT_EQ(made("cae").objective.metric, "test_frechet_distance");
}

TEST_F(StageMakerTest, EpochsThatWereSearchedCanBeGiven) {
  search().constants = {{"batch_size", int64_t{64}}};
  search().space = *SearchSpace::create({{"lr", *Distribution::make_float(1e-4, 1e-1), {}},
                                         {"epochs", *Distribution::make_int(2, 8), {}}});
  search().final_stages = {.train = TrainStage{.epochs = 30}};
  reader_.trials["cae"][0].params.set("epochs", int64_t{8});
  const StudySpec spec = made("cae");
  EXPECT_EQ(spec.constants.get_int("epochs"), 30);
  EXPECT_FALSE(spec.space.index_of("epochs"));
  EXPECT_THAT(spec.enqueue, ElementsAre(ParameterSet{{"lr", 0.01}}));
}

TEST_F(StageMakerTest, AStageThatIsThereIsNotMadeAgain) {
  add(made("cae"), {}, std::nullopt).state = StudyState::kActive;
  const auto next = next_stage(reader_, "cae");
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(*next);
}

TEST_F(StageMakerTest, WithoutACompletedTrialThereIsNothingToGoOnWith) {
  reader_.trials["cae"].clear();
  const Status status = next_stage(reader_, "cae").status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("no trial of cae has completed"));
  EXPECT_THAT(status.message(), HasSubstr("foldmill study extend cae"));
}

TEST_F(StageMakerTest, TheFoldsOfATopAreItsCrossValidation) {
  search().final_stages = {};
  search().schedule.top = 2;
  const StudySpec spec = made("cae");
  EXPECT_EQ(spec.folds.k, 3);
  EXPECT_FALSE(spec.folds.stratified);
  EXPECT_EQ(spec.trials, 2);
  EXPECT_EQ(spec.folds_per_trial(), 3);
}

class AwaitedEncoderTest : public StageMakerTest {
 protected:
  AwaitedEncoderTest() {
    tuned_.name = "tuned";
    tuned_.model.encoder = EncoderSource{"cae", "best", "", false, true, std::nullopt};
  }
  StudySpec tuned_;
};

TEST_F(AwaitedEncoderTest, IsThereWhenTheOtherStudyHasCompleted) {
  EXPECT_EQ(find_awaited_encoder(reader_, tuned_).value(), model('a'));
  reader_.studies["cae"].state = StudyState::kActive;
  EXPECT_EQ(find_awaited_encoder(reader_, tuned_).value(), std::nullopt);
}

TEST_F(AwaitedEncoderTest, MayBeOfAStudyThatIsNotThereYet) {
  tuned_.model.encoder->study = "ca";  // the beginning of a name is not the study
  EXPECT_EQ(find_awaited_encoder(reader_, tuned_).value(), std::nullopt);
}

TEST_F(AwaitedEncoderTest, MayBeOfItsFinalTraining) {
  tuned_.model.encoder->trial = "final";
  EXPECT_EQ(find_awaited_encoder(reader_, tuned_).value(), std::nullopt);
  search().final_stages = {.train = TrainStage{}};
  add(made("cae"), {trial(0, 0.01, 1)}, 0);
  reader_.trials["cae@train"][0].folds[0].artifacts = {{"model.safetensors", model('f')}};
  EXPECT_EQ(find_awaited_encoder(reader_, tuned_).value(), model('f'));
}

TEST_F(AwaitedEncoderTest, WillNotComeFromAStudyThatFailed) {
  reader_.studies["cae"].state = StudyState::kFailed;
  const Status status = find_awaited_encoder(reader_, tuned_).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("is failed; resume it"));
}

// Who follows the search knows by it that no stage is to be waited for.
TEST_F(StageMakerTest, WhatCannotBeReadIsAFailedStageToo) {
  reader_.broken = data_loss("the database disk image is malformed");
  const auto next = next_stage(reader_, "cae");
  EXPECT_EQ(next.status().code(), StatusCode::kDataLoss);
  EXPECT_TRUE(next.status().message().starts_with(kStageFailure)) << next.status().message();
}

}  // namespace
}  // namespace foldmill::coordinator
