#include "worker/gpu_memory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "core/text.h"
#include "tests/support/temp_dir.h"

namespace foldmill::worker {
namespace {

using Sizes = std::vector<int64_t>;

// Sets a variable of the environment until it goes.
class WithVariable {
 public:
  WithVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~WithVariable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// A directory whose nvidia-smi is this script.
void write_nvidia_smi(const std::filesystem::path& directory, const std::string& script) {
  const std::filesystem::path program = directory / "nvidia-smi";
  std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
  std::filesystem::permissions(program, std::filesystem::perms(0755));
}

TEST(GpuMemoryTest, IsWhatNvidiaSmiSaysOfTheVisibleOnes) {
  const test::TempDir directory;
  const WithVariable path("PATH", concat(directory.path().string(), ":", std::getenv("PATH")));
  write_nvidia_smi(directory.path(), R"(case "$*" in
*memory.total*--id=1,0) echo 81559; echo 40960;;
*memory.total*) echo 24576;;
esac)");
  EXPECT_EQ(query_gpu_memory(), Sizes{24576});
  {
    const WithVariable visible("CUDA_VISIBLE_DEVICES", "1,0");
    EXPECT_EQ(query_gpu_memory(), (Sizes{81559, 40960}));
  }
  const WithVariable odd("CUDA_VISIBLE_DEVICES", "0; echo 1");
  EXPECT_EQ(query_gpu_memory(), Sizes{24576}) << "no part of it is run";
}

TEST(GpuMemoryTest, IsNotKnownWhereNvidiaSmiFails) {
  const test::TempDir directory;
  const WithVariable path("PATH", concat(directory.path().string(), ":", std::getenv("PATH")));
  write_nvidia_smi(directory.path(), "echo NVIDIA-SMI has failed; exit 9");
  EXPECT_TRUE(query_gpu_memory().empty());
}

TEST(GpuMemoryTest, OtherTextsAreNoSizes) {
  EXPECT_EQ(parse_gpu_memory("16384\n8192\n"), (Sizes{16384, 8192}));
  EXPECT_TRUE(parse_gpu_memory("").empty());
  EXPECT_TRUE(parse_gpu_memory("16384\n[N/A]\n").empty());
  EXPECT_TRUE(parse_gpu_memory("-3\n").empty());
}

TEST(GpuMemoryTest, SlotsOfOneGpuShareIt) {
  const std::vector<SlotShare> three = {{"cuda:0", 1}, {"cuda:1", 1}, {"cuda:0", 1}};
  EXPECT_EQ(memory_of_slot(three, {40000, 80000}), 20000);
  EXPECT_EQ(memory_of_slot({{"cuda:1", 4}}, {40000, 80000}), 40000)
      << "which is which is not known";
  EXPECT_EQ(memory_of_slot(three, {}), 0);
  EXPECT_EQ(memory_of_slot({{"cpu", 1}}, {40000}), 0);
}

}  // namespace
}  // namespace foldmill::worker
