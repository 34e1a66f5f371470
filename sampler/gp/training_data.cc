#include "sampler/gp/training_data.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr size_t kMostRunning = 64;
constexpr double kStoppedNoise =
    0.25;                           // of a value that was not measured, in standardised variance
constexpr double kDeepest = 10;     // below the median, in spreads of the better half
constexpr double kMostNoise = 1e6;  // in standardised variance: such a value says nothing
constexpr double kLeastDeviation = 1e-12;  // of the values, relative to the largest

struct Located {
  const Observation* trial;
  VectorXd point;
  double value;  // larger is better
};

bool by_number(const Located& a, const Located& b) { return a.trial->number < b.trial->number; }

// A whole trial's value, measured or estimated, that says something.
bool has_value(const Observation& trial) { return trial.is_valued() && !std::isnan(trial.value); }

bool was_stopped(const Observation& trial) {
  return trial.state == TrialState::kPruned && !has_value(trial);
}

bool is_running(const Observation& trial) { return trial.state == TrialState::kRunning; }

// By number.
std::vector<Located> located(const History& history, const ModelSpace& space, Direction direction,
                             bool (*wanted)(const Observation&)) {
  std::vector<Located> out;
  for (const History::Entry& trial : history.entries()) {
    if (!wanted(*trial)) continue;
    if (std::optional<VectorXd> point = space.locate(trial->internal))
      out.push_back({trial.get(), std::move(*point),
                     direction == Direction::kMinimize ? -trial->value : trial->value});
  }
  std::sort(out.begin(), out.end(), by_number);
  return out;
}

void keep_best_and_latest(std::vector<Located>& trials, size_t most) {
  if (trials.size() <= most) return;
  std::stable_sort(trials.begin(), trials.end(),
                   [](const Located& a, const Located& b) { return a.value > b.value; });
  const auto rest = trials.begin() + static_cast<std::ptrdiff_t>((most + 1) / 2);
  std::sort(rest, trials.end(), [](const Located& a, const Located& b) { return by_number(b, a); });
  trials.resize(most);
  std::sort(trials.begin(), trials.end(), by_number);
}

void keep_latest(std::vector<Located>& trials, size_t most) {
  if (trials.size() > most)
    trials.erase(trials.begin(), trials.end() - static_cast<std::ptrdiff_t>(most));
}

// Infinities become the nearest finite value; 0 when there is none.
VectorXd finite_values(const std::vector<Located>& trials) {
  VectorXd values(static_cast<Index>(trials.size()));
  double low = 0, high = 0;
  bool any = false;
  for (const Located& trial : trials) {
    if (!std::isfinite(trial.value)) continue;
    low = any ? std::min(low, trial.value) : trial.value;
    high = any ? std::max(high, trial.value) : trial.value;
    any = true;
  }
  for (size_t i = 0; i < trials.size(); ++i)
    values[static_cast<Index>(i)] = std::clamp(trials[i].value, low, high);
  return values;
}

MatrixXd rows_of(const std::vector<Located>& trials, Index dimensions) {
  MatrixXd rows(static_cast<Index>(trials.size()), dimensions);
  for (size_t i = 0; i < trials.size(); ++i)
    rows.row(static_cast<Index>(i)) = trials[i].point.transpose();
  return rows;
}

// Of a value whose standardised error is `error`.
double noise_of(const Observation& trial, double error) {
  if (std::isnan(error)) return trial.estimated ? kStoppedNoise : 0;
  return std::min(error * error, kMostNoise);
}

// The depth up to which values keep their distances, if the deepest is to lie kDeepest below.
double linear_depth(double deepest) {
  double low = 0, high = kDeepest;  // depth + depth log(deepest / depth) rises with it
  for (int halving = 0; halving < 40; ++halving) {
    const double depth = (low + high) / 2;
    (depth + depth * std::log(deepest / depth) < kDeepest ? low : high) = depth;
  }
  return low;
}

// Where the values of a search span many orders of magnitude, the worst of them would be all that a
// smooth function can show: what tells good points from each other would be lost in them. So none
// lies further below the median than kDeepest times the spread of the better half: from some depth
// on values count by the logarithm of their depth, which goes on from the line with its slope.
// Returns that slope for each.
VectorXd draw_in_outliers(VectorXd& values) {
  VectorXd slopes = VectorXd::Ones(values.size());
  VectorXd sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double median = sorted[sorted.size() / 2];
  const auto better = sorted.tail(sorted.size() - sorted.size() / 2).array() - median;
  const double spread = std::sqrt(better.square().mean());
  const double deepest = (median - sorted[0]) / spread;
  if (!(spread > 0) || !(deepest > kDeepest)) return slopes;
  const double linear = linear_depth(deepest);
  for (Index i = 0; i < values.size(); ++i) {
    const double depth = (median - values[i]) / spread;
    if (depth <= linear) continue;
    values[i] = median - spread * linear * (1 + std::log(depth / linear));
    slopes[i] = linear / depth;
  }
  return slopes;
}

// Mean 0, variance 1. Divides by the largest first, whose square may not be representable.
void standardise(const std::vector<Located>& trials, const History& history, TrainingData& data) {
  data.values = finite_values(trials);
  data.known_noise = VectorXd::Zero(data.values.size());
  if (trials.empty()) return;
  const double unit = data.values.lpNorm<Eigen::Infinity>();
  if (unit == 0) return;
  data.values /= unit;
  const VectorXd slopes = draw_in_outliers(data.values);
  data.values.array() -= data.values.mean();
  const double deviation =
      std::max(std::sqrt(data.values.squaredNorm() / static_cast<double>(data.values.size())),
               kLeastDeviation);
  data.values /= deviation;
  for (size_t i = 0; i < trials.size(); ++i) {
    const auto place = static_cast<Index>(i);
    const double error = history.standard_error(*trials[i].trial) * slopes[place];
    data.known_noise[place] = noise_of(*trials[i].trial, error / unit / deviation);
  }
}

// Trials that were stopped without an estimate are taken for as good as the lower quartile of the
// others: they were found
// to be worse than most, and what they would have come to is not known. Without them the next point
// would be theirs once more, and stopped once more.
void append_stopped(const std::vector<Located>& stopped, const ModelSpace& space,
                    TrainingData& data) {
  const Index valued = data.values.size();
  const auto count = static_cast<Index>(stopped.size());
  if (valued == 0 || count == 0) return;
  VectorXd sorted = data.values;
  std::sort(sorted.begin(), sorted.end());
  data.points.conservativeResize(valued + count, Eigen::NoChange);
  data.points.bottomRows(count) = rows_of(stopped, space.dimensions());
  data.values.conservativeResize(valued + count);
  data.values.tail(count).setConstant(sorted[valued / 4]);
  data.known_noise.conservativeResize(valued + count);
  data.known_noise.tail(count).setConstant(kStoppedNoise);
}

}  // namespace

TrainingData training_data(const History& history, const ModelSpace& space, Direction direction,
                           size_t max_trials) {
  std::vector<Located> valued = located(history, space, direction, has_value);
  std::vector<Located> stopped = located(history, space, direction, was_stopped);
  std::vector<Located> running = located(history, space, direction, is_running);
  keep_best_and_latest(valued, max_trials);
  keep_latest(stopped, max_trials - valued.size());
  keep_latest(running, kMostRunning);

  TrainingData data;
  data.kinds = space.kinds();
  data.points = rows_of(valued, space.dimensions());
  data.running = rows_of(running, space.dimensions());
  standardise(valued, history, data);
  append_stopped(stopped, space, data);
  return data;
}

}  // namespace foldmill::sampler::gp
