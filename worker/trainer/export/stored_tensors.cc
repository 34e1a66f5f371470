#include "worker/trainer/export/stored_tensors.h"

#include <cstring>
#include <utility>

#include "core/check.h"

namespace foldmill::trainer {

StoredTensor to_stored(std::string name, const torch::Tensor& tensor) {
  const bool is_float = tensor.scalar_type() == torch::kFloat32;
  FOLDMILL_CHECK(is_float || tensor.scalar_type() == torch::kInt64,
                 "only float32 and int64 tensors are stored");
  const torch::Tensor plain = tensor.detach().cpu().contiguous();
  const auto* bytes = static_cast<const char*>(plain.data_ptr());
  return {std::move(name), is_float ? TensorType::kFloat32 : TensorType::kInt64,
          plain.sizes().vec(), std::string(bytes, static_cast<size_t>(plain.nbytes()))};
}

torch::Tensor to_tensor(const StoredTensor& stored) {
  const auto type = stored.type == TensorType::kFloat32 ? torch::kFloat32 : torch::kInt64;
  torch::Tensor tensor = torch::empty(stored.shape, type);
  std::memcpy(tensor.data_ptr(), stored.bytes.data(), stored.bytes.size());
  return tensor;
}

}  // namespace foldmill::trainer
