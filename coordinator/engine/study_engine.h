#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/engine/artifact_references.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/fold_queue.h"
#include "coordinator/engine/lease_table.h"
#include "coordinator/engine/progress_watch.h"
#include "coordinator/engine/pruning_monitor.h"
#include "coordinator/engine/step.h"
#include "coordinator/engine/suggestion_desk.h"
#include "coordinator/engine/trial_record.h"
#include "coordinator/engine/worker_registry.h"
#include "core/asked_trial.h"

namespace foldmill::engine {

// What all studies of one engine share. Outlives them.
struct Commons {
  EngineOptions options;
  LeaseTable leases;
  WorkerRegistry workers;
  ArtifactReferences artifacts;
  AttemptId last_attempt;
};

// The answer to one message about an attempt.
struct Verdict {
  AckVerdict verdict = AckVerdict::kAccepted;
  std::string message;
};

// How much a study would like to have a slot, the most in front.
enum class SlotWish {
  kCheckpoint,  // the checkpoint of its next fold is on that machine
  kData,        // its data is
  kAny,
};

// One study's trials from the question to the sampler to the last fold's value. The states of
// trials and folds are drawn in trial_record.h, those of the study itself in core/study.h.
//
// Budget: completed + pruned trials count, running ones are assumed to; a trial is only begun while
// completed + pruned + running is below it. So it is never exceeded, and failed trials are
// replaced.
class StudyEngine {
 public:
  // Refuses options that the pruner refuses.
  static Result<std::unique_ptr<StudyEngine>> create(StudyId id, StudySpec spec, Commons& commons,
                                                     Step& step);
  // As it was recorded. Live attempts are leased anew, from `now`.
  StudyEngine(const StudySnapshot& snapshot, Commons& commons, Now now);
  StudyEngine(const StudyEngine&) = delete;
  StudyEngine& operator=(const StudyEngine&) = delete;

  StudyId id() const { return id_; }
  const StudySpec& spec() const { return *spec_; }
  StudyState state() const { return state_; }
  // "quick is active: 3 of 12 trials, 2 running".
  std::string describe() const;

  // What a start or the passing of time asks for: a pruner that cannot be made, the time limit,
  // attempts that hang.
  void look(Step& step);
  // When look() has to be called, if ever.
  std::optional<SteadyTime> deadline(Now now) const;

  // --- scheduling (study_scheduling.cc)
  // Whether there is a fold to lease, or a trial to begin, and nothing in the way.
  bool wants_slot(WallTime now) const;
  // Whether all that is missing for a trial to begin is the sampler's answer.
  bool awaits_suggestion(WallTime now) const;
  int64_t slots_held() const { return live_ * spec_->resources.slots; }
  SlotWish wish_for(WorkerId worker) const;
  // Leases a fold to the slot, beginning a trial if need be. False: nothing for this slot now.
  bool offer(const FreeSlot& slot, Step& step);
  void ask_ahead(Step& step);
  void suggestion_ready(event::SuggestionReady answer, Step& step);

  // --- messages about live attempts, held by the worker that speaks (study_reports.cc)
  Verdict started(const Lease& lease, Step& step);
  Verdict epoch_reported(const Lease& lease, const EpochReport& report, Step& step);
  // `is_here`: the file. One that is not is not recorded.
  Verdict checkpoint_saved(const Lease& lease, const Checkpoint& checkpoint, bool is_here,
                           Step& step);
  Verdict artifact_saved(const Lease& lease, const std::string& name, const ArtifactRef& artifact,
                         bool is_here, Step& step);
  // As its worker says; `kept`: what it has saved, as far as the worker says that.
  void finished(const Lease& lease, AttemptOutcome outcome, const NamedArtifacts& kept, Step& step);
  // Also for attempts that are lost: then nobody speaks (study_attempts.cc).
  void ended(const Lease& lease, AttemptOutcome outcome, Step& step);
  // Its worker, or the coordinator, was away: that nothing came meanwhile is not held against it.
  void heard_again(const Lease& lease, const Step& step);
  void all_heard_again(const Step& step) { progress_.everybody_moved(step.now().steady); }

  // --- trials of a study that is trained outside: handed out to those who ask (study_asks.cc), and
  // what becomes of them (study_results.cc)
  // Answered now or, when the sampler is done, by a later step's serve_asks().
  void ask(RequestId request, TrialRequest what, Step& step);
  void serve_asks(Step& step);
  Result<TrialStanding> renew(const HeldTrial& held, Step& step);
  Result<TrialStanding> reported(const HeldReport& report, Step& step);
  Result<TrialStanding> told(const HeldResult& told, Step& step);

