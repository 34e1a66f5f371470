#include "cli/follow/progress.h"

#include <algorithm>
#include <cmath>

#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kBarWidth = 30;
constexpr size_t kSparkWidth = 12;
constexpr size_t kMostRunningLines = 9;

int64_t counted(const StudyRow& study) { return study.completed + study.pruned; }

int64_t busy_folds(const Progress& progress) {
  int64_t busy = 0;
  for (const TrialRow& trial : progress.running)
    busy += std::count_if(trial.folds.begin(), trial.folds.end(),
                          [](const FoldRow& fold) { return fold.state == FoldState::kLeased; });
  return busy;
}

std::string describe_eta(const Progress& progress) {
  const auto seconds = remaining_seconds(progress);
  return seconds ? concat("ETA ", format_duration(*seconds)) : std::string();
}

std::string running_line(const TrialRow& trial, const FoldRow& fold, int64_t epochs,
                         bool one_fold) {
  std::vector<double> values;
  for (const EpochRow& epoch : fold.curve) values.push_back(epoch.value);
  return concat(" #", trial.number.value, one_fold ? "" : concat(".", fold.fold.value), "  epoch ",
                fold.epochs, "/", epochs, "  ", values.empty() ? "" : short_number(values.back()),
                "  ", sparkline(values, kSparkWidth));
}

}  // namespace

Result<Progress> ProgressReader::look() {
  Progress progress;
  FOLDMILL_ASSIGN_OR_RETURN(progress.study, source_.get_study(study_));
  FOLDMILL_RETURN_IF_ERROR(read_best(progress.study));
  progress.best_params = best_params_;
  TrialQuery query;
  query.where = concat("number >= ", oldest_);
  query.with_curves = true;
  FOLDMILL_ASSIGN_OR_RETURN(auto trials, all_trials(source_, study_, query));
  int64_t oldest = -1;
  int64_t next = oldest_;
  for (TrialRow& trial : trials) {
    const int64_t number = trial.number.value;
    next = std::max(next, number + 1);
    if (!is_finished(trial.state)) {
      if (oldest < 0) oldest = number;
      if (trial.state == TrialState::kRunning) progress.running.push_back(std::move(trial));
      continue;
    }
    if (std::find(ended_.begin(), ended_.end(), number) != ended_.end()) continue;
    ended_.push_back(number);
    // Those that had ended before the first look are history, not news.
    if (!first_) progress.ended.push_back(std::move(trial));
  }
  oldest_ = oldest < 0 ? next : oldest;
  std::erase_if(ended_, [&](int64_t number) { return number < oldest_; });
  first_ = false;
  return progress;
}

// A finished trial keeps its parameters: they are read once for every new best.
Status ProgressReader::read_best(const StudyRow& study) {
  if (study.best == best_) return ok_status();
  best_params_ = {};
  if (study.best) {
    FOLDMILL_ASSIGN_OR_RETURN(TrialRow best, source_.get_trial(study.spec.name, *study.best));
    best_params_ = std::move(best.params);
  }
  best_ = study.best;
  return ok_status();
}

std::optional<double> remaining_seconds(const Progress& progress) {
  const StudyRow& study = progress.study;
  const int64_t done = counted(study);
  if (done < 1) return std::nullopt;
  double running = 0;
  for (const TrialRow& trial : progress.running) running += trial.seconds;
  const double per_trial = std::max(0.0, study.seconds - running) / static_cast<double>(done);
  const double missing = static_cast<double>(std::max<int64_t>(0, study.spec.trials - done));
  const double slots = static_cast<double>(std::max<int64_t>(1, busy_folds(progress)));
  return std::max(0.0, missing * per_trial - running) / slots;
}

std::string sparkline(const std::vector<double>& values, size_t width) {
  static constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const size_t first = values.size() > width ? values.size() - width : 0;
  double low = INFINITY;
  double high = -INFINITY;
  for (size_t i = first; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  std::string out;
  for (size_t i = first; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      out += "·";
      continue;
    }
    const double place = high > low ? (values[i] - low) / (high - low) : 0;
    out += kBlocks[static_cast<size_t>(std::lround(place * 7))];
  }
  return out;
}

std::string progress_bar(int64_t done, int64_t total, size_t width) {
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  const auto full = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  std::string out;
  for (size_t i = 0; i < width; ++i) out += i < full ? "█" : "░";
  return out;
}

std::vector<std::string> live_lines(const Progress& progress, size_t columns) {
  const StudyRow& study = progress.study;
  const size_t bar = std::min(kBarWidth, columns / 3);
  std::vector<std::string> lines;
  lines.push_back(concat(" ", progress_bar(counted(study), study.spec.trials, bar), "  ",
                         counted(study), "/", study.spec.trials, "   running ", study.running,
                         " · pruned ", study.pruned, " · failed ", study.failed, "    ",
                         describe_eta(progress)));
  if (const std::string standing = describe_best_so_far(study); !standing.empty())
    lines.push_back(concat(" best  ", standing, "   ", describe_params(progress.best_params)));
  const bool one_fold = study.spec.folds.k == 1;
  for (const TrialRow& trial : progress.running) {
    for (const FoldRow& fold : trial.folds) {
      if (fold.state != FoldState::kLeased || lines.size() >= kMostRunningLines + 2) continue;
      lines.push_back(running_line(trial, fold, study.spec.epochs(trial.params), one_fold));
    }
  }
  if (study.state == StudyState::kPaused) lines.push_back(" paused");
  return lines;
}

std::string describe_ended(const StudySpec& spec, const TrialRow& trial) {
  std::string out = concat("#", trial.number.value, " ", to_string(trial.state));
  if (trial.decision) out += concat(" at epoch ", trial.decision->epoch);
  if (trial.value) out += concat("  ", describe_values(spec, trial));
  if (trial.state == TrialState::kFailed)
    out += concat("  ", to_string(trial.cause), ": ",
                  trial.message.substr(0, trial.message.find('\n')));
  const std::string params = describe_params(trial.params);
  return params.empty() ? out : concat(out, "   ", params);
}

std::string describe_standing(const Progress& progress) {
  const StudyRow& study = progress.study;
  std::string out = concat(counted(study), "/", study.spec.trials, " trials, ", study.running,
                           " running, ", study.pruned, " pruned, ", study.failed, " failed");
  if (const std::string best = describe_best_so_far(study); !best.empty())
    out += concat(", best ", best);
  const std::string eta = describe_eta(progress);
  return eta.empty() ? out : concat(out, ", ", eta);
}

}  // namespace foldmill::cli
