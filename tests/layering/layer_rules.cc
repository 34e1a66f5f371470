#include "tests/layering/layer_rules.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

namespace foldmill::layering {

// The dependencies of docs/architecture.md: includes only ever point down.
// What protoc makes counts as a part of its own.
const std::vector<Part>& parts() {
  static const std::vector<Part> kParts = {
      {"core", {}},
      {"sampler", {"core"}},
      {"storage", {"core"}},
      {"foldmill/v1", {}},
      {"proto", {"core", "foldmill/v1"}},
      {"coordinator/engine", {"core", "sampler"}},
      {"coordinator/simulation", {"core", "sampler", "coordinator/engine"}},
      {"coordinator", {"core", "sampler", "storage", "proto", "foldmill/v1", "coordinator/engine"}},
      {"worker/agent", {"core", "proto", "foldmill/v1"}},
      {"worker/trainer", {"core"}},
      {"worker", {"core", "proto", "worker/agent"}},
      {"cli",
       {"core", "proto", "foldmill/v1", "coordinator/simulation", "sampler/importance.h",
        "sampler/paired_tests.h", "storage/study_reader.h", "storage/lock_holder.h", "storage/maintenance.h"}},
  };
  return kParts;
}

const std::vector<Library>& libraries() {
  static const std::vector<Library> kLibraries = {
      {"gRPC", {"grpc/", "grpcpp/"}, {"proto", "coordinator", "worker/agent", "cli"}},
      {"protobuf", {"google/protobuf/"}, {"proto", "coordinator", "worker/agent", "cli"}},
      {"libtorch", {"torch/", "ATen/", "c10/"}, {"worker/trainer"}},
      {"zlib", {"zlib.h"}, {"worker/trainer"}},
      {"libpng", {"png.h"}, {"worker/trainer"}},
      {"SQLite", {"SQLiteCpp/", "sqlite3"}, {"storage"}},
      {"yaml-cpp", {"yaml-cpp/"}, {"cli"}},
      {"CLI11", {"CLI/"}, {"coordinator", "worker", "worker/trainer", "cli"}},
      {"nlohmann-json",
       {"nlohmann/"},
       {"storage", "coordinator/simulation", "worker", "worker/agent", "worker/trainer", "cli"}},
      // Asio of Boost 1.74 does not compile without <utility> before it: one header knows.
      {"Asio", {"boost/asio"}, {"coordinator/asio.h", "worker/agent/asio.h"}},
      {"Boost", {"boost/"}, {"sampler", "coordinator", "worker/agent"}},
      {"spdlog", {"spdlog/", "fmt/"}, {"coordinator", "worker", "worker/agent"}},
      {"Eigen", {"Eigen/"}, {"sampler"}},
  };
  return kLibraries;
}

namespace {

namespace fs = std::filesystem;

struct Include {
  int line = 0;
  bool quoted = false;
  std::string header;
};

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The part with the longest folder that `path` lies in.
const Part* part_of(std::string_view path) {
  const Part* best = nullptr;
  for (const Part& part : parts()) {
    const bool inside = path.starts_with(part.folder) && path.substr(part.folder.size(), 1) == "/";
    if (inside && (best == nullptr || part.folder.size() > best->folder.size())) best = &part;
  }
  return best;
}

std::string ours_is_wrong(const Part& from, const std::string& header) {
  const Part* to = part_of(header);
  if (to == nullptr) return "is no header of the tree; includes are written from its root";
  if (to == &from || has(from.may_include, to->folder) || has(from.may_include, header)) return {};
  return std::string(from.folder) + " may not include " + std::string(to->folder);
}

std::string theirs_is_wrong(const Part& from, const std::string& file, const std::string& header) {
  for (const Library& library : libraries()) {
    const bool matches =
        std::any_of(library.headers.begin(), library.headers.end(),
                    [&](std::string_view beginning) { return header.starts_with(beginning); });
    if (!matches) continue;
    if (has(library.owners, from.folder) || has(library.owners, file)) return {};
    return std::string(library.name) + " does not belong here";
  }
  return {};
}

std::vector<Include> includes_of(const fs::path& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::ifstream in(file);
  std::vector<Include> includes;
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    std::smatch match;
    if (std::regex_search(text, match, kInclude))
      includes.push_back({line, match[1] == "\"", match[2]});
  }
  return includes;
}

// Sources and headers of all parts, relative to the root, in order.
std::set<std::string> sources_of(const fs::path& root) {
  static const std::set<std::string> kEndings = {".h", ".hpp", ".cc", ".cpp", ".cu"};
  std::set<std::string> files;
  for (const Part& part : parts()) {
    if (!fs::is_directory(root / part.folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / part.folder))
      if (entry.is_regular_file() && kEndings.contains(entry.path().extension().string()))
        files.insert(fs::relative(entry.path(), root).generic_string());
  }
  return files;
}

}  // namespace

Findings check_tree(const fs::path& root) {
  Findings findings;
  for (const std::string& file : sources_of(root)) {
    ++findings.files;
    const Part& part = *part_of(file);
    for (const Include& include : includes_of(root / file)) {
      const std::string wrong = include.quoted ? ours_is_wrong(part, include.header)
                                               : theirs_is_wrong(part, file, include.header);
      if (!wrong.empty())
        findings.violations.push_back(file + ":" + std::to_string(include.line) + ": " +
                                      include.header + ": " + wrong);
    }
  }
  return findings;
}

}  // namespace foldmill::layering
