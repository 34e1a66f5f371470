#pragma once

#include <optional>
#include <string>

#include "cli/coordinator_client.h"
#include "cli/run/warm_start.h"

namespace foldmill::cli {

struct EnsuredStudy {
  StudyRow study;
  std::string note;  // "created", "goes on", "is done": for people
};

// Makes sure that the coordinator has the study and works on it: creates it, goes on with one of
// the same name that asks for the same, resumes it if it was stopped. failed_precondition: there is
// one of that name that asks for something else; the message shows what differs. `warm_start` is
// for a study that is created; one that is there has its points already.
Result<EnsuredStudy> ensure_study(CoordinatorClient& client, const StudySpec& spec,
                                  const std::optional<WarmStart>& warm_start);

// "study NAME goes on · 3 of 40 trials done · tpe · …": the first line of a run.
std::string describe_start(const EnsuredStudy& ensured);

// What differs between two specs, as lines with - (stored) and + (wanted); empty when they ask for
// the same. Trials that were added to the stored one later, texts and comments do not count.
std::string spec_difference(const StudySpec& stored, const StudySpec& wanted);

}  // namespace foldmill::cli
