#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/constraint.h"
#include "core/epoch_report.h"
#include "core/final_stages.h"
#include "core/fold.h"
#include "core/fold_schedule.h"
#include "core/ids.h"
#include "core/model_spec.h"
#include "core/parameter.h"
#include "core/search_space.h"

namespace foldmill {

inline constexpr int64_t kMaxTrials = 1'000'000;  // of a budget: catches a slipped digit

enum class Direction { kMinimize, kMaximize };
enum class Normalize { kUnit, kStandard, kSymmetric, kGiven };
// How a fold's value is taken from its curve.
enum class Take { kLast, kBestEpoch };

//            (1)        (2)
//   active <----> paused       active|paused --> completed (3) | cancelled (4) | failed (5)
//
// (1) `study pause`: running attempts finish, or checkpoint and give back with --now; no new ones.
// (2) `study resume`, also out of completed (after `extend`), cancelled and failed.
// (3) the budget is used up and nothing runs, or `study stop`.
// (4) `study cancel`: running attempts are stopped.
// (5) the sampler failed, or trials fail over and over for the same reason.
enum class StudyState { kActive, kPaused, kCompleted, kCancelled, kFailed };

// Which images, and how they are seen. Part of the data's fingerprint.
struct DataSpec {
  std::string dataset;  // one of dataset_names()
  std::string path;     // directory, file or file prefix; optional for the known sets
  Normalize normalize = Normalize::kUnit;
  double mean = 0;                      // of pixels in [0, 1]; used with kGiven only, as is stddev
  double stddev = 1;                    // positive
  std::optional<int64_t> subset_train;  // that many training images only
  bool subset_stratified = true;
  friend bool operator==(const DataSpec&, const DataSpec&) = default;
};

const std::vector<std::string>& dataset_names();

// One thing to have as little or as much of as possible.
struct Goal {
  std::string metric;
  Direction direction = Direction::kMinimize;
  friend bool operator==(const Goal&, const Goal&) = default;
};

struct ObjectiveSpec {
  std::string metric = "val_loss";
  Direction direction = Direction::kMinimize;
  Take take = Take::kLast;
  friend bool operator==(const ObjectiveSpec&, const ObjectiveSpec&) = default;
};

struct SamplerSpec {
  std::string type = "auto";       // auto, tpe, random, grid, qmc, gp, cmaes, nsga2
  int startup_trials = 10;         // tpe, gp: at random before the model begins
  int candidates = 24;             // tpe
  bool multivariate = true;        // tpe
  bool group = false;              // tpe: parameters that are always together are sampled together
  bool constant_liar = true;       // tpe: running trials count as bad ones
  double prior_weight = 1.0;       // tpe
  bool deterministic = false;      // gp: the same parameters would give the same value
  int max_trials = 500;            // gp: at most that many are modelled
  std::string sequence = "sobol";  // qmc: sobol, halton
  bool scramble = true;            // qmc
  int grid_points = 5;             // grid: values taken from a float range without a step
  double sigma = 1.0 / 6;          // cmaes: first step, as a share of each range
  int population = 0;              // cmaes, nsga2: trials in a generation; 0: the sampler's own

  // A known type, its options in range, and those of other types left alone. Whether it can serve a
  // space is StudySpec::validate()'s to say.
  Status validate() const;
  friend bool operator==(const SamplerSpec&, const SamplerSpec&) = default;
};

const std::vector<std::string>& sampler_types();

struct PruningSpec {
  // none, median, percentile, asha, hyperband, patient, threshold, race
  std::string type = "median";
  int warmup_trials = 5;   // median, percentile: completed trials needed before anything is pruned
  int warmup_epochs = 0;   // no pruning before this epoch (pruning *at* it is possible)
  int interval = 1;        // epochs between checks
  int min_peers = 2;       // values of other trials needed at this fold and epoch
  double percentile = 25;  // percentile: the share of peers that may go on, in percent
  int min_epochs = 1;      // asha, hyperband: the first rung
  int reduction_factor = 4;          // asha, hyperband: one of that many goes on at each rung
  int patience = 5;                  // patient: epochs without improvement that are borne
  double min_delta = 0;              // patient: less than that is no improvement
  std::optional<double> lower = {};  // threshold: values below stop a trial
  std::optional<double> upper = {};  // threshold: values above do
  double confidence =
      kRaceConfidence;      // race: that a trial which would match the best one is not stopped
  int min_folds = 2;        // race: completed folds needed
  std::string around = {};  // patient: the type that it asks; empty: it stops by itself

