#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/knob.h"
#include "core/model_spec.h"
#include "core/parameter.h"

namespace foldmill::trainer {

// An assignment's parameters as the model type declares them in core: with its defaults, checked
// against its ranges. Every look-up throws AttemptError (user_error) naming the parameter, its
// value and what is allowed. Refers to `params`, which must outlive it.
class Knobs {
 public:
  Knobs(const ModelSpec& model, const ParameterSet& params);

  int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::string choice(std::string_view name) const;
  bool flag(std::string_view name) const;

 private:
  const ParameterValue& value(const KnobInfo& knob) const;
  const KnobInfo& info(std::string_view name) const;
  double checked_number(const KnobInfo& knob) const;

  std::string model_;
  const std::vector<KnobInfo>& infos_;
  const ParameterSet& params_;
};

}  // namespace foldmill::trainer
