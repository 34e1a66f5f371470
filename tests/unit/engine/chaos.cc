#include "tests/unit/engine/chaos.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/stage_specs.h"
#include "core/text.h"
#include "tests/support/shrink.h"
#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using event::StudyVerb;

constexpr int64_t kTrials = 25;  // of each study; orders add to them
constexpr Milliseconds kAskedLease{60'000};
constexpr const char* kSearches[] = {"small", "raced", "topped", "outside"};
constexpr int kMostRounds = 100'000;  // until what is left alone must have come to its end

StudySpec search(const char* name, int folds) {
  StudySpec spec = small_study(kTrials, folds, 4);
  spec.name = name;
  spec.pruning = {.type = "median", .warmup_trials = 3, .min_peers = 2};
  spec.resources.retries = {.worker_lost = 2, .out_of_memory = 1, .error = 1};
  return spec;
}

std::vector<StudySpec> searches(Random& random) {
  std::vector<StudySpec> specs;
  specs.push_back(search("small", 3));
  if (random.below(2) == 0) specs.back().parallel = 4;
  specs.push_back(search("raced", 4));
  specs.back().pruning = {.type = "none"};
  specs.back().schedule.race = RaceSpec{};
  specs.back().schedule.order = FoldOrder::kInterleave;
  specs.back().resources.priority = static_cast<int>(random.below(2));
  specs.push_back(search("topped", 3));
  specs.back().schedule.top = 2;
  specs.back().resources.slots = 1 + static_cast<int>(random.below(2));
  specs.push_back(search("outside", 3));
  specs.back().model = {};
  specs.back().model.type = "external";
  return specs;
}

double curve(const FoldKey& key, int64_t epoch) {
  return static_cast<double>((key.trial.value * 13 + key.fold.value) % 17) +
         1.0 / static_cast<double>(epoch);
}

HeldTrial hold(const AskedTrial& asked) { return {asked.study, asked.trial, asked.lease}; }

std::vector<TrialRow> best_trials(const StudySnapshot& study, int64_t count) {
  std::vector<TrialRow> best;
  for (const TrialSnapshot& trial : study.trials) {
    if (trial.state != TrialState::kCompleted || !trial.value) continue;
    TrialRow& row = best.emplace_back();
    row.number = trial.number;
    row.params = trial.params;
    row.value = trial.value;
  }
  std::stable_sort(best.begin(), best.end(),
                   [](const TrialRow& a, const TrialRow& b) { return *a.value < *b.value; });
  best.resize(std::min(best.size(), static_cast<size_t>(count)));
  return best;
}

}  // namespace

// Chaos fails trials in long rows; that a study gives up then is another test's matter.
Chaos::Chaos(uint64_t seed)
    : driver_(EngineOptions{.max_consecutive_failures = 1'000'000,
                            .max_failures_before_first_epoch = 1'000'000}),
      random_(seed, RandomPurpose::kTest) {
  driver_.curve = curve;
  for (StudySpec& spec : searches(random_)) driver_.create(std::move(spec));
  for (const char* name : {"a", "b", "c", "d"})
    workers_.push_back(&driver_.worker(
        FakeWorker{.name = name, .slots = 2 + static_cast<int64_t>(random_.below(3))}));
}

void Chaos::step(uint64_t draws) {
  random_ = Random(draws, RandomPurpose::kTest);
  FakeWorker& worker = *any(workers_);
  const uint64_t dice = random_.below(1000);
  if (dice < 8) {
    told("the coordinator is killed");
    driver_.restart();
  } else if (dice < 35) {
    order();
  } else if (dice < 65) {
    const Milliseconds by(random_.below(dice < 50 ? 40'000 : 2'000));
    told(concat(by.count(), " ms pass"));
    driver_.advance(by);
  } else if (dice < 160) {
    ask();
  } else if (dice < 350) {
    if (!loops_.empty()) say(any(loops_));
  } else if (dice < 430) {
    disturb_worker(worker, dice - 350);
  } else if (worker.connected && !worker.tasks.empty()) {
    work(worker);
  }
  make_stages();
}

void Chaos::disturb_worker(FakeWorker& worker, uint64_t dice) {
  if (dice < 30 || !worker.connected) {
    told(concat(worker.name, " joins with ", worker.tasks.size(), " attempts"));
    driver_.connect(worker);  // also while it is connected
  } else if (dice < 42) {
    told(concat(worker.name, " loses its connection"));
    driver_.disconnect(worker);
  } else if (dice < 48) {
    told(concat(worker.name, " dies"));
    driver_.replace_process(worker);
  } else if (dice < 51) {
    told(concat(worker.name, " drains"));
    driver_.drain(worker);
  } else if (dice < 65) {
    told(concat(worker.name, " beats"));
    driver_.send(event::Heartbeat{worker.session});
  } else {
    stray_message(worker);
  }
}

