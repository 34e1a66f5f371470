// A main for compilers without libFuzzer: replays files, then tries random inputs, every other one
// a mutation of one of the files, if there are any.
//
//   sampler_fuzz [--inputs N] [--first SEED] [FILE|DIRECTORY …]
//
// A random input is a function of its seed and the files; the seed is printed when it fails or
// crashes, so that `--first SEED --inputs 1` with the same files repeats it.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
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

// A place in the input, its end included.
std::ptrdiff_t any_place(const Input& input, foldmill::Random& random) {
  return static_cast<std::ptrdiff_t>(random.below(input.size() + 1));
}

void mutate_once(Input& input, const std::vector<Input>& corpus, foldmill::Random& random) {
  const std::ptrdiff_t from = any_place(input, random);
  const std::ptrdiff_t to = std::min(from + static_cast<std::ptrdiff_t>(random.below(16)),
                                     static_cast<std::ptrdiff_t>(input.size()));
  const Input piece(input.begin() + from, input.begin() + to);
  switch (random.below(5)) {
    case 0:  // another byte
      if (from < to) input[static_cast<size_t>(from)] = static_cast<uint8_t>(random.next_u32());
      break;
    case 1:  // one more byte
      input.insert(input.begin() + from, static_cast<uint8_t>(random.next_u32()));
      break;
    case 2:
      input.erase(input.begin() + from, input.begin() + to);
      break;
    case 3: {  // a piece once more, somewhere
      const std::ptrdiff_t place = any_place(input, random);
      input.insert(input.begin() + place, piece.begin(), piece.end());
      break;
    }
    default: {  // goes on as another one does
      const Input& other = corpus[random.below(corpus.size())];
      input.resize(static_cast<size_t>(from));
      input.insert(input.end(), other.begin() + any_place(other, random), other.end());
    }
  }
}

Input mutation(const std::vector<Input>& corpus, uint64_t seed) {
  foldmill::Random random(seed);
  Input input = corpus[random.below(corpus.size())];
  for (uint64_t left = 1 + random.below(8); left > 0; --left) mutate_once(input, corpus, random);
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

std::optional<Input> content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot open %s\n", path.c_str());
    return std::nullopt;
  }
  const std::string content(std::istreambuf_iterator<char>(file), {});
  return Input(content.begin(), content.end());
}

}  // namespace

int main(int argc, char** argv) {
  int64_t inputs = 0, first = 1;
  std::vector<Input> corpus;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if ((word == "--inputs" || word == "--first") && i + 1 < argc) {
      (word == "--inputs" ? inputs : first) = foldmill::parse_int(argv[++i]).value_or(0);
      continue;
    }
    for (const fs::path& file : files_of(word)) {
      auto content = content_of(file);
      if (!content) return 2;
      run(file.string(), *content);
      corpus.push_back(*std::move(content));
    }
  }
  for (int64_t number = first; number < first + inputs; ++number) {
    const auto seed = static_cast<uint64_t>(number);
    run(foldmill::concat("--first ", seed),
        corpus.empty() || seed % 2 == 0 ? random_input(seed) : mutation(corpus, seed));
  }
  std::fprintf(
      stderr, "\r%s\n",
      foldmill::concat(corpus.size(), " files and ", inputs, " random inputs passed").c_str());
  return !corpus.empty() || inputs > 0 ? 0 : 2;
}
