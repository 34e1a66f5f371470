#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::layering {

// A part of the tree: a folder with everything below it that is not a part of its own.
struct Part {
  std::string_view folder;
  std::vector<std::string_view> may_include;  // other parts, or single headers of them
};

// Headers of a large library, and the parts it belongs to.
struct Library {
  std::string_view name;
  std::vector<std::string_view> headers;  // beginnings of the names between < and >
  std::vector<std::string_view> owners;   // parts, or single files
};

const std::vector<Part>& parts();
const std::vector<Library>& libraries();

struct Findings {
  int files = 0;                        // how many were read
  std::vector<std::string> violations;  // "core/study.cc:3: …", in order of file and line
};

// Reads every source and header of the parts under `root`.
Findings check_tree(const std::filesystem::path& root);

}  // namespace foldmill::layering
