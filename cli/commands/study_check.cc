#include "cli/commands/study_check.h"

#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "cli/output/schedule.h"
#include "cli/study_file/study_file.h"
#include "cli/terminal/text_width.h"
#include "core/grid_points.h"
#include "core/sampler_choice.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kLabel = 10;
constexpr size_t kName = 17;  // the longest of our knobs

std::string line(std::string_view label, const std::string& text) {
  return concat(pad_right(label, kLabel), text, "\n");
}

std::string describe_normalize(const DataSpec& data) {
  if (data.normalize != Normalize::kGiven) return std::string(to_string(data.normalize));
  return concat("(x - ", format_number(data.mean), ") / ", format_number(data.stddev));
}

std::string describe_data(const DataSpec& data) {
  if (data.dataset.empty()) return "read by the training itself";
  std::string out = data.dataset;
  if (!data.path.empty()) out += concat(" at ", data.path);
  out += concat(", normalize ", describe_normalize(data));
  if (data.subset_train)
    out += concat(", ", *data.subset_train, " training images",
                  data.subset_stratified ? " (stratified)" : "");
  return out;
}

std::string describe_encoder(const EncoderSource& encoder) {
  const std::string source =
      encoder.study.empty()
          ? concat("file ", encoder.file)
          : concat("study ", encoder.study,
                   encoder.trial == "best" ? ", best trial" : concat(", trial ", encoder.trial));
  return concat("encoder of ", source, encoder.freeze ? ", frozen" : ", trained on",
                encoder.wait ? ", waited for" : "");
}

std::string describe_network(const ModelSpec& model) {
  if (model.type == "classifier")
    return concat(model.type, ", ", model.classes, " classes, ",
                  model.encoder ? describe_encoder(*model.encoder)
                                : concat(model.variant, " from random weights"));
  std::string out = concat(model.type, " ", model.variant);
  return model.type == "gan" ? out : concat(out, ", target ", to_string(model.target));
}

std::string describe_model(const ModelSpec& model) {
  if (is_trained_outside(model)) return concat(model.type, ", trained by whoever asks for trials");
  if (model.type != "command") return describe_network(model);
  std::string out = concat("command: ", join(model.command, " "));
  if (!model.workdir.empty()) out += concat(", in ", model.workdir);
  for (const auto& [key, value] : model.env) out += concat(", ", key, "=", value);
  return out;
}

std::string describe_tpe(const SamplerSpec& sampler) {
  return concat(", ", sampler.startup_trials, " random trials first, ", sampler.candidates,
                " candidates", sampler.multivariate ? ", multivariate" : "",
                sampler.group ? ", in groups" : "", sampler.constant_liar ? ", constant liar" : "",
                ", prior weight ", format_number(sampler.prior_weight));
}

std::string describe_auto(const StudySpec& spec) {
  const SamplerChoice choice = choose_sampler(spec.space, terms_of(spec));
  return concat(": ", choice.type, ", because of ", choice.reason);
}

std::string describe_sampler(const StudySpec& spec) {
  const SamplerSpec& sampler = spec.sampler;
  const auto with = [&](const auto&... parts) { return concat(sampler.type, parts...); };
  if (sampler.type == "auto") return with(describe_auto(spec));
  if (sampler.type == "tpe") return with(describe_tpe(sampler));
  if (sampler.type == "gp")
    return with(", ", sampler.startup_trials, " random trials first, models at most ",
                sampler.max_trials, sampler.deterministic ? ", without noise" : "");
  if (sampler.type == "qmc")
    return with(", ", sampler.sequence, sampler.scramble ? ", scrambled" : "");
  if (sampler.type == "grid")
    return with(", ", GridPoints(spec.space, sampler.grid_points).size().value_or(0), " points");
  if (sampler.type == "cmaes")
    return with(", sigma ", format_number(sampler.sigma), " of each range",
                sampler.population ? concat(", generations of ", sampler.population) : "");
  if (sampler.type == "nsga2" && sampler.population)
    return with(", generations of ", sampler.population);
  return sampler.type;
}

std::string describe_window(const PruningSpec& pruning) {
  return concat(pruning.warmup_epochs, " epochs, every ", pruning.interval, " epochs");
}

// What the options of `type` say.
std::string describe_pruning(const std::string& type, const PruningSpec& pruning) {
  const std::string peers = concat(", with ", pruning.min_peers, " peers or more");
  if (type == "percentile")
    return concat("percentile ", format_number(pruning.percentile), ", after ",
                  pruning.warmup_trials, " trials and ", describe_window(pruning), peers);
  if (type == "median")
    return concat("median, after ", pruning.warmup_trials, " trials and ", describe_window(pruning),
                  peers);
  if (type == "asha" || type == "hyperband")
    return concat(type, ", first rung at ", pruning.min_epochs, " epochs, one of ",
                  pruning.reduction_factor, " goes on", peers);
  if (type == "threshold")
    return concat("threshold",
                  pruning.lower ? concat(", below ", format_number(*pruning.lower)) : "",
                  pruning.upper ? concat(", above ", format_number(*pruning.upper)) : "",
                  ", after ", describe_window(pruning));
  if (type == "patient")
    return concat("patient, after ", pruning.patience, " epochs no better by ",
                  format_number(pruning.min_delta), pruning.around.empty() ? "" : "; then ",
                  pruning.around.empty() ? "" : describe_pruning(pruning.around, pruning));
  if (type == "race")
    return concat("race, after ", pruning.min_folds, " folds or more, with confidence ",
                  format_number(pruning.confidence));
  return type;
}

