// Trials of a study that is trained outside: who is handed which, and who holds it.

#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

// Tells askers from workers, who are known by name as well.
constexpr std::string_view kAskerPrefix = "ask:";

}  // namespace

std::string StudyEngine::name_of(const TrialRecord& trial) const {
  return concat(spec_->name, "/", trial.number.value);
}

void StudyEngine::ask(RequestId request, TrialRequest what, Step& step) {
  Status sound = check_ask(what);
  if (sound.ok())
    asks_.push_back({request, std::move(what)});
  else
    step.perform(effect::Reply{.request = request, .status = std::move(sound), .study = id_});
}

Status StudyEngine::check_ask(const TrialRequest& what) const {
  if (!is_trained_outside(spec_->model))
    return failed_precondition(concat("asking: ", spec_->name, " is trained by workers (model ",
                                      spec_->model.type,
                                      "); trials are handed out of studies with `model: {type: "
                                      "external}`"));
  return check_point(what.fixed).with_context("asking");
}

Status StudyEngine::check_point(const ParameterSet& point) const {
  for (const auto& [name, value] : point)
    if (spec_->constants.contains(name))
      return invalid_argument(
          concat("'", name, "' is a constant of ", spec_->name, "; leave it out"));
  return spec_->space.validate_partial(point);
}

void StudyEngine::serve_asks(Step& step) {
  while (!asks_.empty()) {
    const auto answer = answer_ask(asks_.front().what, step);
    if (!answer) return;  // the sampler is at it
    effect::Reply reply{.request = asks_.front().request, .status = answer->status(), .study = id_};
    if (answer->ok()) reply.answer = answer->value();
    step.perform(std::move(reply));
    asks_.pop_front();
  }
}

std::optional<Result<AskedTrial>> StudyEngine::answer_ask(const TrialRequest& what, Step& step) {
  if (const auto known = asked_.find(what.key); known != asked_.end())
    return answer_again(what, trials_[static_cast<size_t>(known->second.value)], step);
  if (is_finished(state_)) return out_of_range(concat("no trial any more: ", describe()));
  if (state_ == StudyState::kPaused)
    return resource_exhausted(concat("no trial now: ", describe(), "; `foldmill study resume ",
                                     spec_->name, "` goes on"));
  if (spec_->parallel && running_ - queue_.trials() >= *spec_->parallel)
    return resource_exhausted(concat("no trial now: ", describe(), ", and `parallel` allows ",
                                     *spec_->parallel, " at a time"));
  const auto waiting = what.fixed.empty() ? queue_.first_trial() : std::nullopt;
  if (waiting) return hand_out(trials_[static_cast<size_t>(waiting->value)], what, step);
  if (!wants_trial(step.now().wall))
    return resource_exhausted(concat("no trial now: ", describe(),
                                     ", and no more are begun; one of those may come back"));
  if (!desk_.ready(next_fixed())) return std::nullopt;
  begin_trial(step);
  return hand_out(trials_.back(), what, step);
}

// The answer to this very question has been lost on its way, or its asker wants to see it again.
Result<AskedTrial> StudyEngine::answer_again(const TrialRequest& what, TrialRecord& trial,
                                             Step& step) {
  std::string since;
  if (trial.asks.back().key != what.key) since = "was handed to somebody else since";
  if (trial.given_back) since = "was given back since";
  if (is_finished(trial.state)) since = concat("is ", to_string(trial.state), " by now");
  if (!since.empty())
    return failed_precondition(concat("asking: the key ", what.key, " was answered with ",
                                      name_of(trial), ", which ", since, "; ask with a new key"));
  hear_holder(trial, step);
  return describe_asked(trial);
}

AskedTrial StudyEngine::hand_out(TrialRecord& trial, const TrialRequest& what, Step& step) {
  const auto [holder, is_new] = commons_.workers.asker(concat(kAskerPrefix, what.holder));
  if (is_new) step.record(commons_.workers.get(holder).seen("ready", step.now().wall));
  const auto number = static_cast<int64_t>(trial.asks.size()) + 1;
  trial.asks.push_back({number, what.key, holder, what.lease});
  trial.given_back = false;
  asked_[what.key] = trial.number;
  step.record(id_, change::TrialAsked{
                       {id_, trial.number}, number, what.key, holder, what.lease, step.now().wall});
  lease_unfinished_folds(trial, /*from_where_they_are=*/false, step);
  return describe_asked(trial);
}

