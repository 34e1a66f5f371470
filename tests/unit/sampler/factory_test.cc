#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "sampler/pruner.h"
#include "sampler/sampler.h"

namespace foldmill::sampler {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void expect_refused(const Status& status, const std::string& option, const std::string& detail) {
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), AllOf(HasSubstr(option), HasSubstr(detail)));
}

TEST(MakeSampler, KnowsEveryType) {
  for (const std::string& type : sampler_types()) {
    SamplerSpec spec;
    spec.type = type;
    EXPECT_TRUE(make_sampler(spec).ok()) << type;
  }
}

TEST(MakeSampler, SuggestsTheTypeThatWasMeant) {
  SamplerSpec spec;
  spec.type = "radnom";
  expect_refused(make_sampler(spec).status(), "sampler.type", "did you mean 'random'?");
}

TEST(MakeSampler, ListsTheTypesWhenNoneIsNear) {
  SamplerSpec spec;
  spec.type = "oracle-of-delphi";
  expect_refused(make_sampler(spec).status(), "oracle-of-delphi", "choose one of auto, tpe, random");
}

TEST(MakeSampler, RefusesOptionsOutOfRange) {
  SamplerSpec startup, candidates;
  startup.type = candidates.type = "tpe";
  startup.startup_trials = -1;
  candidates.candidates = 0;
  expect_refused(make_sampler(startup).status(), "sampler.startup_trials", "-1");
  expect_refused(make_sampler(candidates).status(), "sampler.candidates", "must be at least 1");
  for (double weight : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN()}) {
    SamplerSpec prior;
    prior.type = "tpe";
    prior.prior_weight = weight;
    expect_refused(make_sampler(prior).status(), "sampler.prior_weight", "positive");
  }
}

TEST(MakePruner, KnowsEveryTypeThatASpecMayName) {
  for (const std::string& type : pruning_types()) {
    PruningSpec spec;
    spec.type = type;
    if (type == "threshold") spec.upper = 1;
    EXPECT_TRUE(make_pruner(spec).ok()) << type;
  }
  for (const std::string& type : wrapped_pruning_types()) {
    PruningSpec spec;
    spec.type = "patient";
    spec.around = type;
    if (type == "threshold") spec.upper = 1;
    EXPECT_TRUE(make_pruner(spec).ok()) << type;
  }
}

TEST(MakePruner, RefusesWhatASpecMayNotSay) {
  PruningSpec spec;
  spec.type = "medain";
  expect_refused(make_pruner(spec).status(), "pruning.type", "did you mean 'median'?");
  spec.type = "asha";
  spec.reduction_factor = 1;
  expect_refused(make_pruner(spec).status(), "pruning.reduction_factor", "must be at least 2");
}

}  // namespace
}  // namespace foldmill::sampler
