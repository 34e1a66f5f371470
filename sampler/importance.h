#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/parameter.h"
#include "core/result.h"
#include "core/search_space.h"
#include "core/study.h"

// How much each parameter of a study matters, after the fact. Pure functions; any thread.
namespace foldmill::sampler {

enum class ImportanceMethod {
  // What the value varies with, by a random forest (sampler/importance/fanova.h).
  kFanova,
  // What tells the best trials from all of them, by densities (sampler/importance/ped_anova.h).
  kPedAnova,
};

struct ImportanceOptions {
  // The default needs far fewer trials (docs/importance.md).
  ImportanceMethod method = ImportanceMethod::kFanova;
  int trees = 64;      // fanova: 1 to 4096
  bool pairs = false;  // fanova: also what pairs of parameters do together
  uint64_t seed = 0;   // fanova: of the forest
  double top = 0.1;    // ped-anova: the share of trials that are the best ones; (0, 0.5]
};

// A completed trial.
struct ScoredPoint {
  ParameterSet params;
  double value = 0;
};

struct ParameterImportance {
  std::string name;
  // Of all parameters the sum is 1, or 0 when none of them alone makes any difference.
  double importance = 0;
  // Of the variance that this parameter explains alone, from 0 to 1; what is missing to 1 over all
  // parameters is their interplay and chance. fanova: of the value. ped-anova: of being one of the
  // best trials. Where the parameter is not always active, only what it does while it is.
  double share = 0;
  int64_t trials = 0;  // in which it was active
};

// What two parameters do together beyond what each does alone, as a share of the variance.
struct PairImportance {
  std::string first;
  std::string second;
  double share = 0;
};

struct ImportanceReport {
  std::vector<ParameterImportance> parameters;  // every one of the space, most important first
  std::vector<PairImportance> pairs;            // likewise; only where asked for
  int64_t trials = 0;                           // that the answer is made of
  int64_t left_out = 0;  // value not finite, or not a point of the space: a range has changed
};

// The answer is a function of the arguments, the same on every machine. failed_precondition: the
// space is empty, too few trials are left, or all have the same value. invalid_argument: an option
// out of range, or pairs asked of ped-anova, which has none.
Result<ImportanceReport> parameter_importances(const SearchSpace& space,
                                               std::span<const ScoredPoint> points,
                                               Direction direction,
                                               const ImportanceOptions& options = {});

}  // namespace foldmill::sampler
