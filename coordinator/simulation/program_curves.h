#pragma once

#include <memory>
#include <string>

#include "coordinator/simulation/curves.h"

namespace foldmill::simulation {

// Curves by a user's command: for each epoch it gets a line
//
//   {"params":{"lr":0.001,"epochs":20},"fold":0,"epoch":1,"trial":17,"seed":42}
//
// (fold from 0, epoch from 1, constants among the params, the study's seed) and answers with a line
// that holds one number; nan and inf mean that the training diverged. Fails when the command cannot
// be started; what it answers is judged when it is asked.
Result<std::unique_ptr<Curves>> make_program_curves(const std::string& command);

}  // namespace foldmill::simulation
