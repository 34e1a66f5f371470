#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/study_file/study_file.h"
#include "cli/study_file/yaml_loader.h"
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

StudySpec read(const std::string& text, const std::vector<std::string>& overrides = {}) {
  auto spec = read_study_text("s.yaml", text, overrides);
  EXPECT_TRUE(spec.ok()) << spec.status().message();
  return spec.ok() ? *spec : StudySpec();
}

std::string refusal(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return read_study_text("s.yaml", text, overrides).status().message();
}

TEST(StudyFile, MakesDefaultsVisible) {
  const StudySpec spec = read(study_text("  lr: {float: [1e-4, 1e-2], log: true}\n"));
  EXPECT_EQ(spec.model.variant, "conv3");
  EXPECT_EQ(spec.constants.get_int("latent_dim"), 2);
  EXPECT_EQ(spec.constants.get_string("optimizer"), "adam");
  EXPECT_FALSE(spec.constants.contains("lr"));
  ASSERT_EQ(spec.space.size(), 1u);
  EXPECT_EQ(spec.space.parameters()[0].distribution, *Distribution::make_float(1e-4, 1e-2, true));
  EXPECT_EQ(spec.trials, 100);
}

TEST(StudyFile, ReadsEveryBlock) {
  const StudySpec spec = read(R"(version: 1
name: all.of-it
description: "what: for"
tags: [a, 7]
seed: 9
data: {dataset: idx, path: /data/set, normalize: symmetric, subset: {train: 10, stratified: false}}
params:
  fc: {int: [8, 64], step: 8}
  optimizer: {choice: [adam, sgd]}
  momentum: {float: [0, 0.9], step: 0.1, when: {optimizer: sgd, fc: [8, 16]}}
  lr: 1
objective: {metric: val_mse_unit, direction: minimize, take: best_epoch}
search:
  sampler: {type: tpe, startup_trials: 3, candidates: 4, multivariate: false, constant_liar: false, prior_weight: 2}
  trials: 20
  timeout: 1h30m
  parallel: 3
  enqueue: [{fc: 16, optimizer: adam}]
pruning: {type: median, warmup_trials: 2, warmup_epochs: 3, interval: 2, min_peers: 1}
folds: {k: 5, stratified: false, shuffle: false, when: every_trial}
resources: {labels: {pool: lab}, retries: {worker_lost: 1, out_of_memory: 2, error: 3}, checkpoint: {every_epochs: 4}}
)");
  EXPECT_EQ(spec.name, "all.of-it");
  EXPECT_THAT(spec.tags, ElementsAre("a", "7"));
  EXPECT_EQ(spec.data, (DataSpec{.dataset = "idx",
                                 .path = "/data/set",
                                 .normalize = Normalize::kSymmetric,
                                 .subset_train = 10,
                                 .subset_stratified = false}));
  EXPECT_EQ(spec.constants.get_double("lr"), 1.0);
  ASSERT_EQ(spec.space.size(), 3u);
  EXPECT_EQ(spec.space.parameters()[2].when.size(), 2u);
  EXPECT_EQ(spec.objective.take, Take::kBestEpoch);
  EXPECT_EQ(spec.sampler, (SamplerSpec{.type = "tpe",
                                       .startup_trials = 3,
                                       .candidates = 4,
                                       .multivariate = false,
                                       .constant_liar = false,
                                       .prior_weight = 2}));
  EXPECT_EQ(spec.timeout_seconds, 5400);
  EXPECT_EQ(spec.parallel, 3);
  EXPECT_EQ(spec.enqueue.at(0).get_int("fc"), 16);
  EXPECT_EQ(spec.pruning, (PruningSpec{"median", 2, 3, 2, 1}));
  EXPECT_EQ(spec.folds, (FoldPlan{5, 0.2, false, false, 9}));
  EXPECT_EQ(spec.resources, (ResourceSpec{{{"pool", "lab"}}, {1, 2, 3}, 4}));
}

