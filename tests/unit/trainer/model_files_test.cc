#include "worker/trainer/export/model_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_runner.h"
#include "worker/trainer/export/describe_network.h"
#include "worker/trainer/export/script_source.h"
#include "worker/trainer/export/stored_tensors.h"
#include "worker/trainer/models/architecture.h"

namespace foldmill::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

bool python_has_torch() {
  static const bool kHas = std::system("/usr/bin/python3 -c 'import torch' 2>/dev/null") == 0;
  return kHas;
}

// Trains a little on the stripes and opens with Python what is left.
class ModelFilesTest : public ::testing::Test {
 protected:
  ModelFilesTest() {
    torch::set_num_threads(1);
    write_stripes(data_.path());
    task_ = stripes_assignment(data_.path(), 1);
    task_.assignment.epochs = 2;
  }

  void train(const std::string& type, const std::string& variant = "conv3") {
    task_.assignment.model.type = type;
    task_.assignment.model.variant = variant;
    task_.assignment.objective.metric = "val_loss";
    run();
  }
  void run() {
    const StopToken never;
    const AttemptOutcome outcome =
        AttemptRunner(torch::kCPU, {}, work_.path(), {}).run(task_, never, sink_);
    ASSERT_EQ(outcome.state, AttemptState::kSucceeded) << outcome.message;
    write_validation_images();
  }

  std::filesystem::path directory() const { return work_.path() / "attempt-1"; }
  std::filesystem::path images() const { return work_.path() / "images.safetensors"; }
  Json meta() const { return Json::parse(read_file(directory() / "meta.json")); }
  double metric(const char* name) const { return *sink_.epochs.back().metric(name); }

  // Exit status of the script, 0 when it finds the value.
  int check(const std::string& metric, double expected) const {
    return std::system(concat("/usr/bin/python3 -B ", FOLDMILL_TRAINER_GOLDEN,
                              "/check_model_files.py ", directory().string(), " ",
                              images().string(), " ", metric, " ", format_number(expected), " >",
                              (work_.path() / "log").string(), " 2>&1")
                           .c_str());
  }
  void expect_reproduced(const char* name) const {
    EXPECT_EQ(check(name, metric(name)), 0) << read_file(work_.path() / "log");
  }

  TempDir data_;
  TempDir work_;
  RecordingSink sink_;
  TrainerAssignment task_;

 private:
  void write_validation_images() const {
    const Assignment& task = task_.assignment;
    const FoldView fold(std::make_shared<const Dataset>(load_dataset(task.data, {}, torch::kCPU)),
                        task);
    const torch::Tensor positions = fold.validation_order();
    const torch::Tensor pixels =
        fold.dataset().images.index_select(0, positions).to(torch::kFloat32).div(255);
    write_safetensors(
        images(), {{},
                   {to_stored("pixels", pixels),
                    to_stored("labels", fold.dataset().label_tensor.index_select(0, positions))}});
  }
};

TEST_F(ModelFilesTest, ReproduceTheLossOfAnAutoencoder) {
  if (!python_has_torch()) GTEST_SKIP() << "python3-torch is not installed";
  train("cae");
  expect_reproduced("val_loss");
  EXPECT_NE(check("val_loss", metric("val_loss") * 1.001), 0) << "the check must be able to fail";
}

TEST_F(ModelFilesTest, ReproduceTheLossOnUnitPixels) {
  if (!python_has_torch()) GTEST_SKIP() << "python3-torch is not installed";
  task_.assignment.model.target = Target::kUnit;
  task_.assignment.params.set("activation", std::string("leaky_relu"));
  task_.assignment.params.set("loss", std::string("bce"));
  task_.assignment.params.set("n_channels", int64_t{3});
  train("cae", "scaled");
  expect_reproduced("val_loss");
}

TEST_F(ModelFilesTest, ReproduceTheDivergenceOfAVariationalAutoencoder) {
  if (!python_has_torch()) GTEST_SKIP() << "python3-torch is not installed";
  train("vae", "conv4");
  expect_reproduced("val_kl");
}

TEST_F(ModelFilesTest, ReproduceLossAndAccuracyOfAClassifier) {
  if (!python_has_torch()) GTEST_SKIP() << "python3-torch is not installed";
  task_.assignment.model.classes = 3;
  task_.assignment.params.set("n_hidden", int64_t{5});
  task_.assignment.params.set("dropout", 0.5);
  train("classifier");
  expect_reproduced("val_loss");
  expect_reproduced("val_accuracy");
  const Json json = meta();
  int64_t counted = 0;
  for (const Json& row : json["confusion"])
    for (const Json& count : row) counted += count.get<int64_t>();
  EXPECT_EQ(counted, json["data"]["validation_images"]);
}

