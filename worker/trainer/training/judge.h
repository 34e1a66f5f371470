#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/learner.h"
#include "worker/trainer/training/stop_token.h"

namespace foldmill::trainer {

using Metrics = std::map<std::string, double>;

// What `learner` makes of the validation images of `fold`: one pass without gradients. Nothing when
// stopped.
std::optional<Metrics> judge(Learner& learner, const FoldView& fold, int64_t batch_size,
                             const StopToken& stop);

// Throws AttemptError (diverged): `metric` is `value` at `when`.
[[noreturn]] void diverged(std::string_view metric, std::string_view value, std::string_view when);

// The same for the first metric that is not finite.
void check_finite(const Metrics& metrics, std::string_view when);

}  // namespace foldmill::trainer
