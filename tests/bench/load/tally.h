#pragma once

#include <cstdint>
#include <vector>

namespace foldmill::bench {

// What a fleet of virtual workers saw, since it began or since it was last taken.
struct Tally {
  int64_t reports = 0;   // acknowledged as accepted, so on disk
  int64_t refused = 0;   // acknowledged as anything else, as after a trial was pruned
  int64_t handouts = 0;  // attempts assigned
  int64_t ended = 0;     // attempts whose end was acknowledged as accepted
  int64_t stops = 0;     // asked for by the coordinator
  int64_t reconnects = 0;
  // Reports said again after the connection was lost, of attempts that had ended meanwhile: whether
  // they were recorded before, their worker cannot know.
  int64_t uncertain = 0;
  // From the moment at which an epoch ended (for workers that report as fast as they can: at which
  // the report was given to gRPC) to its acknowledgement. A stop comes before the acknowledgement
  // of the report that it answers, so the decision is known by then.
  std::vector<double> decision_ms;
  // From the end of an attempt, said, to the next one for the same slot.
  std::vector<double> handout_ms;
};

}  // namespace foldmill::bench
