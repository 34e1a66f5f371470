#include "cli/run/local_run.h"

#include <signal.h>

#include "cli/commands/study_check.h"
#include "cli/follow/follower.h"
#include "cli/follow/summary.h"
#include "cli/output/format.h"
#include "cli/run/ensure_study.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr Milliseconds kGlance{100};
constexpr Milliseconds kWorkerGoodbye{20'000};

using Worker = std::optional<ChildProcess>;

// None for a study whose trials are trained outside.
Result<Worker> start_worker(const RunFlags& flags, const StudySpec& spec,
                            const std::string& address) {
  if (is_trained_outside(spec.model)) return Worker();
  std::vector<std::string> arguments = {program_path("foldmill-worker").string(), "--coordinator",
                                        address, "--slots", flags.slots};
  if (!flags.trainer.empty()) arguments.insert(arguments.end(), {"--trainer", flags.trainer});
  for (const std::string& directory : flags.data_dirs)
    arguments.insert(arguments.end(), {"--data-dir", directory});
  // The study may ask for labels; here there is nobody else to train it.
  for (const auto& [key, value] : spec.resources.labels)
    arguments.insert(arguments.end(), {"--label", concat(key, "=", value)});
  FOLDMILL_ASSIGN_OR_RETURN(ChildProcess worker,
                            ChildProcess::start(arguments, log_directory() / "worker.log"));
  return Worker(std::move(worker));
}

Status check_alive(ChildProcess& child) {
  if (child.running()) return ok_status();
  return internal_error(
      concat(child.name(), " ended (", child.describe_end(), ")\n", child.last_words()));
}

// Lets the worker checkpoint and give back; a second Ctrl-C ends the patience.
void drain(ChildProcess& worker, const InterruptWatch& interrupts, std::ostream& err) {
  err << "stopping after a checkpoint (Ctrl-C again: at once)" << std::endl;
  worker.signal(SIGTERM);
  while (!worker.wait_for(kGlance))
    if (interrupts.count() > 1) worker.signal(SIGKILL);
}

Outcome finish(StudySource& source, const std::string& name, const std::filesystem::path& database,
               const std::string& source_flag, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, source.get_study(name));
  FOLDMILL_RETURN_IF_ERROR(check_outcome(source, study));
  FOLDMILL_ASSIGN_OR_RETURN(const std::string summary,
                            summarize(source, study, database, source_flag));
  context.out << summary;
  return ExitCode::kOk;
}

// With a coordinator that is not ours: Ctrl-C only leaves.
Outcome run_elsewhere(CoordinatorClient& client, const StudySpec& spec,
                      const std::optional<WarmStart>& warm_start, const std::string& source_flag,
                      Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(const EnsuredStudy ensured, ensure_study(client, spec, warm_start));
  context.err << describe_start(ensured) << std::endl;
  const InterruptWatch interrupts;
  FOLDMILL_ASSIGN_OR_RETURN(
      const FollowEnd end,
      follow(client, spec.name, interrupts,
             FollowOptions{context.err, context.error_terminal, [] { return ok_status(); }}));
  if (end == FollowEnd::kFinished) return finish(client, spec.name, {}, source_flag, context);
  context.err << "left; the study goes on\n  back: foldmill watch " << spec.name << source_flag
              << '\n';
  return ExitCode::kInterrupted;
}

Outcome run_here(LocalCoordinator& coordinator, const RunFlags& flags, const StudySpec& spec,
                 const std::optional<WarmStart>& warm_start, const std::filesystem::path& database,
                 Context& context) {
  const std::string source_flag = context.source_flag();
  const InterruptWatch interrupts;
  FOLDMILL_ASSIGN_OR_RETURN(const EnsuredStudy ensured,
                            ensure_study(coordinator.client(), spec, warm_start));
  context.err << describe_start(ensured) << std::endl;
  if (is_finished(ensured.study.state))
    return finish(coordinator.client(), spec.name, database, source_flag, context);
  FOLDMILL_ASSIGN_OR_RETURN(Worker worker, start_worker(flags, spec, coordinator.address()));
  if (!worker)
    context.err << "its trials are trained outside: foldmill ask " << spec.name << source_flag
                << std::endl;
  const auto still_fine = [&]() -> Status {
    FOLDMILL_RETURN_IF_ERROR(check_alive(coordinator.process()));
    return worker ? check_alive(*worker) : ok_status();
  };
  FOLDMILL_ASSIGN_OR_RETURN(const FollowEnd end,
                            follow(coordinator.client(), spec.name, interrupts,
                                   FollowOptions{context.err, context.error_terminal, still_fine}));
  if (end == FollowEnd::kInterrupted) {
    if (worker) drain(*worker, interrupts, context.err);
    coordinator.stop();
    context.err << "stopped; go on later with the same command: "
                << shell_command(context.command_line) << '\n';
    return ExitCode::kInterrupted;
  }
  const Outcome outcome = finish(coordinator.client(), spec.name, database, source_flag, context);
  if (!worker) return outcome;
  worker->signal(SIGTERM);
  worker->wait_for(kWorkerGoodbye);
  return outcome;
}

}  // namespace

Outcome run_study(const RunFlags& flags, Context& context) {
  const auto spec = read_study(flags.file, flags.overrides, flags.name);
  if (!spec.ok()) return report_unreadable(spec.status(), context.err);
  FOLDMILL_ASSIGN_OR_RETURN(const auto warm_start, parse_warm_start(flags.warm_start));
  if (const std::string address = context.coordinator_address(); !address.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(auto client, make_coordinator_client(address, context.security));
    return run_elsewhere(*client, *spec, warm_start, context.source_flag(), context);
  }
  const std::filesystem::path database = std::filesystem::absolute(context.database_path());
  FOLDMILL_ASSIGN_OR_RETURN(DatabaseAccess access, access_database(database, context.security));
  if (access.own) return run_here(*access.own, flags, *spec, warm_start, database, context);
  context.err
      << "the database is served already; the study is trained by that coordinator's workers\n";
  return run_elsewhere(*access.external, *spec, warm_start, context.source_flag(), context);
}

}  // namespace foldmill::cli
