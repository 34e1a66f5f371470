#include "worker/trainer/export/model_files.h"

#include <nlohmann/json.hpp>
#include <string>

#include "core/study.h"
#include "worker/trainer/export/describe_network.h"
#include "worker/trainer/export/safetensors.h"
#include "worker/trainer/export/state_dict.h"
#include "worker/trainer/export/stored_tensors.h"
#include "worker/trainer/export/torch_script.h"
#include "worker/trainer/parameter_json.h"
#include "worker/trainer/training/durable_file.h"
#include "worker/trainer/version.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::ordered_json;

SafetensorsFile to_safetensors(const Network& network, const NetworkDescription& description) {
  SafetensorsFile file;
  file.metadata.emplace(kDescriptionKey, to_json(description));
  for (const auto& parameter : network.named_parameters())
    file.tensors.push_back(to_stored(parameter.key(), parameter.value()));
  return file;
}

Json model_json(const NetworkDescription& description, const ModelSpec& model) {
  const Shape& image = description.image;
  Json json = {{"type", model.type},
               {"variant", description.model.variant},
               {"target", to_string(model.target)},
               {"image", {image.channels, image.height, image.width}}};
  if (model.type == "classifier") json["classes"] = model.classes;
  if (model.encoder)
    json["encoder"] = {{"study", model.encoder->study},
                       {"trial", model.encoder->study.empty() ? "" : model.encoder->trial},
                       {"file", model.encoder->study.empty() ? model.encoder->file : ""},
                       {"sha256", model.encoder->artifact ? model.encoder->artifact->sha256 : ""},
                       {"frozen", model.encoder->freeze}};
  return json;
}

Json data_json(const DataSpec& data, const FoldView& fold) {
  Json json = {{"dataset", data.dataset},
               {"fingerprint", fold.dataset().fingerprint},
               {"images", fold.dataset().size()},
               {"training_images", fold.train_size()},
               {"validation_images", fold.validation_size()},
               {"normalize", to_string(data.normalize)},
               {"mean", fold.normalization().mean()},
               {"std", fold.normalization().stddev()}};
  if (!fold.dataset().class_names.empty()) json["class_names"] = fold.dataset().class_names;
  return json;
}

Json confusion_json(const torch::Tensor& confusion) {
  const torch::Tensor counts = confusion.to(torch::kCPU, torch::kInt64).contiguous();
  Json rows = Json::array();
  for (int64_t row = 0; row < counts.size(0); ++row) {
    const int64_t* begin = counts[row].data_ptr<int64_t>();
    rows.push_back(std::vector<int64_t>(begin, begin + counts.size(1)));
  }
  return rows;
}

Json meta_json(const NetworkDescription& description, const ModelOrigin& origin) {
  const Assignment& task = origin.task;
  Json json = {{"foldmill_version", version()},
               {"torch_version", TORCH_VERSION},
               {"study", task.study_name},
               {"trial", task.fold.trial.value},
               {"fold", task.fold.fold.value},
               {"folds", task.folds.k},
               {"seed", task.seed},
               {"model", model_json(description, task.model)},
               {"params", to_json(with_defaults(task.model, task.params))},
               {"data", data_json(task.data, origin.fold)},
               {"epochs", task.epochs},
               {"epoch", origin.kept.epoch},
               {"metrics", origin.kept.metrics}};
  if (origin.confusion.defined()) json["confusion"] = confusion_json(origin.confusion);
  return json;
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
  write_durably(
      paths[3],
      meta_json(description, origin).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return paths;
}

}  // namespace foldmill::trainer
