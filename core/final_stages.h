#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill {

// The best trials once more, with all folds of a split of their own.
struct CrossValidateStage {
  int k = 5;
  int repeats = 1;
  int64_t top = 1;  // that many of the best trials
  bool stratified = true;
  bool shuffle = true;
  friend bool operator==(const CrossValidateStage&, const CrossValidateStage&) = default;
};

// The best trial's network trained for use.
struct TrainStage {
  bool on_validation_too = true;       // false: as in the search, so that the best epoch is known
  std::optional<int64_t> epochs = {};  // absent: as many as in the search
  friend bool operator==(const TrainStage&, const TrainStage&) = default;
};

// What follows a search by itself, in this order. Each stage is a study of its own, made when the
// one before it has completed, so it is resumed, shown and queried like any other.
struct FinalStages {
  std::optional<CrossValidateStage> cross_validate = {};
  std::optional<TrainStage> train = {};
  // The official test images, seen by nothing else: by the model of `train`, or without it by those
  // of the best trial.
  bool test = false;
  bool empty() const { return !cross_validate && !train && !test; }
  friend bool operator==(const FinalStages&, const FinalStages&) = default;
};

enum class Stage { kCrossValidate, kTrain, kTest };

// Of a study that is a stage of another one.
struct StageOrigin {
  std::string study;  // by name: the search
  Stage stage = Stage::kTrain;
  std::vector<int64_t> trials;  // of the search; the stage's trials in their order
  friend bool operator==(const StageOrigin&, const StageOrigin&) = default;
};

// Those that are wanted, as they follow each other.
std::vector<Stage> stages_in_order(const FinalStages& stages);

// "fashion@train". No study of a user's can have such a name, because '@' is not allowed in one.
inline constexpr char kStageSeparator = '@';
std::string stage_study_name(std::string_view study, Stage stage);

std::string_view to_string(Stage v);  // cross-validate, train, test
std::optional<Stage> parse_stage(std::string_view text);

}  // namespace foldmill
