#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace foldmill::sampler {

// The parsed content of tests/golden/<name>; fails the running test when it cannot be read.
nlohmann::json read_golden(const std::string& name);

// null is NaN, "inf" and "-inf" are what they say.
double golden_number(const nlohmann::json& value);
std::vector<double> golden_numbers(const nlohmann::json& values);

}  // namespace foldmill::sampler
