#include "sampler/tpe/parzen_estimator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/unit/sampler/golden_file.h"

namespace foldmill::sampler {
namespace {

Distribution choices(size_t count) {
  std::vector<ParameterValue> values;
  for (size_t i = 0; i < count; ++i) values.emplace_back(static_cast<int64_t>(i));
  return Distribution::make_categorical(values).value();
}

Distribution golden_distribution(const nlohmann::json& parameter) {
  if (parameter["type"] == "choice") return choices(parameter["choices"]);
  const bool log = parameter.value("log", false);
  if (parameter["type"] == "int")
    return Distribution::make_int(parameter["low"], parameter["high"], log, parameter["step"])
        .value();
  std::optional<double> step;
  if (parameter.contains("step")) step = parameter["step"].get<double>();
  return Distribution::make_float(parameter["low"], parameter["high"], log, step).value();
}

PointBatch column_batch(const std::vector<double>& values) {
  PointBatch batch(values.size(), 1);
  batch.values = values;
  return batch;
}

double density(const ParzenEstimator& estimator, double x) {
  return std::exp(estimator.log_density(column_batch({x})).front());
}

ParzenEstimator univariate(const Distribution& distribution, std::vector<double> observed) {
  const ObservedParameter parameter{&distribution, std::move(observed)};
  return ParzenEstimator({&parameter, 1}, 1.0);
}

TEST(ParzenEstimator, AgreesWithAnIndependentImplementation) {
  const auto cases = read_golden("parzen_densities.json");
  ASSERT_GT(cases.size(), 10u);
  for (const auto& golden : cases) {
    std::vector<Distribution> distributions;
    for (const auto& parameter : golden["parameters"])
      distributions.push_back(golden_distribution(parameter));
    const size_t dimensions = distributions.size();
    std::vector<ObservedParameter> observed(dimensions);
    PointBatch points(golden["points"].size(), dimensions);
    for (size_t d = 0; d < dimensions; ++d) {
      observed[d].distribution = &distributions[d];
      for (const auto& row : golden["observed"]) observed[d].values.push_back(row[d]);
      for (size_t p = 0; p < points.count; ++p) points.column(d)[p] = golden["points"][p][d];
    }
    const ParzenEstimator estimator(observed, golden["prior_weight"]);
    const std::vector<double> actual = estimator.log_density(points);
    for (size_t p = 0; p < points.count; ++p)
      EXPECT_NEAR(actual[p], golden["log_density"][p].get<double>(), 1e-10) << golden.dump();
  }
}

TEST(ParzenEstimator, ContinuousDensityIntegratesToOne) {
  const Distribution real = Distribution::make_float(-1, 3).value();
  const ParzenEstimator estimator = univariate(real, {-1, 0.1, 0.1, 2.9, 3});
  constexpr int kCells = 40000;
  double sum = 0;
  for (int i = 0; i < kCells; ++i) sum += density(estimator, -1 + 4 * (i + 0.5) / kCells);
  EXPECT_NEAR(sum * 4 / kCells, 1, 1e-6);
}

TEST(ParzenEstimator, ProbabilitiesOfAGridSumToOne) {
  const Distribution integer = Distribution::make_int(1, 40, true).value();
  const ParzenEstimator estimator = univariate(integer, {1, 2, 2, 17, 40});
  double sum = 0;
  for (int value = 1; value <= 40; ++value) sum += density(estimator, value);
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(ParzenEstimator, ProbabilitiesOfChoicesSumToOne) {
  const Distribution choice = choices(4);
  const ParzenEstimator estimator = univariate(choice, {0, 0, 3, 1, 0});
  double sum = 0;
  for (int value = 0; value < 4; ++value) sum += density(estimator, value);
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_GT(density(estimator, 0), density(estimator, 3));
  EXPECT_GT(density(estimator, 3), density(estimator, 2));
}

// Share of samples per cell against the mass of the density there: the two paths share no code but
// the shapes.
TEST(ParzenEstimator, SamplesOfAFloatFollowTheDensity) {
  const Distribution log = Distribution::make_float(1e-3, 1, true).value();
  const ParzenEstimator estimator = univariate(log, {2e-3, 0.03, 0.05, 0.9});
  constexpr size_t kSamples = 40000;
  constexpr size_t kBins = 12;
  std::vector<double> share(kBins);
  Random random(3);
  const double low = std::log(1e-3);
  const PointBatch samples = estimator.sample(kSamples, random);
  for (double x : samples.column(0)) {
    const auto bin = static_cast<size_t>((std::log(x) - low) / -low * kBins);
    share[std::min(bin, kBins - 1)] += 1.0 / kSamples;
  }
  for (size_t bin = 0; bin < kBins; ++bin) {
    constexpr int kParts = 200;
    double mass = 0;
    for (int part = 0; part < kParts; ++part) {
      const double unit = (static_cast<double>(bin) + (part + 0.5) / kParts) / kBins;
      mass += density(estimator, std::exp(low - low * unit)) * -low / (kBins * kParts);
    }
    EXPECT_NEAR(share[bin], mass, 0.01) << "bin " << bin;
  }
}

TEST(ParzenEstimator, SamplesOfDiscreteParametersFollowTheDensity) {
  const Distribution grid = Distribution::make_int(0, 8, false, 2).value();
  const Distribution choice = choices(3);
  for (const auto& [distribution, members] :
       {std::pair{&grid, std::vector<double>{0, 2, 4, 6, 8}}, {&choice, {0, 1, 2}}}) {
    const ParzenEstimator estimator = univariate(*distribution, {2, 2, 0, 2});
    Random random(4);
    constexpr size_t kSamples = 40000;
    const PointBatch samples = estimator.sample(kSamples, random);
    for (double member : members) {
      const auto hits = std::count(samples.values.begin(), samples.values.end(), member);
      EXPECT_NEAR(static_cast<double>(hits) / kSamples, density(estimator, member), 0.01);
    }
  }
}

TEST(ParzenEstimator, OneComponentIsDrawnForAllDimensions) {
  const Distribution real = Distribution::make_float(0, 1).value();
  std::vector<ObservedParameter> observed(2, ObservedParameter{&real, {}});
  for (int i = 0; i < 50; ++i) {
    const double corner = i % 2 == 0 ? 0.05 : 0.95;
    for (ObservedParameter& parameter : observed) parameter.values.push_back(corner);
  }
  const ParzenEstimator estimator(observed, 1.0);
  Random random(5);
  const PointBatch samples = estimator.sample(2000, random);
  int same_half = 0;
  for (size_t p = 0; p < samples.count; ++p)
    same_half += (samples.column(0)[p] < 0.5) == (samples.column(1)[p] < 0.5);
  EXPECT_GT(same_half, 1800);
}

}  // namespace
}  // namespace foldmill::sampler
