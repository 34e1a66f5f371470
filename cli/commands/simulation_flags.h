#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/context.h"
#include "coordinator/simulation/comparison.h"

namespace foldmill::cli {

struct SimulationFlags {
  std::string file;
  std::vector<std::string> overrides;
  int64_t workers = 0;
  std::optional<double> epoch_seconds;
  std::vector<double> speeds;
  double speed_spread = 0;
  std::string mean_up;    // "8h"
  std::string mean_down;  // "10m"
  std::vector<std::string> acts;
  std::string curves = "bowl";
  // What is compared; empty: as the file says. "all" among the first two: whatever fits the study.
  std::vector<std::string> orders;
  std::vector<std::string> pruners;
  std::vector<std::string> races;  // on, off
  std::vector<std::string> whens;  // every_trial, best, top:N
  int64_t seeds = 1;
};

// What the flags ask for. Refusals name the flag, and what it could be.
Result<simulation::Fleet> make_fleet(const SimulationFlags& flags);
Result<std::vector<simulation::Variant>> make_variants(const SimulationFlags& flags,
                                                       const StudySpec& spec);
// A name of curves in closed form, "study:NAME" out of the context's database or coordinator, or a
// command: "command:NAME", or anything with a blank or a slash in it.
Result<std::unique_ptr<simulation::Curves>> make_curves(const std::string& source,
                                                        const Context& context);

}  // namespace foldmill::cli
