#include "sampler/qmc/qmc_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sampler/qmc/sequences.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::sampler {
namespace {

using Points = std::vector<std::vector<double>>;
using Sequence = std::vector<double> (*)(uint32_t, size_t, std::optional<uint64_t>);

Points first_points(Sequence sequence, uint32_t count, size_t dimensions,
                    std::optional<uint64_t> seed) {
  Points points;
  for (uint32_t i = 0; i < count; ++i) points.push_back(sequence(i, dimensions, seed));
  return points;
}

Points random_points(size_t count, size_t dimensions, uint64_t seed) {
  Random random(seed, RandomPurpose::kTest);
  Points points(count, std::vector<double>(dimensions));
  for (auto& point : points)
    for (double& x : point) x = random.uniform();
  return points;
}

// The squared centred L2 discrepancy (Hickernell 1998).
double discrepancy(const Points& points) {
  const auto n = static_cast<double>(points.size());
  const auto off = [](double x) { return std::abs(x - 0.5); };
  double single = 0, pairs = 0;
  for (const auto& x : points) {
    double product = 1;
    for (double v : x) product *= 1 + off(v) / 2 - off(v) * off(v) / 2;
    single += product;
    for (const auto& y : points) {
      double pair = 1;
      for (size_t d = 0; d < x.size(); ++d)
        pair *= 1 + off(x[d]) / 2 + off(y[d]) / 2 - std::abs(x[d] - y[d]) / 2;
      pairs += pair;
    }
  }
  return std::pow(13.0 / 12, static_cast<double>(points[0].size())) - 2 / n * single +
         pairs / (n * n);
}

TEST(Sequences, AreFarMoreEvenThanRandomPoints) {
  for (size_t dimensions : {2u, 6u}) {
    double random = 0;
    for (uint64_t seed = 0; seed < 10; ++seed)
      random += discrepancy(random_points(128, dimensions, seed)) / 10;
    for (Sequence sequence : {Sequence(sobol_point), Sequence(halton_point)}) {
      EXPECT_LT(discrepancy(first_points(sequence, 128, dimensions, std::nullopt)), random / 2);
      for (uint64_t seed = 0; seed < 5; ++seed)
        EXPECT_LT(discrepancy(first_points(sequence, 128, dimensions, seed)), random / 2);
    }
  }
}

TEST(Sequences, ScrambledSobolStaysANet) {
  for (size_t d = 0; d < 40; ++d) {  // each dimension: one point in every 64th
    std::vector<int> cells(64);
    for (const auto& point : first_points(sobol_point, 64, 40, 7))
      ++cells[static_cast<size_t>(point[d] * 64)];
    EXPECT_EQ(std::count(cells.begin(), cells.end(), 1), 64) << d;
  }
}

TEST(Sequences, KnownFirstPoints) {
  const Points sobol = first_points(sobol_point, 3, 2, std::nullopt);
  for (double x : sobol[0]) EXPECT_NEAR(x, 0.5, 1e-9);
  EXPECT_NEAR(sobol[1][0] + sobol[2][0], 1, 1e-9);  // a quarter and three quarters
  const Points halton = first_points(halton_point, 3, 2, std::nullopt);
  EXPECT_NEAR(halton[0][0], 1.0 / 2, 1e-9);
  EXPECT_NEAR(halton[0][1], 1.0 / 3, 1e-9);
  EXPECT_NEAR(halton[2][0], 3.0 / 4, 1e-9);
  EXPECT_NEAR(halton[2][1], 1.0 / 9, 1e-9);
}

TEST(Sequences, StayInsideTheUnitCubeAndFollowTheSeed) {
  for (Sequence sequence : {Sequence(sobol_point), Sequence(halton_point)}) {
    for (uint32_t index : {0u, 1u, 1000u, 1'000'000u, 4'000'000'000u})
      for (double x : sequence(index, 300, 9)) {
        EXPECT_GT(x, 0);
        EXPECT_LT(x, 1);
      }
    EXPECT_EQ(sequence(12, 5, 1), sequence(12, 5, 1));
    EXPECT_NE(sequence(12, 5, 1), sequence(12, 5, 2));
    EXPECT_TRUE(sequence(0, 0, 1).empty());
  }
}

TEST(QmcSampler, FillsGridsAndChoicesEvenly) {
  const SearchSpace space =
      SearchSpace::create(
          {{"n", Distribution::make_int(1, 4).value(), {}},
           {"c", Distribution::make_categorical({int64_t{1}, int64_t{2}}).value(), {}}})
          .value();
  for (const char* sequence : {"sobol", "halton"}) {
    const QmcSampler sampler({.type = "qmc", .sequence = sequence});
    std::map<int64_t, int> hits;
    for (int64_t number = 0; number < 128; ++number) {
      const ParameterSet point =
          sampler.suggest({}, space, Direction::kMinimize, 3, TrialNumber(number), {}).value();
      ++hits[*point.get_int("n") * 10 + *point.get_int("c")];
    }
    ASSERT_EQ(hits.size(), 8u) << sequence;
    for (const auto& [cell, count] : hits) EXPECT_NEAR(count, 16, 6) << sequence;
  }
}

}  // namespace
}  // namespace foldmill::sampler
