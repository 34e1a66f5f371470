#include "tests/bench/quality/pruned_study.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/bench/functions/mixed.h"
#include "tests/bench/functions/noise.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::bench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What a finished trial leaves behind.
struct Outcome {
  bool pruned = false;
  double value = 0;
  int64_t spent = 0;
};

class Study {
 public:
  Study(const sampler::Sampler& sampler, uint64_t seed) : sampler_(sampler), seed_(seed) {
    result_.best_observed = result_.best_true = kInfinity;
  }

  TrialNumber next() const { return TrialNumber(result_.trials); }
  Result<ParameterSet> suggest() const {
    return sampler_.suggest(sampler::History(entries_), space_, Direction::kMinimize, seed_, next(),
                            {});
  }
  void end(const ParameterSet& point, const Outcome& outcome) {
    entries_.push_back(sampler::observation(
        result_.trials, outcome.pruned ? TrialState::kPruned : TrialState::kCompleted,
        sampler::internal_values(space_, point), outcome.value, outcome.spent));
    ++result_.trials;
    result_.pruned += outcome.pruned;
    result_.spent += outcome.spent;
    if (outcome.pruned || !(outcome.value < result_.best_observed)) return;
    result_.best_observed = outcome.value;
    result_.best_true = mixed(point);
  }
  PrunedStudy& result() { return result_; }

 private:
  const sampler::Sampler& sampler_;
  uint64_t seed_;
  SearchSpace space_ = mixed_space();
  std::vector<sampler::History::Entry> entries_;
  PrunedStudy result_;
};

}  // namespace

Result<PrunedStudy> run_curves(const sampler::Sampler& sampler, const sampler::Pruner& pruner,
                               uint64_t seed, int64_t trials, int epochs, int64_t budget) {
  Study study(sampler, seed);
  sampler::FoldHistory history;
  int64_t completed = 0;
  while (study.result().trials < trials && (budget == 0 || study.result().spent < budget)) {
    FOLDMILL_ASSIGN_OR_RETURN(const ParameterSet point, study.suggest());
    const TrialNumber number = study.next();
    LearningCurve curve;
    bool pruned = false;
    while (!pruned && curve.last_epoch() < epochs) {
      const int epoch = static_cast<int>(curve.last_epoch()) + 1;
      curve.append(curve_loss(mixed(point), *point.get_double("lr"), seed,
                              static_cast<uint64_t>(number.value), epoch));
      const auto start = std::chrono::steady_clock::now();
      history.record(number, epoch, *curve.at(epoch));
      pruned = pruner
                   .should_prune({.trial = number,
                                  .fold = {},
                                  .curve = &curve,
                                  .history = &history,
                                  .completed_trials = completed,
                                  .max_epochs = epochs})
                   .has_value();
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      study.result().report_ms.push_back(took.count());
    }
    if (!pruned) {
      history.complete(curve);
      ++completed;
    }
    study.end(point, {pruned, *curve.at(curve.last_epoch()), curve.last_epoch()});
  }
  return std::move(study.result());
}

Result<PrunedStudy> run_folds(const sampler::Sampler& sampler, const sampler::Pruner& pruner,
                              uint64_t seed, int64_t trials, int folds) {
  Study study(sampler, seed);
  sampler::RaceStandings standings(folds, Direction::kMinimize);
  std::vector<sampler::FoldHistory> histories(static_cast<size_t>(folds));
  int64_t completed = 0;
  while (study.result().trials < trials) {
    FOLDMILL_ASSIGN_OR_RETURN(const ParameterSet point, study.suggest());
    const TrialNumber number = study.next();
    std::vector<double> values(static_cast<size_t>(folds),
                               std::numeric_limits<double>::quiet_NaN());
    std::optional<PruneDecision> race, prune;
    int fold = 0;
    for (; fold < folds && !race && !prune; ++fold) {
      const auto place = static_cast<size_t>(fold);
      values[place] = fold_loss(mixed(point), seed, static_cast<uint64_t>(number.value), fold);
      LearningCurve curve;
      curve.append(values[place]);
      const auto start = std::chrono::steady_clock::now();
      histories[place].record(number, 1, values[place]);
      prune = pruner.should_prune({.trial = number,
                                   .fold = FoldIndex(fold),
                                   .curve = &curve,
                                   .history = &histories[place],
                                   .completed_trials = completed,
                                   .max_epochs = 1});
      if (!prune && fold + 1 < folds)
        race = pruner.should_stop_race(
            {.fold = FoldIndex(fold), .epoch = 1, .values = values, .standings = &standings});
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      study.result().report_ms.push_back(took.count());
    }
    if (race || prune) {
      study.end(point, {true, race ? race->value : prune->value, fold});
      continue;
    }
    standings.add(number, values);
    for (size_t i = 0; i < values.size(); ++i) {
      LearningCurve curve;
      curve.append(values[i]);
      histories[i].complete(curve);
    }
    ++completed;
    study.end(point, {false, std::accumulate(values.begin(), values.end(), 0.0) / folds, folds});
  }
  return std::move(study.result());
}

}  // namespace foldmill::bench
