#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/search_space.h"

namespace foldmill::bench {

// A function to be minimised over a space, with its known minimum.
struct TestFunction {
  std::string name;
  SearchSpace space;
  double optimum;
  std::function<double(const ParameterSet&)> value;  // of a point of the space
};

// All of them, in a fixed order. A trailing s in a name: shifted, so that the minimum is not the
// middle of the box, where a model's prior may sit.
const std::vector<TestFunction>& test_functions();

const TestFunction* find_test_function(std::string_view name);  // null when there is none

}  // namespace foldmill::bench
