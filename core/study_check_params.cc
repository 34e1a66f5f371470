#include <algorithm>

#include "core/knob.h"
#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill::study_checks {
namespace {

std::vector<std::string> choices_of(const KnobInfo& knob) {
  return {knob.choices.begin(), knob.choices.end()};
}

std::string allowed_by(const KnobInfo& knob) {
  const std::string limits =
      concat("[", format_number(knob.low), ", ", format_number(knob.high), "]");
  switch (knob.kind) {
    case KnobInfo::Kind::kInt:
      return concat("an integer in ", limits);
    case KnobInfo::Kind::kFloat:
      return concat("a number in ", limits);
    case KnobInfo::Kind::kChoice:
      return concat("one of ", join(choices_of(knob), ", "));
    case KnobInfo::Kind::kBool:
      return "true or false";
  }
  return {};
}

bool allows(const KnobInfo& knob, const ParameterValue& value) {
  const auto within = [&](double number) { return number >= knob.low && number <= knob.high; };
  const auto* whole = std::get_if<int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  const auto* word = std::get_if<std::string>(&value);
  switch (knob.kind) {
    case KnobInfo::Kind::kInt:
      return whole != nullptr && within(static_cast<double>(*whole));
    case KnobInfo::Kind::kFloat:
      return (whole != nullptr || real != nullptr) && within(*as_double(value));
    case KnobInfo::Kind::kChoice:
      return word != nullptr &&
             std::find(knob.choices.begin(), knob.choices.end(), *word) != knob.choices.end();
    case KnobInfo::Kind::kBool:
      return std::holds_alternative<bool>(value);
  }
  return false;
}

// `written` is what the message shows: the value itself or the range that it stands for.
Status check_knob_value(const KnobInfo& knob, const ParameterValue& value,
                        const std::string& written) {
  if (allows(knob, value)) return ok_status();
  const std::string where = concat("params.", knob.name);
  const auto* word = std::get_if<std::string>(&value);
  if (knob.kind == KnobInfo::Kind::kChoice && word != nullptr)
    return unknown_word(where, *word, choices_of(knob));
  return invalid_argument(concat(where, ": must be ", allowed_by(knob), ", got ", written));
}

// The values that stand for a whole range: its ends, or every choice.
std::vector<ParameterValue> corners_of(const Distribution& range) {
  if (const auto* choice = range.as_categorical()) return choice->choices;
  if (const auto* whole = range.as_int()) return {whole->low, whole->high};
  return {range.as_float()->low, range.as_float()->high};
}

Status check_knob_range(const KnobInfo& knob, const Distribution& range) {
  for (const ParameterValue& value : corners_of(range))
    FOLDMILL_RETURN_IF_ERROR(check_knob_value(knob, value, range.describe()));
  return ok_status();
}

Result<const KnobInfo*> find_knob(const ModelSpec& model, std::string_view name) {
  std::vector<std::string> names;
  for (const KnobInfo& knob : knobs_of(model)) {
    if (knob.name == name) return &knob;
    names.emplace_back(knob.name);
  }
  return unknown_word(concat("params of model '", model.type, "'"), name, names);
}

Status check_knobs(const StudySpec& spec) {
  for (const auto& [name, value] : spec.constants) {
    FOLDMILL_ASSIGN_OR_RETURN(const KnobInfo* knob, find_knob(spec.model, name));
    FOLDMILL_RETURN_IF_ERROR(check_knob_value(*knob, value, to_string(value)));
  }
  for (const SearchParameter& parameter : spec.space.parameters()) {
    FOLDMILL_ASSIGN_OR_RETURN(const KnobInfo* knob, find_knob(spec.model, parameter.name));
    FOLDMILL_RETURN_IF_ERROR(check_knob_range(*knob, parameter.distribution));
  }
  return ok_status();
}

// A trial trains for a whole number of epochs from 1 on, whatever the model.
Status check_epochs(const StudySpec& spec) {
  const KnobInfo& knob = epochs_knob();
  if (const ParameterValue* constant = spec.constants.find(knob.name))
    return check_knob_value(knob, *constant, to_string(*constant));
  const std::optional<size_t> index = spec.space.index_of(knob.name);
  // A loop outside may well tell nothing but the result: that is one epoch.
  if (!index && is_trained_outside(spec.model)) return ok_status();
  if (!index) return invalid_argument("params.epochs: missing; add for example `epochs: 20`");
  const SearchParameter& parameter = spec.space.parameters()[*index];
  if (!parameter.when.empty())
    return invalid_argument("params.epochs: every trial needs it; remove its `when`");
  return check_knob_range(knob, parameter.distribution);
}

}  // namespace

Status check_params(const StudySpec& spec) {
  for (const SearchParameter& parameter : spec.space.parameters())
    if (spec.constants.contains(parameter.name))
      return invalid_argument(
          concat("params.", parameter.name, ": both a constant and a range; keep one of them"));
  FOLDMILL_RETURN_IF_ERROR(check_epochs(spec));
  return is_users_code(spec.model) ? ok_status() : check_knobs(spec);
}

std::vector<ParameterValue> possible_values(const StudySpec& spec, std::string_view name) {
  if (const ParameterValue* constant = spec.constants.find(name)) return {*constant};
  if (const auto index = spec.space.index_of(name))
    return corners_of(spec.space.parameters()[*index].distribution);
  for (const KnobInfo& knob : knobs_of(spec.model))
    if (knob.name == name) return {knob.fallback};
  return {};
}

}  // namespace foldmill::study_checks