TEST(StudyFile, ReadsEverySamplersOptions) {
  const auto sampler = [](const std::string& text) {
    return read(study_text("  fc: {int: [8, 64]}\n", "search: {sampler: {" + text + "}}\n"))
        .sampler;
  };
  EXPECT_EQ(sampler("type: auto"), (SamplerSpec{.type = "auto"}));
  EXPECT_EQ(sampler("type: random"), (SamplerSpec{.type = "random"}));
  EXPECT_EQ(sampler("type: tpe, group: true, startup_trials: 0"),
            (SamplerSpec{.type = "tpe", .startup_trials = 0, .group = true}));
  EXPECT_EQ(sampler("type: grid, grid_points: 7"), (SamplerSpec{.type = "grid", .grid_points = 7}));
  EXPECT_EQ(sampler("type: qmc, sequence: halton, scramble: false"),
            (SamplerSpec{.type = "qmc", .sequence = "halton", .scramble = false}));
  EXPECT_EQ(
      sampler("type: gp, startup_trials: 5, deterministic: true, max_trials: 200"),
      (SamplerSpec{.type = "gp", .startup_trials = 5, .deterministic = true, .max_trials = 200}));
  EXPECT_EQ(sampler("type: cmaes, sigma: 0.3, population: 12"),
            (SamplerSpec{.type = "cmaes", .sigma = 0.3, .population = 12}));
}

PruningSpec read_pruning(const std::string& options) {
  return read(
             "name: p\ndata: {dataset: mnist}\nmodel: {type: cae}\nparams: {epochs: 20}\n"
             "folds: {k: 5}\npruning: {" +
             options + "}\n")
      .pruning;
}

TEST(StudyFile, ReadsEveryPruner) {
  EXPECT_EQ(read_pruning("type: none"), (PruningSpec{.type = "none"}));
  EXPECT_EQ(read_pruning("type: percentile, percentile: 40, min_peers: 3"),
            (PruningSpec{.type = "percentile", .min_peers = 3, .percentile = 40}));
  for (const std::string type : {"asha", "hyperband"})
    EXPECT_EQ(read_pruning("type: " + type + ", min_epochs: 2, reduction_factor: 3, min_peers: 1"),
              (PruningSpec{.type = type, .min_peers = 1, .min_epochs = 2, .reduction_factor = 3}));
  EXPECT_EQ(read_pruning("type: patient, patience: 2, min_delta: 0.5"),
            (PruningSpec{.type = "patient", .patience = 2, .min_delta = 0.5}));
  EXPECT_EQ(read_pruning("type: patient, around: median, warmup_trials: 9"),
            (PruningSpec{.type = "patient", .warmup_trials = 9, .around = "median"}));
  EXPECT_EQ(read_pruning("type: threshold, upper: 0.5, warmup_epochs: 3, interval: 2"),
            (PruningSpec{.type = "threshold", .warmup_epochs = 3, .interval = 2, .upper = 0.5}));
  EXPECT_EQ(read_pruning("type: race, confidence: 0.9, min_folds: 3"),
            (PruningSpec{.type = "race", .confidence = 0.9, .min_folds = 3}));
}

TEST(StudyFile, ReadsTheUsersOwnProgram) {
  const StudySpec spec = read(R"(name: own
data: {dataset: mnist}
model: {type: command, run: [python3, train.py], workdir: nets, env: {THREADS: 1}}
params: {depth: {int: [2, 8]}, act: {choice: [relu, 3, true]}, flag: {bool: any}, epochs: 20}
objective: {metric: accuracy, direction: maximize}
)");
  EXPECT_THAT(spec.model.command, ElementsAre("python3", "train.py"));
  EXPECT_EQ(spec.model.env.at("THREADS"), "1");
  EXPECT_EQ(spec.space.parameters()[1].distribution.as_categorical()->choices.size(), 3u);
  EXPECT_EQ(spec.objective.direction, Direction::kMaximize);
}

TEST(StudyFile, ReadsJsonAsItIs) {
  EXPECT_EQ(read(R"({"name": "j", "data": {"dataset": "mnist"}, "params": {"epochs": 3}})").name,
            "j");
}

TEST(StudyFile, AliasesAreExpanded) {
  const StudySpec spec = read(study_text("  filters_1: &r {int: [8, 16]}\n  filters_2: *r\n"));
  EXPECT_EQ(spec.space.parameters()[0].distribution, spec.space.parameters()[1].distribution);
}

TEST(StudyFile, AliasesMayNotExplode) {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 6; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 0; j < 9; ++j) text += ", " + below;
    text += "]\n";
  }
  EXPECT_THAT(refusal(text), HasSubstr("aliases make the document larger than 10000 nodes"));
}

TEST(StudyFile, DepthAndSizeAreLimited) {
  EXPECT_THAT(refusal("a: " + std::string(100, '[') + std::string(100, ']')),
              HasSubstr("nested deeper than 64 levels"));
  EXPECT_THAT(refusal(std::string(kMaxDocumentBytes + 1, ' ')), HasSubstr("at most 1 MiB"));
}

