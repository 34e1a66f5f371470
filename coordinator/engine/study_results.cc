// What loops outside say of the trials that they were handed: epochs, and how it ended.

#include <algorithm>
#include <cmath>
#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool is_same(const std::optional<double>& known, double told) {
  return known && is_same(*known, told);
}

bool is_finite(const std::optional<double>& value) { return !value || std::isfinite(*value); }

// Of what a trial has shown so far: the mean over the folds that have shown anything.
std::optional<double> last_value_of(const TrialRecord& trial) {
  double sum = 0;
  int count = 0;
  for (const FoldRecord& fold : trial.folds) {
    const std::optional<double> value = fold.value ? fold.value : fold.last_value();
    if (!value) continue;
    sum += *value;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / count);
}

FoldIndex index_of(size_t fold) { return FoldIndex(static_cast<int64_t>(fold)); }

}  // namespace

Status StudyEngine::check_fold(FoldIndex fold) const {
  if (fold.value < spec_->folds_per_trial()) return ok_status();
  return not_found(concat("study ", spec_->name, " has no fold ", fold.value,
                          "; its folds are 0 to ", spec_->folds_per_trial() - 1));
}

// --- epochs

Result<TrialStanding> StudyEngine::reported(const HeldReport& report, Step& step) {
  FOLDMILL_ASSIGN_OR_RETURN(TrialRecord * trial, held_trial(report.of));
  FOLDMILL_RETURN_IF_ERROR(check_fold(report.fold));
  const FoldRecord& fold = trial->folds[static_cast<size_t>(report.fold.value)];
  if (fold.curve.at(report.report.epoch)) return repeat_report(*trial, report, step);
  // Not an error: a loop learns here that its trial was pruned or cancelled while it trained.
  if (is_finished(trial->state) && trial->state != TrialState::kCompleted)
    return standing_of(*trial, false, concat(name_of(*trial), " is ", to_string(trial->state)));
  FOLDMILL_RETURN_IF_ERROR(check_told_epoch(*trial, report));
  hear_holder(*trial, step);
  take_report(*trial, report, step);
  return standing_of(*trial, false, {});
}

void StudyEngine::take_report(const TrialRecord& trial, const HeldReport& report, Step& step) {
  EpochReport whole = report.report;
  whole.metrics.insert(whole.metrics.begin(), {spec_->objective.metric, report.value});
  const Lease lease = live_lease(trial.folds[static_cast<size_t>(report.fold.value)]);
  started(lease, step);
  epoch_reported(lease, whole, step);
}

Result<TrialStanding> StudyEngine::repeat_report(TrialRecord& trial, const HeldReport& report,
                                                 Step& step) {
  const FoldRecord& fold = trial.folds[static_cast<size_t>(report.fold.value)];
  const double known = *fold.curve.at(report.report.epoch);
  if (!is_same(known, report.value))
    return failed_precondition(
        concat("epoch ", report.report.epoch, " of fold ", report.fold.value, " of ",
               name_of(trial), " was reported as ", format_number(known), ", and now as ",
               format_number(report.value), "; what is reported is not changed"));
  if (trial.state == TrialState::kRunning && !trial.given_back) hear_holder(trial, step);
  return standing_of(trial, true, {});
}

Status StudyEngine::check_told_epoch(const TrialRecord& trial, const HeldReport& report) const {
  const FoldRecord& fold = trial.folds[static_cast<size_t>(report.fold.value)];
  const int64_t epoch = report.report.epoch;
  const int64_t next = fold.curve.last_epoch() + 1;
  const int64_t epochs = spec_->epochs(trial.params);
  const std::string where = concat("fold ", report.fold.value, " of ", name_of(trial));
  if (trial.given_back) return failed_precondition(concat(name_of(trial), " has been given back"));
  if (is_finished(fold.state)) return failed_precondition(concat(where, " has its value already"));
  if (epoch > epochs)
    return failed_precondition(concat("epoch ", epoch, " of ", where, ": the study has ", epochs,
                                      "; `params: {epochs: N}` in its file allows more"));
  if (epoch != next)
    return failed_precondition(concat("epoch ", epoch, " of ", where, " was reported, but ", next,
                                      " is next; epochs are reported one by one, from 1"));
  return check_told_metrics(report.report.metrics);
}

