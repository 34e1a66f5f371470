#include "worker/trainer/optim/lr_schedule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text.h"

// Against PyTorch 1.13; tests/golden/trainer/make_optimizer_goldens.py made the numbers.
namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

ModelSpec cae() {
  ModelSpec spec;
  spec.variant = "conv3";
  return spec;
}

ParameterSet to_params(const Json& values) {
  ParameterSet params;
  for (const auto& [name, value] : values.items()) {
    if (value.is_string())
      params.set(name, value.get<std::string>());
    else
      params.set(name, value.get<double>());
  }
  return params;
}

TEST(LrScheduleTest, EveryStepIsThatOfPyTorch) {
  std::ifstream file(concat(FOLDMILL_TRAINER_GOLDEN, "/lr_schedules.json"));
  const Json cases = Json::parse(file);
  ASSERT_EQ(cases.size(), 8u);
  for (const Json& expected : cases) {
    SCOPED_TRACE(expected.dump());
    const ParameterSet params = to_params(expected["params"]);
    const int64_t epochs = expected["epochs"];
    const int64_t steps = expected["steps_per_epoch"];
    const LrSchedule schedule(Knobs(cae(), params), epochs, steps);
    for (int64_t epoch = 1; epoch <= epochs; ++epoch)
      for (int64_t step = 0; step < steps; ++step)
        EXPECT_NEAR(schedule.factor(epoch, step),
                    expected["factors"][epoch - 1][step].get<double>(), 1e-12)
            << "epoch " << epoch << ", step " << step;
  }
}

TEST(LrScheduleTest, IsConstantUnlessAsked) {
  const ParameterSet none;
  const LrSchedule schedule(Knobs(cae(), none), 9, 3);
  EXPECT_EQ(schedule.factor(1, 0), 1);
  EXPECT_EQ(schedule.factor(9, 2), 1);
}

}  // namespace
}  // namespace foldmill::trainer
