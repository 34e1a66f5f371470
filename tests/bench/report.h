#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace foldmill::bench {

// What was measured, on what input, with which result: names carry the unit ("p50_ms").
struct Report {
  std::string benchmark;
  nlohmann::ordered_json input;
  nlohmann::ordered_json result;
  std::string table = {};  // the result as text; empty: lines of "name  value"
};

// p50, p99, mean and max of times in milliseconds; at least one.
nlohmann::ordered_json summarize_ms(std::vector<double> times_ms);

// The report with what it takes to repeat it: command line, machine, date, compiler.
nlohmann::ordered_json to_json(const Report& report, const std::vector<std::string>& command_line);

// The same, made of `report`, as lines of "name  value" and the report's table.
std::string to_text(const Report& report, const nlohmann::ordered_json& json);

}  // namespace foldmill::bench
