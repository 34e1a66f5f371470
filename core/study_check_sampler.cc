#include <algorithm>
#include <cmath>

#include "core/grid_points.h"
#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill {

using namespace study_checks;

namespace {

constexpr int64_t kMaxStartupTrials = 1'000'000;
constexpr int64_t kMaxCandidates = 100'000;  // they are all held in memory
constexpr int64_t kMaxModelled = 5'000;      // the cost grows with the cube
constexpr int64_t kMaxGridPoints = 10'000;
constexpr int64_t kMaxPopulation = 10'000;

std::string path_of(std::string_view option) { return concat("search.sampler.", option); }

struct SamplerOption {
  std::string_view name;
  std::vector<std::string> types;  // that have it
  bool (*is_default)(const SamplerSpec&);
};

template <auto kMember>
bool left_alone(const SamplerSpec& sampler) {
  return sampler.*kMember == SamplerSpec().*kMember;
}

const std::vector<SamplerOption>& sampler_options() {
  static const std::vector<SamplerOption> kOptions{
      {"startup_trials", {"tpe", "gp"}, left_alone<&SamplerSpec::startup_trials>},
      {"candidates", {"tpe"}, left_alone<&SamplerSpec::candidates>},
      {"multivariate", {"tpe"}, left_alone<&SamplerSpec::multivariate>},
      {"group", {"tpe"}, left_alone<&SamplerSpec::group>},
      {"constant_liar", {"tpe"}, left_alone<&SamplerSpec::constant_liar>},
      {"prior_weight", {"tpe"}, left_alone<&SamplerSpec::prior_weight>},
      {"deterministic", {"gp"}, left_alone<&SamplerSpec::deterministic>},
      {"max_trials", {"gp"}, left_alone<&SamplerSpec::max_trials>},
      {"sequence", {"qmc"}, left_alone<&SamplerSpec::sequence>},
      {"scramble", {"qmc"}, left_alone<&SamplerSpec::scramble>},
      {"grid_points", {"grid"}, left_alone<&SamplerSpec::grid_points>},
      {"sigma", {"cmaes"}, left_alone<&SamplerSpec::sigma>},
      {"population", {"cmaes", "nsga2"}, left_alone<&SamplerSpec::population>}};
  return kOptions;
}

// An option of another type would silently do nothing.
Status check_options_belong(const SamplerSpec& sampler) {
  for (const SamplerOption& option : sampler_options())
    if (std::find(option.types.begin(), option.types.end(), sampler.type) == option.types.end() &&
        !option.is_default(sampler))
      return invalid_argument(concat(path_of(option.name), ": is an option of ",
                                     join(option.types, " and "), ", not of ", sampler.type,
                                     "; leave it out"));
  return ok_status();
}

Status check_tpe(const SamplerSpec& sampler) {
  FOLDMILL_RETURN_IF_ERROR(
      check_within(path_of("startup_trials"), sampler.startup_trials, 0, kMaxStartupTrials));
  FOLDMILL_RETURN_IF_ERROR(
      check_within(path_of("candidates"), sampler.candidates, 1, kMaxCandidates));
  if (sampler.group && !sampler.multivariate)
    return invalid_argument(
        concat(path_of("group"), ": groups are sampled together; needs multivariate: true"));
  if (std::isfinite(sampler.prior_weight) && sampler.prior_weight > 0) return ok_status();
  return invalid_argument(concat(path_of("prior_weight"), ": must be a positive number, got ",
                                 format_number(sampler.prior_weight)));
}

Status check_gp(const SamplerSpec& sampler) {
  FOLDMILL_RETURN_IF_ERROR(
      check_within(path_of("startup_trials"), sampler.startup_trials, 1, kMaxStartupTrials));
  return check_within(path_of("max_trials"), sampler.max_trials, 10, kMaxModelled);
}

Status check_population(const SamplerSpec& sampler) {
  if (sampler.population == 0) return ok_status();
  return check_within(path_of("population"), sampler.population, 4, kMaxPopulation);
}

Status check_cmaes(const SamplerSpec& sampler) {
  if (!(sampler.sigma > 0 && sampler.sigma <= 1))
    return invalid_argument(concat(path_of("sigma"), ": must be above 0 and at most 1, got ",
                                   format_number(sampler.sigma)));
  return check_population(sampler);
}

}  // namespace

const std::vector<std::string>& sampler_types() {
  static const std::vector<std::string> kTypes{"auto", "tpe", "random", "grid",
                                               "qmc",  "gp",  "cmaes",  "nsga2"};
  return kTypes;
}

Status SamplerSpec::validate() const {
  FOLDMILL_RETURN_IF_ERROR(check_word(path_of("type"), type, sampler_types()));
  FOLDMILL_RETURN_IF_ERROR(check_options_belong(*this));
  if (type == "tpe") return check_tpe(*this);
  if (type == "gp") return check_gp(*this);
  if (type == "cmaes") return check_cmaes(*this);
  if (type == "nsga2") return check_population(*this);
  if (type == "qmc") return check_word(path_of("sequence"), sequence, {"sobol", "halton"});
  if (type == "grid") return check_within(path_of("grid_points"), grid_points, 2, kMaxGridPoints);
  return ok_status();
}

namespace study_checks {

Status check_sampler(const StudySpec& spec) {
  constexpr int64_t kMaxGrid = 1'000'000;
  FOLDMILL_RETURN_IF_ERROR(spec.sampler.validate());
  if (spec.sampler.type != "grid") return ok_status();
  const std::optional<int64_t> size = GridPoints(spec.space, spec.sampler.grid_points).size();
  if (size && *size <= kMaxGrid) return ok_status();
  return invalid_argument(concat(path_of("type"), ": the grid has ",
                                 size ? std::to_string(*size) : "more than 2^62",
                                 " points, at most ", kMaxGrid,
                                 " are searched; narrow the ranges, lengthen their steps or lower "
                                 "grid_points"));
}

}  // namespace study_checks
}  // namespace foldmill
