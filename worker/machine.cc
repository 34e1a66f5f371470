#include "worker/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "core/text.h"

namespace foldmill::worker {
namespace {

bool is_gpu_node(const std::string& name) {
  constexpr std::string_view kPrefix = "nvidia";
  return name.size() > kPrefix.size() && name.starts_with(kPrefix) &&
         std::all_of(name.begin() + kPrefix.size(), name.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

int count_gpu_nodes() {
  std::error_code error;
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", error))
    if (is_gpu_node(entry.path().filename().string())) ++count;
  return count;
}

int count_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "worker";
  return name.data();
}

}  // namespace

int count_visible_devices(const std::string& variable) {
  std::istringstream list(variable);
  int count = 0;
  for (std::string entry; std::getline(list, entry, ','); ++count) {
    const auto number = parse_int(entry);
    const bool uuid = entry.starts_with("GPU-") || entry.starts_with("MIG-");
    if (!uuid && (!number || *number < 0)) break;
  }
  return count;
}

Machine look_at_machine() {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  const int nodes = count_gpu_nodes();
  return {nodes > 0 && visible != nullptr ? count_visible_devices(visible) : nodes, count_cores(),
          host_name()};
}

Result<std::vector<SlotShare>> share_machine(const Machine& machine, std::optional<int> slots,
                                             const std::string& device,
                                             std::optional<int> threads) {
  constexpr std::string_view kIndexed = "cuda:";
  const bool indexed =
      device.starts_with(kIndexed) && parse_int(device.substr(kIndexed.size())).value_or(-1) >= 0;
  if (!device.empty() && device != "cpu" && device != "cuda" && !indexed)
    return invalid_argument(concat("--device '", device, "': allowed are cpu, cuda and cuda:N"));
  const bool on_gpu = device.empty() ? machine.gpus > 0 : device != "cpu";
  if (on_gpu && machine.gpus == 0)
    return invalid_argument(concat("--device ", device, ": no GPU is visible on '", machine.host,
                                   "'; look at CUDA_VISIBLE_DEVICES and /dev/nvidia*"));
  const int count = slots.value_or(indexed ? 1 : on_gpu ? machine.gpus : machine.cores);
  std::vector<SlotShare> shares;
  for (int slot = 0; slot < count; ++slot) {
    const std::string place = indexed  ? device
                              : on_gpu ? concat(kIndexed, slot % machine.gpus)
                                       : "cpu";
    shares.push_back({place, threads.value_or(std::max(1, machine.cores / count))});
  }
  return shares;
}

}  // namespace foldmill::worker
