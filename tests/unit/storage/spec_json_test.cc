#include "storage/spec_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "storage/value_json.h"
#include "tests/support/store_changes.h"

namespace foldmill::storage {
namespace {

using ::testing::HasSubstr;

TEST(SpecJson, RoundTripsEveryField) {
  const StudySpec spec = test::example_spec();
  const auto back = spec_from_json(spec_to_json(spec));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
  EXPECT_EQ(spec_to_json(*back), spec_to_json(spec));
}

TEST(SpecJson, RoundTripsDefaults) {
  const auto back = spec_from_json(spec_to_json(StudySpec()));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, StudySpec());
}

StudySpec classifier_spec() {
  StudySpec spec = test::example_spec();
  spec.model = {};
  spec.model.type = "classifier";
  spec.model.variant = "conv4";
  spec.model.target = Target::kUnit;
  spec.model.classes = 47;
  spec.model.encoder =
      EncoderSource{"my-cae", "7", "", true, false, ArtifactRef{std::string(64, 'a'), 9}};
  return spec;
}

TEST(SpecJson, RoundTripsAnEncoder) {
  StudySpec spec = classifier_spec();
  EXPECT_EQ(*spec_from_json(spec_to_json(spec)), spec);
  spec.model.encoder = EncoderSource{"", "best", "/models/e", false, false, std::nullopt};
  EXPECT_EQ(*spec_from_json(spec_to_json(spec)), spec);
}

// What the first version wrote knew neither of given statistics nor of targets, encoders and the
// later samplers' options.
TEST(SpecJson, ReadsSpecsOfTheFirstVersion) {
  StudySpec spec = test::example_spec();
  spec.data.normalize = Normalize::kStandard;
  spec.data.mean = DataSpec().mean;
  spec.data.stddev = DataSpec().stddev;
  spec.sampler = {.type = "random", .startup_trials = 3};
  spec.pruning = {.type = "median", .warmup_trials = 3};
  std::string text = spec_to_json(spec);
  for (const std::string key :
       {R"("mean":0.0,)", R"("stddev":1.0,)", R"("target":"input",)", R"("classes":10,)",
        R"("encoder":null,)", R"(,"group":false)", R"(,"deterministic":false)",
        R"(,"max_trials":500)", R"(,"sequence":"sobol")", R"(,"scramble":true)",
        R"(,"grid_points":5)", R"(,"population":0)"}) {
    ASSERT_NE(text.find(key), std::string::npos) << key << " in " << text;
    text.erase(text.find(key), key.size());
  }
  const size_t sigma = text.find(R"(,"sigma":)");
  text.erase(sigma, text.find('}', sigma) - sigma);
  // The options of later pruners.
  const size_t first = text.find(R"(,"percentile":)");
  ASSERT_NE(first, std::string::npos);
  text.erase(first, text.find('}', first) - first);
  const auto back = spec_from_json(text);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
}

TEST(SpecJson, ReadsSpecsOfTheTimeBeforeStages) {
  StudySpec spec = test::example_spec();
  std::string text = spec_to_json(spec);
  const size_t first = text.find(R"("schedule":)");
  text.erase(first, text.find(R"("trials":12,)") - first);
  spec.schedule = {};
  spec.final_stages = {};
  spec.origin = std::nullopt;
  spec.evaluate = {};
  const auto back = spec_from_json(text);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
}

TEST(SpecJson, RefusesAnEncoderOfNoDigest) {
  std::string text = spec_to_json(classifier_spec());
  text.replace(text.find(std::string(64, 'a')), 64, std::string(64, 'X'));
  EXPECT_EQ(spec_from_json(text).status().code(), StatusCode::kDataLoss);
}

TEST(SpecJson, RefusesWhatItDidNotWrite) {
  const std::string good = spec_to_json(test::example_spec());
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return spec_from_json(text).status();
  };
  EXPECT_EQ(spec_from_json("{").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(spec_from_json("[]").status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(broken("maximize", "sideways").message(), HasSubstr("'direction' is 'sideways'"));
  EXPECT_THAT(broken("FloatDistribution", "GammaDistribution").message(),
              HasSubstr("GammaDistribution"));
  EXPECT_EQ(broken("\"low\":0.0001", "\"low\":\"x\"").code(), StatusCode::kDataLoss);
  EXPECT_EQ(broken("\"low\":0.0001", "\"low\":99").code(), StatusCode::kDataLoss);
  EXPECT_EQ(broken("\"name\":\"lr\"", "\"name\":\"width\"").code(), StatusCode::kDataLoss);
}

TEST(MetricsJson, KeepsOrderAndSpecialValues) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(metrics_to_json({{"z", 0.5}, {"a\"", std::nan("")}, {"i", inf}, {"j", -inf}}),
            R"({"z":0.5,"a\"":null,"i":9e999,"j":-9e999})");
  EXPECT_EQ(metrics_to_json({}), "{}");
}

TEST(StringsJson, RoundTrips) {
  const std::map<std::string, std::string> strings = {{"gpu", "h100"}, {"q", "\"\n"}};
  EXPECT_EQ(*strings_from_json(strings_to_json(strings)), strings);
  EXPECT_EQ(strings_from_json("3").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace foldmill::storage
