#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/simulation/line_program.h"
#include "core/hypervolume.h"
#include "core/text.h"
#include "sampler/pruning/pruning_rules.h"
#include "tests/bench/command.h"
#include "tests/bench/functions/front_functions.h"
#include "tests/bench/functions/test_functions.h"
#include "tests/bench/quality/simulated_study.h"
#include "tests/bench/quality/study_input.h"

namespace foldmill::bench {
namespace {

using nlohmann::ordered_json;
using simulation::LineProgram;

struct SamplerOptions {
  std::string sampler = "tpe";
  std::vector<std::string> options;  // key=value
  std::string function = "all";
  std::string space;
  std::string function_command;
  StudyPlan plan;
  uint64_t first_seed = 0;
  uint64_t seeds = 30;
};

// What is minimised: a known function, or somebody's own.
struct Task {
  std::string name;
  SearchSpace space;
  PointOutcome outcome;
  Losses reference = {};  // of the hypervolume that is maximised instead, with several objectives
};

std::string as_json_line(const ParameterSet& point) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : point)
    std::visit([&, &key = name](const auto& v) { json[key] = v; }, value);
  return json.dump();
}

PointOutcome outcome_by(std::shared_ptr<LineProgram> program) {
  return [program = std::move(program)](const ParameterSet& point) -> Result<TrialOutcome> {
    FOLDMILL_ASSIGN_OR_RETURN(const std::string answer, program->ask(as_json_line(point)));
    const std::optional<double> value = parse_double(answer);
    if (!value) return invalid_argument(concat("'", answer, "' is not a number"));
    return TrialOutcome{*value};
  };
}

Result<std::vector<Task>> own_task(const SamplerOptions& options) {
  if (options.space.empty() || options.function_command.empty())
    return invalid_argument("--space and --function-command belong together; give both");
  FOLDMILL_ASSIGN_OR_RETURN(SearchSpace space, read_space(options.space));
  FOLDMILL_ASSIGN_OR_RETURN(LineProgram program, LineProgram::start(options.function_command));
  return std::vector<Task>{{options.function_command, std::move(space),
                            outcome_by(std::make_shared<LineProgram>(std::move(program)))}};
}

Task front_task(const FrontFunction& function) {
  const auto outcome = [&](const ParameterSet& point) -> Result<TrialOutcome> {
    const FrontValue value = function.value(point);
    return TrialOutcome{
        value.losses[0], {value.losses.begin() + 1, value.losses.end()}, value.violation};
  };
  return {function.name, function.space, outcome, function.reference};
}

Result<std::vector<Task>> make_tasks(const SamplerOptions& options) {
  if (!options.space.empty() || !options.function_command.empty()) return own_task(options);
  if (const FrontFunction* function = find_front_function(options.function))
    return std::vector<Task>{front_task(*function)};
  std::vector<Task> tasks;
  std::vector<std::string> names;
  for (const TestFunction& function : test_functions()) {
    names.push_back(function.name);
    if (options.function == "all" || options.function == function.name)
      tasks.push_back(
          {function.name, function.space, [&](const ParameterSet& p) -> Result<TrialOutcome> {
             return TrialOutcome{function.value(p)};
           }});
  }
  if (tasks.empty())
    return invalid_argument(
        concat("there is no function '", options.function, "'; known: ", join(names, ", ")));
  return tasks;
}

ordered_json summarize(const std::vector<double>& values, const Task& task) {
  const double low = sampler::percentile(values, 25), high = sampler::percentile(values, 75);
  const double least = *std::min_element(values.begin(), values.end());
  const double most = *std::max_element(values.begin(), values.end());
  const bool is_front = !task.reference.empty();
  return {{"n", values.size()},
          {"median", sampler::percentile(values, 50)},
          {"q25", low},
          {"q75", high},
          {"iqr", high - low},
          {"mean",
           std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size())},
          {"best", is_front ? most : least},
          {"worst", is_front ? least : most}};
}

std::span<const TrialOutcome> first_outcomes(const StudyRun& run, size_t trials) {
  return std::span(run.outcomes).first(std::min(trials, run.outcomes.size()));
}

// What the feasible ones of the first `trials` trials of each study dominate.
std::vector<double> volumes(const std::vector<StudyRun>& runs, size_t trials,
                            const Losses& reference) {
  std::vector<double> volumes;
  for (const StudyRun& run : runs) {
    std::vector<Losses> points;
    for (const TrialOutcome& outcome : first_outcomes(run, trials)) {
      if (outcome.violation > 0) continue;
      points.push_back({outcome.value});
      points.back().insert(points.back().end(), outcome.more_losses.begin(),
                           outcome.more_losses.end());
    }
    volumes.push_back(hypervolume(points, reference));
  }
  return volumes;
}

