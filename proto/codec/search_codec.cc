#include "proto/codec/search_codec.h"

#include <cmath>

#include "proto/codec/value_codec.h"

namespace foldmill::proto {
namespace {

using ValueList = google::protobuf::RepeatedPtrField<v1::ParameterValue>;

void encode_values(const std::vector<ParameterValue>& values, ValueList* out) {
  for (const ParameterValue& value : values) *out->Add() = encode(value);
}

Result<std::vector<ParameterValue>> decode_values(const ValueList& list) {
  return decode_each<ParameterValue>(list, [](const auto& value) { return decode(value); });
}

void encode_distribution(const Distribution& distribution, v1::SearchParameter* out) {
  if (const FloatDistribution* range = distribution.as_float()) {
    v1::FloatRange* message = out->mutable_float_range();
    message->set_low(range->low);
    message->set_high(range->high);
    message->set_log(range->log);
    if (range->step) message->set_step(*range->step);
  } else if (const IntDistribution* integers = distribution.as_int()) {
    v1::IntRange* message = out->mutable_int_range();
    message->set_low(integers->low);
    message->set_high(integers->high);
    message->set_log(integers->log);
    message->set_step(integers->step);
  } else {
    encode_values(distribution.as_categorical()->choices,
                  out->mutable_choices()->mutable_choices());
  }
}

Result<Distribution> decode_distribution(const v1::SearchParameter& message) {
  switch (message.distribution_case()) {
    case v1::SearchParameter::kFloatRange: {
      const v1::FloatRange& range = message.float_range();
      return Distribution::make_float(
          range.low(), range.high(), range.log(),
          range.has_step() ? std::optional(range.step()) : std::nullopt);
    }
    case v1::SearchParameter::kIntRange: {
      const v1::IntRange& range = message.int_range();
      return Distribution::make_int(range.low(), range.high(), range.log(), range.step());
    }
    case v1::SearchParameter::kChoices: {
      FOLDMILL_ASSIGN_OR_RETURN(auto choices, decode_values(message.choices().choices()));
      return Distribution::make_categorical(std::move(choices));
    }
    case v1::SearchParameter::DISTRIBUTION_NOT_SET:
      break;
  }
  return invalid_argument("there is no range to search");
}

Result<Condition> decode_condition(const v1::Condition& message) {
  FOLDMILL_ASSIGN_OR_RETURN(auto any_of, decode_values(message.any_of()));
  return Condition{message.parent(), std::move(any_of)};
}

Result<SearchParameter> decode_search_parameter(const v1::SearchParameter& message) {
  Result<Distribution> distribution = decode_distribution(message);
  if (!distribution.ok()) return distribution.status().with_context(message.name());
  auto when = decode_each<Condition>(message.when(), decode_condition);
  if (!when.ok()) return when.status().with_context(message.name());
  return SearchParameter{message.name(), std::move(distribution).value(), std::move(when).value()};
}

}  // namespace

v1::SearchParameter encode(const SearchParameter& parameter) {
  v1::SearchParameter out;
  out.set_name(parameter.name);
  encode_distribution(parameter.distribution, &out);
  for (const Condition& condition : parameter.when) {
    v1::Condition* message = out.add_when();
    message->set_parent(condition.parent);
    encode_values(condition.any_of, message->mutable_any_of());
  }
  return out;
}

v1::SamplerSpec encode(const SamplerSpec& sampler) {
  v1::SamplerSpec out;
  out.set_type(sampler.type);
  out.set_startup_trials(sampler.startup_trials);
  out.set_candidates(sampler.candidates);
  out.set_multivariate(sampler.multivariate);
  out.set_constant_liar(sampler.constant_liar);
  out.set_prior_weight(sampler.prior_weight);
  out.set_group(sampler.group);
  out.set_deterministic(sampler.deterministic);
  out.set_max_trials(sampler.max_trials);
  out.set_sequence(sampler.sequence);
  out.set_scramble(sampler.scramble);
  out.set_grid_points(sampler.grid_points);
  out.set_sigma(sampler.sigma);
  out.set_population(sampler.population);
  return out;
}

Result<SamplerSpec> decode(const v1::SamplerSpec& message) {
  if (!std::isfinite(message.prior_weight()))
    return invalid_argument("sampler.prior_weight: must be finite");
  SamplerSpec sampler;
  sampler.type = message.type();
  sampler.startup_trials = message.startup_trials();
  sampler.candidates = message.candidates();
  sampler.multivariate = message.multivariate();
  sampler.constant_liar = message.constant_liar();
  sampler.prior_weight = message.prior_weight();
  if (message.has_group()) sampler.group = message.group();
  if (message.has_deterministic()) sampler.deterministic = message.deterministic();
  if (message.has_max_trials()) sampler.max_trials = message.max_trials();
  if (message.has_sequence()) sampler.sequence = message.sequence();
  if (message.has_scramble()) sampler.scramble = message.scramble();
  if (message.has_grid_points()) sampler.grid_points = message.grid_points();
  if (message.has_sigma()) sampler.sigma = message.sigma();
  if (message.has_population()) sampler.population = message.population();
  return sampler;
}

v1::PruningSpec encode(const PruningSpec& pruning) {
  v1::PruningSpec out;
  out.set_type(pruning.type);
  out.set_warmup_trials(pruning.warmup_trials);
  out.set_warmup_epochs(pruning.warmup_epochs);
  out.set_interval(pruning.interval);
  out.set_min_peers(pruning.min_peers);
  out.set_percentile(pruning.percentile);
  out.set_min_epochs(pruning.min_epochs);
  out.set_reduction_factor(pruning.reduction_factor);
  out.set_patience(pruning.patience);
  out.set_min_delta(pruning.min_delta);
  if (pruning.lower) out.set_lower(*pruning.lower);
  if (pruning.upper) out.set_upper(*pruning.upper);
  out.set_confidence(pruning.confidence);
  out.set_min_folds(pruning.min_folds);
  out.set_around(pruning.around);
  return out;
}

PruningSpec decode(const v1::PruningSpec& message) {
  PruningSpec pruning;
  pruning.type = message.type();
  pruning.warmup_trials = message.warmup_trials();
  pruning.warmup_epochs = message.warmup_epochs();
  pruning.interval = message.interval();
  pruning.min_peers = message.min_peers();
  if (message.has_percentile()) pruning.percentile = message.percentile();
  if (message.has_min_epochs()) pruning.min_epochs = message.min_epochs();
  if (message.has_reduction_factor()) pruning.reduction_factor = message.reduction_factor();
  if (message.has_patience()) pruning.patience = message.patience();
  if (message.has_min_delta()) pruning.min_delta = message.min_delta();
  if (message.has_lower()) pruning.lower = message.lower();
  if (message.has_upper()) pruning.upper = message.upper();
  if (message.has_confidence()) pruning.confidence = message.confidence();
  if (message.has_min_folds()) pruning.min_folds = message.min_folds();
  pruning.around = message.around();
  return pruning;
}

Status decode_space(const v1::StudySpec& message, StudySpec* spec) {
  FOLDMILL_ASSIGN_OR_RETURN(spec->constants, decode(message.constants()));
  FOLDMILL_ASSIGN_OR_RETURN(auto parameters,
                            decode_each<SearchParameter>(message.space(), decode_search_parameter));
  FOLDMILL_ASSIGN_OR_RETURN(spec->space,
                            SearchSpace::create(std::move(parameters), spec->constants));
  FOLDMILL_ASSIGN_OR_RETURN(spec->enqueue,
                            decode_each<ParameterSet>(message.enqueue(), [](const auto& point) {
                              return decode(point.parameters());
                            }));
  return ok_status();
}

}  // namespace foldmill::proto
