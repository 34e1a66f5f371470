#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/assignment.h"
#include "core/epoch_report.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/learner.h"
#include "worker/trainer/training/step_recorder.h"

// Small trainings of every kind on images that are made in memory: 40 for training, 20 for
// validation.
namespace foldmill::trainer {

struct TrainingCase {
  std::string name;
  std::string type = "cae";
  ParameterSet params = {};
  std::string variant = "conv3";
  Target target = Target::kInput;
  bool freeze = false;  // classifier: on the encoder of an autoencoder
};

// Every network, with every kind of noise and loss; every optimiser, with weight decay, momentum
// and clipped gradients; every schedule. A failure says which case it was.
void for_each_case(const std::function<void(const TrainingCase&)>& check);

// How and where a case is trained.
struct Setting {
  std::filesystem::path directory;  // exists
  std::shared_ptr<StepRecorder> recorder = nullptr;
  int64_t batch = 16;  // the third batch has 8 images
  torch::Device device = torch::kCPU;
  int64_t epochs = 3;                                          // to train, of four
  std::optional<std::filesystem::path> resume = std::nullopt;  // a checkpoint of epoch 2
};

Assignment assignment_of(const TrainingCase& what, const Setting& setting);
FoldView fold_of(const Assignment& task, const Setting& setting);

struct Trained {
  std::vector<EpochReport> epochs;
  std::vector<torch::Tensor> weights;  // on the CPU
  std::filesystem::path checkpoint;    // the last one
};

// Throws AttemptError.
Trained train(const TrainingCase& what, const Setting& setting);

// Metrics and weights, to the bit.
void expect_equal(const Trained& a, const Trained& b);
// All metrics of all epochs, relative to the larger of their size and 0.01.
void expect_close(const Trained& a, const Trained& b, double tolerance);

}  // namespace foldmill::trainer