// The least of the first `trials` values of each study; failed trials have none.
std::vector<double> best_values(const std::vector<StudyRun>& runs, size_t trials) {
  std::vector<double> best;
  for (const StudyRun& run : runs) {
    double least = std::numeric_limits<double>::infinity();
    for (const TrialOutcome& outcome : first_outcomes(run, trials))
      least = std::fmin(least, outcome.value);
    best.push_back(least);
  }
  return best;
}

std::vector<double> scores(const std::vector<StudyRun>& runs, size_t trials, const Task& task) {
  return task.reference.empty() ? best_values(runs, trials) : volumes(runs, trials, task.reference);
}

Result<ordered_json> measure(const sampler::Sampler& sampler, const Task& task,
                             const SamplerOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<StudyRun> runs;
  for (uint64_t i = 0; i < options.seeds; ++i) {
    FOLDMILL_ASSIGN_OR_RETURN(StudyRun run, run_study(sampler, task.space, task.outcome,
                                                      options.first_seed + i, options.plan));
    runs.push_back(std::move(run));
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;

  const auto trials = static_cast<size_t>(options.plan.trials);
  const bool parallel = options.plan.running > 1;
  ordered_json row{{"kind", parallel ? "parallel" : "quality"},
                   {"sampler", options.sampler},
                   {"func", task.name},
                   {"n_trials", trials}};
  if (parallel) row["workers"] = options.plan.running;
  const std::vector<double> best = scores(runs, trials, task);
  row["final"] = best;
  for (size_t early : {25, 50})
    if (early < trials) row[concat("at", early)] = summarize(scores(runs, early, task), task);
  row["summary"] = summarize(best, task);
  const auto duplicates = std::accumulate(
      runs.begin(), runs.end(), 0.0,
      [](double sum, const StudyRun& run) { return sum + static_cast<double>(run.duplicates); });
  row["dup_per_study"] = duplicates / static_cast<double>(runs.size());
  row["wall_s"] = wall.count();
  return row;
}

std::string padded(const std::string& text) {
  constexpr size_t kColumn = 14;
  return text + std::string(text.size() < kColumn ? kColumn - text.size() : 1, ' ');
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string as_table(const ordered_json& rows) {
  std::string text = padded("function");
  for (const char* column : {"median", "q25", "q75", "best", "worst"}) text += padded(column);
  for (const ordered_json& row : rows) {
    text += '\n' + padded(row["func"]);
    for (const char* column : {"median", "q25", "q75", "best", "worst"})
      text += padded(rounded(row["summary"][column]));
  }
  return text + '\n';
}

Result<Report> run_sampler(const SamplerOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const SamplerSpec spec, read_sampler(options.sampler, options.options));
  FOLDMILL_ASSIGN_OR_RETURN(const auto sampler, sampler::make_sampler(spec));
  FOLDMILL_ASSIGN_OR_RETURN(const std::vector<Task> tasks, make_tasks(options));
  ordered_json rows = ordered_json::array();
  for (const Task& task : tasks) {
    FOLDMILL_ASSIGN_OR_RETURN(ordered_json row, measure(*sampler, task, options));
    rows.push_back(std::move(row));
  }
  ordered_json optimum = ordered_json::object();
  for (const Task& task : tasks) {
    if (const TestFunction* function = find_test_function(task.name))
      optimum[task.name] = function->optimum;
    if (const FrontFunction* function = find_front_function(task.name))
      optimum[task.name] = function->optimum;
  }
  return Report{"sampler",
                {{"sampler", options.sampler},
                 {"options", options.options},
                 {"trials", options.plan.trials},
                 {"running", options.plan.running},
                 {"first_seed", options.first_seed},
                 {"seeds", options.seeds}},
                {{"optimum", optimum}, {"rows", rows}},
                as_table(rows)};
}

}  // namespace

Command add_sampler_command(CLI::App& app) {
  auto options = std::make_shared<SamplerOptions>();
  CLI::App* command =
      app.add_subcommand("sampler", "best values that a sampler finds on known functions");
  command->add_option("--sampler", options->sampler, "its type")->capture_default_str();
  command->add_option("--option", options->options,
                      "KEY=VALUE as in a study file; may be repeated");
  command
      ->add_option("--function", options->function,
                   "name of a known function, or all; zdt1, zdt2 and constr have two "
                   "objectives, and the hypervolume of the front is their result")
      ->capture_default_str();
  command->add_option("--space", options->space, "a function of your own: file with its params:");
  command->add_option("--function-command", options->function_command,
                      "its program: a JSON object per line in, a number per line out");
  command->add_option("--trials", options->plan.trials, "trials of a study")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seeds", options->seeds, "studies, each with the next seed")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--first-seed", options->first_seed, "of the first study")
      ->capture_default_str();
  command->add_option("--running", options->plan.running, "trials that run at the same time")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  return {command, [options] { return run_sampler(*options); }};
}

}  // namespace foldmill::bench
