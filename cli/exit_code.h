#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace foldmill::cli {

// What the program says to the shell; `foldmill help exit-codes` prints them.
enum class ExitCode {
  kOk = 0,
  kFailed = 1,  // the work itself: the study failed, all its trials failed
  kUsage = 2,
  kNotFound = 3,
  kBadStudyFile = 4,
  kUnreachable = 5,  // no coordinator answers, or none that could do it now
  kRefused = 6,      // authentication, permission
  kConflict = 7,     // right request, wrong state
  kTimedOut = 8,
  kNoTrialLeft = 9,  // ask: there is none any more
  kNoTrialNow = 10,  // ask: there may be one later
  kStopTrial = 11,   // report, tell: training this trial further is of no use
  kInterrupted = 130,
};

ExitCode exit_code_for(StatusCode code);
// "3    not found: …" for each code, one a line.
std::string describe_exit_codes();

// What a command comes to: an exit code, or a failure that main prints and maps.
using Outcome = Result<ExitCode>;

// The failure as a person reads it: "error: …", and "try: …" where something helps. A message that
// begins with "error:" (a study file's) is complete already.
std::string render_failure(const Status& status);

}  // namespace foldmill::cli
