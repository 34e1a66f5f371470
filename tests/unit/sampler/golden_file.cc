#include "tests/unit/sampler/golden_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

namespace foldmill::sampler {

nlohmann::json read_golden(const std::string& name) {
  std::ifstream file(std::string(FOLDMILL_GOLDEN_DIR) + "/" + name);
  EXPECT_TRUE(file) << "cannot open golden file " << name;
  return nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
}

double golden_number(const nlohmann::json& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value.is_string())
    return value == "inf" ? std::numeric_limits<double>::infinity()
                          : -std::numeric_limits<double>::infinity();
  return value.get<double>();
}

std::vector<double> golden_numbers(const nlohmann::json& values) {
  std::vector<double> numbers;
  for (const nlohmann::json& value : values) numbers.push_back(golden_number(value));
  return numbers;
}

}  // namespace foldmill::sampler
