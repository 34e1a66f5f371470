#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/models/network.h"

namespace foldmill::trainer {

// A small classifier trained on a fold's own images, whose last hidden layer is the space in which
// generated images are compared with real ones. The same for every trial of a study at that fold:
// its weights come from the study's seed, its widths and epochs are fixed.
class FeatureNet {
 public:
  // Trains at once, a second or two. Throws AttemptError (user_error) for images without labels or
  // with a single class.
  FeatureNet(const FoldView& fold, uint64_t study_seed, FoldIndex fold_index);

  // [n, kFeatures] of images [n, channels, height, width] in network units. No gradients.
  torch::Tensor features(const torch::Tensor& images) const;

  static constexpr int64_t kFeatures = 64;

 private:
  std::shared_ptr<Network> network_;
};

// The last FeatureNet, for the next attempt at the same images, split and seed. One thread.
class FeatureNetCache {
 public:
  std::shared_ptr<const FeatureNet> get(const FoldView& fold, const Assignment& assignment);

 private:
  std::string key_;
  std::shared_ptr<const FeatureNet> net_;
};

}  // namespace foldmill::trainer
