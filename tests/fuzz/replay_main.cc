// A main for compilers without libFuzzer: replays files, then tries random inputs.
//
//   sampler_fuzz [--inputs N] [--first SEED] [FILE|DIRECTORY …]
//
// A random input is a function of its seed, which is printed when it fails or crashes, so that
// `--first SEED --inputs 1` repeats it.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/text.h"
#include "tests/fuzz/checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
using Input = std::vector<uint8_t>;

Input random_input(uint64_t seed) {
  foldmill::Random random(seed);
  Input input(random.below(2000));
  for (uint8_t& byte : input) byte = static_cast<uint8_t>(random.next_u32());
  return input;
}

void run(const std::string& what, const Input& input) {
  // Said beforehand on one line that the next input overwrites: a crash leaves it standing.
  std::fprintf(stderr, "\r%s ", what.c_str());
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::vector<fs::path> files_of(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot open %s\n", path.c_str());
    return false;
  }
  const std::string content(std::istreambuf_iterator<char>(file), {});
  run(path.string(), Input(content.begin(), content.end()));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int64_t inputs = 0, first = 1, replayed = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if ((word == "--inputs" || word == "--first") && i + 1 < argc) {
      (word == "--inputs" ? inputs : first) = foldmill::parse_int(argv[++i]).value_or(0);
      continue;
    }
    for (const fs::path& file : files_of(word)) {
      if (!replay(file)) return 2;
      ++replayed;
    }
  }
  for (int64_t seed = first; seed < first + inputs; ++seed)
    run(foldmill::concat("--first ", seed), random_input(static_cast<uint64_t>(seed)));
  std::fprintf(stderr, "\r%s\n",
               foldmill::concat(replayed, " files and ", inputs, " random inputs passed").c_str());
  return replayed + inputs > 0 ? 0 : 2;
}
