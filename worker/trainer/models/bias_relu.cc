#include "worker/trainer/models/bias_relu.h"

#include <ATen/Parallel.h>

#include <span>
#include <vector>

#include "worker/trainer/models/bias_relu_kernel.h"

namespace foldmill::trainer {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kNumbersAtATime = 1 << 15;  // of one thread, at least

torch::MemoryFormat rows_format(const torch::Tensor& x) {
  return x.dim() == 4 ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
}

// Calls visit(begin, end) with numbers of whole rows, in several threads.
template <typename Visit>
void parallel_rows(const torch::Tensor& x, const Visit& visit) {
  const int64_t channels = x.size(1);
  at::parallel_for(0, x.numel() / channels, kNumbersAtATime / channels + 1,
                   [&](int64_t begin, int64_t end) { visit(begin * channels, end * channels); });
}

template <typename Number>
std::span<Number> part(Number* data, int64_t begin, int64_t end) {
  return {data + begin, static_cast<size_t>(end - begin)};
}

class BiasReluFunction : public torch::autograd::Function<BiasReluFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, torch::Tensor x,
                               const torch::Tensor& bias) {
    const auto biases = part(bias.data_ptr<float>(), 0, bias.numel());
    float* const maps = x.data_ptr<float>();
    parallel_rows(
        x, [&](int64_t begin, int64_t end) { add_bias_relu(biases, part(maps, begin, end)); });
    context->mark_dirty({x});
    context->save_for_backward({x});
    return x;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const torch::Tensor after = context->get_saved_variables()[0];
    const torch::Tensor gradient = gradients[0].contiguous(rows_format(after));
    const torch::Tensor before = torch::empty_like(after);
    const auto channels = static_cast<size_t>(after.size(1));
    // One for each thread, added in their order: the same sum whenever as many threads work.
    std::vector<std::vector<double>> sums(static_cast<size_t>(at::get_num_threads()),
                                          std::vector<double>(channels));
    const float* const from = gradient.data_ptr<float>();
    const float* const activated = after.data_ptr<float>();
    float* const to = before.data_ptr<float>();
    parallel_rows(after, [&](int64_t begin, int64_t end) {
      bias_relu_gradient(part(from, begin, end), part(activated, begin, end), part(to, begin, end),
                         sums[static_cast<size_t>(at::get_thread_num())]);
    });
    const torch::Tensor bias_gradient = torch::empty({after.size(1)}, after.options());
    float* const totals = bias_gradient.data_ptr<float>();
    for (size_t channel = 0; channel < channels; ++channel) {
      double total = 0;
      for (const std::vector<double>& of_thread : sums) total += of_thread[channel];
      totals[channel] = static_cast<float>(total);
    }
    return {before, bias_gradient};
  }
};

bool is_rows_of_floats(const torch::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == torch::kFloat32 && (x.dim() == 2 || x.dim() == 4) &&
         x.is_contiguous(rows_format(x));
}

}  // namespace

torch::Tensor bias_relu(const torch::Tensor& x, const torch::Tensor& bias) {
  if (is_rows_of_floats(x)) return BiasReluFunction::apply(x, bias);
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes[1] = -1;
  return torch::relu_(x.add_(bias.view(sizes)));
}

}  // namespace foldmill::trainer
