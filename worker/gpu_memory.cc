#include "worker/gpu_memory.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string_view>

#include "core/text.h"

namespace foldmill::worker {
namespace {

// A broken driver may keep nvidia-smi for ever, and the worker must not wait with it.
constexpr std::string_view kQuery =
    "timeout 10 nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits";

// The value goes to a shell.
bool is_device_list(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == ',' || c == '-';
  });
}

std::string answer_of(const std::string& command) {
  const auto close = [](std::FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(command.c_str(), "r"), close);
  std::string answer;
  std::array<char, 1024> piece;
  while (pipe && std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr)
    answer += piece.data();
  return answer;
}

}  // namespace

std::vector<int64_t> query_gpu_memory() {
  std::string command(kQuery);
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible != nullptr && is_device_list(visible)) command += concat(" --id=", visible);
  return parse_gpu_memory(answer_of(command + " 2>/dev/null"));
}

std::vector<int64_t> parse_gpu_memory(const std::string& answer) {
  std::vector<int64_t> sizes;
  std::istringstream lines(answer);
  for (std::string line; std::getline(lines, line);) {
    const auto size = parse_int(line);
    if (!size || *size <= 0) return {};
    sizes.push_back(*size);
  }
  return sizes;
}

int64_t memory_of_slot(const std::vector<SlotShare>& slots, const std::vector<int64_t>& gpus) {
  if (gpus.empty()) return 0;
  std::map<std::string, int64_t> sharers;
  int64_t most = 1;
  for (const SlotShare& slot : slots) {
    if (slot.device == "cpu") return 0;
    most = std::max(most, ++sharers[slot.device]);
  }
  return *std::min_element(gpus.begin(), gpus.end()) / most;
}

}  // namespace foldmill::worker
