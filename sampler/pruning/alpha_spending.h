#pragma once

#include <cstdint>

namespace foldmill::sampler {

// The looks of a race of `folds` folds: one after each of the folds min_folds … folds - 1.
struct RaceLooks {
  int64_t min_folds = 2;
  int64_t folds = 5;
};

// The share of the error rate that the look after `done` folds may spend. Each is in proportion to
// the square of the folds that the look can save; together they are 1.
double spending_share(const RaceLooks& looks, int64_t done);

// The level that the look after `done` folds may test at, so that a trial which is exactly as good
// as the best one is stopped at that look, and at none before, with a probability of
// spending_share() times `error_rate` (alpha spending: Lan, DeMets, "Discrete sequential boundaries
// for clinical trials", Biometrika 1983).
//
// Looks at the same trial are correlated: with v_n = 1/n - 1/folds, the test statistics after n and
// l > n folds, taken to be normal, have correlation sqrt(v_l / v_n), and each depends on those
// before by the last of them only. Hence the density of the statistics of trials that go on is
// carried from look to look (Armitage, McPherson, Rowe, "Repeated significance tests on
// accumulating data", JRSS A 1969). The level is never below what Bonferroni's inequality gives,
// spending_share() times `error_rate`; of more than 100 folds it is that.
double look_level(const RaceLooks& looks, double error_rate, int64_t done);

}  // namespace foldmill::sampler
