#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "cli/commands/context.h"

namespace foldmill::cli {

// --wait: for how long to try again what may work a moment later. A coordinator that is being
// restarted is worth waiting for in any case.
class Patience {
 public:
  void add_option(CLI::App& command, const char* help);
  Status check() const;  // that --wait is a duration

  // Tries at once, then twice a second while the answer is `unavailable` or, if so wished,
  // `resource_exhausted`, until --wait is over; the last answer.
  template <class Try>
  auto keep_trying(bool also_exhausted, Try attempt) const {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::seconds(seconds());
    while (true) {
      auto answer = attempt();
      const StatusCode code = answer.status().code();
      const bool passing = code == StatusCode::kUnavailable ||
                           (also_exhausted && code == StatusCode::kResourceExhausted);
      if (!passing || Clock::now() >= end) return answer;
      std::this_thread::sleep_for(kPause);
    }
  }

 private:
  static constexpr std::chrono::milliseconds kPause{500};
  int64_t seconds() const;

  std::string wait_;
};

// `say(trials, study)` with a coordinator for this context, and with the study's name as it is
// written or, where nothing is known by that, as the one name that begins so.
template <class Answer>
Result<Answer> say_to_coordinator(
    const Context& context, const std::string& study,
    const std::function<Result<Answer>(TrialClient&, const std::string&)>& say) {
  FOLDMILL_ASSIGN_OR_RETURN(Writer writer, Writer::open(context));
  Result<Answer> answer = say(writer.client().trials(), study);
  if (answer.status().code() != StatusCode::kNotFound) return answer;
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow found, writer.client().get_study(study));
  return found.spec.name == study ? answer : say(writer.client().trials(), found.spec.name);
}

}  // namespace foldmill::cli