  // --- what comes before and after the trials (study_stages.cc)
  // Asks for what was not answered, or not heard, before a restart. After creation and at a start.
  void begin(Step& step);
  // Whether its trials wait for weights that the study of that name, completed now, may have.
  bool waits_for(const std::string& completed) const;
  void look_for_encoder(Step& step);
  void encoder_looked_up(const Result<std::optional<ArtifactRef>>& found, Step& step);
  Result<std::string> add_stages(const FinalStages& stages, Step& step);
  // Why no stage follows, though one should.
  void stage_failed(const Status& why, Step& step);

  // --- verbs: the note for the caller, or why not (study_commands.cc)
  Result<std::string> command(const event::StudyCommanded& command, Step& step);
  Result<std::string> enqueue(const EnqueueRequest& request, Step& step);

 private:
  StudyEngine(StudyId id, StudySpec spec, StudyState state, WallTime created, Commons& commons);

  // As it was recorded.
  void take_up(const TrialSnapshot& recorded, Now now);
  void lease_again(const TrialRecord& trial, FoldIndex fold, const AttemptSnapshot& attempt,
                   Now now);

  TrialRecord& trial_of(const FoldKey& key);
  FoldRecord& fold_of(const FoldKey& key);
  bool over_time(WallTime now) const;
  bool wants_trial(WallTime now) const;
  bool waits_for_encoder() const;
  bool may_take_slot() const;
  // What its attempts need on a machine before they can train.
  std::string data_key() const { return spec_->data.dataset + '\n' + spec_->data.path; }
  bool has_somebody_waiting(WallTime now) const;  // for the sampler's answer
  bool next_is_enqueued() const;
  bool first_asker_fixes() const { return !asks_.empty() && !asks_.front().what.fixed.empty(); }
  const ParameterSet& next_fixed() const;  // what the next trial has to have

  void begin_trial(Step& step);
  void queue_due_folds(const TrialRecord& trial);
  void send_home(const TrialSnapshot& recorded);
  void follow_up(Step& step);  // of a completed study: the stage that comes next
  // A stage's trials are given. One that failed is not made up for by another; when all of them
  // have failed the study has, and a resume goes through them again.
  bool has_begun_all_given() const;
  bool all_given_failed() const;
  bool ends_a_round() const;  // the last trial that was begun is the last one of those given
  void lease_fold(TrialNumber trial, FoldIndex fold, const FreeSlot& slot, Step& step);
  // `lease` without its attempt, which is numbered here.
  Lease open_attempt(Lease lease, int64_t first_epoch, Step& step);
  void watch_progress(const Lease& lease, Now now);
  Assignment make_assignment(const Lease& lease) const;

  Status check_report(const FoldKey& key, const EpochReport& report) const;
  bool may_stop(const Lease& lease);
  void complete_fold(const Lease& lease, double value, Step& step);
  void close_fold(const Lease& lease, std::optional<double> value, Step& step);
  void take_back_stalled(Step& step);
  void end_attempt(const Lease& lease, AttemptOutcome outcome, Step& step);
  void fail_attempt(const Lease& lease, AttemptOutcome outcome, Step& step);
  void give_up_checkpoint(const Lease& lease, AttemptOutcome outcome, Step& step);
  // `why`: what its worker said and what of that is missing here.
  void part_with(const Lease& lease, std::string why, Step& step);
  std::string compare_epochs(const Lease& lease, std::string_view claim);
  void let_down(const Lease& lease, std::string why, Step& step);
  void requeue(const Lease& lease, std::optional<WorkerId> avoid, Step& step);
  void send_stop(const Lease& lease, EndCause cause, Step& step);

  struct TrialEnd {
    TrialState state = TrialState::kCompleted;
    std::optional<double> value = {};
    EndCause cause = EndCause::kNone;
    std::string message = {};
    std::optional<PruneDecision> decision = {};
    bool estimated = false;  // `value` is what it was heading for
  };
  void end_trial(TrialRecord& trial, TrialEnd end, Step& step);
  void close_folds(TrialRecord& trial, EndCause cause, Step& step);
  void drop_checkpoints(TrialRecord& trial, Step& step);
  void withdraw_checkpoint(const FoldKey& key, Step& step);
  void drop_checkpoint(const FoldKey& key, Step& step);
  void release(const std::optional<Checkpoint>& checkpoint, Step& step);
  void note_failures(const TrialRecord& trial, const TrialEnd& end, Step& step);
  void discard_unreferenced(const ArtifactRef& artifact, Step& step);

