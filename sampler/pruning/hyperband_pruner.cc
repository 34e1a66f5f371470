#include "sampler/pruning/hyperband_pruner.h"

#include <cmath>
#include <numeric>

#include "sampler/pruning/halving_rule.h"

namespace foldmill::sampler {

std::vector<int64_t> bracket_shares(int64_t min_epochs, int64_t max_epochs,
                                    int64_t reduction_factor) {
  std::vector<int64_t> powers;  // reduction_factor^b, of the brackets whose first rung is reached
  for (int64_t power = 1; power <= max_epochs / min_epochs; power *= reduction_factor)
    powers.push_back(power);
  const auto brackets = static_cast<int64_t>(powers.size());
  std::vector<int64_t> shares;
  for (int64_t bracket = 0; bracket < brackets; ++bracket) {
    const int64_t halvings = brackets - 1 - bracket;
    // brackets * power / (halvings + 1), rounded up
    shares.push_back((brackets * powers[static_cast<size_t>(halvings)] + halvings) /
                     (halvings + 1));
  }
  return shares;
}

size_t bracket_of(TrialNumber trial, const std::vector<int64_t>& shares) {
  // Multiples of the golden ratio, modulo 1, fill the unit interval evenly from the first on
  // (Weyl).
  constexpr uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  const uint64_t fraction = (static_cast<uint64_t>(trial.value) + 1) * kGoldenRatio;
  const int64_t total = std::accumulate(shares.begin(), shares.end(), int64_t{0});
  double place = std::ldexp(static_cast<double>(fraction), -64) * static_cast<double>(total);
  size_t bracket = 0;
  while (bracket + 1 < shares.size() && place >= static_cast<double>(shares[bracket]))
    place -= static_cast<double>(shares[bracket++]);
  return bracket;
}

std::optional<PruneDecision> HyperbandPruner::should_prune(const PruningQuestion& question) const {
  const auto shares =
      bracket_shares(options_.min_epochs, question.max_epochs, options_.reduction_factor);
  if (shares.empty()) return std::nullopt;
  const size_t own = bracket_of(question.trial, shares);
  int64_t first_rung = options_.min_epochs;
  for (size_t i = 0; i < own; ++i) first_rung *= options_.reduction_factor;
  return halve({.first_rung = first_rung,
                .reduction_factor = options_.reduction_factor,
                .min_peers = options_.min_peers,
                .is_rival = [&](TrialNumber trial) { return bracket_of(trial, shares) == own; }},
               question, options_.type);
}

}  // namespace foldmill::sampler
