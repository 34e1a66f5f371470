#include "sampler/pruning/alpha_spending.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace foldmill::sampler {
namespace {

constexpr int kPoints = 64;
constexpr double kLeast = -6;  // of a standard normal statistic: nothing is below
constexpr double kMost = 8;    // of a critical value
constexpr int64_t kMostFolds = 100;

double upper_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }

// The density of one look's statistic over the trials that go on after it, at the middles of equal
// intervals from kLeast up to the critical value.
class Survivors {
 public:
  // After the first look.
  explicit Survivors(double critical) : Survivors(critical, normal_density) {}

  // What the statistic of the next look exceeds `z` by, `correlation` being that of the two looks.
  double exceeding(double correlation, double z) const {
    const double spread = std::sqrt(1 - correlation * correlation);
    return integral([&](double at) { return upper_tail((z - correlation * at) / spread); });
  }

  Survivors after(double correlation, double critical) const {
    const double spread = std::sqrt(1 - correlation * correlation);
    return Survivors(critical, [&](double z) {
      return integral(
          [&](double at) { return normal_density((z - correlation * at) / spread) / spread; });
    });
  }

 private:
  template <class Density>
  Survivors(double critical, Density density) : width_((critical - kLeast) / kPoints) {
    densities_.reserve(kPoints);
    for (int i = 0; i < kPoints; ++i) densities_.push_back(density(place(i)));
  }

  double place(int i) const { return kLeast + (i + 0.5) * width_; }

  template <class Function>
  double integral(Function function) const {
    double sum = 0;
    for (int i = 0; i < kPoints; ++i)
      sum += densities_[static_cast<size_t>(i)] * function(place(i));
    return sum * width_;
  }

  double width_;
  std::vector<double> densities_;
};

// Where a decreasing function of the statistic has come down to `level`.
template <class Function>
double critical_value(double level, Function exceeding) {
  double low = kLeast, high = kMost;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (exceeding(middle) > level ? low : high) = middle;
  }
  return (low + high) / 2;
}

// The correlation of the looks after `done` and after `done` + 1 folds.
double correlation_of(int64_t done, int64_t folds) {
  const auto n = static_cast<double>(done);
  const auto k = static_cast<double>(folds);
  return std::sqrt((1 / (n + 1) - 1 / k) / (1 / n - 1 / k));
}

}  // namespace

double spending_share(const RaceLooks& looks, int64_t done) {
  const auto saved = static_cast<double>(looks.folds - done);
  const auto most = static_cast<double>(looks.folds - looks.min_folds);
  return saved * saved / (most * (most + 1) * (2 * most + 1) / 6);
}

double look_level(const RaceLooks& looks, double error_rate, int64_t done) {
  const auto spent_at = [&](int64_t n) { return error_rate * spending_share(looks, n); };
  if (done == looks.min_folds || looks.folds > kMostFolds) return spent_at(done);
  Survivors survivors(critical_value(spent_at(looks.min_folds), upper_tail));
  for (int64_t n = looks.min_folds;; ++n) {
    const double correlation = correlation_of(n, looks.folds);
    const double critical = critical_value(
        spent_at(n + 1), [&](double z) { return survivors.exceeding(correlation, z); });
    if (n + 1 == done) return upper_tail(critical);
    survivors = survivors.after(correlation, critical);
  }
}

}  // namespace foldmill::sampler
