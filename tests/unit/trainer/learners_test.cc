#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/learners/corruption.h"
#include "worker/trainer/learners/frechet.h"
#include "worker/trainer/learners/make_learner.h"

namespace foldmill::trainer {
namespace {

constexpr int64_t kImages = 400;
constexpr int64_t kPixels = 28 * 28;

torch::Tensor range(int64_t count) { return torch::arange(count); }

TEST(KeyedNoiseTest, DependsOnImageEpochAndSeedAlone) {
  const auto noise_of = [](uint64_t seed, int64_t epoch) {
    KeyedNoise noise(seed, torch::kCPU);
    noise.begin_epoch(epoch);
    return noise;
  };
  const KeyedNoise noise = noise_of(3, 2);
  const torch::Tensor all = noise.normal(range(10), 5, 0);
  const torch::Tensor one = noise.normal(torch::tensor({int64_t{7}}), 5, 0);
  EXPECT_TRUE(torch::equal(all[7], one[0])) << "whatever batch it comes in";
  EXPECT_FALSE(torch::equal(all[7], all[6]));
  EXPECT_FALSE(torch::equal(all, noise_of(3, 3).normal(range(10), 5, 0))) << "another epoch";
  EXPECT_FALSE(torch::equal(all, noise_of(4, 2).normal(range(10), 5, 0))) << "another seed";
}

TEST(KeyedNoiseTest, HasTheMomentsOfItsDistributions) {
  KeyedNoise noise(11, torch::kCPU);
  noise.begin_epoch(1);
  const torch::Tensor uniform = noise.uniform(range(kImages), kPixels, 0);
  EXPECT_GE(uniform.min().item<double>(), 0);
  EXPECT_LT(uniform.max().item<double>(), 1);
  EXPECT_NEAR(uniform.mean().item<double>(), 0.5, 0.003);
  EXPECT_NEAR(uniform.var().item<double>(), 1.0 / 12, 0.001);
  const torch::Tensor normal = noise.normal(range(kImages), kPixels, 0);
  EXPECT_NEAR(normal.mean().item<double>(), 0, 0.01);
  EXPECT_NEAR(normal.var().item<double>(), 1, 0.02);
  EXPECT_NEAR(normal.pow(4).mean().item<double>(), 3, 0.1);
  // Neighbours, in a row and in a column, know nothing of each other.
  const torch::Tensor left = normal.slice(1, 0, kPixels - 1), right = normal.slice(1, 1);
  EXPECT_NEAR((left * right).mean().item<double>(), 0, 0.01);
  EXPECT_NEAR((normal.slice(0, 0, kImages - 1) * normal.slice(0, 1)).mean().item<double>(), 0,
              0.01);
}

class CorruptionTest : public ::testing::Test {
 protected:
  torch::Tensor corrupted(const ParameterSet& params) const {
    ModelSpec model;
    model.type = "dae";
    model.variant = "conv3";
    Corruption corruption(Knobs(model, params), Normalization(0.5, 0.25), 5, torch::kCPU);
    corruption.begin_epoch(1);
    return corruption.apply(images_, range(kImages));
  }

  const torch::Tensor images_ = torch::full({kImages, 1, 28, 28}, 0.5);
};

TEST_F(CorruptionTest, GaussianAddsNoiseOfItsSigma) {
  const torch::Tensor change = corrupted({{"noise_sigma", 0.3}}) - images_;
  EXPECT_NEAR(change.mean().item<double>(), 0, 0.005);
  EXPECT_NEAR(change.std().item<double>(), 0.3, 0.005);
}

TEST_F(CorruptionTest, SaltAndPepperTurnsItsShareBlackAndWhiteInEqualParts) {
  const torch::Tensor noisy =
      corrupted({{"noise", std::string("salt_and_pepper")}, {"noise_p", 0.2}});
  const auto share = [&](double value) {
    return noisy.eq(value).to(torch::kFloat64).mean().item<double>();
  };
  EXPECT_NEAR(share(-2), 0.1, 0.005) << "black, in network units";
  EXPECT_NEAR(share(2), 0.1, 0.005) << "white";
  EXPECT_NEAR(share(0.5), 0.8, 0.005);
}

TEST_F(CorruptionTest, MixtureGivesAQuarterEach) {
  const torch::Tensor noisy =
      corrupted({{"noise", std::string("mixture")}, {"noise_sigma", 1.0}, {"noise_p", 0.2}});
  const torch::Tensor rows = noisy.flatten(1);
  const torch::Tensor salted = rows.eq(-2).any(1);
  const torch::Tensor untouched_pixels = rows.eq(0.5).to(torch::kFloat32).mean(1);
  const torch::Tensor gaussian = untouched_pixels.lt(0.1);
  const auto share = [](const torch::Tensor& which) {
    return which.to(torch::kFloat64).mean().item<double>();
  };
  EXPECT_NEAR(share(gaussian.logical_and(salted)), 0.25, 0.07);
  EXPECT_NEAR(share(gaussian.logical_and(salted.logical_not())), 0.25, 0.07);
  EXPECT_NEAR(share(salted.logical_and(gaussian.logical_not())), 0.25, 0.07);
  EXPECT_NEAR(share(untouched_pixels.eq(1)), 0.25, 0.07);
}

FeatureStatistics statistics(const torch::Tensor& features) {
  FeatureStatistics statistics;
  statistics.add(features.slice(0, 0, 10));  // in uneven batches
  statistics.add(features.slice(0, 10));
  return statistics;
}

TEST(FrechetTest, IsTheClosedFormOfTwoGaussians) {
  torch::manual_seed(1);
  const torch::Tensor a = torch::randn({500, 4}, torch::kFloat64);
  EXPECT_NEAR(frechet_distance(statistics(a), statistics(a)), 0, 1e-9);
  const torch::Tensor shift = torch::tensor({1.0, -2.0, 0.0, 0.5}, torch::kFloat64);
  EXPECT_NEAR(frechet_distance(statistics(a), statistics(a + shift)), 1 + 4 + 0.25, 1e-6)
      << "equal covariances: the squared distance of the means";
  // Of sets that differ by a factor c, tr(C + c^2 C - 2 c C) = (c - 1)^2 tr C.
  const torch::Tensor centred = a - a.mean(0);
  const double trace = statistics(centred).covariance().trace().item<double>();
  EXPECT_NEAR(frechet_distance(statistics(centred), statistics(3 * centred)), 4 * trace, 1e-6);
}

TEST(FrechetTest, IsNotANumberWhereTheFeaturesAreNot) {
  const torch::Tensor a = torch::randn({20, 3}, torch::kFloat64);
  torch::Tensor broken = a.clone();
  broken[3][1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(frechet_distance(statistics(a), statistics(broken))));
  FeatureStatistics one;
  one.add(a.slice(0, 0, 1));
  EXPECT_THROW(frechet_distance(statistics(a), one), AttemptError);
}

class LearnerTest : public ::testing::Test {
 protected:
  LearnerTest() {
    write_stripes(data_.path());
    Assignment& task = task_.assignment;
    task.model.type = "classifier";
    task.model.classes = 3;
    task.params.set("lr", 0.01);
    DatasetCache cache({}, torch::kCPU);
    dataset_ = cache.get(task.data);
  }
  FoldView fold() const { return FoldView(dataset_, task_.assignment); }
  // Trains an epoch; its metrics after validation.
  std::map<std::string, double> epoch(Learner& learner, const FoldView& fold, int64_t epoch) {
    MetricSums sums;
    learner.begin_epoch(epoch);
    const torch::Tensor order = fold.train_order(epoch);
    for (int64_t begin = 0; begin < order.size(0); begin += 16)
      learner.train(fold.batch(order, begin, 16), sums);
    const torch::NoGradGuard guard;
    learner.begin_validation();
    const torch::Tensor& rest = fold.validation_order();
    for (int64_t begin = 0; begin < rest.size(0); begin += 16)
      learner.validate(fold.batch(rest, begin, 16), sums);
    std::map<std::string, double> metrics = sums.means();
    learner.end_validation(metrics);
    return metrics;
  }

