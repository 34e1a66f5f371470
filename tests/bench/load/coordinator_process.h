#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/study.h"
#include "tests/bench/load/process_figures.h"
#include "tests/support/process.h"

namespace foldmill::bench {

// A directory that goes with its owner.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> make(const std::filesystem::path& parent);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// foldmill-coordinator as its users run it, with its log in a file, killed by the destructor.
class CoordinatorProcess {
 public:
  struct Options {
    std::filesystem::path program;
    std::filesystem::path directory;  // of the database, which may be there already
    bool unix_socket = false;         // else TCP on the loopback interface
    int core = -1;                    // -1: any
  };
  // Returns once it serves.
  static Result<std::unique_ptr<CoordinatorProcess>> start(const Options& options);

  const std::string& address() const { return address_; }
  std::filesystem::path database() const { return database_in(directory_); }
  static std::filesystem::path database_in(const std::filesystem::path& directory) {
    return directory / "load.db";
  }
  Status create_study(const StudySpec& spec) const;
  ProcessFigures figures() const { return figures_of(process_.pid()); }
  double wal_mb() const;
  // As SIGTERM does; internal when it does not end well.
  Status stop();

 private:
  CoordinatorProcess(testing::Process process, std::filesystem::path directory)
      : process_(std::move(process)), directory_(std::move(directory)) {}
  Status wait_until_it_serves(const std::filesystem::path& address_file);
  std::string log() const;

  testing::Process process_;
  std::filesystem::path directory_;
  std::string address_;
};

// The number of epoch reports in a database that nobody writes to, by its documented views.
Result<int64_t> recorded_reports(const std::filesystem::path& database);

// Nothing told before it is on disk, and nothing twice: as many reports as were acknowledged, and
// of the `uncertain` any number.
Status check_recorded(const std::filesystem::path& database, int64_t acknowledged,
                      int64_t uncertain);

}  // namespace foldmill::bench
