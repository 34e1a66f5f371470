#pragma once

#include "coordinator/engine/effect.h"
#include "core/result.h"

namespace foldmill::engine {

// The answer to a question of the engine, by the study's own sampler. May take long; safe on any
// thread. The boundary for exceptions of numerical code: a failing sampler fails its study, no
// more.
Result<ParameterSet> suggest(const effect::AskSampler& question);

}  // namespace foldmill::engine
