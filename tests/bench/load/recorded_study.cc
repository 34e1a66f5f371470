#include "tests/bench/load/recorded_study.h"

#include <vector>

#include "core/change.h"
#include "core/random.h"
#include "storage/open.h"

namespace foldmill::bench {
namespace {

constexpr StudyId kStudy{1};
constexpr WorkerId kWorker{1};
constexpr int64_t kTrialsPerCommit = 50;

// One after the other, as if a single slot had trained them.
class Writer {
 public:
  Writer(const LoadOptions& options, storage::StudyStore& store)
      : options_(options), store_(store), now_(SystemClock().now().wall) {}

  Status write() {
    StudySpec spec = make_load_study(options_);
    spec.trials = 2 * options_.trials;
    changes_.push_back(change::StudyCreated{kStudy, std::move(spec), now_});
    changes_.push_back(change::WorkerSeen{kWorker, "virtual-0", 1, {}, "bench", "lost", now_});
    for (int64_t number = 0; number < options_.trials; ++number) {
      add_trial({kStudy, TrialNumber(number)});
      if (number % kTrialsPerCommit == 0) FOLDMILL_RETURN_IF_ERROR(commit());
    }
    return commit();
  }

 private:
  void add_trial(const TrialKey& trial) {
    const ParameterSet params{{"lr", random_.uniform(1e-4, 1e-1)},
                              {"width", static_cast<int64_t>(8 + random_.below(500))},
                              {"noise", random_.uniform(0, 0.5)},
                              {"optimizer", std::string("adam")}};
    changes_.push_back(change::TrialCreated{trial, params, false, options_.folds, now_});
    const double level = random_.uniform();
    for (int64_t fold = 0; fold < options_.folds; ++fold)
      add_fold({trial.study, trial.trial, FoldIndex(fold)}, level);
    changes_.push_back(
        change::TrialEnded{trial, TrialState::kCompleted, level, EndCause::kNone, "", {}, now_});
  }

  void add_fold(const FoldKey& fold, double level) {
    const AttemptId attempt(++attempts_);
    changes_.push_back(change::AttemptLeased{attempt, fold, 1, kWorker, 0, 1, now_});
    changes_.push_back(change::AttemptStarted{attempt, now_});
    for (int64_t epoch = 1; epoch <= options_.epochs; ++epoch) {
      const double loss = level + 1.0 / static_cast<double>(epoch) + 0.01 * random_.uniform();
      changes_.push_back(change::EpochReported{
          attempt, fold, {epoch, {{"train_loss", 0.9 * loss}, {"val_loss", loss}}, 1}, loss, now_});
    }
    changes_.push_back(change::AttemptEnded{attempt, {}, now_});
    changes_.push_back(change::FoldChanged{fold, FoldState::kCompleted, level, now_});
  }

  Status commit() {
    FOLDMILL_RETURN_IF_ERROR(store_.apply(changes_));
    changes_.clear();
    return ok_status();
  }

  const LoadOptions& options_;
  storage::StudyStore& store_;
  const WallTime now_;
  Random random_{1};
  int64_t attempts_ = 0;
  std::vector<Change> changes_;
};

}  // namespace

Status write_recorded_study(const LoadOptions& options, const std::filesystem::path& database) {
  FOLDMILL_ASSIGN_OR_RETURN(const storage::OpenedStore opened, storage::open_store(database));
  return Writer(options, *opened.store).write();
}

}  // namespace foldmill::bench
