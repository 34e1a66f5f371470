// The blocks folds, final and stages of a study file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/study_file/study_file.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;

StudySpec read(const std::string& blocks) {
  auto spec = read_study_text("s.yaml", study_text("  epochs: 2\n", blocks));
  EXPECT_TRUE(spec.ok()) << spec.status().message();
  return spec.ok() ? *spec : StudySpec();
}

TEST(FoldsFile, ReadsEveryKeyOfFolds) {
  const StudySpec spec = read(
      "folds: {k: 5, repeats: 2, stratified: false, groups: writers.txt, order: interleave,\n"
      "        aggregate: mean_plus_std}\n");
  EXPECT_EQ(spec.folds.repeats, 2);
  EXPECT_EQ(spec.folds.groups, "writers.txt");
  EXPECT_EQ(spec.schedule,
            (FoldSchedule{.order = FoldOrder::kInterleave, .aggregate = Aggregate::kMeanPlusStd}));
  EXPECT_TRUE(
      read("folds: {k: 9, groups: label, leave_one_group_out: true}\n").folds.leave_one_group_out);
}

TEST(FoldsFile, ReadsWhenAndTop) {
  EXPECT_EQ(read("folds: {k: 5}\n").schedule.top, 0);
  EXPECT_EQ(read("folds: {k: 5, when: best}\n").schedule.top, 1);
  EXPECT_EQ(read("folds: {k: 5, when: top}\n").schedule.top, 5);
  EXPECT_EQ(read("folds: {k: 5, when: top, top: 7}\n").schedule.top, 7);
}

TEST(FoldsFile, ReadsARaceInShortAndInFull) {
  EXPECT_EQ(read("folds: {k: 5, race: true}\n").schedule.race, RaceSpec());
  EXPECT_EQ(read("folds: {k: 5, race: false}\n").schedule.race, std::nullopt);
  EXPECT_EQ(read("folds: {k: 5, race: {confidence: 0.9, min_folds: 3}}\n").schedule.race,
            (RaceSpec{0.9, 3}));
}

TEST(FoldsFile, ReadsWhatFollowsTheSearch) {
  const FinalStages stages =
      read(
          "folds: {k: 5, shuffle: false}\n"
          "final: {cross_validate: {k: 4, of: top, top: 3}, train: {on: train, epochs: 9},\n"
          "        test: official}\n")
          .final_stages;
  EXPECT_EQ(stages.cross_validate,
            (CrossValidateStage{.k = 4, .top = 3, .stratified = true, .shuffle = false}));
  EXPECT_EQ(stages.train, (TrainStage{.on_validation_too = false, .epochs = 9}));
  EXPECT_TRUE(stages.test);
  EXPECT_TRUE(read("").final_stages.empty());
}

TEST(FoldsFile, ReadsResources) {
  const ResourceSpec resources =
      read("resources: {slots: 2, gpu_memory: 1.5GiB, priority: -3}\n").resources;
  EXPECT_EQ(resources.slots, 2);
  EXPECT_EQ(resources.gpu_memory_mib, 1536);
  EXPECT_EQ(resources.priority, -3);
}

class StagesFileTest : public ::testing::Test {
 protected:
  Result<std::vector<StudySpec>> read_file(const std::string& text) {
    const auto path = directory_ / "p.yaml";
    std::ofstream(path) << text;
    return read_studies(path);
  }
  test::TempDir directory_;
};

TEST_F(StagesFileTest, EachStageIsAStudyOnTopOfTheRest) {
  const auto specs = read_file(
      "seed: 4\ndata: {dataset: mnist}\nsearch: {trials: 9}\n"
      "stages:\n"
      "  - {name: first, model: {type: cae}, params: {epochs: 2}}\n"
      "  - name: second\n"
      "    model: {type: classifier, encoder: {from: {study: first}}}\n"
      "    params: {epochs: 3}\n"
      "    search: {trials: 5}\n");
  ASSERT_TRUE(specs.ok()) << specs.status().message();
  ASSERT_EQ(specs->size(), 2u);
  EXPECT_EQ(specs->at(0).name, "first");
  EXPECT_EQ(specs->at(0).trials, 9);
  EXPECT_EQ(specs->at(1).data.dataset, "mnist");
  EXPECT_EQ(specs->at(1).seed, 4u);
  EXPECT_EQ(specs->at(1).trials, 5);
  EXPECT_TRUE(specs->at(1).model.encoder->wait) << "what an earlier stage makes is waited for";
}

TEST_F(StagesFileTest, SaysWhatIsWrongWithAStage) {
  EXPECT_THAT(read_file("data: {dataset: mnist}\nstages: 3\n").status().message(),
              HasSubstr("p.yaml:2:9: stages are a list of studies"));
  EXPECT_THAT(
      read_file("data: {dataset: mnist}\nstages: [{model: {type: cae}}]\n").status().message(),
      HasSubstr("a stage has a name of its own"));
  EXPECT_THAT(read_file("data: {dataset: mnist}\nstages: [{name: a, params: {epocs: 3}}]\n")
                  .status()
                  .message(),
              HasSubstr("'epocs'"));
}

TEST_F(StagesFileTest, AreNoSingleStudy) {
  const auto path = directory_ / "p.yaml";
  std::ofstream(path) << "data: {dataset: mnist}\nparams: {epochs: 1}\n"
                         "stages: [{name: a}, {name: b}]\n";
  EXPECT_THAT(read_study_file(path).status().message(), HasSubstr("has 2 stages"));
}

}  // namespace
}  // namespace foldmill::cli
