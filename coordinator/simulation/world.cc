#include "coordinator/simulation/world.h"

#include <algorithm>
#include <utility>

#include "coordinator/engine/suggest.h"
#include "core/stage_specs.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

using engine::AckVerdict;
using engine::SessionId;
namespace effect = engine::effect;
namespace event = engine::event;

constexpr auto kStart = SteadyTime(std::chrono::hours(1));
constexpr auto kYear = std::chrono::hours(24 * 365);
constexpr auto kLongest = 50 * kYear;

// A lease is renewed by a worker's heartbeats; where none of them can die, none are needed.
engine::EngineOptions engine_options(const Fleet& fleet) {
  engine::EngineOptions options;
  options.stall.factor = 0;  // nobody hangs here, however unlike two epochs are
  if (!fleet.may_fail()) options.lease = 4 * kLongest;
  return options;
}

int64_t minutes_at(SteadyTime time) {
  return std::chrono::round<std::chrono::minutes>(time - kStart).count();
}

}  // namespace

World::World(const StudySpec& spec, const Fleet& fleet, Curves& curves,
             const ChangeObserver& observer)
    : spec_(spec),
      fleet_(fleet),
      curves_(curves),
      observer_(observer),
      now_{kStart, WallTime(std::chrono::hours(24 * 20000))},
      engine_(engine_options(fleet), {}, now_),
      tally_(kStart, spec.objective.direction) {}

Result<Outcome> World::run() {
  take(engine_.start(now_));
  send(event::StudyCreateRequested{engine::RequestId(1), spec_});
  for (size_t act = 0; act < fleet_.acts.size(); ++act)
    agenda_.add(after(kStart, fleet_.acts[act].seconds), FleetChanges{act});
  add_workers(fleet_.workers);
  while (status_.ok() && !is_finished(tally_.state())) act_on_next();
  if (status_.ok() && tally_.state() == StudyState::kFailed)
    status_ =
        failed_precondition(concat("the simulated study failed after ", minutes_at(now_.steady),
                                   " minutes: ", tally_.outcome().reason));
  if (!status_.ok()) return status_;
  return tally_.outcome();
}

void World::act_on_next() {
  const bool timer_first = timer_ && (agenda_.empty() || *timer_ <= agenda_.next_time());
  if (!timer_first && agenda_.empty()) {
    status_ = standstill();
    return;
  }
  pass_to(timer_first ? *timer_ : agenda_.next_time());
  if (now_.steady - kStart > kLongest)
    status_ = standstill();
  else if (timer_first)
    fire_timer();
  else
    std::visit([this](const auto& what) { on(what); }, agenda_.take().what);
}

void World::pass_to(SteadyTime at) {
  if (at <= now_.steady) return;
  now_.wall += std::chrono::duration_cast<std::chrono::microseconds>(at - now_.steady);
  now_.steady = at;
}

Status World::standstill() const {
  const Outcome& so_far = tally_.outcome();
  const std::string counts =
      concat(so_far.completed + so_far.pruned, " of ", spec_.trials, " trials");
  if (std::any_of(workers_.begin(), workers_.end(),
                  [](const VirtualWorker& worker) { return worker.present; }))
    return failed_precondition(
        concat("the study is not done after 50 years, with ", counts,
               "\n  try: more workers, or shorter epochs (--epoch-seconds)"));
  return failed_precondition(concat("no worker is left, and none comes back; the study stands at ",
                                    counts, "\n  try: let workers join later: --at '2h join 4'"));
}

void World::send(engine::Event event) {
  events_.push_back(std::move(event));
  if (std::exchange(sending_, true)) return;
  while (status_.ok() && !is_finished(tally_.state())) {
    if (!events_.empty()) {
      engine::Event next = std::move(events_.front());
      events_.pop_front();
      take(engine_.on(std::move(next), now_));
    } else if (question_ && idle_ > 0) {
      answer_sampler();
    } else {
      break;
    }
  }
  sending_ = false;
}

void World::answer_sampler() {
  const Question question = *std::exchange(question_, std::nullopt);
  Result<ParameterSet> params = question.outdated && !question.ask.awaited
                                    ? Result<ParameterSet>(cancelled("the history has changed"))
                                    : engine::suggest(question.ask);
  take(engine_.on(event::SuggestionReady{question.ask.study, question.ask.trial,
                                         question.ask.history_version, std::move(params)},
                  now_));
}

void World::take(engine::Transition transition) {
  for (const Change& change : transition.changes) {
    if (observer_) observer_(change);
    tally_.see(change, now_.steady);
    if (question_ && (std::holds_alternative<change::TrialCreated>(change) ||
                      std::holds_alternative<change::TrialEnded>(change)))
      question_->outdated = true;
  }
  for (engine::Effect& effect : transition.effects)
    std::visit([this](auto& what) { perform(what); }, effect);
}

void World::perform(effect::AskSampler& ask) { question_ = Question{std::move(ask)}; }

void World::perform(effect::SendAssignment& send_it) {
  VirtualWorker& worker = *by_session(send_it.session);
  const TrialNumber trial = send_it.assignment.fold.trial;
  if (tally_.curves_of(trial) == nullptr) {
    auto curves = curves_.begin(spec_, tally_.number_in_search(trial), send_it.assignment.params);
    if (!curves.ok()) {
      status_ = curves.status();
      return;
    }
    tally_.begin(trial, std::move(curves).value());
  }
  --idle_;
  const int64_t first_epoch = send_it.assignment.first_epoch();
  worker.task = VirtualWorker::Task{.assignment = std::move(send_it.assignment),
                                    .epoch = first_epoch,
                                    .value = 0,
                                    .since = now_.steady};
  send(event::AttemptStarted{worker.session, ++last_sequence_, worker.task->assignment.attempt});
  train_epoch(worker);
}

void World::perform(const effect::SendAck& ack) {
  if (ack.verdict == AckVerdict::kRejected) status_ = internal_error(ack.message);
}

void World::perform(const effect::SendStop& stop) {
  VirtualWorker* worker = by_session(stop.session);
  if (worker != nullptr && worker->task && worker->task->assignment.attempt == stop.attempt)
    end_task(*worker, AttemptState::kStopped, stop.cause);
}

void World::perform(const effect::ArmTimer& timer) { timer_ = timer.at; }

void World::perform(const effect::Reply& reply) {
  if (!reply.status.ok()) status_ = reply.status;
}

void World::perform(const effect::MakeNextStage& follow) {
  const auto stage = spec_.stages_to_follow().cross_validate;
  if (!stage || tally_.validates()) return;
  const std::vector<TrialRow> best = tally_.best_trials(stage->top);
  if (best.empty()) return;
  StudySpec next = cross_validate_spec(spec_, *stage, best);
  tally_.begin_validation(next.origin->trials);
  send(event::StageMade{follow.study, std::optional(std::move(next))});
}

}  // namespace foldmill::simulation
