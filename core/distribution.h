#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/parameter.h"
#include "core/result.h"

namespace foldmill {

// A real range, both ends included. With `step` the values are low, low+step, … up to high.
struct FloatDistribution {
  double low = 0;
  double high = 1;
  bool log = false;
  std::optional<double> step;
  friend bool operator==(const FloatDistribution&, const FloatDistribution&) = default;
};

// An integer range, both ends included, on the grid low + k * step.
struct IntDistribution {
  int64_t low = 0;
  int64_t high = 1;
  bool log = false;
  int64_t step = 1;
  friend bool operator==(const IntDistribution&, const IntDistribution&) = default;
};

struct CategoricalDistribution {
  std::vector<ParameterValue> choices;
  friend bool operator==(const CategoricalDistribution&, const CategoricalDistribution&) = default;
};

// The range of one parameter. Made by the factories, so a Distribution is always sound: finite
// ends, low <= high, high on the step's grid (it is lowered to it), log only above 0 and without a
// step, at least one choice and no choice twice. Immutable.
//
// The *internal value* of a parameter is a double: the number itself (not its logarithm), or the
// index of the choice. Samplers work on internal values only.
class Distribution {
 public:
  static Result<Distribution> make_float(double low, double high, bool log = false,
                                         std::optional<double> step = std::nullopt);
  static Result<Distribution> make_int(int64_t low, int64_t high, bool log = false,
                                       int64_t step = 1);
  static Result<Distribution> make_categorical(std::vector<ParameterValue> choices);

  const FloatDistribution* as_float() const { return std::get_if<FloatDistribution>(&data_); }
  const IntDistribution* as_int() const { return std::get_if<IntDistribution>(&data_); }
  const CategoricalDistribution* as_categorical() const {
    return std::get_if<CategoricalDistribution>(&data_);
  }

  bool is_log() const;
  bool is_single() const;  // only one value is possible
  // How many values there are; nothing for a float range without step.
  std::optional<int64_t> cardinality() const;

  bool contains(const ParameterValue& value) const;

  // Nothing when the value is of the wrong type or not a choice. Values outside the range have an
  // internal value too (a widened space keeps its old trials).
  std::optional<double> to_internal(const ParameterValue& value) const;
  // The nearest member of the range: clamped, on the grid, of the right type.
  ParameterValue from_internal(double internal) const;

  // "float [0.0001, 0.008] log", "int [8, 16] step 4", "choice [adam, radam]".
  std::string describe() const;

  friend bool operator==(const Distribution&, const Distribution&) = default;

 private:
  using Data = std::variant<FloatDistribution, IntDistribution, CategoricalDistribution>;
  explicit Distribution(Data data) : data_(std::move(data)) {}
  Data data_;
};

}  // namespace foldmill
