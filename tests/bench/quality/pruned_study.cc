#include "tests/bench/quality/pruned_study.h"

#include <chrono>
#include <functional>
#include <limits>
#include <numeric>

#include "coordinator/simulation/functions/mixed.h"
#include "coordinator/simulation/functions/noise.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::bench {
namespace {

using simulation::curve_loss;
using simulation::fold_loss;
using simulation::mixed;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What a finished trial leaves behind.
struct Outcome {
  bool pruned = false;
  double value = 0;
  int64_t spent = 0;
  bool estimated = false;
  double standard_error = std::numeric_limits<double>::quiet_NaN();
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
    sampler::Observation ended;
    ended.number = next();
    ended.state = outcome.pruned ? TrialState::kPruned : TrialState::kCompleted;
    ended.internal = sampler::internal_values(space_, point);
    ended.value = outcome.value;
    ended.last_epoch = outcome.spent;
    ended.estimated = outcome.estimated;
    ended.standard_error = outcome.standard_error;
    entries_.push_back(std::make_shared<const sampler::Observation>(std::move(ended)));
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
  SearchSpace space_ = simulation::mixed_space();
  std::vector<sampler::History::Entry> entries_;
  PrunedStudy result_;
};

// One trial, fold after fold, and what judges it.
class FoldRace {
 public:
  FoldRace(const sampler::Pruner& pruner, int folds)
      : pruner_(pruner),
        folds_(static_cast<size_t>(folds)),
        standings_(folds, Direction::kMinimize),
        histories_(folds_) {}

  // `loss` by fold. Adds the time of each report to `report_ms`.
  Outcome run(TrialNumber number, const std::function<double(int)>& loss,
              std::vector<double>& report_ms) {
    std::vector<double> values(folds_, std::numeric_limits<double>::quiet_NaN());
    for (size_t fold = 0; fold < folds_; ++fold) {
      values[fold] = loss(static_cast<int>(fold));
      const auto start = std::chrono::steady_clock::now();
      const bool stopped = judge(number, fold, values);
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      report_ms.push_back(took.count());
      if (stopped) return end(values, static_cast<int64_t>(fold) + 1);
    }
    const Outcome outcome = end(values, static_cast<int64_t>(folds_));
    complete(number, values);
    return outcome;
  }

 private:
  bool judge(TrialNumber number, size_t fold, const std::vector<double>& values) {
    LearningCurve curve;
    curve.append(values[fold]);
    histories_[fold].record(number, 1, values[fold]);
    const FoldIndex index(static_cast<int>(fold));
    if (pruner_.should_prune({.trial = number,
                              .fold = index,
                              .curve = &curve,
                              .history = &histories_[fold],
                              .completed_trials = standings_.trials(),
                              .max_epochs = 1}))
      return true;
    return fold + 1 < folds_ &&
           pruner_.should_stop_race(
               {.fold = index, .epoch = 1, .values = values, .standings = &standings_});
  }

  // As the engine records it: a stopped trial at what its folds let expect.
  Outcome end(const std::vector<double>& values, int64_t spent) const {
    const bool pruned = spent < static_cast<int64_t>(folds_);
    Outcome outcome{.pruned = pruned, .spent = spent};
    if (const auto appraised = standings_.appraise(values)) {
      outcome.value = appraised->expected_mean;
      outcome.estimated = pruned;
      outcome.standard_error = appraised->standard_error();
    } else {
      outcome.value =
          std::accumulate(values.begin(), values.begin() + spent, 0.0) / static_cast<double>(spent);
    }
    return outcome;
  }

  void complete(TrialNumber number, const std::vector<double>& values) {
    standings_.add(number, values);
    for (size_t i = 0; i < folds_; ++i) {
      LearningCurve curve;
      curve.append(values[i]);
      histories_[i].complete(curve);
    }
  }

  const sampler::Pruner& pruner_;
  size_t folds_;
  sampler::RaceStandings standings_;
  std::vector<sampler::FoldHistory> histories_;
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
  FoldRace race(pruner, folds);
  while (study.result().trials < trials) {
    FOLDMILL_ASSIGN_OR_RETURN(const ParameterSet point, study.suggest());
    const TrialNumber number = study.next();
    const auto loss = [&](int fold) {
      return fold_loss(mixed(point), seed, static_cast<uint64_t>(number.value), fold);
    };
    study.end(point, race.run(number, loss, study.result().report_ms));
  }
  return std::move(study.result());
}

}  // namespace foldmill::bench
