#include "cli/commands/context.h"
#include "cli/commands/study_check.h"
#include "cli/follow/summary.h"
#include "cli/output/fold_values.h"
#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "cli/output/shapes.h"
#include "cli/run/warm_start.h"
#include "cli/study_file/scalar.h"
#include "cli/study_file/study_file.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

struct StudyFlags {
  std::string file;
  std::string name;
  std::vector<std::string> overrides;
  std::string warm_start;  // create
  std::string trials;      // extend
  bool now = false;        // pause
};

Outcome create(const StudyFlags& flags, Context& context) {
  auto specs = read_studies(flags.file, with_name(flags.overrides, flags.name));
  if (!specs.ok()) return report_unreadable(specs.status(), context.err);
  FOLDMILL_ASSIGN_OR_RETURN(const auto warm_start, parse_warm_start(flags.warm_start));
  if (specs->size() > 1 && !(flags.name.empty() && flags.warm_start.empty()))
    return invalid_argument(concat("--name and --warm-start are for one study, and ", flags.file,
                                   " has ", specs->size()));
  FOLDMILL_ASSIGN_OR_RETURN(Writer writer, Writer::open(context));
  for (StudySpec& spec : *specs) {
    if (warm_start) FOLDMILL_RETURN_IF_ERROR(add_warm_start(writer.client(), *warm_start, spec));
    FOLDMILL_ASSIGN_OR_RETURN(const std::string note, writer.client().create(spec));
    context.out << "created " << spec.name << " (" << spec.trials << " trials)\n";
    if (!note.empty()) context.err << note << '\n';
    context.err << "watch: foldmill watch " << spec.name << context.source_flag() << '\n';
  }
  return ExitCode::kOk;
}

Outcome list(Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(auto studies, all_studies(*source));
  if (static_cast<int64_t>(studies.size()) > context.limit)
    studies.resize(static_cast<size_t>(context.limit));
  FOLDMILL_RETURN_IF_ERROR(context.print(list_studies(studies)));
  return ExitCode::kOk;
}

Outcome show(const StudyFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, flags.name));
  std::optional<TrialRow> best;
  if (study.best) {
    FOLDMILL_ASSIGN_OR_RETURN(best, source->get_trial(study.spec.name, *study.best));
  }
  if (context.output.format != Format::kTable) {
    Listing listing = list_studies({study});
    Json json = study_json(study);
    json["best_fold_statistics"] =
        fold_statistics_json(best ? spread_of(study.spec, *best) : std::nullopt);
    json["source"] = study.spec.source;
    listing.json = std::move(json);
    FOLDMILL_RETURN_IF_ERROR(context.print(std::move(listing)));
    return ExitCode::kOk;
  }
  context.out << "study     " << study.spec.name << "  " << to_string(study.state)
              << (study.reason.empty() ? "" : "  (" + study.reason + ")") << '\n';
  context.out << "trials    " << study.completed << " completed, " << study.pruned << " pruned, "
              << study.failed << " failed, " << study.running << " running of " << study.spec.trials
              << '\n';
  context.out << "epochs    " << study.epochs << " trained, " << study.epochs_saved
              << " saved by pruning, " << format_duration(study.seconds) << " of training\n";
  if (best)
    context.out << "best      #" << best->number.value << "  " << describe_values(study.spec, *best)
                << '\n';
  else if (const std::string standing = describe_best_so_far(study); !standing.empty())
    context.out << "best      " << standing << '\n';
  FOLDMILL_ASSIGN_OR_RETURN(const std::string stages, describe_stage_results(*source, study));
  context.out << stages << describe_spec(study.spec);
  return ExitCode::kOk;
}

Outcome command(const StudyFlags& flags, StudyVerb verb, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(Writer writer, Writer::open(context));
  // Read first: a unique beginning of the name will do.
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, writer.client().get_study(flags.name));
  FOLDMILL_ASSIGN_OR_RETURN(const std::string note, writer.client().command(study.spec.name, verb));
  context.out << note << '\n';
  return ExitCode::kOk;
}

