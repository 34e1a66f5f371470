#include "core/model_spec.h"

namespace foldmill {
namespace {

using Kind = KnobInfo::Kind;

KnobInfo whole(std::string_view name, double high, int64_t fallback, std::string_view help) {
  return {name, Kind::kInt, 1, high, {}, false, fallback, help};
}

KnobInfo real(std::string_view name, double low, double high, double fallback,
              std::string_view help) {
  return {name, Kind::kFloat, low, high, {}, false, fallback, help};
}

void append_training_knobs(std::vector<KnobInfo>& knobs) {
  knobs.push_back({"optimizer",
                   Kind::kChoice,
                   0,
                   0,
                   {"adam", "adamw", "radam", "sgd"},
                   false,
                   std::string("adam"),
                   "how the weights are moved"});
  knobs.push_back(real("lr", 1e-12, 100, 1e-3, "learning rate"));
  knobs.push_back(
      real("weight_decay", 0, 10, 0, "L2 penalty; adamw decays the weights themselves"));
  knobs.push_back(real("momentum", 0, 0.9999, 0, "of sgd; the others keep their own averages"));
  knobs.push_back(whole("batch_size", 1 << 20, 256, "images per step"));
  knobs.push_back(epochs_knob());
}

std::vector<KnobInfo> conv3_knobs() {
  std::vector<KnobInfo> knobs = {
      whole("filters_1", 4096, 16, "channels after the first convolution"),
      whole("filters_2", 4096, 32, "channels after the second convolution"),
      whole("filters_3", 4096, 64, "channels after the third convolution"),
      whole("fc", 65536, 64, "width of the dense layer between convolutions and code"),
      whole("latent_dim", 65536, 2, "numbers in the code of an image")};
  append_training_knobs(knobs);
  return knobs;
}

}  // namespace

const std::vector<KnobInfo>& knobs_of(std::string_view model_type, std::string_view variant) {
  static const std::vector<KnobInfo> kNone;
  static const std::vector<KnobInfo> kConv3 = conv3_knobs();
  return model_type == "cae" && variant == "conv3" ? kConv3 : kNone;
}

const KnobInfo& epochs_knob() {
  static const KnobInfo kEpochs = whole("epochs", 1e6, 20, "passes over the training part");
  return kEpochs;
}

}  // namespace foldmill
