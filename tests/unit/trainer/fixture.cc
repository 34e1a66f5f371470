#include "tests/unit/trainer/fixture.h"

#include <fstream>
#include <iterator>

namespace foldmill::trainer {

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string idx_bytes(const std::vector<uint32_t>& sizes, const std::string& values) {
  std::string bytes = {0, 0, 8, static_cast<char>(sizes.size())};
  for (const uint32_t size : sizes)
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(size >> shift));
  return bytes + values;
}

void write_stripes(const std::filesystem::path& directory) {
  constexpr uint32_t kImages = 60;
  constexpr uint32_t kSide = 28;
  std::string pixels;
  std::string labels;
  for (uint32_t image = 0; image < kImages; ++image) {
    const uint32_t direction = image % 3;
    labels.push_back(static_cast<char>(direction));
    for (uint32_t y = 0; y < kSide; ++y)
      for (uint32_t x = 0; x < kSide; ++x) {
        const uint32_t place = direction == 0 ? x : direction == 1 ? y : x + y;
        pixels.push_back(static_cast<char>((place + image / 3) % 8 < 4 ? 250 : 5));
      }
  }
  write_file(directory / "train-images-idx3-ubyte", idx_bytes({kImages, kSide, kSide}, pixels));
  write_file(directory / "train-labels-idx1-ubyte", idx_bytes({kImages}, labels));
}

TrainerAssignment stripes_assignment(const std::filesystem::path& data, int64_t attempt) {
  TrainerAssignment parsed;
  Assignment& assignment = parsed.assignment;
  assignment.attempt = AttemptId(attempt);
  assignment.fold = {StudyId(0), TrialNumber(3), FoldIndex(1)};
  assignment.study_name = "stripes";
  assignment.seed = 7;
  assignment.data.dataset = "idx";
  assignment.data.path = data.string();
  assignment.data.normalize = Normalize::kStandard;
  assignment.model.variant = "conv3";
  assignment.folds.k = 3;
  assignment.folds.seed = 7;
  assignment.params = {{"filters_1", int64_t{4}},
                       {"filters_2", int64_t{4}},
                       {"filters_3", int64_t{6}},
                       {"fc", int64_t{8}},
                       {"lr", 0.003},
                       {"batch_size", int64_t{16}}};
  assignment.epochs = 4;
  return parsed;
}

}  // namespace foldmill::trainer
