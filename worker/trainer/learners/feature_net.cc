#include "worker/trainer/learners/feature_net.h"

#include <algorithm>
#include <utility>

#include "core/random.h"
#include "core/sha256.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/learners/classification.h"
#include "worker/trainer/learners/descent_learner.h"

namespace foldmill::trainer {
namespace {

constexpr int64_t kEpochs = 3;
constexpr int64_t kImages = 6000;               // at most: enough to tell classes apart
constexpr int64_t kPixels = kImages * 28 * 28;  // of larger images fewer: nothing stops it half-way
constexpr int64_t kFewestImages = 200;
constexpr int64_t kBatch = 128;

NetworkPlan feature_plan(const ModelSpec& model, const Shape& image) {
  LayerChain encoder = {ConvLayer{image.channels, 16, 3, 2, 1}, ActivationLayer{Activation::kRelu},
                        ConvLayer{16, 32, 3, 2, 1}, ActivationLayer{Activation::kRelu},
                        FlattenLayer{}};
  const Shape map = shape_after(encoder, image, "the Fréchet distance's classifier");
  encoder.insert(encoder.end(), {LinearLayer{map.count(), FeatureNet::kFeatures},
                                 ActivationLayer{Activation::kRelu}});
  return {model,
          image,
          FeatureNet::kFeatures,
          {{"encoder", std::move(encoder)},
           {"head", {LinearLayer{FeatureNet::kFeatures, model.classes}}}}};
}

ModelSpec classifier_of(int64_t classes) {
  if (classes < 2)
    throw AttemptError(EndCause::kUserError,
                       "frechet_distance needs images with labels of at least two classes: it "
                       "compares images by the features of a small classifier");
  ModelSpec model;
  model.type = "classifier";
  model.variant = variants_of(model.type).front();
  model.classes = classes;
  return model;
}

// Some training images in an order of the seed's, the same for every trial.
torch::Tensor chosen_images(const FoldView& fold, uint64_t seed) {
  const torch::Tensor& positions = fold.train_positions();
  torch::manual_seed(seed);
  const torch::Tensor order = torch::randperm(positions.size(0), torch::kInt64);
  const int64_t images =
      std::clamp(kPixels / (fold.height() * fold.width()), kFewestImages, kImages);
  return positions.index_select(0, order.slice(0, 0, images).to(positions.device()));
}

}  // namespace

FeatureNet::FeatureNet(const FoldView& fold, uint64_t study_seed, FoldIndex fold_index) {
  const ModelSpec model = classifier_of(fold.classes());
  const uint64_t seed =
      derive_seed(study_seed, RandomPurpose::kFeatureNet, TrialNumber(0), fold_index);
  network_ = std::make_shared<Network>(
      feature_plan(model, {fold.channels(), fold.height(), fold.width()}), seed);
  const torch::Tensor order = chosen_images(fold, seed);
  network_->to(order.device());
  const ParameterSet defaults;
  const Knobs knobs(model, defaults);
  DescentLearner learner(network_, std::make_unique<Classification>(model.classes, false),
                         Descent(network_->parameters(), {}, knobs, "lr", {}), seed);
  MetricSums unused;
  for (int64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    learner.begin_epoch(epoch);
    for (int64_t begin = 0; begin < order.size(0); begin += kBatch)
      learner.train(fold.batch(order, begin, kBatch), unused);
  }
  network_->eval();
}

torch::Tensor FeatureNet::features(const torch::Tensor& images) const {
  const torch::NoGradGuard without_gradients;
  return network_->stack("encoder").forward(images);
}

std::shared_ptr<const FeatureNet> FeatureNetCache::get(const FoldView& fold,
                                                       const Assignment& assignment) {
  const torch::Tensor positions = fold.train_positions().cpu();
  const std::string_view split(static_cast<const char*>(positions.data_ptr()),
                               static_cast<size_t>(positions.nbytes()));
  const std::string key =
      concat(fold.dataset().fingerprint, ' ', sha256_hex(split), ' ', assignment.seed, ' ',
             assignment.fold.fold.value, ' ', format_number(fold.normalization().mean()), ' ',
             format_number(fold.normalization().stddev()), ' ',
             torch::globalContext().deterministicAlgorithms());
  if (key != key_) {
    net_ = std::make_shared<const FeatureNet>(fold, assignment.seed, assignment.fold.fold);
    key_ = key;
  }
  return net_;
}

}  // namespace foldmill::trainer
