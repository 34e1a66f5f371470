#include "tests/unit/trainer/step_tape.h"

#include <torch/library.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/text.h"

namespace foldmill::trainer {
namespace {

using torch::jit::Stack;

// A dispatch key below autograd of which torch itself makes no use.
constexpr c10::DispatchKey kTapeKey = c10::DispatchKey::Fake;

thread_local Tape* current = nullptr;

std::vector<c10::IValue> last(const Stack& stack, size_t count) {
  return {stack.end() - static_cast<std::ptrdiff_t>(count), stack.end()};
}

void note(const c10::OperatorHandle& operation, c10::DispatchKeySet keys, Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard as_one(kTapeKey);
  std::vector<c10::IValue> arguments = last(*stack, operation.schema().arguments().size());
  operation.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, kTapeKey),
                            stack);
  current->push_back(
      {operation, std::move(arguments), last(*stack, operation.schema().returns().size())});
}

TORCH_LIBRARY_IMPL(_, Fake, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&note>());
}

const void* memory_of(const torch::Tensor& tensor) { return tensor.storage().data(); }

std::vector<torch::Tensor> tensors_of(const c10::IValue& value) {
  std::vector<torch::Tensor> tensors;
  if (value.isTensor()) tensors.push_back(value.toTensor());
  if (value.isTensorList())
    for (const torch::Tensor& tensor : value.toTensorVector()) tensors.push_back(tensor);
  std::erase_if(tensors, [](const torch::Tensor& tensor) { return !tensor.defined(); });
  return tensors;
}

void write_again(const c10::IValue& recorded, const c10::IValue& fresh) {
  const std::vector<torch::Tensor> to = tensors_of(recorded), from = tensors_of(fresh);
  for (size_t i = 0; i < to.size(); ++i)
    if (memory_of(to[i]) != memory_of(from[i])) to[i].copy_(from[i]);
}

std::string name_of(const TapedOperation& taped) {
  const c10::OperatorName& name = taped.operation.operator_name();
  return name.overload_name.empty() ? name.name : concat(name.name, ".", name.overload_name);
}

// `own`: memory that was allocated within the step.
std::string describe(const torch::Tensor& tensor, const std::set<const void*>& own) {
  std::ostringstream text;
  text << tensor.dtype() << tensor.sizes() << tensor.strides();
  if (tensor.unsafeGetTensorImpl()->is_wrapped_number())
    text << "=" << tensor.item();
  else if (!own.contains(memory_of(tensor)))
    text << "@" << memory_of(tensor);
  return text.str();
}

std::string describe(const c10::IValue& value, const std::set<const void*>& own) {
  std::ostringstream text;
  if (value.isTensor() || value.isTensorList()) {
    for (const torch::Tensor& tensor : tensors_of(value)) text << describe(tensor, own) << " ";
  } else {
    text << value;
  }
  return text.str();
}

// Autograd's way to take a number of a formula's as a tensor: a GPU takes it as an argument.
bool lifts_a_number(const TapedOperation& taped) {
  return name_of(taped) == "aten::lift_fresh" && taped.arguments[0].toTensor().dim() == 0;
}

// Adds the memory that `taped` allocated; that of views and of what is done in place was there.
void add_new_memory(const TapedOperation& taped, std::set<const void*>& own) {
  std::set<const void*> before;
  for (const c10::IValue& argument : taped.arguments)
    for (const torch::Tensor& tensor : tensors_of(argument)) before.insert(memory_of(tensor));
  for (const c10::IValue& result : taped.results)
    for (const torch::Tensor& tensor : tensors_of(result))
      if (!before.contains(memory_of(tensor)) || lifts_a_number(taped))
        own.insert(memory_of(tensor));
}

std::vector<std::string> describe(const Tape& tape) {
  std::set<const void*> own;
  std::vector<std::string> lines;
  for (const TapedOperation& taped : tape) {
    std::ostringstream line;
    line << name_of(taped);
    if (lifts_a_number(taped))
      line << " " << taped.arguments[0].toTensor().item();
    else
      for (const c10::IValue& argument : taped.arguments) line << " " << describe(argument, own);
    lines.push_back(line.str());
    add_new_memory(taped, own);
  }
  return lines;
}

}  // namespace

Tape record(const std::function<void()>& step) {
  Tape tape;
  current = &tape;
  {
    const c10::impl::IncludeDispatchKeyGuard recording(kTapeKey);
    step();
  }
  current = nullptr;
  return tape;
}

void repeat(const Tape& tape) {
  const torch::NoGradGuard without_gradients;
  const at::AutoDispatchBelowADInplaceOrView below_autograd;
  for (const TapedOperation& taped : tape) {
    Stack stack = taped.arguments;
    taped.operation.callBoxed(stack);
    for (size_t i = 0; i < stack.size(); ++i) write_again(taped.results[i], stack[i]);
  }
}

std::string first_difference(const Tape& a, const Tape& b) {
  const std::vector<std::string> first = describe(a), second = describe(b);
  for (size_t i = 0; i < std::min(first.size(), second.size()); ++i)
    if (first[i] != second[i])
      return concat("operation ", i, ": ", first[i], "\n  then ", second[i]);
  if (first.size() == second.size()) return {};
  return concat(first.size(), " operations, then ", second.size());
}

std::string first_wait(const Tape& tape) {
  static const std::set<std::string> kWaiting = {"aten::_local_scalar_dense",
                                                 "aten::equal",
                                                 "aten::is_nonzero",
                                                 "aten::item",
                                                 "aten::masked_select",
                                                 "aten::nonzero",
                                                 "aten::_unique2",
                                                 "aten::unique_dim",
                                                 "aten::bincount",
                                                 "aten::_pin_memory",
                                                 "aten::repeat_interleave.Tensor"};
  for (const TapedOperation& taped : tape)
    if (kWaiting.contains(name_of(taped))) return name_of(taped);
  return {};
}

void TapeGraph::record(const std::function<void()>& step) {
  tape_ = foldmill::trainer::record(step);
  is_done_ = true;
}

void TapeGraph::launch() {
  if (!is_done_) repeat(tape_);
  is_done_ = false;
}

}  // namespace foldmill::trainer
