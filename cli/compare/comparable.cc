#include "cli/compare/comparable.h"

#include <algorithm>
#include <vector>

#include "core/knob.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

// What must agree, by its path in a study file.
struct Term {
  std::string name, value;
};
using Terms = std::vector<Term>;

const char* word(bool truth) { return truth ? "true" : "false"; }

bool is_drawn(const StudySpec& spec) { return spec.folds.shuffle || spec.data.subset_train; }

// All that decides which samples a fold holds.
Terms terms_of_folds(const StudySpec& spec) {
  const DataSpec& data = spec.data;
  const FoldPlan& folds = spec.folds;
  const auto& outer = folds.outer;
  return {
      {"data.dataset", data.dataset},
      {"data.path", data.path},
      {"data.subset.train", data.subset_train ? std::to_string(*data.subset_train) : "all"},
      {"data.subset.stratified", data.subset_train ? word(data.subset_stratified) : ""},
      {"folds.k", std::to_string(folds.k)},
      {"data.validation.fraction", folds.k == 1 ? format_number(folds.validation_fraction) : ""},
      {"folds.stratified", word(folds.stratified)},
      {"folds.shuffle", word(folds.shuffle)},
      {"folds.repeats", std::to_string(folds.repeats)},
      {"folds.groups", folds.groups},
      {"folds.leave_one_group_out", word(folds.leave_one_group_out)},
      {"the outer fold", outer ? concat(outer->fold, " of ", outer->k) : ""},
      {"seed", is_drawn(spec) ? std::to_string(spec.seed) : ""}};
}

// What the trainer reads for a knob: the trial's own, the study's, or the default.
std::string knob_of(const FoundTrial& found, std::string_view name) {
  const StudySpec& spec = found.study.spec;
  if (const ParameterValue* own = found.trial.params.find(name)) return to_string(*own);
  if (const ParameterValue* constant = spec.constants.find(name)) return to_string(*constant);
  for (const KnobInfo& knob : knobs_of(spec.model))
    if (knob.name == name) return to_string(knob.fallback);
  return {};
}

std::string normalisation(const DataSpec& data) {
  const std::string name(to_string(data.normalize));
  return data.normalize == Normalize::kGiven
             ? concat(name, " ", format_number(data.mean), ", ", format_number(data.stddev))
             : name;
}

bool means_the_same_everywhere(const std::string& metric) {
  return metric == "n_parameters" || metric.ends_with("_mse_unit") || metric.ends_with("_accuracy");
}

bool is_autoencoder(const ModelSpec& model) {
  const std::vector<std::string>& metrics = metrics_of(model.type);
  return std::find(metrics.begin(), metrics.end(), "val_mse_unit") != metrics.end();
}

// All that decides what `metric` measures.
Terms terms_of_measure(const FoundTrial& found, const std::string& metric) {
  const StudySpec& spec = found.study.spec;
  if (means_the_same_everywhere(metric)) return {};
  Terms terms = {{"model.type", spec.model.type}};
  if (!is_autoencoder(spec.model)) return terms;
  terms.push_back({"model.target", std::string(to_string(spec.model.target))});
  terms.push_back({"data.normalize", normalisation(spec.data)});
  for (const char* knob : {"loss", "kl_weight", "noise", "noise_sigma", "noise_p"})
    terms.push_back({concat("params.", knob), knob_of(found, knob)});
  return terms;
}

// The first that does not agree: "data.path is /a in one and /b in the other". Terms of the same
// names, or of which the first differ.
std::string difference(const Terms& a, const Terms& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (a[i].value != b[i].value)
      return concat(a[i].name, " is ", a[i].value.empty() ? "not set" : a[i].value, " in one and ",
                    b[i].value.empty() ? "not set" : b[i].value, " in the other");
  return {};
}

}  // namespace

std::string name_of(const FoundTrial& found) {
  return concat(found.study.spec.name, "/", found.trial.number.value);
}

Status check_same_folds(const StudySpec& a, const StudySpec& b) {
  const std::string differs = difference(terms_of_folds(a), terms_of_folds(b));
  if (differs.empty()) return ok_status();
  return failed_precondition(
      concat("the folds of ", a.name, " and ", b.name, " are not the same: ", differs,
             "\n  only values of the same folds can be compared; train one of the two again with "
             "the data, folds and seed of the other"));
}

Status check_same_measure(const FoundTrial& a, const FoundTrial& b, const std::string& metric) {
  const std::string differs = difference(terms_of_measure(a, metric), terms_of_measure(b, metric));
  if (differs.empty()) return ok_status();
  std::string message = concat("the ", metric, " of ", name_of(a), " and that of ", name_of(b),
                               " measure different things: ", differs);
  if (is_autoencoder(a.study.spec.model) && is_autoencoder(b.study.spec.model))
    message += "\n  try: --metric val_mse_unit, which is the same in all autoencoders";
  return failed_precondition(std::move(message));
}

}  // namespace foldmill::cli
