// How many trials importances need: the share of seeds in which a method puts the parameters of a
// function with known importances in their order.

#include <chrono>
#include <memory>
#include <string>

#include "core/random.h"
#include "sampler/importance.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"
#include "tests/bench/command.h"

namespace foldmill::bench {
namespace {

struct ImportanceBenchOptions {
  std::string method = "fanova";
  int64_t trials = 100;
  int64_t seeds = 100;
  double noise = 0.5;
};

// Six uniform parameters, three of which do nothing; the value is 3 a + 2 b + c, so the shares are
// 9, 4 and 1 of 14.
SearchSpace make_space() {
  std::vector<SearchParameter> parameters;
  for (const char* name : {"a", "b", "c", "x", "y", "z"})
    parameters.push_back({name, Distribution::make_float(0, 1).value(), {}});
  return SearchSpace::create(std::move(parameters)).value();
}

std::vector<sampler::ScoredPoint> make_points(const SearchSpace& space,
                                              const ImportanceBenchOptions& options,
                                              uint64_t seed) {
  Random random(seed);
  std::vector<sampler::ScoredPoint> points;
  for (int64_t i = 0; i < options.trials; ++i) {
    ParameterSet params = sampler::build_point(space, {}, [&](size_t index) {
      return sampler::sample_uniform(space.parameters()[index].distribution, random);
    });
    const double value = 3 * *params.get_double("a") + 2 * *params.get_double("b") +
                         *params.get_double("c") + options.noise * random.normal();
    points.push_back({std::move(params), value});
  }
  return points;
}

Result<Report> run_importance(const ImportanceBenchOptions& options) {
  const SearchSpace space = make_space();
  sampler::ImportanceOptions wanted;
  if (options.method == "ped-anova") wanted.method = sampler::ImportanceMethod::kPedAnova;
  int64_t first = 0, order = 0;
  std::vector<double> times_ms;
  for (int64_t seed = 0; seed < options.seeds; ++seed) {
    const auto points = make_points(space, options, static_cast<uint64_t>(seed));
    const auto start = std::chrono::steady_clock::now();
    FOLDMILL_ASSIGN_OR_RETURN(
        const sampler::ImportanceReport report,
        sampler::parameter_importances(space, points, Direction::kMinimize, wanted));
    times_ms.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
    const auto& rows = report.parameters;
    first += rows[0].name == "a";
    order += rows[0].name == "a" && rows[1].name == "b" && rows[2].name == "c";
  }
  const auto all = static_cast<double>(options.seeds);
  nlohmann::ordered_json result = summarize_ms(std::move(times_ms));
  result["first_right"] = static_cast<double>(first) / all;
  result["order_right"] = static_cast<double>(order) / all;
  return Report{"importance",
                {{"method", options.method},
                 {"trials", options.trials},
                 {"seeds", options.seeds},
                 {"noise", options.noise}},
                std::move(result)};
}

}  // namespace

Command add_importance_command(CLI::App& app) {
  auto options = std::make_shared<ImportanceBenchOptions>();
  CLI::App* command = app.add_subcommand("importance", "how many trials importances need");
  command->add_option("--method", options->method, "fanova or ped-anova")
      ->check(CLI::IsMember({"fanova", "ped-anova"}))
      ->capture_default_str();
  command->add_option("--trials", options->trials, "completed trials, drawn at random")
      ->check(CLI::Range(4, 1000000))
      ->capture_default_str();
  command->add_option("--seeds", options->seeds, "studies")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--noise", options->noise, "standard deviation of what is added to the value")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {command, [options] { return run_importance(*options); }};
}

}  // namespace foldmill::bench