void Chaos::work(FakeWorker& worker) {
  auto which = worker.tasks.begin();
  std::advance(which, static_cast<int64_t>(random_.below(worker.tasks.size())));
  const AttemptId attempt = which->first;
  FakeWorker::Task& task = which->second;
  const uint64_t dice = random_.below(100);
  const std::string who = concat(worker.name, ", attempt ", attempt.value, ": ");
  if (task.stop && dice < 50) {
    told(who + "stops as it was told");
    end(worker, attempt, {AttemptState::kStopped, *task.stop, {}});
  } else if (dice < 5 && task.epoch > 0) {
    told(concat(who, "repeats epoch ", task.epoch));
    driver_.report(worker, attempt, task.epoch, curve(task.assignment.fold, task.epoch));
  } else if (dice < 7) {
    told(concat(who, "skips to epoch ", task.epoch + 2));
    driver_.report(worker, attempt, task.epoch + 2, 0.5);
  } else if (dice < 8) {
    told(concat(who, "epoch ", ++task.epoch, " is NaN"));
    driver_.report(worker, attempt, task.epoch, kNan);
  } else if (dice < 10) {
    const EndCause cause = any_cause();
    told(concat(who, "fails: ", to_string(cause)));
    end(worker, attempt, failed(cause));
  } else if (dice < 11) {
    told(concat(who, "claims to have succeeded after epoch ", task.epoch));
    end(worker, attempt, kSucceeded);
  } else if (dice < 16) {
    told(who + "starts");
    driver_.started(worker, attempt);
  } else if (dice < 34) {
    told(concat(who, "saves a checkpoint of epoch ", task.epoch));
    driver_.checkpoint(worker, attempt, task.epoch,
                       concat(task.assignment.fold.trial.value % 3, "@", task.epoch));
  } else if (task.epoch < task.assignment.epochs) {
    told(concat(who, "epoch ", task.epoch + 1));
    driver_.train_epoch(worker, attempt);
  } else {
    told(who + "saves its model and succeeds");
    driver_.artifact(worker, attempt, concat("model", task.assignment.fold.trial.value));
    if (worker.tasks.contains(attempt)) end(worker, attempt, kSucceeded);
  }
}

void Chaos::end(FakeWorker& worker, AttemptId attempt, AttemptOutcome outcome) {
  driver_.finish(worker, attempt, std::move(outcome));
}

// About an attempt that is another worker's, has ended long ago, or never was.
void Chaos::stray_message(FakeWorker& worker) {
  const FakeWorker& other = *any(workers_);
  const AttemptId attempt =
      other.tasks.empty() ? AttemptId(static_cast<int64_t>(random_.below(200))) : other.attempt();
  if (worker.tasks.contains(attempt)) return;
  told(concat(worker.name, " speaks of attempt ", attempt.value, ", which is not its own"));
  if (random_.below(2) == 0)
    driver_.report(worker, attempt, 1 + static_cast<int64_t>(random_.below(4)), 0.1);
  else
    driver_.finish(worker, attempt, kSucceeded);
}

void Chaos::order() {
  constexpr StudyVerb kVerbs[] = {StudyVerb::kPause,  StudyVerb::kPauseNow, StudyVerb::kResume,
                                  StudyVerb::kResume, StudyVerb::kResume,   StudyVerb::kStop,
                                  StudyVerb::kExtend};
  const std::string study = kSearches[random_.below(std::size(kSearches))];
  const StudyVerb verb = kVerbs[random_.below(std::size(kVerbs))];
  const bool more = verb == StudyVerb::kExtend;
  told(concat("order ", static_cast<int>(verb), " to ", study));
  driver_.command(study, verb, more ? 1 + static_cast<int64_t>(random_.below(8)) : 0, more);
}

// As the coordinator makes them: from what is on disk.
void Chaos::make_stages() {
  for (const effect::MakeNextStage& question : std::exchange(driver_.stage_questions, {})) {
    const StudySnapshot& search = driver_.study(question.study.value);
    const auto wanted = search.spec.stages_to_follow().cross_validate;
    Result<std::optional<StudySpec>> next = std::optional<StudySpec>();
    if (wanted) {
      const std::vector<TrialRow> best = best_trials(search, wanted->top);
      if (best.empty())
        next = failed_precondition("no trial has completed");
      else
        next = std::optional(cross_validate_spec(search.spec, *wanted, best));
    }
    told(concat("the stage after ", question.name, " is made"));
    driver_.send(event::StageMade{question.study, std::move(next)});
  }
}

void Chaos::ask() {
  const bool again = !loops_.empty() && random_.below(4) == 0;
  const std::string key = again ? any(loops_).key : concat("k", ++asked_);
  told(concat("a loop asks, ", key));
  const RequestId request =
      driver_.ask({.study = "outside", .key = key, .holder = "box", .lease = kAskedLease});
  const effect::Reply* reply = driver_.reply_to(request);
  if (reply == nullptr || !reply->status.ok()) return;
  loops_.push_back({key, std::get<AskedTrial>(reply->answer)});
  if (loops_.size() > 12) loops_.erase(loops_.begin());
}

