#include "cli/commands/context.h"
#include "cli/study_file/point.h"

namespace foldmill::cli {
namespace {

struct EnqueueFlags {
  std::string study;
  std::vector<std::string> values;
  bool again = false;
};

Outcome enqueue(const EnqueueFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(Writer writer, Writer::open(context));
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, writer.client().get_study(flags.study));
  EnqueueRequest request{study.spec.name, {}, flags.again};
  FOLDMILL_ASSIGN_OR_RETURN(request.point, read_point(flags.values, study.spec, "enqueue"));
  FOLDMILL_ASSIGN_OR_RETURN(const std::string note, writer.client().trials().enqueue(request));
  context.out << note << '\n';
  return ExitCode::kOk;
}

}  // namespace

void add_enqueue_command(CLI::App& noun, Context& context) {
  const auto flags = std::make_shared<EnqueueFlags>();
  CLI::App* leaf = noun.add_subcommand("enqueue", "a point to be tried next");
  leaf->add_option("STUDY", flags->study, "name, or unique beginning")->required();
  leaf->add_option("VALUES", flags->values, "lr=1e-3 …; what is missing is sampled")->required();
  leaf->add_flag("--again", flags->again, "even if the same point was enqueued before");
  add_source_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return enqueue(*flags, context); }; });
}

}  // namespace foldmill::cli
