#include "worker/trainer/export/model_files.h"

#include "worker/trainer/export/describe_network.h"
#include "worker/trainer/export/safetensors.h"
#include "worker/trainer/export/state_dict.h"
#include "worker/trainer/export/stored_tensors.h"
#include "worker/trainer/export/torch_script.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {
namespace {

SafetensorsFile to_safetensors(const Network& network, const NetworkDescription& description) {
  SafetensorsFile file;
  file.metadata.emplace(kDescriptionKey, to_json(description));
  for (const auto& parameter : network.named_parameters())
    file.tensors.push_back(to_stored(parameter.key(), parameter.value()));
  return file;
}

}  // namespace

std::vector<std::filesystem::path> write_model_files(const Network& network,
                                                     const ModelOrigin& origin,
                                                     const std::filesystem::path& directory) {
  const Normalization& normalization = origin.fold.normalization();
  const NetworkDescription description =
      describe_network(network.plan(), origin.task.params, normalization);
  const std::vector<std::filesystem::path> paths = {
      directory / "state_dict.pt", directory / "model.ts", directory / "model.safetensors",
      directory / "meta.json"};
  write_state_dict(network, paths[0]);
  write_torch_script(network, normalization, paths[1]);
  write_safetensors(paths[2], to_safetensors(network, description));
  write_durably(paths[3], meta_of_training(description, origin));
  return paths;
}

}  // namespace foldmill::trainer
