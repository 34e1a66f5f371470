#include "core/knob.h"

namespace foldmill {
namespace {

using Kind = KnobInfo::Kind;
using Knobs = std::vector<KnobInfo>;

constexpr double kWidest = 65536;  // of a dense layer, and of a code

KnobInfo whole(std::string_view name, double high, int64_t fallback, std::string_view help) {
  return {name, Kind::kInt, 1, high, {}, false, fallback, help};
}

KnobInfo real(std::string_view name, double low, double high, double fallback,
              std::string_view help) {
  return {name, Kind::kFloat, low, high, {}, false, fallback, help};
}

KnobInfo choice(std::string_view name, std::vector<std::string_view> choices,
                std::string_view help) {
  std::string first(choices.front());
  return {name, Kind::kChoice, 0, 0, std::move(choices), false, std::move(first), help};
}

KnobInfo flag(std::string_view name, std::string_view help) {
  return {name, Kind::kBool, 0, 0, {}, false, false, help};
}

KnobInfo filters(std::string_view name, int64_t fallback, std::string_view help) {
  return whole(name, 4096, fallback, help);
}

KnobInfo latent_dim(int64_t fallback) {
  return whole("latent_dim", kWidest, fallback, "numbers in the code of an image");
}

KnobInfo dense_width() {
  return whole("fc", kWidest, 64, "width of the dense layer between convolutions and code");
}

void append(Knobs& knobs, const Knobs& more) {
  knobs.insert(knobs.end(), more.begin(), more.end());
}

// Widths of the layers between image and code, and their activation.
Knobs encoder_knobs(std::string_view variant) {
  Knobs knobs;
  if (variant == "scaled") {
    knobs = {
        filters("n_channels", 8, "channels of the first convolution; then twice and four times"),
        dense_width(), latent_dim(16)};
  } else {
    knobs = {filters("filters_1", 16, "channels after the first convolution"),
             filters("filters_2", 32, "channels after the second convolution"),
             filters("filters_3", 64, "channels after the third convolution")};
    if (variant == "conv4")
      knobs.push_back(filters("filters_4", 64, "channels after the fourth convolution"));
    append(knobs, {dense_width(), latent_dim(2)});
  }
  knobs.push_back(choice("activation", {"relu", "leaky_relu", "elu", "gelu", "silu", "tanh"},
                         "between the layers"));
  return knobs;
}

// A sigmoid's output fits pixels in [0, 1]; the other variants end without an activation.
KnobInfo output_activation(std::string_view variant) {
  return variant == "scaled"
             ? choice("output_activation", {"sigmoid", "none", "tanh"}, "after the last layer")
             : choice("output_activation", {"none", "sigmoid", "tanh"}, "after the last layer");
}

KnobInfo reconstruction_loss() {
  return choice("loss", {"mse", "l1", "bce"},
                "of the reconstruction; bce wants a sigmoid output and target unit");
}

Knobs optimizer_knobs() {
  return {choice("optimizer", {"adam", "adamw", "adamax", "radam", "adagrad", "rmsprop", "sgd"},
                 "how the weights are moved"),
          real("weight_decay", 0, 10, 0, "L2 penalty; adamw decays the weights themselves"),
          real("momentum", 0, 0.9999, 0, "of sgd and rmsprop; the others keep their own averages"),
          flag("nesterov", "Nesterov's momentum, of sgd"),
          real("beta1", 0, 0.9999, 0.9, "decay of the mean of gradients, of adam and its kin"),
          real("beta2", 0, 0.999999, 0.999, "decay of the mean of their squares, likewise")};
}

Knobs schedule_knobs() {
  return {choice("lr_schedule", {"constant", "step", "cosine", "one_cycle"},
                 "how lr changes over the epochs"),
          whole("lr_step_epochs", 1e6, 10, "of schedule step: epochs between two steps"),
          real("lr_gamma", 0, 1, 0.1, "of schedule step: lr is multiplied by it"),
          real("grad_clip", 0, 1e6, 0, "longest gradient (L2 norm over all weights); 0: no limit"),
          whole("batch_size", 1 << 20, 256, "images per step"),
          flag("deterministic", "on a GPU, only kernels that give the same bits every time"),
          epochs_knob()};
}

Knobs training_knobs() {
  Knobs knobs = {real("lr", 1e-12, 100, 1e-3, "learning rate")};
  append(knobs, optimizer_knobs());
  append(knobs, schedule_knobs());
  return knobs;
}

Knobs autoencoder_knobs(std::string_view variant) {
  Knobs knobs = encoder_knobs(variant);
  append(knobs, {output_activation(variant), reconstruction_loss()});
  return knobs;
}

Knobs vae_knobs(std::string_view variant) {
  Knobs knobs = autoencoder_knobs(variant);
  knobs.push_back(real("kl_weight", 0, 1e6, 1, "weight of the KL term beside the reconstruction"));
  return knobs;
}

Knobs dae_knobs(std::string_view variant) {
  Knobs knobs = autoencoder_knobs(variant);
  append(
      knobs,
      {choice("noise", {"gaussian", "salt_and_pepper", "mixture"}, "what is done to the input"),
       real("noise_sigma", 0, 100, 0.3, "standard deviation of gaussian noise, in network units"),
       real("noise_p", 0, 1, 0.2, "share of pixels that salt_and_pepper turns black or white")});
  return knobs;
}

Knobs classifier_knobs(std::string_view variant, bool encoder_given) {
  Knobs knobs = encoder_given ? Knobs() : encoder_knobs(variant);
  KnobInfo hidden =
      whole("n_hidden", kWidest, 0, "width of a hidden layer; 0: a single linear one");
  hidden.low = 0;
  append(knobs, {hidden, real("dropout", 0, 0.99, 0, "share of hidden units dropped in training"),
                 real("encoder_lr_factor", 0, 1000, 1, "lr of the encoder's weights, times lr")});
  return knobs;
}

Knobs gan_knobs() {
  Knobs knobs = {latent_dim(64),
                 real("dropout", 0, 0.99, 0.3, "share of the discriminator's units dropped"),
                 real("lr_generator", 1e-12, 100, 2e-4, "learning rate of the generator"),
                 real("lr_discriminator", 1e-12, 100, 2e-4, "learning rate of the discriminator")};
  append(knobs, optimizer_knobs());
  for (KnobInfo& knob : knobs)
    if (knob.name == "beta1") knob.fallback = 0.5;  // Radford, Metz, Chintala 2016
  append(knobs, schedule_knobs());
  return knobs;
}

Knobs make_knobs(std::string_view type, std::string_view variant, bool encoder_given) {
  if (type == "gan") return gan_knobs();
  Knobs knobs;
  if (type == "cae") knobs = autoencoder_knobs(variant);
  if (type == "vae") knobs = vae_knobs(variant);
  if (type == "dae") knobs = dae_knobs(variant);
  if (type == "classifier") knobs = classifier_knobs(variant, encoder_given);
  append(knobs, training_knobs());
  return knobs;
}

struct Table {
  std::string type, variant;
  bool encoder_given;
  Knobs knobs;
};

const std::vector<Table>& tables() {
  static const std::vector<Table> kTables = [] {
    std::vector<Table> made;
    for (const std::string& type : model_types())
      for (const std::string& variant : variants_of(type))
        for (const bool encoder_given : {false, true})
          made.push_back({type, variant, encoder_given, make_knobs(type, variant, encoder_given)});
    return made;
  }();
  return kTables;
}

}  // namespace

const std::vector<KnobInfo>& knobs_of(const ModelSpec& model) {
  static const Knobs kNone;
  for (const Table& table : tables())
    if (table.type == model.type && table.variant == model.variant &&
        table.encoder_given == model.encoder.has_value())
      return table.knobs;
  return kNone;
}

const KnobInfo& epochs_knob() {
  static const KnobInfo kEpochs = whole("epochs", 1e6, 20, "passes over the training part");
  return kEpochs;
}

}  // namespace foldmill
