#include "worker/trainer/models/model_file.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/export/safetensors.h"
#include "worker/trainer/export/stored_tensors.h"

namespace foldmill::trainer {

ModelFile::ModelFile(std::filesystem::path path, std::string_view what)
    : path_(std::move(path)), what_(what) {
  const SafetensorsFile file = read_safetensors(path_);
  const auto described = file.metadata.find(std::string(kDescriptionKey));
  if (described == file.metadata.end())
    fail("does not say what network it holds; name a model.safetensors of a foldmill study");
  description_ = parse_description(described->second, path_.string());
  for (const StoredTensor& stored : file.tensors)
    weights_.emplace_back(stored.name, to_tensor(stored));
}

void ModelFile::check_is(std::string_view model_type, const Shape& image) const {
  if (description_.model.type != model_type)
    fail(concat("is a ", description_.model.type, ", the study's model is a ", model_type));
  if (description_.image != image)
    fail(concat("was trained on images of ", describe(description_.image), ", these are ",
                describe(image), "; use the data it was trained on"));
}

void ModelFile::copy_into(const NamedTensors& parameters) const {
  const torch::NoGradGuard without_gradients;
  for (const auto& [name, parameter] : parameters) {
    const auto found =
        std::find_if(weights_.begin(), weights_.end(),
                     [&name = name](const auto& named) { return named.first == name; });
    if (found == weights_.end() || found->second.sizes() != parameter.sizes())
      fail(concat("its weights ", name, " do not fit the layers that they are for"));
    parameter.copy_(found->second);
  }
}

void ModelFile::fail(std::string_view why) const {
  throw AttemptError(EndCause::kUserError, concat(what_, " ", path_.string(), ": ", why));
}

}  // namespace foldmill::trainer
