#include "worker/trainer/export/meta_json.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/study.h"
#include "worker/trainer/export/describe_network.h"
#include "worker/trainer/parameter_json.h"
#include "worker/trainer/version.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::ordered_json;

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

// What both have in front. `data`: what data_json() says.
Json begin(const Assignment& task, const NetworkDescription& network, Json data) {
  return {{"foldmill_version", version()},
          {"torch_version", TORCH_VERSION},
          {"study", task.study_name},
          {"trial", task.fold.trial.value},
          {"fold", task.fold.fold.value},
          {"folds", task.folds.total()},
          {"seed", task.seed},
          {"model", model_json(network, task.model)},
          {"params", to_json(with_defaults(task.model, task.params))},
          {"data", std::move(data)}};
}

std::string end(Json json, const Metrics& metrics, const torch::Tensor& confusion) {
  json["metrics"] = metrics;
  if (confusion.defined()) json["confusion"] = confusion_json(confusion);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string meta_of_training(const NetworkDescription& network, const ModelOrigin& origin) {
  Json data = data_json(origin.task.data, origin.fold);
  data["training_images"] = origin.fold.train_size();
  data["validation_images"] = origin.fold.validation_size();
  Json json = begin(origin.task, network, std::move(data));
  json["epochs"] = origin.task.epochs;
  json["epoch"] = origin.kept.epoch;
  return end(std::move(json), origin.kept.metrics, origin.confusion);
}

std::string meta_of_test(const NetworkDescription& network, const TestOrigin& origin) {
  Json data = data_json(origin.task.data, origin.fold);
  data["test_images"] = origin.fold.validation_size();
  if (const auto& outer = origin.task.folds.outer)
    data["outer_fold"] = {{"k", outer->k}, {"fold", outer->fold}};
  Json json = begin(origin.task, network, std::move(data));
  json["evaluated"] = origin.task.evaluate->sha256;
  return end(std::move(json), origin.metrics, origin.confusion);
}

}  // namespace foldmill::trainer
