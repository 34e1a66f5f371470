#include <algorithm>

#include "core/knob.h"
#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill::study_checks {
namespace {

// A knob that is read only while another one, of words, has certain values.
struct Use {
  std::string_view knob, parent;
  std::vector<std::string_view> words;
};

const std::vector<Use>& uses() {
  static const std::vector<Use> kUses = {
      {"momentum", "optimizer", {"sgd", "rmsprop"}},
      {"beta1", "optimizer", {"adam", "adamw", "adamax", "radam"}},
      {"beta2", "optimizer", {"adam", "adamw", "adamax", "radam"}},
      {"lr_step_epochs", "lr_schedule", {"step"}},
      {"lr_gamma", "lr_schedule", {"step"}},
      {"noise_sigma", "noise", {"gaussian", "mixture"}},
      {"noise_p", "noise", {"salt_and_pepper", "mixture"}},
  };
  return kUses;
}

bool is_word_of(const Use& use, const ParameterValue& value) {
  return std::find(use.words.begin(), use.words.end(), to_string(value)) != use.words.end();
}

// Whether a trial that has `parameter` always has one of the words that make use of it, by the
// parameter's own conditions or by those of a parent.
bool only_where_used(const SearchSpace& space, const SearchParameter& parameter, const Use& use) {
  return std::any_of(parameter.when.begin(), parameter.when.end(), [&](const Condition& condition) {
    const auto used = [&](const ParameterValue& value) { return is_word_of(use, value); };
    if (condition.parent == use.parent)
      return std::all_of(condition.any_of.begin(), condition.any_of.end(), used);
    const std::optional<size_t> parent = space.index_of(condition.parent);
    return parent && only_where_used(space, space.parameters()[*parent], use);
  });
}

Status without_effect(std::string_view knob, std::string_view why) {
  return invalid_argument(concat("params.", knob, ": has no effect ", why));
}

std::string words_of(const Use& use) {
  return join(std::vector<std::string>(use.words.begin(), use.words.end()), ", ");
}

// A constant may wait for those trials that read it. A range may not: the search would take its
// values for a cause where they are none.
Status check_use(const StudySpec& spec, const Use& use) {
  const std::vector<ParameterValue> parents = possible_values(spec, use.parent);
  const auto used = [&](const ParameterValue& value) { return is_word_of(use, value); };
  if (std::none_of(parents.begin(), parents.end(), used))
    return without_effect(use.knob,
                          concat("with ", use.parent, ": ", to_string(parents.front()),
                                 "; remove it, or choose ", use.parent, " from ", words_of(use)));
  const std::optional<size_t> searched = spec.space.index_of(use.knob);
  if (!searched || std::all_of(parents.begin(), parents.end(), used) ||
      only_where_used(spec.space, spec.space.parameters()[*searched], use))
    return ok_status();
  return without_effect(use.knob,
                        concat("in trials of another ", use.parent, "; add to its range when: {",
                               use.parent, ": [", words_of(use), "]}"));
}

// Whether the study asks for anything but what the trainer does by itself.
bool is_asked_for(const StudySpec& spec, std::string_view name) {
  if (spec.space.index_of(name)) return true;
  const ParameterValue* constant = spec.constants.find(name);
  if (constant == nullptr) return false;
  const std::vector<KnobInfo>& knobs = knobs_of(spec.model);
  const auto knob = std::find_if(knobs.begin(), knobs.end(),
                                 [&](const KnobInfo& info) { return info.name == name; });
  return knob != knobs.end() && as_double(*constant) != as_double(knob->fallback);
}

Status check_classifier(const StudySpec& spec) {
  const std::vector<ParameterValue> widths = possible_values(spec, "n_hidden");
  const auto none = [](const ParameterValue& width) { return as_double(width) == 0.0; };
  if (is_asked_for(spec, "dropout") && std::all_of(widths.begin(), widths.end(), none))
    return without_effect("dropout",
                          "with n_hidden: 0, which is a single linear layer; remove it, "
                          "or give n_hidden a width");
  if (is_asked_for(spec, "encoder_lr_factor") && spec.model.encoder && spec.model.encoder->freeze)
    return without_effect("encoder_lr_factor",
                          "on an encoder that is frozen; remove it, or write freeze: false");
  return ok_status();
}

}  // namespace

Status check_effect(const StudySpec& spec) {
  for (const Use& use : uses())
    if (is_asked_for(spec, use.knob)) FOLDMILL_RETURN_IF_ERROR(check_use(spec, use));
  return spec.model.type == "classifier" ? check_classifier(spec) : ok_status();
}

}  // namespace foldmill::study_checks
