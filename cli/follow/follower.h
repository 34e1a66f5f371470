#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "cli/follow/interrupt.h"
#include "cli/study_source.h"
#include "cli/terminal/terminal.h"

namespace foldmill::cli {

enum class FollowEnd { kFinished, kInterrupted };

struct FollowOptions {
  std::ostream& err;  // progress goes there
  Terminal terminal;  // of err: decides between the live region and plain lines
  // Asked at every look; a failure ends the following with it. For programs that have to live.
  std::function<Status()> still_fine;
};

// Shows a study's progress until it is finished or Ctrl-C is pressed. A coordinator that goes away
// is waited for, a minute at most.
Result<FollowEnd> follow(StudySource& source, const std::string& study,
                         const InterruptWatch& interrupts, const FollowOptions& options);

}  // namespace foldmill::cli