TEST_F(ModelFilesTest, OpenWhatAGanLeft) {
  if (!python_has_torch()) GTEST_SKIP() << "python3-torch is not installed";
  task_.assignment.model = {};
  task_.assignment.model.type = "gan";
  task_.assignment.model.variant = "mlp";
  task_.assignment.objective.metric = "frechet_distance";
  task_.assignment.data.normalize = Normalize::kSymmetric;
  task_.assignment.epochs = 1;
  run();
  // A discriminator's opinion lies in [0, 1], so it is not beyond.
  EXPECT_NE(check("discriminator", 2), 0);
  EXPECT_THAT(read_file(work_.path() / "log"), HasSubstr("discriminator: 0."));
}

TEST_F(ModelFilesTest, SayWhereTheyComeFrom) {
  task_.assignment.objective.take = Take::kBestEpoch;
  train("cae");
  std::vector<std::string> names;
  for (const auto& artifact : sink_.artifacts) names.push_back(artifact.first);
  EXPECT_THAT(names, ElementsAre("state_dict.pt", "model.ts", "model.safetensors", "meta.json"));
  const Json json = meta();
  EXPECT_EQ(json["study"], "stripes");
  EXPECT_EQ(json["trial"], 3);
  EXPECT_EQ(json["params"]["filters_3"], 6) << "as given";
  EXPECT_EQ(json["params"]["optimizer"], "adam") << "by default";
  EXPECT_EQ(json["model"]["image"], Json::parse("[1, 28, 28]"));
  EXPECT_EQ(json["data"]["normalize"], "standard");
  EXPECT_EQ(json["data"]["fingerprint"].get<std::string>().size(), 64u);
  EXPECT_EQ(json["data"]["training_images"], 40);
  const size_t epoch = json["epoch"].get<size_t>();
  ASSERT_GE(epoch, 1u);
  EXPECT_EQ(json["metrics"]["val_loss"], *sink_.epochs[epoch - 1].metric("val_loss"));
}

TEST(DescribeNetworkTest, ReadsTheEncoderOffItsLayers) {
  ModelSpec spec;
  spec.variant = "scaled";
  const ParameterSet params = {{"n_channels", int64_t{5}}, {"activation", std::string("elu")}};
  const Shape image{3, 20, 20};
  const Knobs knobs(spec, params);
  // The head's own study says conv3 and knows none of the encoder's knobs.
  ModelSpec head;
  head.type = "classifier";
  head.variant = "conv3";
  head.encoder = EncoderSource{};
  const ParameterSet head_params = {{"n_hidden", int64_t{7}}};
  const NetworkPlan plan = plan_classifier(head, Knobs(head, head_params), image,
                                           encoder_chain("scaled", knobs, image), 16);
  const NetworkDescription description = describe_network(plan, head_params, {0.25, 0.5});
  EXPECT_EQ(description.model.type, "classifier");
  EXPECT_EQ(description.model.variant, "scaled");
  EXPECT_EQ(description.params.get_int("n_channels"), 5);
  EXPECT_EQ(description.params.get_int("fc"), 64);
  EXPECT_EQ(description.params.get_int("latent_dim"), 16);
  EXPECT_EQ(description.params.get_string("activation"), "elu");
  EXPECT_EQ(description.params.get_int("n_hidden"), 7);
  EXPECT_FALSE(description.params.contains("lr"));
  EXPECT_EQ(description.image, image);
  EXPECT_EQ(description.stddev, 0.5);
}

TEST(ChainScriptTest, SaysEveryLayer) {
  const LayerChain chain = {ConvLayer{1, 2, 3, 2, 1},
                            ActivationLayer{Activation::kLeakyRelu, 0.2},
                            FlattenLayer{},
                            LinearLayer{8, 4},
                            DropoutLayer{0.3},
                            UnflattenLayer{{1, 2, 2}},
                            ConvTransposeLayer{1, 1, 3, 2, 1, 1, 0},
                            ActivationLayer{Activation::kGelu}};
  EXPECT_EQ(chain_script(chain), R"(def forward(self, x: Tensor) -> Tensor:
    x = torch.conv2d(x, getattr(self, "0").weight, getattr(self, "0").bias, [2, 2], [1, 1])
    x = torch.leaky_relu(x, 0.2)
    x = torch.flatten(x, 1)
    x = torch.linear(x, getattr(self, "3").weight, getattr(self, "3").bias)
    x = x
    x = torch.reshape(x, [-1, 1, 2, 2])
    x = torch.conv_transpose2d(x, getattr(self, "6").weight, getattr(self, "6").bias, [2, 2], [1, 1], [1, 0])
    x = torch.gelu(x)
    return x
)");
}

}  // namespace
}  // namespace foldmill::trainer