void StudyEngine::lease_unfinished_folds(TrialRecord& trial, bool from_where_they_are, Step& step) {
  const AskSnapshot& ask = trial.asks.back();
  queue_.erase(trial.number);
  for (size_t i = 0; i < trial.folds.size(); ++i) {
    const FoldRecord& fold = trial.folds[i];
    if (is_finished(fold.state)) continue;
    open_attempt({.fold = {id_, trial.number, FoldIndex(static_cast<int64_t>(i))},
                  .worker = ask.holder,
                  .asked_for = ask.lease},
                 from_where_they_are ? fold.curve.last_epoch() + 1 : 1, step);
  }
}

AskedTrial StudyEngine::describe_asked(const TrialRecord& trial) const {
  AskedTrial asked{.study = spec_->name,
                   .trial = trial.number,
                   .lease = trial.asks.back().number,
                   .lease_time = trial.asks.back().lease,
                   .params = trial.params,
                   .constants = spec_->constants,
                   .folds = {},
                   .plan = spec_->folds,
                   .epochs = spec_->epochs(trial.params),
                   .goals = spec_->goals()};
  for (size_t i = 0; i < trial.folds.size(); ++i)
    if (!is_finished(trial.folds[i].state))
      asked.folds.push_back(FoldIndex(static_cast<int64_t>(i)));
  return asked;
}

TrialStanding StudyEngine::standing_of(const TrialRecord& trial, bool repeated,
                                       std::string note) const {
  return {.state = trial.state,
          .go_on = trial.state == TrialState::kRunning && !trial.given_back,
          .repeated = repeated,
          .value = trial.value,
          .note = std::move(note)};
}

Result<TrialRecord*> StudyEngine::held_trial(const HeldTrial& held) {
  if (!is_trained_outside(spec_->model))
    return failed_precondition(concat(spec_->name, " is trained by workers (model ",
                                      spec_->model.type,
                                      "); they tell what becomes of its trials"));
  if (held.trial.value >= static_cast<int64_t>(trials_.size()))
    return not_found(concat("study ", spec_->name, " has no trial ", held.trial.value, "; it has ",
                            trials_.size()));
  TrialRecord& trial = trials_[static_cast<size_t>(held.trial.value)];
  const AskSnapshot& last = trial.asks.back();
  if (held.lease == 0 && last.number > 1)
    return failed_precondition(concat(name_of(trial), " was handed out ", last.number,
                                      " times; say by --lease which of them this is about"));
  if (held.lease > last.number)
    return failed_precondition(
        concat(name_of(trial), " has no lease ", held.lease, "; the last one is ", last.number));
  if (held.lease != 0 && held.lease < last.number)
    return failed_precondition(
        concat("lease ", held.lease, " of ", name_of(trial), " is superseded: it ended, and ",
               commons_.workers.get(last.holder).name.substr(kAskerPrefix.size()),
               " was handed the trial under lease ", last.number,
               "; this is not taken, stop training it"));
  return &trial;
}

void StudyEngine::hear_holder(TrialRecord& trial, Step& step) {
  commons_.leases.renew(TrialKey{id_, trial.number}, step.now().steady);
  if (!queue_.contains(trial.number)) return;
  for (FoldRecord& fold : trial.folds)
    if (fold.state == FoldState::kPending) fold.tally.forgive_loss();
  lease_unfinished_folds(trial, /*from_where_they_are=*/true, step);
}

Result<TrialStanding> StudyEngine::renew(const HeldTrial& held, Step& step) {
  FOLDMILL_ASSIGN_OR_RETURN(TrialRecord * trial, held_trial(held));
  const bool holds = trial->state == TrialState::kRunning && !trial->given_back;
  if (holds) hear_holder(*trial, step);
  return standing_of(*trial, false,
                     holds ? std::string() : concat(name_of(*trial), " is not held"));
}

}  // namespace foldmill::engine
