#include "worker/trainer/export/script_source.h"

#include "core/text.h"

namespace foldmill::trainer {
namespace {

// "x, weight, bias" of layer `i`. A child's name is a number, which only getattr can say.
std::string weighted(size_t i) {
  const std::string child = concat("getattr(self, \"", i, "\")");
  return concat("x, ", child, ".weight, ", child, ".bias");
}

std::string twice(int64_t number) { return concat("[", number, ", ", number, "]"); }

std::string expression(const ConvLayer& conv, size_t i) {
  return concat("torch.conv2d(", weighted(i), ", ", twice(conv.stride), ", ", twice(conv.padding),
                ")");
}

std::string expression(const ConvTransposeLayer& conv, size_t i) {
  return concat("torch.conv_transpose2d(", weighted(i), ", ", twice(conv.stride), ", ",
                twice(conv.padding), ", [", conv.output_padding_height, ", ",
                conv.output_padding_width, "])");
}

std::string expression(const LinearLayer& /*linear*/, size_t i) {
  return concat("torch.linear(", weighted(i), ")");
}

std::string expression(const ActivationLayer& layer, size_t /*i*/) {
  if (layer.activation == Activation::kNone) return "x";
  if (layer.activation == Activation::kLeakyRelu)
    return concat("torch.leaky_relu(x, ", format_number(layer.slope), ")");
  return concat("torch.", to_string(layer.activation), "(x)");
}

std::string expression(const DropoutLayer& /*dropout*/, size_t /*i*/) { return "x"; }

std::string expression(const FlattenLayer& /*flatten*/, size_t /*i*/) {
  return "torch.flatten(x, 1)";
}

std::string expression(const UnflattenLayer& unflatten, size_t /*i*/) {
  const Shape& shape = unflatten.shape;
  return concat("torch.reshape(x, [-1, ", shape.channels, ", ", shape.height, ", ", shape.width,
                "])");
}

constexpr std::string_view kNormalization = R"(
def normalize(self, pixels: Tensor) -> Tensor:
    return (pixels - self.mean) / self.std

def denormalize(self, images: Tensor) -> Tensor:
    return images * self.std + self.mean
)";

constexpr std::string_view kEncode = R"(
def encode(self, images: Tensor) -> Tensor:
    return self.encoder.forward(images)
)";

constexpr std::string_view kPosterior = R"(
def posterior(self, images: Tensor) -> Tuple[Tensor, Tensor]:
    features = self.encoder.forward(images)
    return (self.mu.forward(features), self.log_var.forward(features))

def encode(self, images: Tensor) -> Tensor:
    return self.mu.forward(self.encoder.forward(images))
)";

constexpr std::string_view kReconstruct = R"(
def decode(self, codes: Tensor) -> Tensor:
    return self.decoder.forward(codes)

def forward(self, images: Tensor) -> Tensor:
    return self.decode(self.encode(images))
)";

constexpr std::string_view kClassify = R"(
def forward(self, images: Tensor) -> Tensor:
    return self.head.forward(self.encode(images))
)";

constexpr std::string_view kGenerate = R"(
def decode(self, codes: Tensor) -> Tensor:
    return self.generator.forward(codes)

def forward(self, codes: Tensor) -> Tensor:
    return self.decode(codes)

def discriminate(self, images: Tensor) -> Tensor:
    return self.discriminator.forward(images)
)";

}  // namespace

std::string chain_script(const LayerChain& chain) {
  std::string script = "def forward(self, x: Tensor) -> Tensor:\n";
  for (size_t i = 0; i < chain.size(); ++i)
    script += concat(
        "    x = ", std::visit([&](const auto& layer) { return expression(layer, i); }, chain[i]),
        "\n");
  return script + "    return x\n";
}

std::string model_script(std::string_view model_type) {
  if (model_type == "gan") return concat(kGenerate, kNormalization);
  if (model_type == "classifier") return concat(kEncode, kClassify, kNormalization);
  if (model_type == "vae") return concat(kPosterior, kReconstruct, kNormalization);
  return concat(kEncode, kReconstruct, kNormalization);
}

}  // namespace foldmill::trainer