  // As SamplerSpec::validate(); what the epochs and folds allow is StudySpec::validate()'s to say.
  Status validate() const;
  friend bool operator==(const PruningSpec&, const PruningSpec&) = default;
};

const std::vector<std::string>& pruning_types();
const std::vector<std::string>& wrapped_pruning_types();  // those that patient may ask

// How often a fold is given to another attempt. Diverged is an answer, never retried.
struct RetrySpec {
  int worker_lost = 3;
  int out_of_memory = 0;
  int error = 0;
  friend bool operator==(const RetrySpec&, const RetrySpec&) = default;
};

struct ResourceSpec {
  std::map<std::string, std::string> labels;  // only workers that carry all of these
  RetrySpec retries;
  int checkpoint_every_epochs = 1;
  int slots = 1;               // of one worker, that an attempt takes
  int64_t gpu_memory_mib = 0;  // of a slot, needed; 0: any, a slot without a GPU too
  int priority = 0;  // studies of a higher one are served first, those of equal ones in turn
  friend bool operator==(const ResourceSpec&, const ResourceSpec&) = default;
};

// All that is asked for, with every default made visible. Made by the study-file reader or by
// proto/codec; sound after validate(). A value type.
struct StudySpec {
  std::string name;  // letters, digits, . _ -; at most 128; unique in a database
  std::string description;
  std::vector<std::string> tags;
  std::string notes;
  uint64_t seed = 0;
  DataSpec data;
  ModelSpec model;
  ParameterSet constants;   // params that are not searched, `epochs` and `batch_size` among them
  SearchSpace space;        // params that are
  ObjectiveSpec objective;  // the first, and most often the only one
  std::vector<Goal> more_objectives;    // then there is a Pareto front instead of a best trial
  std::vector<Constraint> constraints;  // what a trial must hold to be among the best
  SamplerSpec sampler;
  PruningSpec pruning;
  FoldPlan folds;  // folds.seed equals seed
  FoldSchedule schedule;
  FinalStages final_stages;
  std::optional<StageOrigin> origin;  // when it is a stage of another study
  // By fold: the model.safetensors whose metrics on the test images are asked for. Then nothing is
  // trained, and a trial has one epoch.
  std::vector<ArtifactRef> evaluate;
  int64_t trials = 100;                    // completed + pruned, over the study's whole life
  std::optional<int64_t> timeout_seconds;  // of the study's life, from its creation
  std::optional<int64_t> parallel;         // at most that many attempts at a time
  std::vector<ParameterSet> enqueue;       // tried first, in order; missing ones are sampled
  ResourceSpec resources;
  std::string source;  // the file's text as written, for display and cloning

  // Checks whatever does not depend on the machine; `what: why, what to do` in the message.
  Status validate() const;
  // Epochs of one attempt: a constant, or this trial's parameter.
  int64_t epochs(const ParameterSet& params) const;
  int64_t max_epochs() const;  // the largest that a trial may ask for

  int folds_per_trial() const { return schedule.top > 0 ? 1 : folds.total(); }
  JudgedOn judged_on() const;
  // What follows this search: `final_stages`, and the cross-validation that schedule.top asks for.
  FinalStages stages_to_follow() const;

  std::vector<Goal> goals() const;  // all objectives, the first in front
  // What a trial is judged by beside the first objective: the metrics of the further ones in their
  // order, then those that only constraints name. They are taken from the epoch that the first
  // objective is taken from, so that all of a trial's values are of one state of its network.
  std::vector<std::string> further_metrics() const;
  // How far a trial is from feasible, summed over the constraints; 0 when it holds them all.
  // `value`: the first objective's; `further`: by name, a missing one counts as NaN.
  double violation(double value, const MetricValues& further) const;

  friend bool operator==(const StudySpec&, const StudySpec&) = default;
};

std::string_view to_string(Direction v);   // minimize, maximize
std::string_view to_string(Normalize v);   // unit, standard, symmetric, given
std::string_view to_string(Take v);        // last, best_epoch
std::string_view to_string(StudyState v);  // active, paused, completed, cancelled, failed
std::optional<Direction> parse_direction(std::string_view text);
std::optional<Normalize> parse_normalize(std::string_view text);
std::optional<Take> parse_take(std::string_view text);
std::optional<StudyState> parse_study_state(std::string_view text);

bool is_finished(StudyState state);

// True when `a` is the better value.
inline bool better(double a, double b, Direction direction) {
  return direction == Direction::kMinimize ? a < b : a > b;
}

}  // namespace foldmill
