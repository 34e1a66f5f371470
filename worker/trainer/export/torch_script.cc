#include "worker/trainer/export/torch_script.h"

#include <memory>
#include <sstream>
#include <string>

#include "core/text.h"
#include "worker/trainer/export/plain_tensor.h"
#include "worker/trainer/export/script_source.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {
namespace {

// Names in a file are local to it, so any will do as long as they differ.
class ScriptBuilder {
 public:
  torch::jit::Module module(std::string_view name) {
    torch::jit::Module module(c10::QualifiedName(concat("__torch__.foldmill.", name)), unit_);
    module.register_attribute("training", c10::BoolType::get(), false);
    return module;
  }

  torch::jit::Module stack(const std::string& name, const StackImpl& stack) {
    torch::jit::Module built = module(name);
    for (size_t i = 0; i < stack.layers().size(); ++i) {
      if (!stack.weight(i).defined()) continue;
      torch::jit::Module holder = module(concat(name, "_", i));
      register_parameter(holder, "weight", stack.weight(i));
      register_parameter(holder, "bias", stack.bias(i));
      built.register_module(concat(i), holder);
    }
    built.define(chain_script(stack.layers()));
    return built;
  }

 private:
  static void register_parameter(torch::jit::Module& module, const std::string& name,
                                 const torch::Tensor& value) {
    module.register_parameter(name, plain_tensor(value).requires_grad_(), /*is_buffer=*/false);
  }

  std::shared_ptr<torch::jit::CompilationUnit> unit_ =
      std::make_shared<torch::jit::CompilationUnit>();
};

}  // namespace

void write_torch_script(const Network& network, const Normalization& normalization,
                        const std::filesystem::path& path) {
  ScriptBuilder builder;
  torch::jit::Module model = builder.module("model");
  model.register_attribute("mean", c10::FloatType::get(), normalization.mean());
  model.register_attribute("std", c10::FloatType::get(), normalization.stddev());
  for (const auto& [name, chain] : network.plan().chains)
    model.register_module(name, builder.stack(name, network.stack(name)));
  model.define(model_script(network.plan().model.type));
  std::ostringstream content;
  model.save(content);
  write_durably(path, content.view());
}

}  // namespace foldmill::trainer
