#include "tests/bench/load/process_figures.h"

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "core/text.h"

namespace foldmill::bench {
namespace {

constexpr int kCores = 64;

void allow(uint64_t cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int core = 0; core < kCores; ++core)
    if ((cores >> core) & 1) CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

uint64_t allowed() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  uint64_t cores = 0;
  for (int core = 0; core < kCores; ++core)
    if (CPU_ISSET(core, &set)) cores |= uint64_t{1} << core;
  return cores;
}

}  // namespace

ProcessFigures figures_of(pid_t pid) {
  ProcessFigures figures;
  const std::string directory = concat("/proc/", pid);
  std::ifstream status(directory + "/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    double value = 0;
    words >> key >> value;
    if (key == "VmRSS:") figures.rss_mb = value / 1024;
    if (key == "VmHWM:") figures.peak_rss_mb = value / 1024;
    if (key == "Threads:") figures.threads = static_cast<int64_t>(value);
  }
  // After the name, which may hold anything but ends with the last bracket: state, then numbers;
  // user and system time in ticks are the 12th and 13th of all that follows.
  std::ifstream stat(directory + "/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream words(text.substr(text.rfind(')') + 1));
  std::string word;
  double ticks = 0;
  for (int i = 1; i <= 13 && words >> word; ++i)
    if (i >= 12) ticks += std::stod(word);
  figures.cpu_seconds = ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::error_code gone;
  for (std::filesystem::directory_iterator entry(directory + "/fd", gone), end; entry != end;
       entry.increment(gone))
    ++figures.descriptors;
  return figures;
}

OnCore::OnCore(int core) {
  if (core < 0 || std::thread::hardware_concurrency() < 2) return;
  before_ = allowed();
  allow(uint64_t{1} << core);
}

OnCore::~OnCore() {
  if (before_ != 0) allow(before_);
}

}  // namespace foldmill::bench
