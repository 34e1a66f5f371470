#pragma once

#include <vector>

#include "core/search_space.h"
#include "sampler/importance/sample_table.h"

namespace foldmill::sampler::importance {

// PED-ANOVA (Watanabe, Bansal, Hutter: "PED-ANOVA: Efficiently quantifying hyperparameter
// importance in arbitrary subspaces", IJCAI 2023), by parameter of the space: the share of the
// variance of "is one of the best trials" that the parameter explains alone.
//
// The best `top` of the n trials (two at least, and all that equal the last of them) are a share q
// of all. For each parameter let p_best and p_all be the densities of its values, on a grid, among
// the best and among all trials in which it was active, and alpha and beta how many of the best and
// of all these are. Then, in that regime, the variance explained is
//
//     q^2 * alpha^2 / beta * D,    D = sum over cells of p_all * (p_best / p_all - 1)^2,
//
// a Pearson divergence, and the whole variance is q (1 - q). Cost: linear in trials.
//
// Where the paper leaves the densities open: both have the bandwidth and the share of prior that
// suit the smaller set. So a value that hardly anyone tried is no evidence, nothing differs from
// itself, and p_best * q <= p_all as it must be, the best being part of all; shares stay within
// [0, 1]. A parameter active in fewer than two of the best trials has share 0.
//
// failed_precondition: all trials but one have the same value.
Result<std::vector<double>> ped_anova(const SearchSpace& space, const SampleTable& table,
                                      double top);

}  // namespace foldmill::sampler::importance
