#pragma once

#include <string>

#include "cli/output/listing.h"
#include "core/asked_trial.h"

namespace foldmill::cli {

// What loops outside are answered, in its documented shapes (docs/ask-tell.md).
Json asked_json(const AskedTrial& trial);                                  // asked/v1
Json standing_json(const HeldTrial& held, const TrialStanding& standing);  // standing/v1
std::string asked_table(const AskedTrial& trial);                          // for people
std::string asked_environment(const AskedTrial& trial);  // assignments for a POSIX shell's eval

}  // namespace foldmill::cli
