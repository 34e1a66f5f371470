#pragma once

#include <string_view>

namespace foldmill {

// How the reason of a completed study begins when a stage should follow it and could not be made.
// A study that was stopped or ran out of time has a reason too, and its stages follow all the same.
inline constexpr std::string_view kStageFailure = "final stage ";

}  // namespace foldmill
