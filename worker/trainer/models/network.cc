#include "worker/trainer/models/network.h"

#include "core/check.h"

namespace foldmill::trainer {
namespace {

template <class Named>
auto& named(Named& items, std::string_view name) {
  for (auto& [key, item] : items)
    if (key == name) return item;
  FOLDMILL_CHECK(false, "a network has no chain of that name");
}

}  // namespace

const LayerChain& NetworkPlan::chain(std::string_view name) const { return named(chains, name); }

Network::Network(NetworkPlan plan, uint64_t init_seed) : plan_(std::move(plan)) {
  torch::manual_seed(init_seed);
  for (const auto& [name, chain] : plan_.chains)
    stacks_.emplace_back(name, register_module(name, Stack(chain)));
}

int64_t Network::parameter_count() const {
  int64_t count = 0;
  for (const torch::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

StackImpl& Network::stack(std::string_view name) { return *named(stacks_, name); }
const StackImpl& Network::stack(std::string_view name) const { return *named(stacks_, name); }

}  // namespace foldmill::trainer
