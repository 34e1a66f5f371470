#include "tests/bench/quality/simulated_study.h"

#include <algorithm>
#include <cmath>

#include "tests/support/sampler_studies.h"

namespace foldmill::bench {
namespace {

using sampler::History;
using sampler::observation;

// The history, and which of its trials end when.
class Trials {
 public:
  Trials(const SearchSpace& space, const PointOutcome& outcome)
      : space_(space), outcome_(outcome) {}

  History history() const { return History(entries_); }
  int64_t running() const { return started() - ended_; }
  int64_t started() const { return static_cast<int64_t>(points_.size()); }

  void start(ParameterSet point) {
    run_.duplicates += std::find(points_.begin(), points_.end(), point) != points_.end();
    entries_.push_back(observation(started(), TrialState::kRunning,
                                   sampler::internal_values(space_, point), std::nan("")));
    points_.push_back(std::move(point));
  }

  Status end_oldest() {
    const auto index = static_cast<size_t>(ended_);
    FOLDMILL_ASSIGN_OR_RETURN(TrialOutcome outcome, outcome_(points_[index]));
    sampler::Observation ended = *entries_[index];
    ended.state = std::isnan(outcome.value) ? TrialState::kFailed : TrialState::kCompleted;
    ended.value = outcome.value;
    ended.more_losses = outcome.more_losses;
    ended.violation = outcome.violation;
    entries_[index] = std::make_shared<const sampler::Observation>(std::move(ended));
    run_.outcomes.push_back(std::move(outcome));
    ++ended_;
    return ok_status();
  }

  StudyRun run() && { return std::move(run_); }

 private:
  const SearchSpace& space_;
  const PointOutcome& outcome_;
  std::vector<History::Entry> entries_;
  std::vector<ParameterSet> points_;
  int64_t ended_ = 0;
  StudyRun run_;
};

}  // namespace

Result<StudyRun> run_study(const sampler::Sampler& sampler, const SearchSpace& space,
                           const PointOutcome& outcome, uint64_t seed, const StudyPlan& plan) {
  Trials trials(space, outcome);
  while (trials.started() < plan.trials) {
    if (trials.running() == plan.running) FOLDMILL_RETURN_IF_ERROR(trials.end_oldest());
    FOLDMILL_ASSIGN_OR_RETURN(ParameterSet point,
                              sampler.suggest(trials.history(), space, Direction::kMinimize, seed,
                                              TrialNumber(trials.started()), {}));
    FOLDMILL_RETURN_IF_ERROR(space.validate(point));
    trials.start(std::move(point));
  }
  while (trials.running() > 0) FOLDMILL_RETURN_IF_ERROR(trials.end_oldest());
  return std::move(trials).run();
}

}  // namespace foldmill::bench
