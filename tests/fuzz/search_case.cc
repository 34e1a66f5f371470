#include "tests/fuzz/search_case.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "core/text.h"
#include "sampler/point_builder.h"

namespace foldmill::fuzz {
namespace {

constexpr int64_t kMostParameters = 6;
constexpr int64_t kMostTrials = 80;

// Soundness is for the factories to judge; what they refuse becomes a plain range.
Distribution or_plain(Result<Distribution> made) {
  return made.ok() ? std::move(made).value() : Distribution::make_float(0, 1).value();
}

Distribution make_float(ByteSource& bytes) {
  const double low = bytes.coin() ? bytes.number() : bytes.unit() * 10 - 5;
  const double width = bytes.coin() ? std::abs(bytes.number()) : bytes.unit();
  switch (bytes.below(4)) {
    case 0:
      return or_plain(
          Distribution::make_float(std::abs(low), std::abs(low) * (1 + width), /*log=*/true));
    case 1:
      return or_plain(Distribution::make_float(low, low + width, false, std::abs(bytes.number())));
    default:
      return or_plain(Distribution::make_float(low, low + width));
  }
}

Distribution make_int(ByteSource& bytes) {
  const bool large = bytes.below(8) == 0;
  const int64_t low = large ? static_cast<int64_t>(bytes.word() >> 13) : bytes.below(100) - 20;
  const int64_t high = low + (large ? static_cast<int64_t>(bytes.word() >> 13) : bytes.below(70));
  if (bytes.coin()) return or_plain(Distribution::make_int(low, high, /*log=*/true));
  return or_plain(Distribution::make_int(low, high, false, 1 + bytes.below(9)));
}

Distribution make_choice(ByteSource& bytes) {
  static const std::vector<ParameterValue> kAll = {
      std::string("adam"), std::string(), int64_t{1}, 2.5, true, false, int64_t{-7}};
  const auto count = static_cast<std::ptrdiff_t>(1 + bytes.below(int64_t(kAll.size())));
  return or_plain(Distribution::make_categorical({kAll.begin(), kAll.begin() + count}));
}

Distribution make_distribution(ByteSource& bytes) {
  switch (bytes.below(3)) {
    case 0:
      return make_float(bytes);
    case 1:
      return make_int(bytes);
    default:
      return make_choice(bytes);
  }
}

// An internal value of the range.
double inside(ByteSource& bytes, const Distribution& distribution) {
  double low = 0, high = 0;
  if (const auto* real = distribution.as_float()) {
    low = real->low;
    high = real->high;
  } else if (const auto* integer = distribution.as_int()) {
    low = static_cast<double>(integer->low);
    high = static_cast<double>(integer->high);
  } else {
    high = static_cast<double>(distribution.as_categorical()->choices.size() - 1);
  }
  const double share = bytes.unit();
  const ParameterValue value = distribution.from_internal(low * (1 - share) + high * share);
  return distribution.to_internal(value).value();
}

std::vector<double> internal_of(const SearchSpace& space, const ParameterSet& point) {
  std::vector<double> internal;
  for (const SearchParameter& parameter : space.parameters()) {
    const ParameterValue* value = point.find(parameter.name);
    internal.push_back(value ? parameter.distribution.to_internal(*value).value_or(std::nan(""))
                             : std::nan(""));
  }
  return internal;
}

void spoil(ByteSource& bytes, std::vector<double>& internal) {
  switch (bytes.below(8)) {
    case 0:
      internal[static_cast<size_t>(bytes.below(int64_t(internal.size())))] = bytes.number();
      return;
    case 1:
      internal.pop_back();
      return;
    case 2:
      internal.push_back(bytes.number());
      return;
    default:
      return;
  }
}

}  // namespace

SamplerSpec make_spec(ByteSource& bytes) {
  SamplerSpec spec;
  spec.type = sampler_types()[static_cast<size_t>(bytes.below(int64_t(sampler_types().size())))];
  if (bytes.coin()) return spec;
  const std::string& type = spec.type;
  if (type == "tpe" || type == "gp") spec.startup_trials = static_cast<int>(bytes.within(0, 12));
  if (type == "tpe") {
    spec.candidates = static_cast<int>(bytes.within(0, 30));
    spec.multivariate = bytes.coin();
    spec.group = bytes.coin();
    spec.constant_liar = bytes.coin();
    if (bytes.coin()) spec.prior_weight = bytes.coin() ? bytes.unit() : bytes.number();
  }
  if (type == "gp") {
    spec.deterministic = bytes.coin();
    spec.max_trials = static_cast<int>(bytes.within(8, 40));
  }
  if (type == "qmc") {
    spec.sequence = bytes.coin() ? "sobol" : "halton";
    spec.scramble = bytes.coin();
  }
  if (type == "grid") spec.grid_points = static_cast<int>(bytes.within(1, 6));
  if (type == "cmaes") spec.sigma = bytes.coin() ? bytes.unit() : bytes.number();
  if (type == "cmaes" || type == "nsga2") spec.population = static_cast<int>(bytes.within(0, 12));
  return spec;
}

SearchSpace make_space(ByteSource& bytes) {
  std::vector<SearchParameter> parameters;
  const int64_t count = bytes.within(1, kMostParameters);
  for (int64_t i = 0; i < count; ++i) {
    SearchParameter parameter{concat("p", i), make_distribution(bytes), {}};
    if (i > 0 && bytes.coin()) {
      const SearchParameter& parent = parameters[static_cast<size_t>(bytes.below(i))];
      Condition condition{parent.name, {}};
      for (int64_t values = bytes.within(1, 2); values > 0; --values)
        condition.any_of.push_back(
            parent.distribution.from_internal(inside(bytes, parent.distribution)));
      parameter.when.push_back(std::move(condition));
    }
    parameters.push_back(std::move(parameter));
  }
  if (bytes.coin()) std::reverse(parameters.begin(), parameters.end());
  return SearchSpace::create(std::move(parameters)).value();
}

ParameterSet make_point(ByteSource& bytes, const SearchSpace& space) {
  return sampler::build_point(space, {}, [&](size_t index) {
    return inside(bytes, space.parameters()[index].distribution);
  });
}

std::vector<sampler::History::Entry> make_history(ByteSource& bytes, const SearchSpace& space) {
  constexpr TrialState kStates[] = {TrialState::kCompleted, TrialState::kCompleted,
                                    TrialState::kCompleted, TrialState::kPruned,
                                    TrialState::kFailed,    TrialState::kRunning};
  const int64_t count = bytes.within(0, kMostTrials);
  const bool equal = bytes.below(8) == 0;
  const double common = bytes.number();
  const int64_t objectives = bytes.below(3);
  std::vector<sampler::History::Entry> entries;
  for (int64_t number = 0; number < count; ++number) {
    sampler::Observation seen;
    seen.number = TrialNumber(number);
    seen.state = kStates[bytes.below(6)];
    seen.internal = internal_of(space, make_point(bytes, space));
    spoil(bytes, seen.internal);
    seen.value = equal ? common : bytes.number();
    seen.last_epoch = bytes.below(5);
    seen.estimated = seen.last_epoch % 2 == 1;
    if (bytes.coin()) seen.standard_error = std::abs(bytes.number());
    if (bytes.below(8) == 0) seen.violation = std::abs(bytes.number());
    for (int64_t i = 0; i < objectives; ++i) seen.more_losses.push_back(bytes.number());
    entries.push_back(std::make_shared<const sampler::Observation>(std::move(seen)));
  }
  return entries;
}

ParameterSet make_fixed(ByteSource& bytes, const SearchSpace& space) {
  ParameterSet fixed;
  if (bytes.coin()) return fixed;
  for (const auto& [name, value] : make_point(bytes, space))
    if (bytes.coin()) fixed.set(name, value);
  return fixed;
}

}  // namespace foldmill::fuzz
