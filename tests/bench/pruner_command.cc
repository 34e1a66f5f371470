#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"
#include "sampler/pruning/pruning_rules.h"
#include "tests/bench/command.h"
#include "tests/bench/quality/pruned_study.h"
#include "tests/bench/quality/study_input.h"

namespace foldmill::bench {
namespace {

using nlohmann::ordered_json;

struct PrunerOptions {
  std::string type;
  std::vector<std::string> options;  // key=value
  std::string sampler = "tpe";
  int64_t trials = 100;
  uint64_t first_seed = 0;
  uint64_t seeds = 20;
  int epochs = 20;
  int64_t budget = 0;
  int folds = 5;
};

template <class Member>
std::vector<double> each(const std::vector<PrunedStudy>& studies, Member member) {
  std::vector<double> values;
  for (const PrunedStudy& study : studies) values.push_back(static_cast<double>(study.*member));
  return values;
}

ordered_json summarize(const std::vector<double>& values) {
  return {{"median", sampler::percentile(values, 50)},
          {"q25", sampler::percentile(values, 25)},
          {"q75", sampler::percentile(values, 75)},
          {"mean",
           std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size())},
          {"values", values}};
}

// The studies of all seeds; `run` makes one with the pruner of `type`.
template <class Run>
Result<std::vector<PrunedStudy>> run_all(const PrunerOptions& options, Run run) {
  FOLDMILL_ASSIGN_OR_RETURN(const PruningSpec spec, read_pruning(options.type, options.options));
  FOLDMILL_ASSIGN_OR_RETURN(const auto pruner, sampler::make_pruner(spec));
  FOLDMILL_ASSIGN_OR_RETURN(const SamplerSpec sampler_spec, read_sampler(options.sampler, {}));
  FOLDMILL_ASSIGN_OR_RETURN(const auto sampler, sampler::make_sampler(sampler_spec));
  std::vector<PrunedStudy> studies;
  for (uint64_t i = 0; i < options.seeds; ++i) {
    FOLDMILL_ASSIGN_OR_RETURN(PrunedStudy study, run(*sampler, *pruner, options.first_seed + i));
    studies.push_back(std::move(study));
  }
  return studies;
}

Report make_report(const char* benchmark, const char* unit, const PrunerOptions& options,
                   const std::vector<PrunedStudy>& studies, ordered_json input) {
  std::vector<double> times;
  for (const PrunedStudy& study : studies)
    times.insert(times.end(), study.report_ms.begin(), study.report_ms.end());
  ordered_json common{
      {"type", options.type},     {"options", options.options},       {"sampler", options.sampler},
      {"trials", options.trials}, {"first_seed", options.first_seed}, {"seeds", options.seeds}};
  common.update(input);
  return Report{benchmark,
                std::move(common),
                {{unit, summarize(each(studies, &PrunedStudy::spent))},
                 {"started", summarize(each(studies, &PrunedStudy::trials))},
                 {"pruned", summarize(each(studies, &PrunedStudy::pruned))},
                 {"best_observed", summarize(each(studies, &PrunedStudy::best_observed))},
                 {"best_true", summarize(each(studies, &PrunedStudy::best_true))},
                 {"report", summarize_ms(std::move(times))}}};
}

Result<Report> run_pruner(const PrunerOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(
      const auto studies, run_all(options, [&](const auto& sampler, const auto& pruner, auto seed) {
        return run_curves(sampler, pruner, seed, options.trials, options.epochs, options.budget);
      }));
  return make_report("pruner", "epochs", options, studies,
                     {{"max_epochs", options.epochs}, {"budget", options.budget}});
}

Result<Report> run_kfold(const PrunerOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(
      const auto studies, run_all(options, [&](const auto& sampler, const auto& pruner, auto seed) {
        return run_folds(sampler, pruner, seed, options.trials, options.folds);
      }));
  return make_report("kfold", "folds", options, studies, {{"k", options.folds}});
}

void add_common(CLI::App& command, PrunerOptions& options) {
  command.add_option("--type", options.type, "of the pruner")->capture_default_str();
  command.add_option("--option", options.options,
                     "KEY=VALUE of the pruner as in a study file; may be repeated");
  command.add_option("--sampler", options.sampler, "its type")->capture_default_str();
  command.add_option("--trials", options.trials, "trials of a study")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command.add_option("--seeds", options.seeds, "studies, each with the next seed")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command.add_option("--first-seed", options.first_seed, "of the first study")
      ->capture_default_str();
}

}  // namespace

Command add_pruner_command(CLI::App& app) {
  auto options = std::make_shared<PrunerOptions>();
  options->type = "median";
  CLI::App* command = app.add_subcommand("pruner", "what a pruner spends and finds");
  add_common(*command, *options);
  command->add_option("--epochs", options->epochs, "epochs of a trial")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--budget", options->budget, "epochs after which none is begun; 0: no limit")
      ->check(CLI::Range(0, 100000000))
      ->capture_default_str();
  return {command, [options] { return run_pruner(*options); }};
}

Command add_kfold_command(CLI::App& app) {
  auto options = std::make_shared<PrunerOptions>();
  options->type = "race";
  CLI::App* command = app.add_subcommand("kfold", "what a race across folds spends and finds");
  add_common(*command, *options);
  command->add_option("--folds", options->folds, "folds of a trial")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  return {command, [options] { return run_kfold(*options); }};
}

}  // namespace foldmill::bench
