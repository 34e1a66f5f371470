#pragma once

#include <string>
#include <vector>

#include "cli/output/listing.h"
#include "coordinator/simulation/comparison.h"

namespace foldmill::cli {

// What was simulated, for the answer to say it.
struct SimulationSetting {
  const StudySpec& spec;
  const simulation::Fleet& fleet;
  std::string curves;  // Curves::describe()
  int64_t seeds = 1;
};

// A row for each variant (at least one), in their order, of means over the seeds; all numbers in
// the JSON. Tables show durations in words.
Listing list_variants(const SimulationSetting& setting,
                      const std::vector<simulation::VariantResult>& results);

// "cheapest: …" and what it spends, or why that cannot be said; a line.
std::string describe_cheapest(const SimulationSetting& setting,
                              const std::vector<simulation::VariantResult>& results);

}  // namespace foldmill::cli
