#include "worker/trainer/training/knobs.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

[[noreturn]] void refuse(const std::string& model, const KnobInfo& knob, const ParameterValue& got,
                         const std::string& allowed) {
  throw AttemptError(EndCause::kUserError,
                     concat("model ", model, ": parameter ", knob.name, " is ", to_string(got),
                            ", allowed is ", allowed));
}

std::string range_text(const KnobInfo& knob) {
  return concat(knob.kind == KnobInfo::Kind::kInt ? "an integer" : "a number", " from ",
                format_number(knob.low), " to ", format_number(knob.high));
}

}  // namespace

Knobs::Knobs(const ModelSpec& model, const ParameterSet& params)
    : model_(model.type), infos_(knobs_of(model)), params_(params) {}

const KnobInfo& Knobs::info(std::string_view name) const {
  const auto found = std::find_if(infos_.begin(), infos_.end(),
                                  [&](const KnobInfo& knob) { return knob.name == name; });
  if (found == infos_.end())
    throw AttemptError(EndCause::kInternal,
                       concat("model ", model_, " declares no parameter ", name));
  return *found;
}

const ParameterValue& Knobs::value(const KnobInfo& knob) const {
  if (const ParameterValue* given = params_.find(knob.name)) return *given;
  if (knob.required)
    throw AttemptError(EndCause::kUserError, concat("model ", model_, ": parameter ", knob.name,
                                                    " is missing and has no default; add it under "
                                                    "`params`"));
  return knob.fallback;
}

double Knobs::checked_number(const KnobInfo& knob) const {
  const ParameterValue& given = value(knob);
  const auto number = as_double(given);
  // Written so that NaN is refused too.
  if (!number || !(*number >= knob.low && *number <= knob.high))
    refuse(model_, knob, given, range_text(knob));
  return *number;
}

double Knobs::number(std::string_view name) const { return checked_number(info(name)); }

int64_t Knobs::integer(std::string_view name) const {
  const KnobInfo& knob = info(name);
  const double number = checked_number(knob);
  if (number != std::floor(number)) refuse(model_, knob, value(knob), range_text(knob));
  return static_cast<int64_t>(number);
}

std::string Knobs::choice(std::string_view name) const {
  const KnobInfo& knob = info(name);
  const ParameterValue& given = value(knob);
  const auto* text = std::get_if<std::string>(&given);
  if (text == nullptr ||
      std::find(knob.choices.begin(), knob.choices.end(), *text) == knob.choices.end())
    refuse(model_, knob, given,
           concat("one of ", join({knob.choices.begin(), knob.choices.end()}, ", ")));
  return *text;
}

bool Knobs::flag(std::string_view name) const {
  const KnobInfo& knob = info(name);
  const ParameterValue& given = value(knob);
  const bool* set = std::get_if<bool>(&given);
  if (set == nullptr) refuse(model_, knob, given, "true or false");
  return *set;
}

}  // namespace foldmill::trainer
