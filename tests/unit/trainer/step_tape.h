#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <functional>
#include <string>
#include <vector>

#include "worker/trainer/training/step_graph.h"
#include "worker/trainer/training/step_recorder.h"

// What a CUDA graph does, on the CPU: a step is recorded once, below autograd, as the list of
// operations that it asks for, and repeated from that list. As with a graph, a repetition runs none
// of the host's code in between, takes every number that the host had given as it was when
// recorded, and reads and writes the same memory. So a step that survives this can be captured.
namespace foldmill::trainer {

struct TapedOperation {
  c10::OperatorHandle operation;
  std::vector<c10::IValue> arguments;
  std::vector<c10::IValue> results;  // their memory is written again by every repetition
};
using Tape = std::vector<TapedOperation>;

// Calls `step` and notes what it asked for. What is computed by raw pointers leaves no
// trace: see WithoutCpuLayers.
Tape record(const std::function<void()>& step);
void repeat(const Tape& tape);

// The first operation in which two tapes differ, by name, by a number of the host's, by a size, or
// by the place of memory that was not allocated within the step; empty if there is none.
std::string first_difference(const Tape& a, const Tape& b);
// The first operation that makes the host wait for a device, or empty.
std::string first_wait(const Tape& tape);

// A tape where a GPU would have a graph. As it cannot be recorded without being done, what follows
// the recording is not done a second time.
class TapeGraph final : public StepGraph {
 public:
  explicit TapeGraph(Tape& tape) : tape_(tape) {}

  void call(const std::function<void()>& step) override { step(); }
  void record(const std::function<void()>& step) override;
  void launch() override;

 private:
  Tape& tape_;
  bool is_done_ = false;
};

// Records every step, of course calling it.
class TapedSteps final : public StepRecorder {
 public:
  void run(const std::function<void()>& step) override { tapes_.push_back(record(step)); }
  const std::vector<Tape>& tapes() const { return tapes_; }

 private:
  std::vector<Tape> tapes_;
};

}  // namespace foldmill::trainer
