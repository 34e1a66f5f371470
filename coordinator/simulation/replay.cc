#include "coordinator/simulation/replay.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "coordinator/simulation/unit_point.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

using Curve = std::vector<double>;

bool is_empty(const Curve& curve) { return curve.empty(); }

// One recorded trial, with a completed one to go on by.
class ReplayedTrial final : public TrialCurves {
 public:
  ReplayedTrial(const RecordedTrial& own, const RecordedTrial& whole) : own_(own), whole_(whole) {}

  Result<EpochOutcome> at(FoldIndex fold, int64_t epoch) override {
    const auto f = static_cast<size_t>(fold.value);
    const auto e = static_cast<size_t>(epoch);
    EpochOutcome outcome;
    if (own_.epoch_seconds > 0) outcome.seconds = own_.epoch_seconds;
    outcome.value = f < own_.curves.size() && e <= own_.curves[f].size() ? own_.curves[f][e - 1]
                                                                         : foretold(f, e);
    return outcome;
  }

 private:
  // From the last value that is known of this fold, or of the first that has any.
  double foretold(size_t fold, size_t epoch) const {
    const auto started = fold < own_.curves.size() && !own_.curves[fold].empty()
                             ? own_.curves.begin() + static_cast<std::ptrdiff_t>(fold)
                             : std::find_if_not(own_.curves.begin(), own_.curves.end(), is_empty);
    const auto from = static_cast<size_t>(started - own_.curves.begin());
    const size_t known = std::min({started->size(), epoch, whole_.curves[from].size()});
    return (*started)[known - 1] + whole_at(fold, epoch) - whole_.curves[from][known - 1];
  }

  // Trials may have asked for fewer epochs than this one does: then the last value stays.
  double whole_at(size_t fold, size_t epoch) const {
    const Curve& curve = whole_.curves[fold];
    return curve[std::min(epoch, curve.size()) - 1];
  }

  const RecordedTrial& own_;
  const RecordedTrial& whole_;
};

class Replay final : public Curves {
 public:
  explicit Replay(Recording recording) : recording_(std::move(recording)) {
    std::erase_if(recording_.trials, [](const RecordedTrial& trial) {
      return std::all_of(trial.curves.begin(), trial.curves.end(), is_empty);
    });
    for (RecordedTrial& trial : recording_.trials)
      trial.completed =
          trial.completed && std::none_of(trial.curves.begin(), trial.curves.end(), is_empty);
  }

  std::string describe() const override {
    return concat("replayed from the nearest of ", recording_.trials.size(), " trials of study ",
                  recording_.study, ", without noise of their own; where that trial was stopped, ",
                  "by the steps of the nearest completed one");
  }

  Status check(const StudySpec& spec) const override {
    const auto refuse = [&](const auto&... why) {
      return failed_precondition(concat("replaying study ", recording_.study, ": ", why...));
    };
    size_t folds = 0, epochs = 0;
    for (const RecordedTrial& trial : recording_.trials) {
      if (!trial.completed) continue;
      folds = std::max(folds, trial.curves.size());
      for (const Curve& curve : trial.curves) epochs = std::max(epochs, curve.size());
    }
    if (epochs == 0) return refuse("no trial of it has completed with its curves recorded");
    if (recording_.direction != spec.objective.direction)
      return refuse("it is to ", to_string(recording_.direction), " its objective, and the file ",
                    "is to ", to_string(spec.objective.direction));
    if (static_cast<size_t>(spec.folds_per_trial()) > folds)
      return refuse("its trials have ", folds, " folds, and the file asks for ",
                    spec.folds_per_trial(), "\n  try: --set folds.k=", folds);
    if (spec.max_epochs() > static_cast<int64_t>(epochs))
      return refuse("its trials have ", epochs, " epochs, and the file asks for ",
                    spec.max_epochs(), "\n  try: --set params.epochs=", epochs);
    return ok_status();
  }

  Result<std::unique_ptr<TrialCurves>> begin(const StudySpec& spec, TrialNumber,
                                             const ParameterSet& params) override {
    if (space_ != spec.space || points_.empty()) locate(spec.space);
    const RecordedTrial& own = nearest(unit_point(space_, params), false);
    return std::unique_ptr<TrialCurves>(
        std::make_unique<ReplayedTrial>(own, nearest(unit_point(space_, own.params), true)));
  }

 private:
  void locate(const SearchSpace& space) {
    space_ = space;
    points_.clear();
    for (const RecordedTrial& trial : recording_.trials)
      points_.push_back(unit_point(space_, trial.params));
  }

  const RecordedTrial& nearest(const std::vector<double>& point, bool completed) const {
    const RecordedTrial* best = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < points_.size(); ++i) {
      if (completed && !recording_.trials[i].completed) continue;
      const double distance = squared_distance(space_, point, points_[i]);
      if (!(distance < least)) continue;
      least = distance;
      best = &recording_.trials[i];
    }
    return *best;  // check() has seen a completed one
  }

  Recording recording_;
  SearchSpace space_;
  std::vector<std::vector<double>> points_;  // of the recorded trials, in space_
};

}  // namespace

std::unique_ptr<Curves> make_replay(Recording recording) {
  return std::make_unique<Replay>(std::move(recording));
}

}  // namespace foldmill::simulation
