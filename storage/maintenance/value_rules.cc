#include "storage/maintenance/value_rules.h"

#include <algorithm>
#include <cmath>

#include "core/fold_statistics.h"
#include "core/learning_curve.h"
#include "core/text.h"

namespace foldmill::storage {

namespace {

constexpr const char* kAdvice =
    "samplers and pruners have seen the recorded value: take the trial for what its reports say, "
    "or "
    "restore the last sound backup";

// Sums may be rounded in another order by another compiler.
bool same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

class ValueRules {
 public:
  explicit ValueRules(const StudySnapshot& study)
      : study_(study), objective_(study.spec.objective) {}

  void check(const TrialSnapshot& trial, std::vector<Finding>& findings) const {
    const std::string place = concat(study_.spec.name, "/", trial.number.value);
    std::vector<double> values;
    for (size_t i = 0; i < trial.folds.size(); ++i) {
      const FoldSnapshot& fold = trial.folds[i];
      if (fold.state != FoldState::kCompleted) continue;
      const double recorded = fold.value.value_or(NAN);
      values.push_back(recorded);
      if (const double reported = value_of(fold); !same(recorded, reported))
        findings.push_back({"fold-value", concat(place, ".", i),
                            concat("is recorded with the value ", format_number(recorded),
                                   ", its reports give ", format_number(reported)),
                            kAdvice});
    }
    if (trial.state != TrialState::kCompleted || values.size() != trial.folds.size()) return;
    const double whole = aggregate_of(values, study_.spec.schedule.aggregate, objective_.direction);
    if (const double recorded = trial.value.value_or(NAN); !same(recorded, whole))
      findings.push_back({"trial-value", place,
                          concat("is recorded with the value ", format_number(recorded),
                                 ", its folds give ", format_number(whole)),
                          kAdvice});
  }

 private:
  double value_of(const FoldSnapshot& fold) const {
    LearningCurve curve;
    for (const double value : fold.curve) curve.append(value);
    return curve.take(objective_.take, objective_.direction);
  }

  const StudySnapshot& study_;
  const ObjectiveSpec& objective_;
};

}  // namespace

std::vector<Finding> check_values(const Snapshot& snapshot) {
  std::vector<Finding> findings;
  for (const StudySnapshot& study : snapshot.studies) {
    if (is_trained_outside(study.spec.model)) continue;
    const ValueRules rules(study);
    for (const TrialSnapshot& trial : study.trials) rules.check(trial, findings);
  }
  return findings;
}

}  // namespace foldmill::storage
