#pragma once

#include <cstdint>

namespace foldmill::simulation {

// Standard normal noise that any language computes alike: the same for the same three numbers.
// `event` tells apart what happens within one trial.
double gauss(uint64_t seed, uint64_t trial, uint64_t event);

// How fast a loss falls with this learning rate, per epoch: the higher, the faster.
double decay_rate(double learning_rate);

// The loss after `epoch` (from 1) of a trial whose noise-free final loss is `loss`: it falls the
// faster the higher the learning rate.
double curve_loss(double loss, double learning_rate, uint64_t seed, uint64_t trial, int epoch);

// The loss on fold `fold` (from 0): the fold's difficulty, which all trials share, and noise.
double fold_loss(double loss, uint64_t seed, uint64_t trial, int fold);

// Both: a fold's difficulty and noise, on a curve that falls by exp(-decay) with each epoch (from
// 1, below a million) and has noise of its own.
double fold_curve_loss(double loss, double decay, uint64_t seed, uint64_t trial, int fold,
                       int epoch);

}  // namespace foldmill::simulation
