#include "cli/study_file/sampler_binder.h"

#include "cli/study_file/map_reader.h"

namespace foldmill::cli {
namespace {

void bind_tpe(MapReader& reader, SamplerSpec& sampler) {
  reader.integer("startup_trials", sampler.startup_trials, 0, kMostCount);
  reader.integer("candidates", sampler.candidates, 1, kMostCount);
  reader.boolean("multivariate", sampler.multivariate);
  reader.boolean("group", sampler.group);
  reader.boolean("constant_liar", sampler.constant_liar);
  reader.number("prior_weight", sampler.prior_weight);
}

void bind_gp(MapReader& reader, SamplerSpec& sampler) {
  reader.integer("startup_trials", sampler.startup_trials, 1, kMostCount);
  reader.boolean("deterministic", sampler.deterministic);
  reader.integer("max_trials", sampler.max_trials, 1, kMostCount);
}

void bind_population(MapReader& reader, SamplerSpec& sampler) {
  reader.integer("population", sampler.population, 0, kMostCount);
}

void bind_cmaes(MapReader& reader, SamplerSpec& sampler) {
  reader.number("sigma", sampler.sigma);
  bind_population(reader, sampler);
}

void bind_qmc(MapReader& reader, SamplerSpec& sampler) {
  reader.word("sequence", sampler.sequence, {"sobol", "halton"});
  reader.boolean("scramble", sampler.scramble);
}

}  // namespace

void bind_sampler(const DocNode* node, SamplerSpec& sampler, Diagnostics& diagnostics) {
  MapReader reader(node, "sampler", diagnostics);
  reader.word("type", sampler.type, sampler_types());
  if (sampler.type == "tpe") bind_tpe(reader, sampler);
  if (sampler.type == "gp") bind_gp(reader, sampler);
  if (sampler.type == "cmaes") bind_cmaes(reader, sampler);
  if (sampler.type == "nsga2") bind_population(reader, sampler);
  if (sampler.type == "qmc") bind_qmc(reader, sampler);
  if (sampler.type == "grid") reader.integer("grid_points", sampler.grid_points, 1, kMostCount);
  reader.finish();
}

}  // namespace foldmill::cli
