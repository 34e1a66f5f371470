#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/search_space.h"
#include "sampler/random/random_sampler.h"
#include "sampler/sampler.h"
#include "tests/bench/command.h"

namespace foldmill::bench {
namespace {

struct SuggestOptions {
  std::string sampler = "tpe";
  int parameters = 6;
  int64_t trials = 1000;
  int repeat = 200;
  uint64_t seed = 0;
  std::string clock = "wall";  // or cpu
};

// Milliseconds since some moment: of the day, or of this thread's work.
double now_ms(const SuggestOptions& options) {
  timespec now{};
  clock_gettime(options.clock == "cpu" ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// The kinds of an autoencoder study in turn: learning rate, two widths, another width, optimiser,
// noise.
SearchSpace make_space(int parameters) {
  const std::vector<Distribution> kinds{
      Distribution::make_float(1e-4, 8e-3, true).value(),
      Distribution::make_int(8, 16, false, 4).value(),
      Distribution::make_int(32, 64, false, 8).value(),
      Distribution::make_int(16, 512, true).value(),
      Distribution::make_categorical({std::string("adam"), std::string("radam")}).value(),
      Distribution::make_float(0, 0.5).value(),
  };
  std::vector<SearchParameter> out;
  for (size_t i = 0; i < static_cast<size_t>(parameters); ++i)
    out.push_back({"p" + std::to_string(i), kinds[i % kinds.size()], {}});
  return SearchSpace::create(std::move(out)).value();
}

// Finished trials at random places with random values, three in ten of them pruned.
sampler::History make_history(const SearchSpace& space, const SuggestOptions& options) {
  Random random(options.seed, RandomPurpose::kTest);
  std::vector<sampler::History::Entry> entries;
  for (int64_t number = 0; number < options.trials; ++number) {
    sampler::Observation trial{.number = TrialNumber(number),
                               .state = TrialState::kCompleted,
                               .internal = {},
                               .value = random.uniform(),
                               .last_epoch = 20};
    if (random.uniform() < 0.3) {
      trial.state = TrialState::kPruned;
      trial.last_epoch = static_cast<int64_t>(random.below(20)) + 1;
    }
    for (const SearchParameter& parameter : space.parameters())
      trial.internal.push_back(sampler::sample_uniform(parameter.distribution, random));
    entries.push_back(std::make_shared<const sampler::Observation>(std::move(trial)));
  }
  return sampler::History(std::move(entries));
}

Result<Report> run_suggest(const SuggestOptions& options) {
  SamplerSpec spec;
  spec.type = options.sampler;
  FOLDMILL_ASSIGN_OR_RETURN(const auto policy, sampler::make_sampler(spec));
  const SearchSpace space = make_space(options.parameters);
  const sampler::History history = make_history(space, options);

  std::vector<double> times_ms;
  for (int i = 0; i < options.repeat; ++i) {
    const double start = now_ms(options);
    FOLDMILL_ASSIGN_OR_RETURN(const ParameterSet point,
                              policy->suggest(history, space, Direction::kMinimize, options.seed,
                                              TrialNumber(options.trials + i), {}));
    times_ms.push_back(now_ms(options) - start);
    FOLDMILL_RETURN_IF_ERROR(space.validate(point));
  }
  return Report{"suggest",
                {{"sampler", options.sampler},
                 {"params", options.parameters},
                 {"trials", options.trials},
                 {"repeat", options.repeat},
                 {"seed", options.seed},
                 {"clock", options.clock}},
                summarize_ms(std::move(times_ms))};
}

}  // namespace

Command add_suggest_command(CLI::App& app) {
  auto options = std::make_shared<SuggestOptions>();
  CLI::App* command = app.add_subcommand("suggest", "time of one suggestion");
  command->add_option("--sampler", options->sampler, "tpe or random")->capture_default_str();
  command->add_option("--params", options->parameters, "parameters of the space")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--trials", options->trials, "finished trials in the history")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--repeat", options->repeat, "suggestions to time")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of the history and of the sampler")
      ->capture_default_str();
  command
      ->add_option("--clock", options->clock, "cpu: time of this thread alone, for a busy machine")
      ->check(CLI::IsMember({"wall", "cpu"}))
      ->capture_default_str();
  return {command, [options] { return run_suggest(*options); }};
}

}  // namespace foldmill::bench
