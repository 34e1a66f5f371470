#include "cli/run/local_run.h"

#include <signal.h>

#include <algorithm>

#include "cli/output/format.h"
#include "cli/run/follow_pipeline.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr Milliseconds kGlance{100};
constexpr Milliseconds kWorkerGoodbye{20'000};

using Worker = std::optional<ChildProcess>;

// The labels that the studies ask for: here there is nobody else to train them.
std::map<std::string, std::string> wanted_labels(const std::vector<EnsuredStudy>& studies) {
  std::map<std::string, std::string> labels;
  for (const EnsuredStudy& each : studies)
    for (const auto& [key, value] : each.study.spec.resources.labels) labels[key] = value;
  return labels;
}

bool is_all_trained_outside(const std::vector<EnsuredStudy>& studies) {
  return std::all_of(studies.begin(), studies.end(), [](const EnsuredStudy& each) {
    return is_trained_outside(each.study.spec.model);
  });
}

Result<bool> is_all_done(StudySource& source, const std::vector<EnsuredStudy>& studies) {
  for (const EnsuredStudy& each : studies) {
    if (!is_finished(each.study.state)) return false;
    for (const Stage stage : stages_in_order(each.study.spec.stages_to_follow())) {
      FOLDMILL_ASSIGN_OR_RETURN(
          const auto found, find_exactly(source, stage_study_name(each.study.spec.name, stage)));
      if (!found || !is_finished(found->state)) return false;
    }
  }
  return true;
}

// None when nothing is to be trained, or by loops outside only.
Result<Worker> start_worker(const LocalWorkerFlags& flags, const std::vector<EnsuredStudy>& studies,
                            LocalCoordinator& coordinator) {
  FOLDMILL_ASSIGN_OR_RETURN(const bool done, is_all_done(coordinator.client(), studies));
  if (done || is_all_trained_outside(studies)) return Worker();
  std::vector<std::string> arguments = {program_path("foldmill-worker").string(), "--coordinator",
                                        coordinator.address(), "--slots", flags.slots};
  if (!flags.trainer.empty()) arguments.insert(arguments.end(), {"--trainer", flags.trainer});
  for (const std::string& directory : flags.data_dirs)
    arguments.insert(arguments.end(), {"--data-dir", directory});
  for (const auto& [key, value] : wanted_labels(studies))
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

Result<FollowEnd> follow_all(StudySource& source, const std::vector<EnsuredStudy>& studies,
                             const InterruptWatch& interrupts, const PipelineOptions& options) {
  for (const EnsuredStudy& each : studies) {
    FOLDMILL_ASSIGN_OR_RETURN(const FollowEnd end,
                              follow_pipeline(source, each.study.spec.name, interrupts, options));
    if (end == FollowEnd::kInterrupted) return end;
  }
  return FollowEnd::kFinished;
}

void announce(const std::vector<EnsuredStudy>& studies, const std::string& source_flag,
              std::ostream& err) {
  for (const EnsuredStudy& each : studies) {
    err << describe_start(each) << std::endl;
    if (is_trained_outside(each.study.spec.model) && !is_finished(each.study.state))
      err << "its trials are trained outside: foldmill ask " << each.study.spec.name << source_flag
          << std::endl;
  }
}

// With a coordinator that is not ours: Ctrl-C only leaves.
Outcome run_elsewhere(CoordinatorClient& client, const Work& work, Context& context) {
  const std::string source_flag = context.source_flag();
  FOLDMILL_ASSIGN_OR_RETURN(const auto studies, work.begin(client));
  announce(studies, source_flag, context.err);
  const InterruptWatch interrupts;
  FOLDMILL_ASSIGN_OR_RETURN(
      const FollowEnd end,
      follow_all(client, studies, interrupts,
                 {context.out, {}, source_flag, {context.err, context.error_terminal, [] {
                                                   return ok_status();
                                                 }}}));
  if (end == FollowEnd::kFinished) {
    FOLDMILL_RETURN_IF_ERROR(work.conclude(client));
    return ExitCode::kOk;
  }
  context.err << "left; the study goes on\n  back: foldmill watch "
              << studies.front().study.spec.name << source_flag << '\n';
  return ExitCode::kInterrupted;
}

Outcome run_here(LocalCoordinator& coordinator, const Work& work, const LocalWorkerFlags& flags,
                 const std::filesystem::path& database, Context& context) {
  const std::string source_flag = context.source_flag();
  const InterruptWatch interrupts;
  FOLDMILL_ASSIGN_OR_RETURN(const auto studies, work.begin(coordinator.client()));
  announce(studies, source_flag, context.err);
  FOLDMILL_ASSIGN_OR_RETURN(Worker worker, start_worker(flags, studies, coordinator));
  const auto still_fine = [&]() -> Status {
    FOLDMILL_RETURN_IF_ERROR(check_alive(coordinator.process()));
    return worker ? check_alive(*worker) : ok_status();
  };
  const Result<FollowEnd> end = follow_all(
      coordinator.client(), studies, interrupts,
      {context.out, database, source_flag, {context.err, context.error_terminal, still_fine}});
  if (!end.ok()) return end.status();
  if (*end == FollowEnd::kInterrupted) {
    if (worker) drain(*worker, interrupts, context.err);
    coordinator.stop();
    context.err << "stopped; go on later with the same command: "
                << shell_command(context.command_line) << '\n';
    return ExitCode::kInterrupted;
  }
  const Status concluded = work.conclude(coordinator.client());
  if (worker) {
    worker->signal(SIGTERM);
    worker->wait_for(kWorkerGoodbye);
  }
  FOLDMILL_RETURN_IF_ERROR(concluded);
  return ExitCode::kOk;
}

}  // namespace

void add_worker_options(CLI::App& command, LocalWorkerFlags& flags) {
  command.add_option("--slots", flags.slots, "folds trained at a time here: a number or auto");
  command.add_option("--trainer", flags.trainer, "trainer program of the worker started here");
  command
      .add_option("--data-dir", flags.data_dirs, "where datasets are looked for; may be repeated")
      ->expected(1)
      ->take_all();
}

Outcome run_work(const Work& work, const LocalWorkerFlags& flags, Context& context) {
  if (const std::string address = context.coordinator_address(); !address.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(auto client, make_coordinator_client(address, context.security));
    return run_elsewhere(*client, work, context);
  }
  const std::filesystem::path database = std::filesystem::absolute(context.database_path());
  FOLDMILL_ASSIGN_OR_RETURN(DatabaseAccess access, access_database(database, context.security));
  if (access.own) return run_here(*access.own, work, flags, database, context);
  context.err
      << "the database is served already; the study is trained by that coordinator's workers\n";
  return run_elsewhere(*access.external, work, context);
}

}  // namespace foldmill::cli
