// The verbs on one study: what `foldmill study pause|resume|stop|cancel|extend` asks for.

#include <algorithm>
#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/check.h"
#include "core/text.h"

namespace foldmill::engine {

Result<std::string> StudyEngine::command(const event::StudyCommanded& command, Step& step) {
  switch (command.verb) {
    case event::StudyVerb::kPause:
      return pause(false, step);
    case event::StudyVerb::kPauseNow:
      return pause(true, step);
    case event::StudyVerb::kResume:
      return resume(step);
    case event::StudyVerb::kStop:
      return stop(step);
    case event::StudyVerb::kCancel:
      return cancel(step);
    case event::StudyVerb::kExtend:
      return extend(command.trials, command.relative, step);
  }
  FOLDMILL_CHECK(false, "a study verb that is none");
}

// What the file asks for and what is asked for later are one queue.
Result<std::string> StudyEngine::enqueue(const EnqueueRequest& request, Step& step) {
  const std::string what = concat("enqueueing in ", spec_->name);
  FOLDMILL_RETURN_IF_ERROR(check_is_search().with_context(what));
  if (state_ == StudyState::kCancelled || state_ == StudyState::kFailed)
    return failed_precondition(concat(what, ": ", describe(), "; resume it first"));
  FOLDMILL_RETURN_IF_ERROR(check_point(request.point).with_context(what));
  const auto& queue = spec_->enqueue;
  if (!request.again && std::find(queue.begin(), queue.end(), request.point) != queue.end())
    return concat("this point was enqueued before; --again enqueues it once more");
  auto spec = std::make_shared<StudySpec>(*spec_);
  spec->enqueue.push_back(request.point);
  spec_ = std::move(spec);
  const auto position = static_cast<int64_t>(spec_->enqueue.size()) - 1;
  step.record(id_, change::PointEnqueued{id_, position, request.point, step.now().wall});
  const int64_t waiting = position + 1 - enqueued_;
  return concat(describe(), "; ", waiting, waiting == 1 ? " point waits" : " points wait",
                counted_ + running_ + waiting > spec_->trials
                    ? concat(", more than its budget has left: `foldmill study extend ",
                             spec_->name, " --trials +N` gives it more")
                    : std::string());
}

Result<std::string> StudyEngine::pause(bool at_once, Step& step) {
  if (is_finished(state_))
    return failed_precondition(concat("pausing: ", describe(), "; there is nothing to pause"));
  if (state_ == StudyState::kActive) set_state(StudyState::kPaused, {}, step);
  at_once = at_once && !is_trained_outside(spec_->model);  // nobody there can be told to stop
  if (at_once) stop_live_attempts(EndCause::kPreempted, step);
  return concat(spec_->name, " is paused; ", live_, live_ == 1 ? " attempt " : " attempts ",
                at_once ? "will checkpoint and give back" : "will finish first");
}

Result<std::string> StudyEngine::resume(Step& step) {
  if (state_ == StudyState::kActive) return concat(describe(), "; it was not paused");
  if (over_time(step.now().wall))
    return failed_precondition(concat("resuming: the time limit of ", *spec_->timeout_seconds,
                                      " s of ", spec_->name,
                                      " has passed; create a study with a longer one"));
  if (running_ == 0 && has_begun_all_given())
    return failed_precondition(
        concat("resuming: ", describe(), "; all trials that it was given have ended"));
  if (running_ == 0 && counted_ >= spec_->trials)
    return failed_precondition(concat("resuming: ", describe(), "; `foldmill study extend ",
                                      spec_->name, " --trials N` gives it more"));
  FOLDMILL_RETURN_IF_ERROR(pruner_status_);
  set_state(StudyState::kActive, {}, step);
  look_for_encoder(step);
  return describe();
}

Result<std::string> StudyEngine::stop(Step& step) {
  if (is_finished(state_))
    return failed_precondition(concat("stopping: ", describe(), "; there is nothing to stop"));
  if (!budget_before_stop_) budget_before_stop_ = spec_->trials;
  if (running_ > 0) {
    set_budget(counted_ + running_, step);
    set_state(StudyState::kActive, "stopping: no new trials", step);
  }
  finish_if_done(step);
  if (is_finished(state_)) return describe();
  return concat(spec_->name, " is stopping; ", running_, running_ == 1 ? " trial" : " trials",
                " will finish first");
}

Result<std::string> StudyEngine::cancel(Step& step) {
  if (state_ == StudyState::kCompleted || state_ == StudyState::kCancelled)
    return failed_precondition(concat("cancelling: ", describe(), "; there is nothing to cancel"));
  set_state(StudyState::kCancelled, "cancelled on request", step);
  put_budget_back(step);
  for (TrialRecord& trial : trials_)
    if (trial.state == TrialState::kRunning)
      end_trial(trial, {.state = TrialState::kCancelled, .cause = EndCause::kCancelled}, step);
  return describe();
}

Result<std::string> StudyEngine::extend(int64_t trials, bool relative, Step& step) {
  FOLDMILL_RETURN_IF_ERROR(check_is_search().with_context(concat("extending ", spec_->name)));
  const int64_t before = budget_before_stop_.value_or(spec_->trials);
  if (trials > kMaxTrials || (relative && before + trials > kMaxTrials))
    return invalid_argument(
        concat("extending ", spec_->name, ": a study has at most ", kMaxTrials, " trials"));
  const int64_t total = relative ? before + trials : trials;
  if (total < before || total < 1)
    return invalid_argument(concat("extending ", spec_->name, " to ", total, " trials: it has ",
                                   before, " already; ask for more, or stop it"));
  const bool was_stopping = std::exchange(budget_before_stop_, std::nullopt).has_value();
  if (was_stopping || total != spec_->trials) set_budget(total, step);
  if (state_ == StudyState::kCompleted && counted_ < total && !over_time(step.now().wall))
    set_state(StudyState::kActive, {}, step);
  return describe();
}

void StudyEngine::stop_live_attempts(EndCause cause, Step& step) {
  for (TrialRecord& trial : trials_) {
    for (FoldRecord& fold : trial.folds) {
      if (!fold.live) continue;
      fold.live->stop_asked = true;
      send_stop(*commons_.leases.find(fold.live->id), cause, step);
    }
  }
}

}  // namespace foldmill::engine