void Chaos::say(const Loop& loop) {
  const HeldTrial of = hold(loop.asked);
  const FoldIndex fold(static_cast<int64_t>(random_.below(3)));
  const double value = 0.1 * static_cast<double>(random_.below(20));
  const uint64_t dice = random_.below(100);
  told(concat(loop.key, " speaks of trial ", of.trial.value, ", fold ", fold.value, " (", dice,
              ")"));
  if (dice < 72) {
    const int64_t epoch = dice < 70 ? 1 + static_cast<int64_t>(random_.below(5)) : 1;
    driver_.report({of, fold, dice < 70 ? value : kNan, {.epoch = epoch, .metrics = {}}});
  } else if (dice < 84) {
    driver_.tell(of, {.fold = fold, .value = value});
  } else if (dice < 88) {
    driver_.tell(of, {.value = value});
  } else if (dice < 91) {
    driver_.tell(of, {});
  } else if (dice < 94) {
    driver_.renew(of);
  } else {
    constexpr ResultKind kKinds[] = {ResultKind::kPruned, ResultKind::kFailed,
                                     ResultKind::kReleased};
    driver_.tell(of, {.kind = kKinds[random_.below(std::size(kKinds))], .message = "because"});
  }
}

EndCause Chaos::any_cause() {
  constexpr EndCause kCauses[] = {EndCause::kOutOfMemory, EndCause::kUserError, EndCause::kInternal,
                                  EndCause::kDataMissing, EndCause::kPreempted, EndCause::kNone};
  return kCauses[random_.below(std::size(kCauses))];
}

void Chaos::calm_down() {
  told("calm");
  for (FakeWorker* worker : workers_) {
    driver_.replace_process(*worker);
    driver_.connect(*worker);
  }
  driver_.advance(Milliseconds(60'000));
  for (FakeWorker* worker : workers_) driver_.connect(*worker);
  for (const char* study : kSearches) driver_.command(study, StudyVerb::kResume);
  // Nothing if it is not there, or has not failed.
  driver_.command(stage_study_name("topped", Stage::kCrossValidate), StudyVerb::kResume);
  finish_outside();
  for (int round = 0; round < kMostRounds && !driver_.idle(); ++round) {
    driver_.run_out();
    make_stages();
  }
}

void Chaos::finish_outside() {
  const auto id = std::find(std::begin(kSearches), std::end(kSearches), std::string("outside")) -
                  std::begin(kSearches) + 1;
  for (int round = 0; round < kMostRounds; ++round) {
    if (driver_.study(id).state != StudyState::kActive) return;
    const RequestId request = driver_.ask(
        {.study = "outside", .key = concat("k", ++asked_), .holder = "box", .lease = kAskedLease});
    const effect::Reply* reply = driver_.reply_to(request);
    if (reply == nullptr || !reply->status.ok())
      driver_.advance(kAskedLease);
    else
      driver_.tell(hold(std::get<AskedTrial>(reply->answer)),
                   {.kind = ResultKind::kPruned, .message = "because"});
  }
}

std::optional<std::string> Chaos::violation() const {
  return driver_.holds() ? std::nullopt : std::optional(driver_.violations().front());
}

std::optional<std::string> Chaos::broken_promise() const {
  for (const StudySnapshot& study : ledger().snapshot().studies) {
    const std::string name = concat("study ", study.spec.name, " ");
    if (study.state != StudyState::kCompleted)
      return concat(name, "is ", to_string(study.state), ": ", ledger().reason(study.id));
    const int64_t counted = ledger().count(study.id, TrialState::kCompleted) +
                            ledger().count(study.id, TrialState::kPruned);
    if (!study.spec.origin && counted != study.spec.trials && ledger().reason(study.id).empty())
      return concat(name, "has ", counted, " of ", study.spec.trials, " trials");
    if (ledger().count(study.id, TrialState::kRunning) > 0 || ledger().live_attempts(study.id) > 0)
      return name + "has completed and something of it runs";
  }
  return std::nullopt;
}

Life Life::drawn(uint64_t seed, size_t steps) {
  Life life{seed, {}};
  Random random(seed, RandomPurpose::kTest);
  while (life.steps.size() < steps) life.steps.push_back(random.next_u64());
  return life;
}

namespace {

std::optional<std::string> play(Chaos& chaos, const std::vector<uint64_t>& steps) {
  for (const uint64_t draws : steps) {
    chaos.step(draws);
    if (auto broken = chaos.violation()) return broken;
  }
  chaos.calm_down();
  if (auto broken = chaos.violation()) return broken;
  return chaos.broken_promise();
}

}  // namespace

std::optional<std::string> live(const Life& life) {
  Chaos chaos(life.seed);
  return play(chaos, life.steps);
}

std::string shortest_story(const Life& life) {
  const auto breaks = [&](const std::vector<uint64_t>& steps) {
    return live({life.seed, steps}).has_value();
  };
  if (!breaks(life.steps)) return {};
  Chaos chaos(life.seed);
  const auto broken = play(chaos, testing::shrink(life.steps, breaks));
  return concat(join(chaos.story(), "\n"), "\nbreaks: ", *broken);
}

}  // namespace foldmill::engine
