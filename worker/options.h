#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/transport/channel.h"

namespace foldmill::worker {

// The flags of foldmill-worker, checked one by one but not against the machine.
struct Options {
  std::string coordinator;
  std::optional<int> slots;               // none: auto
  std::optional<int> threads;             // of a slot; none: its share of the cores
  std::string device;                     // empty: what there is
  std::optional<int64_t> gpu_memory_mib;  // of a slot; none: as nvidia-smi says
  std::map<std::string, std::string> labels;
  std::string name;     // empty: the host's
  std::string trainer;  // empty: foldmill-trainer beside this program, if it is there
  std::vector<std::string> trainer_args;
  std::vector<std::string> data_dirs;
  std::filesystem::path cache;
  int64_t cache_mb = 4096;
  proto::ClientSecurity security;
  std::optional<std::chrono::seconds> patience;
  std::chrono::seconds grace{30};
  std::chrono::seconds progress{900};
  std::string log_level = "info";
  std::string log_file;  // empty: standard error
  bool log_json = false;
  bool die_with_parent = false;
};

// Either options, or what to print and how to leave (help and version: 0, a mistake: 2).
struct ParsedOptions {
  std::optional<Options> options;
  int exit_code = 0;
  std::string text;
};

ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace foldmill::worker
