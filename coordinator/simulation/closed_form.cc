#include "coordinator/simulation/closed_form.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "coordinator/simulation/functions/mixed.h"
#include "coordinator/simulation/functions/noise.h"
#include "coordinator/simulation/unit_point.h"
#include "core/random.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

constexpr double kReferenceEpochs = 20;  // that the curves of functions/noise.h are made for

// Of one trial: the loss at (fold, epoch), both as the functions take them.
using Loss = std::function<double(int fold, int epoch)>;

class FormulaCurves final : public TrialCurves {
 public:
  FormulaCurves(Loss loss, double truth, Direction direction)
      : loss_(std::move(loss)), truth_(truth), direction_(direction) {}

  Result<EpochOutcome> at(FoldIndex fold, int64_t epoch) override {
    return EpochOutcome{towards_goal(loss_(static_cast<int>(fold.value), static_cast<int>(epoch)))};
  }
  std::optional<double> truth() const override { return towards_goal(truth_); }

 private:
  double towards_goal(double loss) const {
    return direction_ == Direction::kMinimize ? loss : 1 - loss;
  }

  Loss loss_;
  double truth_;
  Direction direction_;
};

// --- the mixed function

// Whether every trial of the study has a value like this one's.
bool always_has(const StudySpec& spec, const SearchParameter& wanted) {
  const bool choice = wanted.distribution.as_categorical() != nullptr;
  if (const auto index = spec.space.index_of(wanted.name)) {
    const SearchParameter& present = spec.space.parameters()[*index];
    return present.when.empty() && (present.distribution.as_categorical() != nullptr) == choice;
  }
  return choice ? spec.constants.get_string(wanted.name).has_value()
                : spec.constants.get_double(wanted.name).has_value();
}

Status check_mixed(const std::string& name, const StudySpec& spec) {
  const SearchSpace space = mixed_space();
  std::vector<std::string> names, missing;
  for (const SearchParameter& wanted : space.parameters()) {
    names.push_back(wanted.name);
    if (!always_has(spec, wanted)) missing.push_back(wanted.name);
  }
  if (missing.empty()) return ok_status();
  return invalid_argument(concat("curves ", name, " are a function of ", join(names, ", "),
                                 "; the study has no such ", join(missing, ", "),
                                 " (numbers, and a choice for opt, without conditions)",
                                 "\n  try: --curves bowl, which serves any study"));
}

class MixedCurves final : public Curves {
 public:
  // The loss at (fold, epoch) of a trial that is worth `value`.
  using Formula = double (*)(double value, double learning_rate, uint64_t seed, uint64_t trial,
                             int fold, int epoch);
  MixedCurves(std::string name, Formula formula) : name_(std::move(name)), formula_(formula) {}

  std::string describe() const override { return concat(name_, ", in closed form"); }
  Status check(const StudySpec& spec) const override { return check_mixed(name_, spec); }
  Result<std::unique_ptr<TrialCurves>> begin(const StudySpec& spec, TrialNumber trial,
                                             const ParameterSet& params) override {
    const double value = mixed(params);
    const double rate = *params.get_double("lr");
    const auto loss = [=, formula = formula_, seed = spec.seed,
                       number = static_cast<uint64_t>(trial.value)](int fold, int epoch) {
      return formula(value, rate, seed, number, fold, epoch);
    };
    return std::unique_ptr<TrialCurves>(
        std::make_unique<FormulaCurves>(loss, value, spec.objective.direction));
  }

 private:
  std::string name_;
  Formula formula_;
};

double kfold_formula(double value, double rate, uint64_t seed, uint64_t trial, int fold,
                     int epoch) {
  return fold_curve_loss(value, decay_rate(rate), seed, trial, fold, epoch);
}

double folds_formula(double value, double, uint64_t seed, uint64_t trial, int fold, int) {
  return fold_loss(value, seed, trial, fold);
}

double epochs_formula(double value, double rate, uint64_t seed, uint64_t trial, int, int epoch) {
  return curve_loss(value, rate, seed, trial, epoch);
}

// --- any study's own ranges

class BowlCurves final : public Curves {
 public:
  std::string describe() const override {
    return "bowl, in closed form: made up for this study's ranges, so what is best here says "
           "nothing about what will be";
  }
  Status check(const StudySpec&) const override { return ok_status(); }

  Result<std::unique_ptr<TrialCurves>> begin(const StudySpec& spec, TrialNumber trial,
                                             const ParameterSet& params) override {
    const std::vector<double> point = unit_point(spec.space, params);
    const double value = 0.010 + 0.04 * cost(spec.space, point, Random(spec.seed));
    const double pace = point.empty() || std::isnan(point[0]) ? 0.5 : std::clamp(point[0], 0., 1.);
    const double decay =
        (0.10 + 0.20 * pace) * kReferenceEpochs / static_cast<double>(spec.epochs(params));
    const auto loss = [=, seed = spec.seed, number = static_cast<uint64_t>(trial.value)](
                          int fold, int epoch) {
      return fold_curve_loss(value, decay, seed, number, fold, epoch);
    };
    return std::unique_ptr<TrialCurves>(
        std::make_unique<FormulaCurves>(loss, value, spec.objective.direction));
  }

 private:
  // 0 at the best point, at most about 1. `random` draws the same bowl for every trial.
  static double cost(const SearchSpace& space, const std::vector<double>& point, Random random) {
    double sum = 0, weights = 0;
    for (size_t i = 0; i < space.size(); ++i) {
      const double weight = 1.0 / static_cast<double>(i + 1);
      const auto* choice = space.parameters()[i].distribution.as_categorical();
      const double best = choice ? static_cast<double>(random.below(choice->choices.size()))
                                 : random.uniform(0.1, 0.9);
      const double off = choice ? (point[i] == best ? 0 : 0.3) : point[i] - best;
      weights += weight;
      if (!std::isnan(point[i])) sum += weight * off * off;
    }
    return weights > 0 ? sum / weights : 0;
  }
};

}  // namespace

const std::vector<std::string>& closed_form_names() {
  static const std::vector<std::string> kNames = {"bowl", "mixed-kfold", "mixed-folds",
                                                  "mixed-epochs"};
  return kNames;
}

Result<std::unique_ptr<Curves>> make_closed_form(const std::string& name) {
  const auto mixed_curves = [&](MixedCurves::Formula formula) {
    return std::unique_ptr<Curves>(std::make_unique<MixedCurves>(name, formula));
  };
  if (name == "bowl") return std::unique_ptr<Curves>(std::make_unique<BowlCurves>());
  if (name == "mixed-kfold") return mixed_curves(kfold_formula);
  if (name == "mixed-folds") return mixed_curves(folds_formula);
  if (name == "mixed-epochs") return mixed_curves(epochs_formula);
  const auto nearest = closest_match(name, closed_form_names());
  return invalid_argument(concat(
      "there are no curves '", name, "'",
      nearest ? concat("; did you mean ", *nearest, "?") : std::string(), "\n  in closed form: ",
      join(closed_form_names(), ", "), "\n  of a finished study: study:NAME",
      "\n  of a program of yours: 'COMMAND WITH ARGUMENTS' or command:NAME"));
}

}  // namespace foldmill::simulation
