#include "cli/run/run_study.h"

#include "cli/commands/study_check.h"
#include "cli/run/nested.h"
#include "cli/study_file/study_file.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

Result<std::vector<StudySpec>> read_all(const RunFlags& flags) {
  const std::vector<std::string> overrides = with_name(flags.overrides, flags.name);
  std::vector<StudySpec> specs;
  for (const std::string& file : flags.files) {
    FOLDMILL_ASSIGN_OR_RETURN(auto read, read_studies(file, overrides));
    for (StudySpec& spec : read) specs.push_back(std::move(spec));
  }
  return specs;
}

// Flags that are about one study.
Status check_single(const RunFlags& flags, const std::vector<StudySpec>& specs) {
  if (specs.size() == 1) return ok_status();
  const auto refuse = [&](std::string_view flag) {
    return invalid_argument(concat(flag, " is for one study, and there are ", specs.size()));
  };
  if (!flags.name.empty()) return refuse("--name");
  if (!flags.warm_start.empty()) return refuse("--warm-start");
  if (flags.nested > 0) return refuse("--nested");
  return ok_status();
}

// Stages that were interrupted, failed or cancelled go on, as their search does.
Status resume_stages(CoordinatorClient& client, const StudySpec& search) {
  for (const Stage stage : stages_in_order(search.stages_to_follow())) {
    const std::string name = stage_study_name(search.name, stage);
    FOLDMILL_ASSIGN_OR_RETURN(const auto found, find_exactly(client, name));
    if (found && found->state != StudyState::kActive && found->state != StudyState::kCompleted)
      FOLDMILL_RETURN_IF_ERROR(client.command(name, StudyVerb::kResume).status());
  }
  return ok_status();
}

}  // namespace

Outcome run_studies(const RunFlags& flags, Context& context) {
  auto specs = read_all(flags);
  if (!specs.ok()) return report_unreadable(specs.status(), context.err);
  FOLDMILL_RETURN_IF_ERROR(check_single(flags, *specs));
  FOLDMILL_ASSIGN_OR_RETURN(const auto warm_start, parse_warm_start(flags.warm_start));
  Work work;
  if (flags.nested > 0) {
    FOLDMILL_ASSIGN_OR_RETURN(*specs, nested_studies(specs->front(), flags.nested));
    work.conclude = [&](StudySource& source) -> Status {
      FOLDMILL_ASSIGN_OR_RETURN(const std::string estimate, sum_up_nested(source, *specs));
      context.out << estimate;
      return ok_status();
    };
  }
  for (const StudySpec& spec : *specs) FOLDMILL_RETURN_IF_ERROR(spec.validate());
  work.begin = [&](CoordinatorClient& client) -> Result<std::vector<EnsuredStudy>> {
    std::vector<EnsuredStudy> studies;
    for (const StudySpec& spec : *specs) {
      FOLDMILL_ASSIGN_OR_RETURN(EnsuredStudy study, ensure_study(client, spec, warm_start));
      FOLDMILL_RETURN_IF_ERROR(resume_stages(client, study.study.spec));
      studies.push_back(std::move(study));
    }
    return studies;
  };
  return run_work(work, flags.worker, context);
}

}  // namespace foldmill::cli
