#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/study_source.h"

namespace foldmill::cli {

// A study at one moment, as somebody who follows it needs it.
struct Progress {
  StudyRow study;
  ParameterSet best_params;       // of study.best; empty without one
  std::vector<TrialRow> running;  // with curves
  std::vector<TrialRow> ended;    // since the look before, in order of number
};

// Looks at a study again and again. Reads only the trials from the oldest unfinished one on.
class ProgressReader {
 public:
  // `source` must outlive the reader.
  ProgressReader(StudySource& source, std::string study)
      : source_(source), study_(std::move(study)) {}
  Result<Progress> look();

 private:
  Status read_best(const StudyRow& study);

  StudySource& source_;
  std::string study_;
  bool first_ = true;
  int64_t oldest_ = 0;               // every trial below it has ended
  std::optional<TrialNumber> best_;  // whose parameters best_params_ are
  ParameterSet best_params_;
  std::vector<int64_t> ended_;  // those at or above it that were told to have ended
};

// Seconds until the budget is used up: the mean training time of a trial that counts, for every
// one still missing, less what the running ones have done, over as many folds as train now. Nothing
// until one trial counted.
std::optional<double> remaining_seconds(const Progress& progress);

// The last `width` values as blocks between their smallest and largest; NaN and infinity are dots.
std::string sparkline(const std::vector<double>& values, size_t width);

// "█████░░░░░", rounded down, so that full means done.
std::string progress_bar(int64_t done, int64_t total, size_t width);

// At most 12 lines for the live region: bar, counts, best, what runs.
std::vector<std::string> live_lines(const Progress& progress, size_t columns);

// "#17 pruned at epoch 3: val_loss 0.034   lr 0.002  fc 96": one finished trial, in one line.
std::string describe_ended(const StudySpec& spec, const TrialRow& trial);

// "12/40 trials, 2 running, 5 pruned, best #3  val_loss 0.021, ETA 3m10s": where the study stands.
std::string describe_standing(const Progress& progress);

}  // namespace foldmill::cli