TEST(StudyFile, LongLinesAreCutAroundTheMistake) {
  const std::string message =
      refusal("{name: s, notes: \"" + std::string(5000, 'x') + "\", sed: 1, tags: []}");
  EXPECT_THAT(message, HasSubstr("'sed' is not a key of a study file"));
  EXPECT_LT(message.size(), 1200u);
}

TEST(StudyFile, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(refusal("\"na\\e[31mme\": s\n").find('\x1b'), std::string::npos);
}

TEST(StudyFile, MissingFileIsNotFound) {
  const auto spec = read_study_file("no/such/file.yaml");
  EXPECT_EQ(spec.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(spec.status().message(),
            "error: cannot read the study file no/such/file.yaml: No such file or directory");
}

class Example : public ::testing::TestWithParam<std::string> {};

TEST_P(Example, IsSound) {
  const auto spec = read_study_file(std::filesystem::path(FOLDMILL_EXAMPLES) / GetParam());
  ASSERT_TRUE(spec.ok()) << spec.status().message();
  EXPECT_EQ(spec->data.dataset, "fashion-mnist");
}

INSTANTIATE_TEST_SUITE_P(All, Example,
                         ::testing::Values("quickstart.yaml", "fashion-cae-small.yaml",
                                           "small-networks.yaml"),
                         [](const auto& example) {
                           return example.param.substr(0, example.param.find_first_of("-."));
                         });

class Extends : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "foldmill-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override {
    if (!HasFailure()) std::filesystem::remove_all(directory_);
  }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  std::filesystem::path directory_;
};

TEST_F(Extends, BlocksMergeByKeyAndRangesAreReplacedWhole) {
  write("base.yaml", study_text("  lr: {float: [1e-4, 1e-2], log: true}\n  epochs: 7\n"));
  const auto spec = read_study_file(
      write("top.yaml", "extends: base.yaml\nname: top\nparams: {lr: {choice: [0.1, 0.2]}}\n"));
  ASSERT_TRUE(spec.ok()) << spec.status().message();
  EXPECT_EQ(spec->name, "top");
  EXPECT_EQ(spec->constants.get_int("epochs"), 7);
  EXPECT_NE(spec->space.parameters()[0].distribution.as_categorical(), nullptr);
}

TEST_F(Extends, CirclesAndMissingFilesAreReportedAtTheKey) {
  write("a.yaml", "extends: b.yaml\n");
  EXPECT_THAT(read_study_file(write("b.yaml", "extends: a.yaml\n")).status().message(),
              HasSubstr("a.yaml:1:10: the files extend each other in a circle"));
  EXPECT_THAT(read_study_file(write("c.yaml", "extends: gone.yaml\n")).status().message(),
              HasSubstr("c.yaml:1:10: cannot read"));
}

TEST(Overrides, ReplaceAndMakeValues) {
  const std::string text = study_text("  lr: {float: [1e-4, 1e-2], log: true}\n");
  const StudySpec spec =
      read(text, {"params.lr=1e-3", "search.trials=20", "params.fc={int: [8, 16]}"});
  EXPECT_EQ(spec.constants.get_double("lr"), 1e-3);
  EXPECT_EQ(spec.trials, 20);
  EXPECT_EQ(spec.space.parameters()[0].name, "fc");
  EXPECT_THAT(spec.source, HasSubstr("# --set search.trials=20\n"));
}

TEST(Overrides, ErrorsPointIntoTheArgument) {
  const std::string text = study_text("  epochs: 2\n");
  EXPECT_EQ(refusal(text, {"params.lr={float: [2, 1]}"}),
            "error: --set:1:20: the range is reversed: 2 is greater than 1\n"
            "    1 | params.lr={float: [2, 1]}\n"
            "      |                    ^ write [1, 2]");
  EXPECT_THAT(refusal(text, {"params.rl=1"}),
              HasSubstr("error: --set:1:8: 'rl' is not a parameter of model 'cae' (conv3)"));
}

TEST(Overrides, AreKeyAndValue) {
  const std::string text = study_text("  epochs: 2\n");
  for (const std::string bad : {"params.lr", "=1", "params..lr=1", ".a=1", "a.=1"})
    EXPECT_THAT(refusal(text, {bad}), HasSubstr("an override is key.path=value")) << bad;
  EXPECT_THAT(refusal(text + "tags: [a]\n", {"tags.0=b"}), HasSubstr("override it whole"));
}

}  // namespace
}  // namespace foldmill::cli
