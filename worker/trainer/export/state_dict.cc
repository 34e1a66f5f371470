#include "worker/trainer/export/state_dict.h"

#include <string>
#include <string_view>
#include <vector>

#include "worker/trainer/export/plain_tensor.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {

void write_state_dict(const torch::nn::Module& network, const std::filesystem::path& path) {
  c10::Dict<std::string, torch::Tensor> tensors;
  for (const auto& parameter : network.named_parameters())
    tensors.insert(parameter.key(), plain_tensor(parameter.value()));
  const std::vector<char> bytes = torch::pickle_save(tensors);
  write_durably(path, std::string_view(bytes.data(), bytes.size()));
}

}  // namespace foldmill::trainer
