#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "coordinator/logging.h"
#include "proto/transport/address.h"
#include "proto/transport/server.h"

namespace foldmill::coordinator {

// What foldmill-coordinator was asked for, checked as far as the words go.
struct Options {
  std::filesystem::path database;
  bool allow_network_file_system = false;
  std::vector<proto::Address> listen;  // at least one
  proto::ServerSecurity security;
  engine::EngineOptions engine;
  LogOptions log;
  std::filesystem::path address_file;  // empty: none
  bool die_with_parent = false;
};

// Either options, or what to print and how to leave (help and version: 0, a mistake: 2).
struct ParsedOptions {
  std::optional<Options> options;
  int exit_code = 0;
  std::string text;
};

ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace foldmill::coordinator
