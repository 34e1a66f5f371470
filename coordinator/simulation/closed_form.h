#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/simulation/curves.h"

namespace foldmill::simulation {

// Curves computed from a formula, the same on every machine, with noise that is a function of the
// study's seed, trial, fold and epoch.
//
//   bowl          for any study: a bowl over the study's own ranges, lowest at a point that the
//                 seed draws. The first parameter of the file weighs most, and sets how fast the
//                 loss falls; the curve is as long as the study's trials are
//   mixed-kfold   the mixed function (functions/mixed.h) on folds of different difficulty, with
//                 learning curves
//   mixed-folds   the same without curves: every epoch of a fold has the fold's value
//   mixed-epochs  the same without folds: every fold has the same curve
//
// All are losses; for a study that maximizes they give 1 - loss.
const std::vector<std::string>& closed_form_names();

// invalid_argument: no such name; the message has those that there are.
Result<std::unique_ptr<Curves>> make_closed_form(const std::string& name);

}  // namespace foldmill::simulation
