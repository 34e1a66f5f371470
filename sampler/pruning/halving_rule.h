#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// Successive halving without waiting (Li et al., "A System for Massively Parallel Hyperparameter
// Tuning", MLSys 2020; arXiv 2018): rungs stand at first_rung * reduction_factor^r epochs. A fold
// that comes to one goes on if its value *there* is among the best 1/reduction_factor of all
// trials that have come to it on this fold so far, pruned and running ones included; as long as
// that share is less than one trial, only if it is the best. NaN at a rung stops the fold and
// is no rival to others.
struct HalvingRule {
  int64_t first_rung = 1;
  int64_t reduction_factor = 4;  // >= 2
  int64_t min_peers = 2;         // values of others at the rung, for anything to be stopped
  // Which trials are rivals; empty: all.
  std::function<bool(TrialNumber)> is_rival = {};
};

std::optional<PruneDecision> halve(const HalvingRule& rule, const PruningQuestion& question,
                                   std::string pruner);

}  // namespace foldmill::sampler