Outcome extend(const StudyFlags& flags, Context& context) {
  const bool relative = flags.trials.starts_with('+');
  const auto trials = parse_int(relative ? flags.trials.substr(1) : flags.trials);
  if (!trials || *trials < 1)
    return invalid_argument(concat("--trials: '", flags.trials, "' is not a number of trials",
                                   "\n  try: --trials 200 (in all) or --trials +50 (more)"));
  FOLDMILL_ASSIGN_OR_RETURN(Writer writer, Writer::open(context));
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, writer.client().get_study(flags.name));
  FOLDMILL_ASSIGN_OR_RETURN(
      const std::string note,
      writer.client().command(study.spec.name, StudyVerb::kExtend, *trials, relative));
  context.out << note << '\n';
  return ExitCode::kOk;
}

CLI::App* add(CLI::App& parent, const char* name, const char* help, Context& context) {
  CLI::App* command = parent.add_subcommand(name, help);
  add_source_options(*command, context);
  return command;
}

void add_file_options(CLI::App& command, const std::shared_ptr<StudyFlags>& flags) {
  command.add_option("FILE", flags->file, "study file")->required();
  command.add_option("--set", flags->overrides, "override: params.lr=1e-3; may be repeated")
      ->expected(1)
      ->take_all();
  command.add_option("--name", flags->name, "call the study this instead");
}

void add_verb(CLI::App& parent, const char* name, const char* help, StudyVerb verb,
              const std::shared_ptr<StudyFlags>& flags, Context& context) {
  CLI::App* leaf = add(parent, name, help, context);
  leaf->add_option("STUDY", flags->name, "name, or unique beginning")->required();
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return command(*flags, verb, context); }; });
}

}  // namespace

void add_study_commands(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<StudyFlags>();
  CLI::App* noun = app.add_subcommand("study", "create, check, list and steer studies");
  noun->require_subcommand(1);

  CLI::App* leaf = add(*noun, "create", "send a study file to the coordinator", context);
  add_file_options(*leaf, flags);
  leaf->add_option("--warm-start", flags->warm_start,
                   "try the best points of another study first: STUDY or STUDY:COUNT");
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return create(*flags, context); }; });

  leaf = noun->add_subcommand("check", "read a study file and show what it means");
  add_file_options(*leaf, flags);
  leaf->callback([=, &context] {
    context.action = [=, &context] {
      return check_study(flags->file, flags->overrides, flags->name, context);
    };
  });

  leaf = add(*noun, "list", "all studies", context);
  add_output_options(*leaf, context);
  add_limit_option(*leaf, context);
  leaf->callback([&context] { context.action = [&context] { return list(context); }; });

  leaf = add(*noun, "show", "one study: where it stands, what was asked for", context);
  leaf->add_option("STUDY", flags->name, "name, or unique beginning; default: the youngest");
  add_output_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return show(*flags, context); }; });

  add_importance_command(*noun, context);
  add_lineage_command(*noun, context);

  leaf = add(*noun, "pause", "start nothing new", context);
  leaf->add_option("STUDY", flags->name, "name, or unique beginning")->required();
  leaf->add_flag("--now", flags->now, "checkpoint what runs instead of letting it finish");
  leaf->callback([=, &context] {
    context.action = [=, &context] {
      return command(*flags, flags->now ? StudyVerb::kPauseNow : StudyVerb::kPause, context);
    };
  });
  add_verb(*noun, "resume", "go on", StudyVerb::kResume, flags, context);
  add_verb(*noun, "stop", "end it; what runs may finish", StudyVerb::kStop, flags, context);
  add_verb(*noun, "cancel", "end it now", StudyVerb::kCancel, flags, context);

  leaf = add(*noun, "extend", "ask for more trials", context);
  leaf->add_option("STUDY", flags->name, "name, or unique beginning")->required();
  leaf->add_option("--trials", flags->trials, "in all, or +N more")->required();
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return extend(*flags, context); }; });

  add_wait_command(*noun, context);
}

}  // namespace foldmill::cli