Status StudyEngine::check_told_metrics(const MetricValues& metrics) const {
  if (find_metric(metrics, spec_->objective.metric))
    return invalid_argument(concat("the metric '", spec_->objective.metric,
                                   "' is the objective: it is the value itself"));
  for (const std::string& metric : spec_->further_metrics())
    if (!find_metric(metrics, metric))
      return invalid_argument(concat("the metric '", metric, "' is missing, by which ", spec_->name,
                                     " judges its trials; add --metric ", metric, "=VALUE"));
  return ok_status();
}

// --- results

Result<TrialStanding> StudyEngine::told(const HeldResult& told, Step& step) {
  FOLDMILL_ASSIGN_OR_RETURN(TrialRecord * trial, held_trial(told.of));
  const TrialResult& result = told.result;
  if (result.fold) FOLDMILL_RETURN_IF_ERROR(check_fold(*result.fold));
  if (result.fold && result.kind != ResultKind::kCompleted)
    return invalid_argument(concat("a fold can only be completed; ", to_string(result.kind),
                                   " is said of the whole trial"));
  if (is_finished(trial->state) || trial->given_back) return repeat_result(*trial, result);
  hear_holder(*trial, step);
  switch (result.kind) {
    case ResultKind::kCompleted:
      return complete(*trial, result, step);
    case ResultKind::kPruned:
      end_trial(*trial,
                {.state = TrialState::kPruned,
                 .value = result.value ? result.value : last_value_of(*trial),
                 .cause = EndCause::kPruned,
                 .message = "stopped by its own loop"},
                step);
      break;
    case ResultKind::kFailed:
      let_go(*trial, {AttemptState::kFailed, result.cause, result.message}, step);
      break;
    case ResultKind::kReleased:
      let_go(*trial, {AttemptState::kStopped, EndCause::kPreempted, result.message}, step);
      break;
  }
  return standing_of(
      *trial, false,
      trial->given_back ? concat(name_of(*trial), " will be handed out again") : std::string());
}

// What a trial that has ended, or was given back, has been told is acknowledged once more; anything
// else contradicts it.
Result<TrialStanding> StudyEngine::repeat_result(const TrialRecord& trial,
                                                 const TrialResult& result) const {
  const auto same_value = [&] {
    if (!result.value) return true;
    return is_same(
        result.fold ? trial.folds[static_cast<size_t>(result.fold->value)].value : trial.value,
        *result.value);
  };
  bool same = false;
  if (trial.given_back)
    same = result.kind == ResultKind::kFailed || result.kind == ResultKind::kReleased;
  else if (trial.state == TrialState::kCompleted)
    same = result.kind == ResultKind::kCompleted && same_value();
  else if (trial.state == TrialState::kPruned)
    same = result.kind == ResultKind::kPruned;
  else if (trial.state == TrialState::kFailed)
    same = result.kind == ResultKind::kFailed || !is_finite(result.value);
  if (same) return standing_of(trial, true, {});
  const std::string value = trial.state == TrialState::kCompleted && trial.value
                                ? concat(" with the value ", format_number(*trial.value))
                                : std::string();
  return failed_precondition(concat(name_of(trial),
                                    trial.given_back
                                        ? std::string(" was given back")
                                        : concat(" is ", to_string(trial.state), value),
                                    "; what is told of it now is not taken"));
}

Result<TrialStanding> StudyEngine::complete(TrialRecord& trial, const TrialResult& result,
                                            Step& step) {
  if (!result.value) return complete_by_reports(trial, result.fold, step);
  if (!spec_->further_metrics().empty()) return complete_by_last_report(trial, result, step);
  if (!std::isfinite(*result.value)) {
    const auto fold = std::find_if(trial.folds.begin(), trial.folds.end(),
                                   [](const FoldRecord& each) { return each.live.has_value(); });
    fail_attempt(live_lease(*fold),
                 {AttemptState::kFailed, EndCause::kDiverged,
                  concat(spec_->objective.metric, " is ", format_number(*result.value))},
                 step);
    return standing_of(trial, false, {});
  }
  if (result.fold) return complete_told_fold(trial, *result.fold, result, step);
  if (trial.folds.size() == 1) return complete_told_fold(trial, FoldIndex(0), result, step);
  return complete_as_a_whole(trial, result, step);
}

