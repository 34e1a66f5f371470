// Mistakes in the blocks of a study file, and what this version cannot do yet.
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

class BadBlocks : public BadStudyFile {};

TEST_P(BadBlocks, IsRefusedWithPlaceAndFix) { expect_refused(); }

const BadFile kFiles[] = {
    {"UnknownTopKey", "nmae: s\nname: s\ndata: {dataset: mnist}\n",
     "error: s.yaml:1:1: 'nmae' is not a key of a study file\n"
     "    1 | nmae: s\n"
     "      | ^^^^ did you mean 'name'?\n"
     "   keys of a study file: version, name, description, tags, notes, seed, data, model, params, "
     "objective, search, pruning, folds, resources, final"},
    {"UnknownBlockKey", study_text("  epochs: 2\n", "pruning: {type: median, warmup_trails: 5}\n"),
     "error: s.yaml:6:25: 'warmup_trails' is not a key of pruning\n"
     "    6 | pruning: {type: median, warmup_trails: 5}\n"
     "      |                         ^^^^^^^^^^^^^ did you mean 'warmup_trials'?\n"
     "   keys of pruning: type, warmup_trials, warmup_epochs, interval, min_peers"},
    {"UnknownDataset", "name: s\ndata: {dataset: fashion-mnits}\n",
     "error: s.yaml:2:17: 'fashion-mnits' is not a value of 'dataset'\n"
     "    2 | data: {dataset: fashion-mnits}\n"
     "      |                 ^^^^^^^^^^^^^ did you mean 'fashion-mnist'?"},
    {"NoName", "data: {dataset: mnist}\n",
     "error: s.yaml:1:1: the study has no name\n"
     "    1 | data: {dataset: mnist}\n"
     "      | ^ add name: my-study"},
    {"NoData", "name: s\n",
     "error: s.yaml:1:1: the study has no data\n"
     "    1 | name: s\n"
     "      | ^ add data: {dataset: fashion-mnist}"},
    {"BadName", "name: my study\ndata: {dataset: mnist}\n",
     "error: s.yaml:1:7: name: 'my study' has the character ' '; use letters, digits, '.', '_' and "
     "'-'\n"
     "    1 | name: my study\n"
     "      |       ^^^^^^^^"},
    {"DataIsNoMap", "name: s\ndata: mnist\n",
     "error: s.yaml:2:7: data must be a map, got a single value\n"
     "    2 | data: mnist\n"
     "      |       ^^^^^"},
    {"TagsAreNoList", "name: s\ntags: cae\ndata: {dataset: mnist}\n",
     "error: s.yaml:2:7: 'tags' must be a list, got a single value\n"
     "    2 | tags: cae\n"
     "      |       ^^^ write tags: [one, two]"},
    {"NegativeTrials", study_text("  epochs: 2\n", "search: {trials: -1}\n"),
     "error: s.yaml:6:18: must be at least 1, got -1\n"
     "    6 | search: {trials: -1}\n"
     "      |                  ^^"},
    {"BadTimeout", study_text("  epochs: 2\n", "search: {timeout: 30}\n"),
     "error: s.yaml:6:19: a duration is expected, got 30\n"
     "    6 | search: {timeout: 30}\n"
     "      |                   ^^ for example 90s, 30m, 8h or 1h30m"},
    {"ObjectiveIsNoMap", study_text("  epochs: 2\n", "objective: val_loss\n"),
     "error: s.yaml:6:12: objective must be a map, got a single value\n"
     "    6 | objective: val_loss\n"
     "      |            ^^^^^^^^"},
    {"UnknownMetric", study_text("  epochs: 2\n", "objective: {metric: val_los}\n"),
     "error: s.yaml:6:21: objective.metric: 'val_los' is not known; did you mean 'val_loss'?\n"
     "    6 | objective: {metric: val_los}\n"
     "      |                     ^^^^^^^"},
    {"ValidationFraction", "name: s\ndata: {dataset: mnist, validation: {fraction: 1.5}}\n",
     "error: s.yaml:2:47: data.validation.fraction: must lie between 0 and 1, got 1.5\n"
     "    2 | data: {dataset: mnist, validation: {fraction: 1.5}}\n"
     "      |                                               ^^^"},
    {"ValidationWithFolds",
     "name: s\ndata: {dataset: mnist, validation: {fraction: 0.2}}\nfolds: {k: 5}\n",
     "error: s.yaml:2:36: 'validation' is not used with folds.k = 5: each fold is validated on its "
     "own part\n"
     "    2 | data: {dataset: mnist, validation: {fraction: 0.2}}\n"
     "      |                                    ^ remove it, or remove folds"},
    {"SubsetWithoutSize", "name: s\ndata: {dataset: mnist, subset: {stratified: true}}\n",
     "error: s.yaml:2:32: a subset needs its size\n"
     "    2 | data: {dataset: mnist, subset: {stratified: true}}\n"
     "      |                                ^ write train: 6000"},
    {"CommandWithoutProgram",
     "name: s\ndata: {dataset: mnist}\nmodel: {type: command}\nparams: {epochs: 2}\n",
     "error: s.yaml:3:8: a model of type command needs the program to run\n"
     "    3 | model: {type: command}\n"
     "      |        ^ write run: [python3, train.py]"},
    {"CommandWithoutEpochs", "name: s\ndata: {dataset: mnist}\nmodel: {type: command, run: [a]}\n",
     "error: s.yaml:1:1: params.epochs: missing; add for example `epochs: 20`\n"
     "    1 | name: s\n"
     "      | ^"},
    {"NotYetDataset", "name: s\ndata: {dataset: digits8}\n",
     "error: s.yaml:2:17: 'dataset: digits8' is not supported by this version of foldmill\n"
     "    2 | data: {dataset: digits8}\n"
     "      |                 ^^^^^^^ allowed: fashion-mnist, mnist, idx, npy, image-folder, csv"},
    {"DatasetWithoutPath", "name: s\ndata: {dataset: image-folder}\n",
     "error: s.yaml:2:7: data.path: dataset 'image-folder' needs the directory that has one folder "
     "of images per class\n"
     "    2 | data: {dataset: image-folder}\n"
     "      |       ^"},
    {"NormalizeWithoutStd", "name: s\ndata: {dataset: mnist, normalize: {mean: 0.1}}\n",
     "error: s.yaml:2:35: given statistics are a mean and a standard deviation\n"
     "    2 | data: {dataset: mnist, normalize: {mean: 0.1}}\n"
     "      |                                   ^ write normalize: {mean: 0.286, std: 0.353}"},
    {"NormalizeByANegativeStd", "name: s\ndata: {dataset: mnist, normalize: {mean: 0, std: -1}}\n",
     "error: s.yaml:2:50: data.normalize.std: must be a positive number, got -1\n"
     "    2 | data: {dataset: mnist, normalize: {mean: 0, std: -1}}\n"
     "      |                                                  ^^"},
    {"NormalizeUnknownWord", "name: s\ndata: {dataset: mnist, normalize: standrad}\n",
     "error: s.yaml:2:35: 'standrad' is not a value of 'normalize'\n"
     "    2 | data: {dataset: mnist, normalize: standrad}\n"
     "      |                                   ^^^^^^^^ did you mean 'standard'?"},
    {"UnknownSampler", study_text("  epochs: 2\n", "search: {sampler: {type: halton}}\n"),
     "error: s.yaml:6:26: 'halton' is not a value of 'type'\n"
     "    6 | search: {sampler: {type: halton}}\n"
     "      |                          ^^^^^^ allowed: auto, tpe, random, grid, qmc, gp, cmaes, "
     "nsga2"},
    {"UnknownSequence",
     study_text("  epochs: 2\n", "search: {sampler: {type: qmc, sequence: sobel}}\n"),
     "error: s.yaml:6:41: 'sobel' is not a value of 'sequence'\n"
     "    6 | search: {sampler: {type: qmc, sequence: sobel}}\n"
     "      |                                         ^^^^^ did you mean 'sobol'?"},
    {"GridWithoutEnd",
     study_text("  epochs: 2\n  lr: {float: [1e-4, 1e-2]}\n  fc: {int: [1, 1024]}\n",
                "search: {sampler: {type: grid, grid_points: 1000}}\n"),
     "error: s.yaml:8:26: search.sampler.type: the grid has 1024000 points, at most 1000000 are "
     "searched; narrow the ranges, lengthen their steps or lower grid_points\n"
     "    8 | search: {sampler: {type: grid, grid_points: 1000}}\n"
     "      |                          ^^^^"},
    {"NotYetBlock", study_text("  epochs: 2\n", "storage: {retention: 30d}\n"),
     "error: s.yaml:6:1: 'storage' is not supported by this version of foldmill\n"
     "    6 | storage: {retention: 30d}\n"
     "      | ^^^^^^^"},
    {"NotYetKey", study_text("  epochs: 2\n", "resources: {gpus: 1}\n"),
     "error: s.yaml:6:13: 'gpus' is not supported by this version of foldmill\n"
     "    6 | resources: {gpus: 1}\n"
     "      |             ^^^^"},
    {"NotYetFinal", study_text("  epochs: 2\n", "final: {artifacts: {latent: {}}}\n"),
     "error: s.yaml:6:9: 'artifacts' is not supported by this version of foldmill\n"
     "    6 | final: {artifacts: {latent: {}}}\n"
     "      |         ^^^^^^^^^"},
    {"TopOfEveryTrial", study_text("  epochs: 2\n", "folds: {k: 5, top: 3}\n"),
     "error: s.yaml:6:20: 'top' is not used with when: every_trial\n"
     "    6 | folds: {k: 5, top: 3}\n"
     "      |                    ^ write when: top, or leave it out"},
    {"RepeatsOfOneSplit", study_text("  epochs: 2\n", "folds: {repeats: 2}\n"),
     "error: s.yaml:6:18: folds.repeats: repeats a k-fold split; add k: 5, or leave it out\n"
     "    6 | folds: {repeats: 2}\n"
     "      |                  ^"},
    {"RaceOfTheFirstFoldOnly",
     study_text("  epochs: 2\n", "folds: {k: 5, when: best, race: true}\n"),
     "error: s.yaml:6:33: folds.race: compares trials after 2 or more of their folds; with 1 there "
     "is none left to save\n"
     "    6 | folds: {k: 5, when: best, race: true}\n"
     "      |                                 ^^^^"},
    {"OddSize", study_text("  epochs: 2\n", "resources: {gpu_memory: 4GB}\n"),
     "error: s.yaml:6:25: a size is expected, got 4GB\n"
     "    6 | resources: {gpu_memory: 4GB}\n"
     "      |                         ^^^ for example 512MiB or 4GiB"},
    {"SamplerKeyThatWouldBeIgnored",
     study_text("  epochs: 2\n", "search: {sampler: {type: random, candidates: 5}}\n"),
     "error: s.yaml:6:34: 'candidates' is not a key of sampler\n"
     "    6 | search: {sampler: {type: random, candidates: 5}}\n"
     "      |                                  ^^^^^^^^^^\n"
     "   keys of sampler: type"},
    {"WrongVersion", "version: 2\nname: s\ndata: {dataset: mnist}\n",
     "error: s.yaml:1:10: must be at most 1, got 2\n"
     "    1 | version: 2\n"
     "      |          ^"},
    {"AnotherPrunersOption", study_text("  epochs: 2\n", "pruning: {type: asha, percentile: 5}\n"),
     "error: s.yaml:6:23: 'percentile' is not a key of pruning\n"
     "    6 | pruning: {type: asha, percentile: 5}\n"
     "      |                       ^^^^^^^^^^\n"
     "   keys of pruning: type, min_epochs, reduction_factor, min_peers"},
    {"RaceWithoutFolds", study_text("  epochs: 2\n", "pruning: {type: race}\n"),
     "error: s.yaml:6:17: pruning.type: race compares trials after 2 or more of their folds; with "
     "1 there is none left to save\n"
     "    6 | pruning: {type: race}\n"
     "      |                 ^^^^"},
    {"AllAtOnce", study_text("  fc: 017\n  lr: {float: [2, 1]}\n", "pruning: {type: medain}\n"),
     "error: s.yaml:5:7: the number 017 has a leading zero, which some readers take as octal\n"
     "    5 |   fc: 017\n"
     "      |       ^^^ write 17, or \"017\" if it is text\n"
     "error: s.yaml:6:16: the range is reversed: 2 is greater than 1\n"
     "    6 |   lr: {float: [2, 1]}\n"
     "      |                ^ write [1, 2]\n"
     "error: s.yaml:7:17: 'medain' is not a value of 'type'\n"
     "    7 | pruning: {type: medain}\n"
     "      |                 ^^^^^^ did you mean 'median'?"},
};

INSTANTIATE_TEST_SUITE_P(All, BadBlocks, ::testing::ValuesIn(kFiles), label_of);

}  // namespace
}  // namespace foldmill::cli
