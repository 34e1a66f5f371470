#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "worker/trainer/data/normalization.h"
#include "worker/trainer/models/network_description.h"
#include "worker/trainer/training/named_tensors.h"

namespace foldmill::trainer {

// The network in a model.safetensors that a foldmill study left.
class ModelFile {
 public:
  // `what` it is to the reader, for messages ("encoder"). Throws AttemptError: data_missing when
  // the file is absent or damaged, user_error when it does not say what network it holds.
  ModelFile(std::filesystem::path path, std::string_view what);

  const NetworkDescription& description() const { return description_; }
  Normalization normalization() const { return {description_.mean, description_.stddev}; }
  const NamedTensors& weights() const { return weights_; }

  // Throws AttemptError (user_error) unless it is a network of this type for such images.
  void check_is(std::string_view model_type, const Shape& image) const;
  // Fills `parameters` with the weights of their names. Throws AttemptError (user_error) where one
  // is missing or of another size.
  void copy_into(const NamedTensors& parameters) const;

  // An AttemptError (user_error) that begins with what and which file it is.
  [[noreturn]] void fail(std::string_view why) const;

 private:
  std::filesystem::path path_;
  std::string what_;
  NetworkDescription description_;
  NamedTensors weights_;  // by their names in the network
};

}  // namespace foldmill::trainer
