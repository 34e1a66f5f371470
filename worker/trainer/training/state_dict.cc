#include "worker/trainer/training/state_dict.h"

#include <string>
#include <string_view>
#include <vector>

#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {

void write_state_dict(const Model& model, const std::filesystem::path& path) {
  c10::Dict<std::string, torch::Tensor> tensors;
  for (const auto& parameter : model.named_parameters())
    tensors.insert(parameter.key(), parameter.value().detach().cpu().contiguous());
  const std::vector<char> bytes = torch::pickle_save(tensors);
  write_durably(path, std::string_view(bytes.data(), bytes.size()));
}

}  // namespace foldmill::trainer
