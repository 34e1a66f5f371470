// The decisions of another implementation on recorded curves, trial by trial as they came.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/pruner_world.h"
#include "tests/unit/sampler/golden_file.h"

namespace foldmill::sampler {
namespace {

PruningSpec spec_of(const nlohmann::json& json) {
  PruningSpec spec;
  spec.type = json["type"];
  spec.warmup_trials = json.value("warmup_trials", spec.warmup_trials);
  spec.warmup_epochs = json.value("warmup_epochs", spec.warmup_epochs);
  spec.interval = json.value("interval", spec.interval);
  spec.min_peers = json.value("min_peers", spec.min_peers);
  spec.percentile = json.value("percentile", spec.percentile);
  spec.min_epochs = json.value("min_epochs", spec.min_epochs);
  spec.reduction_factor = json.value("reduction_factor", spec.reduction_factor);
  spec.patience = json.value("patience", spec.patience);
  spec.min_delta = json.value("min_delta", spec.min_delta);
  spec.around = json.value("around", spec.around);
  if (json.contains("lower")) spec.lower = json["lower"].get<double>();
  if (json.contains("upper")) spec.upper = json["upper"].get<double>();
  return spec;
}

TEST(PrunerGolden, DecidesLikeAnIndependentImplementation) {
  const auto cases = read_golden("pruner_decisions.json");
  ASSERT_GT(cases.size(), 50u);
  std::set<std::string> types;
  for (const auto& golden : cases) {
    SCOPED_TRACE(golden.dump());
    const auto pruner = make_pruner(spec_of(golden["pruning"])).value();
    types.insert(golden["pruning"]["type"]);
    PrunerWorld world(*parse_direction(golden["direction"].get<std::string>()));
    const auto epochs = golden["epochs"].get<size_t>();
    std::map<int64_t, std::vector<double>> curves;
    for (const auto& event : golden["events"]) {
      std::vector<double>& curve = curves[event[0].get<int64_t>()];
      curve.push_back(golden_number(event[2]));
      const TrialNumber trial(event[0].get<int64_t>());
      world.report(trial, curve);
      ASSERT_EQ(world.ask(*pruner, trial, curve).has_value(), event[3].get<bool>()) << event;
      if (curve.size() < epochs || event[3].get<bool>()) continue;
      world.history.complete(curve_of(curve));
      ++world.completed_trials;
    }
  }
  EXPECT_EQ(types, (std::set<std::string>{"asha", "patient", "percentile", "threshold"}));
}

}  // namespace
}  // namespace foldmill::sampler
