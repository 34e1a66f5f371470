#include "cli/commands/context.h"
#include "cli/run/follow_pipeline.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

Outcome watch(const std::string& name, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow found, find_study(*source, name));
  context.err << "study " << found.spec.name << "   (Ctrl-C leaves; the study goes on)"
              << std::endl;
  const InterruptWatch interrupts;
  FOLDMILL_ASSIGN_OR_RETURN(
      const FollowEnd end,
      follow_pipeline(
          *source, found.spec.name, interrupts,
          {context.out, {}, context.source_flag(), {context.err, context.error_terminal, [] {
                                                      return ok_status();
                                                    }}}));
  return end == FollowEnd::kInterrupted ? ExitCode::kInterrupted : ExitCode::kOk;
}

}  // namespace

void add_watch_command(CLI::App& app, Context& context) {
  const auto study = std::make_shared<std::string>();
  CLI::App* leaf = app.add_subcommand("watch", "live view of a study");
  leaf->add_option("STUDY", *study, "name, or unique beginning; default: the youngest");
  add_source_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return watch(*study, context); }; });
}

}  // namespace foldmill::cli
