#include "worker/options.h"

#include <gtest/gtest.h>

#include "worker/machine.h"

namespace foldmill::worker {
namespace {

ParsedOptions parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "foldmill-worker");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(OptionsTest, EverythingCanBeSaid) {
  const ParsedOptions parsed =
      parse({"--coordinator", "host:1",   "--slots",       "3",
             "--threads",     "5",        "--label",       "gpu=a100",
             "--label",       "site=x=y", "--name",        "w",
             "--trainer",     "/t",       "--trainer-arg", "-v",
             "--data-dir",    "/d",       "--cache",       "/c",
             "--patience",    "5",        "--grace",       "7",
             "--log-format",  "json",     "--token-file",  "/token",
             "--log-level",   "debug",    "--insecure",    "--die-with-parent"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  const Options& options = *parsed.options;
  EXPECT_EQ(options.slots, 3);
  EXPECT_EQ(options.threads, 5);
  EXPECT_EQ(options.labels, (std::map<std::string, std::string>{{"gpu", "a100"}, {"site", "x=y"}}));
  EXPECT_EQ(options.trainer_args, std::vector<std::string>{"-v"});
  EXPECT_EQ(options.patience, std::chrono::seconds(5));
  EXPECT_EQ(options.grace, std::chrono::seconds(7));
  EXPECT_TRUE(options.log_json && options.security.insecure && options.die_with_parent);
  EXPECT_EQ(options.cache, "/c");
}

TEST(OptionsTest, GpuMemoryIsASize) {
  const ParsedOptions parsed = parse({"--coordinator", "h:1", "--gpu-memory", "1.5GiB"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->gpu_memory_mib, 1536);
  const ParsedOptions mistaken = parse({"--coordinator", "h:1", "--gpu-memory", "40"});
  EXPECT_EQ(mistaken.exit_code, 2);
  EXPECT_NE(mistaken.text.find("512MiB"), std::string::npos) << mistaken.text;
}

TEST(OptionsTest, DefaultsWaitForEver) {
  const ParsedOptions parsed = parse({"--coordinator", "unix:/s"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_FALSE(parsed.options->slots);
  EXPECT_FALSE(parsed.options->patience);
  EXPECT_EQ(parsed.options->data_dirs, std::vector<std::string>{"/usr/share/datasets"});
  EXPECT_TRUE(parsed.options->cache.is_absolute());
}

TEST(OptionsTest, MistakesAreUsageErrors) {
  for (const auto& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"--coordinator", "h:1", "--slots", "0"},
                                             {"--coordinator", "h:1", "--slots", "many"},
                                             {"--coordinator", "h:1", "--label", "novalue"},
                                             {"--coordinator", "h:1", "--log-level", "loud"},
                                             {"--coordinator", "h:1", "--patience", "-3"},
                                             {"--coordinator", "h:1", "--unknown"}}) {
    const ParsedOptions parsed = parse(arguments);
    EXPECT_FALSE(parsed.options);
    EXPECT_EQ(parsed.exit_code, 2);
    EXPECT_FALSE(parsed.text.empty());
  }
}

TEST(OptionsTest, HelpIsNoMistake) {
  const ParsedOptions parsed = parse({"--help"});
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_NE(parsed.text.find("--coordinator"), std::string::npos);
}

TEST(MachineTest, VisibleDevicesAreReadAsCudaDoes) {
  EXPECT_EQ(count_visible_devices(""), 0);
  EXPECT_EQ(count_visible_devices("-1"), 0);
  EXPECT_EQ(count_visible_devices("0"), 1);
  EXPECT_EQ(count_visible_devices("2,0,5"), 3);
  EXPECT_EQ(count_visible_devices("0,-1,2"), 1);
  EXPECT_EQ(count_visible_devices("GPU-8932f937,MIG-GPU-1/2/3"), 2);
  EXPECT_EQ(count_visible_devices("NoDevFiles"), 0);
}

TEST(MachineTest, SlotsShareTheCores) {
  const Machine cpu{0, 6, "host"};
  EXPECT_EQ(share_machine(cpu, std::nullopt, "")->size(), 6U);
  EXPECT_EQ(share_machine(cpu, 4, "")->front().threads, 1);
  EXPECT_EQ(share_machine(cpu, 2, "")->front().threads, 3);
  EXPECT_EQ(share_machine(cpu, 12, "")->front().threads, 1);
  EXPECT_EQ(share_machine(cpu, 2, "", 1)->front().threads, 1);
  EXPECT_EQ(share_machine(cpu, 1, "cuda").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(share_machine(cpu, 1, "tpu").status().code(), StatusCode::kInvalidArgument);
}

TEST(MachineTest, SlotsAreDealtOutToTheGpus) {
  const Machine gpus{2, 16, "host"};
  const auto shares = share_machine(gpus, 3, "");
  ASSERT_TRUE(shares.ok());
  EXPECT_EQ((*shares)[1].device, "cuda:1");
  EXPECT_EQ((*shares)[2].device, "cuda:0");
  EXPECT_EQ(share_machine(gpus, std::nullopt, "")->size(), 2U);
  EXPECT_EQ(share_machine(gpus, std::nullopt, "cpu")->size(), 16U);
  EXPECT_EQ(share_machine(gpus, std::nullopt, "cuda:1")->size(), 1U);
}

}  // namespace
}  // namespace foldmill::worker
