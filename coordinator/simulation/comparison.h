#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/simulation/simulation.h"

namespace foldmill::simulation {

// One way to run a study: what of it is varied. The rest is as the file says.
struct Variant {
  FoldOrder order = FoldOrder::kFirstFoldFirst;
  std::string pruner = "none";  // PruningSpec::type
  bool race = false;            // between folds, beside the pruner
  int64_t top = 0;              // FoldSchedule::top

  static Variant of(const StudySpec& spec);
  // With the study's own options where the pruner is its own, or it has a race; else the usual
  // ones.
  StudySpec applied_to(StudySpec spec) const;
  std::string describe() const;  // "first_fold_first, median, race", "…, median, top 5"
};

struct VariantResult {
  Variant variant;
  std::vector<Outcome> outcomes;  // by seed
};

// Simulates each variant with the study's seed and those after it. The first failure ends it all,
// with the variant and the seed in its message.
Result<std::vector<VariantResult>> compare(const StudySpec& spec,
                                           const std::vector<Variant>& variants, int64_t seeds,
                                           const Fleet& fleet, Curves& curves);

// Over the seeds. NaN where no seed has the number.
struct Spread {
  double mean = 0;
  double standard_error = 0;  // of the mean; NaN of fewer than two
};
Spread spread_of(const std::vector<double>& values);

// By seed: how good the best trial is, NaN where none completed. Without noise where that is known
// of all: what a study shows of its best trial is the more flattering the more trials it ran to the
// end.
std::vector<double> best_values(const VariantResult& result);

// The place of the variant that needs the fewest fold-epochs among those whose best value is within
// one standard error of the best variant's; the error is that of the differences by seed. Nothing
// for fewer than two seeds, or when a seed has no best.
std::optional<size_t> cheapest(const std::vector<VariantResult>& results, Direction direction);

}  // namespace foldmill::simulation