std::string describe_budget(const StudySpec& spec) {
  std::string out = concat(spec.trials, " trials");
  if (spec.timeout_seconds)
    out += concat(", at most ", format_duration(static_cast<double>(*spec.timeout_seconds)));
  if (spec.parallel) out += concat(", ", *spec.parallel, " at a time");
  return out;
}

std::string describe_condition(const SearchParameter& parameter) {
  std::vector<std::string> parts;
  for (const Condition& condition : parameter.when) {
    std::vector<std::string> values;
    for (const ParameterValue& value : condition.any_of) values.push_back(to_string(value));
    parts.push_back(concat(condition.parent, " = ", join(values, " or ")));
  }
  return parts.empty() ? "" : concat("   when ", join(parts, " and "));
}

std::string describe_resources(const ResourceSpec& resources) {
  std::string out = concat("retries: lost ", resources.retries.worker_lost, ", out of memory ",
                           resources.retries.out_of_memory, ", error ", resources.retries.error,
                           "; checkpoint every ", resources.checkpoint_every_epochs, " epochs");
  for (const auto& [key, value] : resources.labels) out += concat("; label ", key, "=", value);
  if (resources.slots > 1) out += concat("; ", resources.slots, " slots");
  if (resources.gpu_memory_mib > 0)
    out += concat("; GPU memory ", resources.gpu_memory_mib, " MiB");
  if (resources.priority != 0) out += concat("; priority ", resources.priority);
  return out;
}

}  // namespace

std::vector<std::string> with_name(std::vector<std::string> overrides, const std::string& name) {
  if (!name.empty()) overrides.push_back(concat("name=", name));
  return overrides;
}

Result<StudySpec> read_study(const std::string& file, const std::vector<std::string>& overrides,
                             const std::string& name) {
  return read_study_file(file, with_name(overrides, name));
}

ExitCode report_unreadable(const Status& status, std::ostream& err) {
  err << status.message() << '\n';
  return status.code() == StatusCode::kNotFound ? ExitCode::kNotFound : ExitCode::kBadStudyFile;
}

std::string describe_spec(const StudySpec& spec) {
  std::string out;
  out += line("data", describe_data(spec.data));
  out += line("model", describe_model(spec.model));
  out += line("objective", concat(describe_goals(spec), " (", to_string(spec.objective.take), ")"));
  if (!spec.constraints.empty()) out += line("must hold", describe_constraints(spec));
  out += line("search", describe_budget(spec));
  out += line("sampler", concat(describe_sampler(spec), ", seed ", spec.seed));
  out += line("pruning", describe_pruning(spec.pruning.type, spec.pruning));
  out += line("folds", describe_folds(spec));
  if (const std::string stages = describe_stages(spec.stages_to_follow()); !stages.empty())
    out += line("final", stages);
  out += line("resources", describe_resources(spec.resources));
  for (const SearchParameter& parameter : spec.space.parameters())
    out +=
        line("searched", concat(pad_right(parameter.name, kName), " ",
                                parameter.distribution.describe(), describe_condition(parameter)));
  for (const auto& [name, value] : spec.constants)
    out += line("fixed", concat(pad_right(name, kName), " ", to_string(value)));
  for (const ParameterSet& point : spec.enqueue) {
    std::vector<std::string> parts;
    for (const auto& [name, value] : point) parts.push_back(concat(name, " ", to_string(value)));
    out += line("enqueued", join(parts, "  "));
  }
  return out;
}

namespace {

void print_check(const StudySpec& spec, std::ostream& out) {
  const auto grid = spec.space.grid_size();
  const int64_t fold_runs = spec.trials * spec.folds_per_trial();
  out << line("study", spec.name) << describe_spec(spec)
      << line("space", concat(spec.space.size(), " dimensions, ",
                              grid ? concat(*grid, " points") : "no finite grid"))
      << line("work", concat("at most ", fold_runs, " fold runs, ", fold_runs * spec.max_epochs(),
                             " epochs; pruning makes it less"));
}

}  // namespace

Outcome check_study(const std::string& file, const std::vector<std::string>& overrides,
                    const std::string& name, Context& context) {
  const auto specs = read_studies(file, with_name(overrides, name));
  if (!specs.ok()) return report_unreadable(specs.status(), context.err);
  for (const StudySpec& spec : *specs) {
    if (&spec != &specs->front()) context.out << '\n';
    print_check(spec, context.out);
  }
  context.err << "no mistakes\n  try: foldmill run " << file << '\n';
  return ExitCode::kOk;
}

}  // namespace foldmill::cli