// Several metrics are of one epoch: what is told is the last one of the fold.
Result<TrialStanding> StudyEngine::complete_by_last_report(TrialRecord& trial,
                                                           const TrialResult& result, Step& step) {
  if (!result.fold && trial.folds.size() > 1)
    return invalid_argument(concat(spec_->name, " judges by several metrics; tell them by --fold"));
  const FoldIndex index = result.fold.value_or(FoldIndex(0));
  const FoldRecord& fold = trial.folds[static_cast<size_t>(index.value)];
  if (!fold.live) return complete_told_fold(trial, index, result, step);
  const HeldReport last{{}, index, *result.value, {fold.curve.last_epoch() + 1, result.metrics, 0}};
  FOLDMILL_RETURN_IF_ERROR(check_told_epoch(trial, last));
  take_report(trial, last, step);
  if (!fold.live) return standing_of(trial, false, {});  // diverged, or pruned
  return complete_by_reports(trial, index, step);
}

Result<TrialStanding> StudyEngine::complete_by_reports(TrialRecord& trial,
                                                       std::optional<FoldIndex> only, Step& step) {
  for (size_t i = 0; i < trial.folds.size(); ++i)
    if (trial.folds[i].live && (!only || *only == index_of(i)) && trial.folds[i].curve.empty())
      return failed_precondition(concat("fold ", i, " of ", name_of(trial),
                                        " has no reports to take its value from; tell the value"));
  bool repeated = true;
  for (size_t i = 0; i < trial.folds.size(); ++i) {
    const FoldRecord& fold = trial.folds[i];
    if (!fold.live || (only && *only != index_of(i))) continue;
    repeated = false;
    complete_fold(live_lease(fold),
                  fold.curve.take(spec_->objective.take, spec_->objective.direction), step);
  }
  return standing_of(trial, repeated, {});
}

Result<TrialStanding> StudyEngine::complete_told_fold(TrialRecord& trial, FoldIndex index,
                                                      const TrialResult& result, Step& step) {
  const FoldRecord& fold = trial.folds[static_cast<size_t>(index.value)];
  if (!fold.live && is_same(fold.value, *result.value)) return standing_of(trial, true, {});
  if (!fold.live)
    return failed_precondition(concat("fold ", index.value, " of ", name_of(trial),
                                      " has the value ", format_number(fold.value.value_or(NAN)),
                                      "; another one is not taken"));
  complete_fold(live_lease(fold), *result.value, step);
  return standing_of(trial, false, {});
}

// One value for all folds together: what each of them came to is known by its reports, if at all.
Result<TrialStanding> StudyEngine::complete_as_a_whole(TrialRecord& trial,
                                                       const TrialResult& result, Step& step) {
  for (size_t i = 0; i < trial.folds.size(); ++i)
    if (is_finished(trial.folds[i].state))
      return failed_precondition(concat("fold ", i, " of ", name_of(trial),
                                        " has a value of its own; tell the others by --fold, too"));
  for (const FoldRecord& fold : trial.folds) {
    const double taken = fold.curve.take(spec_->objective.take, spec_->objective.direction);
    close_fold(live_lease(fold), std::isnan(taken) ? std::nullopt : std::optional(taken), step);
  }
  end_trial(trial, {.state = TrialState::kCompleted, .value = *result.value}, step);
  return standing_of(trial, false, {});
}

// Its holder is done with it: whoever asks next may have it, if there may be another attempt.
void StudyEngine::let_go(TrialRecord& trial, const AttemptOutcome& outcome, Step& step) {
  for (FoldRecord& fold : trial.folds) {
    if (!fold.live) continue;
    const Lease lease = live_lease(fold);
    if (outcome.state == AttemptState::kFailed) {
      fail_attempt(lease, outcome, step);
    } else {
      end_attempt(lease, outcome, step);
      requeue(lease, std::nullopt, step);
    }
  }
  trial.given_back = trial.state == TrialState::kRunning;
}

}  // namespace foldmill::engine
