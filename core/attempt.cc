#include "core/attempt.h"

#include "core/enum_names.h"

namespace foldmill {
namespace {

constexpr EnumNames<AttemptState, 6> kAttemptStates{{{AttemptState::kLeased, "leased"},
                                                     {AttemptState::kRunning, "running"},
                                                     {AttemptState::kSucceeded, "succeeded"},
                                                     {AttemptState::kFailed, "failed"},
                                                     {AttemptState::kStopped, "stopped"},
                                                     {AttemptState::kLost, "lost"}}};

}  // namespace

std::string_view to_string(AttemptState v) { return name_in(kAttemptStates, v); }

std::optional<AttemptState> parse_attempt_state(std::string_view text) {
  return value_in(kAttemptStates, text);
}

bool is_live(AttemptState state) {
  return state == AttemptState::kLeased || state == AttemptState::kRunning;
}

}  // namespace foldmill