  TempDir data_;
  TrainerAssignment task_ = stripes_assignment(data_.path(), 1);
  std::shared_ptr<const Dataset> dataset_;
  FeatureNetCache feature_nets_;
};

TEST_F(LearnerTest, AClassifierLearnsAndItsConfusionAddsUp) {
  task_.assignment.params.set("latent_dim", int64_t{8});
  task_.assignment.params.set("filters_3", int64_t{16});
  const FoldView view = fold();
  const auto learner = make_learner(task_.assignment, view, feature_nets_);
  std::map<std::string, double> metrics;
  for (int64_t e = 1; e <= 30; ++e) metrics = epoch(*learner, view, e);
  EXPECT_GT(metrics.at("val_accuracy"), 0.8);
  const torch::Tensor confusion = learner->confusion();
  ASSERT_EQ(confusion.sizes(), (std::vector<int64_t>{3, 3}));
  EXPECT_EQ(confusion.sum().item<int64_t>(), view.validation_size()) << "of the last pass alone";
  EXPECT_NEAR(confusion.trace().item<double>() / static_cast<double>(view.validation_size()),
              metrics.at("val_accuracy"), 1e-6);
}

TEST_F(LearnerTest, AnEncoderWithAFactorOfZeroStaysAsItWas) {
  task_.assignment.params.set("encoder_lr_factor", 0.0);
  const FoldView view = fold();
  const auto learner = make_learner(task_.assignment, view, feature_nets_);
  const torch::Tensor encoder = learner->network().stack("encoder").weight(0).clone();
  const torch::Tensor head = learner->network().stack("head").weight(0).clone();
  epoch(*learner, view, 1);
  EXPECT_TRUE(torch::equal(learner->network().stack("encoder").weight(0), encoder));
  EXPECT_FALSE(torch::equal(learner->network().stack("head").weight(0), head));
}

TEST_F(LearnerTest, AnotherSplitHasAnotherFeatureNet) {
  Assignment other = task_.assignment;
  other.folds.stratified = !other.folds.stratified;
  const FoldView first = fold();
  const FoldView second(dataset_, other);
  const auto net = feature_nets_.get(first, task_.assignment);
  EXPECT_EQ(feature_nets_.get(fold(), task_.assignment), net) << "the same split: kept";
  EXPECT_NE(feature_nets_.get(second, other), net);
}

TEST_F(LearnerTest, EveryTypeReportsTheMetricsThatCoreSays) {
  for (const std::string type : {"cae", "vae", "dae", "classifier", "gan"}) {
    SCOPED_TRACE(type);
    TrainerAssignment task = task_;
    task.assignment.model.type = type;
    task.assignment.model.variant = variants_of(type).front();
    if (type == "gan") task.assignment.params = {{"batch_size", int64_t{16}}};
    const FoldView view = fold();
    const auto learner = make_learner(task.assignment, view, feature_nets_);
    std::vector<std::string> names{"n_parameters"};  // the trainer itself says it
    for (const auto& [name, value] : epoch(*learner, view, 1)) {
      names.push_back(name);
      EXPECT_TRUE(std::isfinite(value)) << name;
    }
    EXPECT_THAT(names, testing::UnorderedElementsAreArray(metrics_of(type)));
  }
}

}  // namespace
}  // namespace foldmill::trainer
