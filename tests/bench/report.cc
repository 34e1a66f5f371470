#include "tests/bench/report.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <numeric>
#include <thread>

#include "core/text.h"
#include "sampler/pruning/pruning_rules.h"

namespace foldmill::bench {
namespace {

using nlohmann::ordered_json;

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string compiler() {
#ifdef __OPTIMIZE__
  const char* mode = "optimised";
#else
  const char* mode = "not optimised";
#endif
  return concat(
#ifdef __clang__
      "clang ",
#else
      "gcc ",
#endif
      __VERSION__, ", ", mode);
}

// "name  value" per line, objects within objects flattened.
std::string lines_of(const ordered_json& object) {
  std::string text;
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      text += lines_of(value);
      continue;
    }
    constexpr size_t kColumn = 16;
    text += concat(name, std::string(name.size() < kColumn ? kColumn - name.size() : 1, ' '),
                   value.is_string() ? value.get<std::string>() : value.dump(), '\n');
  }
  return text;
}

}  // namespace

ordered_json summarize_ms(std::vector<double> times_ms) {
  const double mean =
      std::accumulate(times_ms.begin(), times_ms.end(), 0.0) / static_cast<double>(times_ms.size());
  const double slowest = *std::max_element(times_ms.begin(), times_ms.end());
  return {{"p50_ms", sampler::percentile(times_ms, 50)},
          {"p99_ms", sampler::percentile(times_ms, 99)},
          {"mean_ms", mean},
          {"max_ms", slowest}};
}

ordered_json to_json(const Report& report, const std::vector<std::string>& command_line) {
  return {{"benchmark", report.benchmark},
          {"command", join(command_line, " ")},
          {"date", utc_now()},
          {"machine", {{"cpu", cpu_model()}, {"cores", std::thread::hardware_concurrency()}}},
          {"compiler", compiler()},
          {"input", report.input},
          {"result", report.result}};
}

std::string to_text(const Report& report, const ordered_json& json) {
  if (report.table.empty()) return lines_of(json);
  ordered_json head = json;
  head.erase("result");
  return concat(lines_of(head), '\n', report.table);
}

}  // namespace foldmill::bench