  Status check_ask(const TrialRequest& what) const;
  Status check_point(const ParameterSet& point) const;  // values for some of what is searched
  Status check_fold(FoldIndex fold) const;
  std::optional<Result<AskedTrial>> answer_ask(const TrialRequest& what, Step& step);
  Result<AskedTrial> answer_again(const TrialRequest& what, TrialRecord& trial, Step& step);
  AskedTrial hand_out(TrialRecord& trial, const TrialRequest& what, Step& step);
  AskedTrial describe_asked(const TrialRecord& trial) const;
  std::string name_of(const TrialRecord& trial) const;  // "demo/3"
  TrialStanding standing_of(const TrialRecord& trial, bool repeated, std::string note) const;
  // The trial that is spoken of, if whoever speaks is the last that it was handed to.
  Result<TrialRecord*> held_trial(const HeldTrial& held);
  // Any word of its holder: the lease begins anew. One that had ended goes on, as long as nobody
  // else was handed the trial.
  void hear_holder(TrialRecord& trial, Step& step);
  void lease_unfinished_folds(TrialRecord& trial, bool from_where_they_are, Step& step);
  Lease live_lease(const FoldRecord& fold) const { return *commons_.leases.find(fold.live->id); }

  Result<TrialStanding> repeat_report(TrialRecord& trial, const HeldReport& report, Step& step);
  // `report` has been checked, and the trial is held.
  void take_report(const TrialRecord& trial, const HeldReport& report, Step& step);
  Status check_told_metrics(const MetricValues& metrics) const;
  Status check_told_epoch(const TrialRecord& trial, const HeldReport& report) const;
  Result<TrialStanding> repeat_result(const TrialRecord& trial, const TrialResult& result) const;
  Result<TrialStanding> complete(TrialRecord& trial, const TrialResult& result, Step& step);
  Result<TrialStanding> complete_by_last_report(TrialRecord& trial, const TrialResult& result,
                                                Step& step);
  Result<TrialStanding> complete_by_reports(TrialRecord& trial, std::optional<FoldIndex> only,
                                            Step& step);
  Result<TrialStanding> complete_told_fold(TrialRecord& trial, FoldIndex fold,
                                           const TrialResult& result, Step& step);
  Result<TrialStanding> complete_as_a_whole(TrialRecord& trial, const TrialResult& result,
                                            Step& step);
  void let_go(TrialRecord& trial, const AttemptOutcome& outcome, Step& step);

  void set_state(StudyState state, std::string reason, Step& step);
  void set_budget(int64_t trials, Step& step);
  void put_budget_back(Step& step);  // if it is stopping; then it is no more
  void finish_if_done(Step& step);
  void fail(std::string reason, Step& step);
  void stop_live_attempts(EndCause cause, Step& step);

  Result<std::string> pause(bool at_once, Step& step);
  Result<std::string> resume(Step& step);
  Result<std::string> stop(Step& step);
  Result<std::string> cancel(Step& step);
  Result<std::string> extend(int64_t trials, bool relative, Step& step);
  Status check_is_search() const;  // not a stage, whose trials are given

  StudyId id_;
  std::shared_ptr<const StudySpec> spec_;  // shared with questions to the sampler
  StudyState state_;
  WallTime created_;
  Commons& commons_;
  std::deque<TrialRecord> trials_;  // by number; never moves a trial
  Status pruner_status_;
  std::unique_ptr<PruningMonitor> pruning_;
  ProgressWatch progress_;
  FoldQueue queue_;
  struct WaitingAsk {
    RequestId request;
    TrialRequest what;
  };
  std::deque<WaitingAsk> asks_;               // not yet answered, in order
  std::map<std::string, TrialNumber> asked_;  // what was answered, by the asker's key
  SuggestionDesk desk_;
  int64_t counted_ = 0;                   // completed + pruned
  int64_t running_ = 0;                   // trials
  int64_t live_ = 0;                      // attempts
  std::optional<std::string> exhausted_;  // why the sampler has no more points
  int64_t enqueued_ = 0;                  // trials begun that the user asked for
  int consecutive_failures_ = 0;          // of trials that ended since the study became active
  bool worked_once_ = false;              // some attempt has reported an epoch
  // `study stop` lowers the budget to what is running; this is the one to put back once the study
  // has completed. Recorded with the lowered one, so that the wish outlives a restart.
  std::optional<int64_t> budget_before_stop_;
};

}  // namespace foldmill::engine
