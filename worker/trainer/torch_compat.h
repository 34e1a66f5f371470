#pragma once

// The one place that includes torch and knows its versions: 1.13 (Debian 12) and 2.x both compile.
// Also the trainer's precompiled header.

#include <torch/torch.h>
#include <torch/version.h>

#include <string_view>

#if TORCH_VERSION_MAJOR < 1 || (TORCH_VERSION_MAJOR == 1 && TORCH_VERSION_MINOR < 13)
#error "foldmill-trainer needs libtorch 1.13 or newer"
#endif

namespace foldmill::trainer {

// Whether torch ran out of memory, on any device. The CUDA allocator has an exception of its own;
// the CPU's allocator only says so in words.
inline bool is_out_of_memory(const c10::Error& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  const std::string_view text(error.what_without_backtrace());
  return text.find("can't allocate memory") != std::string_view::npos ||
         text.find("not enough memory") != std::string_view::npos ||
         text.find("out of memory") != std::string_view::npos;
}

}  // namespace foldmill::trainer
