#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/study.h"

namespace foldmill {

using Text = std::string;

inline StudySpec sound_spec() {
  StudySpec spec;
  spec.name = "fashion-cae";
  spec.data.dataset = "fashion-mnist";
  spec.model.variant = "conv3";
  spec.constants = {
      {"latent_dim", int64_t{2}}, {"batch_size", int64_t{256}}, {"epochs", int64_t{20}}};
  spec.space = *SearchSpace::create(
      {{"lr", *Distribution::make_float(1e-4, 8e-3, true), {}},
       {"optimizer", *Distribution::make_categorical({Text("adam"), Text("sgd")}), {}},
       {"momentum", *Distribution::make_float(0, 0.99), {{"optimizer", {Text("sgd")}}}}});
  spec.enqueue = {{{"lr", 1e-3}}, {{"optimizer", Text("sgd")}, {"momentum", 0.9}}};
  return spec;
}

inline StudySpec sound_command_spec() {
  StudySpec spec = sound_spec();
  spec.model = {};
  spec.model.type = "command";
  spec.model.command = {"python3", "train.py"};
  spec.constants = {{"depth", int64_t{3}}, {"epochs", int64_t{5}}};
  spec.objective.metric = "perplexity";
  return spec;
}

inline SearchSpace one_range(std::string name, Distribution range) {
  return *SearchSpace::create({{std::move(name), std::move(range), {}}});
}

// What is wrong with a spec, and what the message has to say about it.
struct Fault {
  const char* says;
  std::function<void(StudySpec&)> commit;
};

inline void expect_refused(const StudySpec& sound, const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    StudySpec spec = sound;
    fault.commit(spec);
    const Status status = spec.validate();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << fault.says;
    EXPECT_THAT(status.message(), ::testing::HasSubstr(fault.says));
  }
}

}  // namespace foldmill
