#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "cli/commands/context.h"
#include "cli/study_file/scalar.h"
#include "core/stage_failure.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kDone = "done";  // ended in any way, and so has what follows by itself
constexpr std::chrono::milliseconds kLookEvery{300};

struct WaitFlags {
  std::string study;
  std::string state = kDone;
  std::string timeout;
};

// A study and, for `done`, the stages that follow it. A stage's study comes a moment after the one
// before it has completed.
class AwaitedStudies {
 public:
  AwaitedStudies(StudySource& source, const WaitFlags& flags)
      : source_(source), first_(flags.study), with_stages_(flags.state == kDone) {}

  // The one that is waited for; nothing while it is still to come.
  Result<std::optional<StudyRow>> look() {
    if (before_.empty()) {
      FOLDMILL_ASSIGN_OR_RETURN(StudyRow study, source_.get_study(first_));
      return std::optional(std::move(study));
    }
    FOLDMILL_ASSIGN_OR_RETURN(auto stage, find_exactly(source_, stages_.front()));
    if (stage) return stage;
    FOLDMILL_ASSIGN_OR_RETURN(const StudyRow before, source_.get_study(before_));
    if (before.reason.starts_with(kStageFailure))
      return failed_precondition(concat("after ", before_, ": ", before.reason));
    return stage;
  }

  // `study` is as it was waited for. Whether a stage follows it.
  bool pass(const StudyRow& study) {
    if (!with_stages_ || study.state != StudyState::kCompleted) return false;
    if (before_.empty())
      for (const Stage stage : stages_in_order(study.spec.stages_to_follow()))
        stages_.push_back(stage_study_name(study.spec.name, stage));
    else
      stages_.pop_front();
    before_ = study.spec.name;
    return !stages_.empty();
  }

  std::string name() const { return before_.empty() ? first_ : stages_.front(); }

 private:
  StudySource& source_;
  std::string first_, before_;
  bool with_stages_;
  std::deque<std::string> stages_;
};

bool is_reached(const std::string& wanted, StudyState state) {
  return wanted == kDone ? is_finished(state) : to_string(state) == wanted;
}

Result<std::optional<Clock::time_point>> end_of(const std::string& timeout) {
  if (timeout.empty()) return std::optional<Clock::time_point>();
  const auto seconds = parse_duration(timeout);
  if (!seconds)
    return invalid_argument(
        concat("--timeout: '", timeout, "' is not a duration; for example 90s or 8h"));
  return std::optional(Clock::now() + std::chrono::seconds(*seconds));
}

Outcome wait(const WaitFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto end, end_of(flags.timeout));
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  AwaitedStudies awaited(*source, flags);
  while (true) {
    FOLDMILL_ASSIGN_OR_RETURN(const auto study, awaited.look());
    const bool reached = study && is_reached(flags.state, study->state);
    if (reached || (study && is_finished(study->state))) {
      context.out << study->spec.name << ' ' << to_string(study->state) << std::endl;
      if (!reached) return ExitCode::kConflict;  // it never will
      if (study->state == StudyState::kFailed) return ExitCode::kFailed;
      if (!awaited.pass(*study)) return ExitCode::kOk;
      continue;
    }
    if (end && Clock::now() >= *end)
      return deadline_exceeded(concat(awaited.name(), " is still ",
                                      study ? to_string(study->state) : "to come", " after ",
                                      flags.timeout));
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace

void add_wait_command(CLI::App& noun, Context& context) {
  const auto flags = std::make_shared<WaitFlags>();
  CLI::App* leaf =
      noun.add_subcommand("wait", "wait until a study is done, and the stages that follow it");
  add_source_options(*leaf, context);
  leaf->add_option("STUDY", flags->study, "name, or unique beginning")->required();
  leaf->add_option("--for", flags->state, "done, or a state of the study itself")
      ->check(CLI::IsMember({kDone, "active", "paused", "completed", "cancelled", "failed"}))
      ->capture_default_str();
  leaf->add_option("--timeout", flags->timeout, "at most so long: 90s, 8h");
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return wait(*flags, context); }; });
}

}  // namespace foldmill::cli
