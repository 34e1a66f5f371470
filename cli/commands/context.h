#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "cli/compare/comparable.h"
#include "cli/coordinator_client.h"
#include "cli/exit_code.h"
#include "cli/local/local_coordinator.h"
#include "cli/output/listing.h"
#include "cli/study_source.h"
#include "cli/terminal/terminal.h"

namespace foldmill::cli {

// What all commands share: the streams, the flags, and the action that the parser chose. One per
// invocation; the CLI11 tree points into it and must not outlive it.
struct Context {
  std::ostream& out;        // the answer
  std::ostream& err;        // everything else
  Terminal terminal;        // of out
  Terminal error_terminal;  // of err

  std::vector<std::string> command_line;  // as it was typed, program first
  std::string database;                   // --db
  std::string coordinator;                // --coordinator
  proto::ClientSecurity security;
  OutputOptions output;
  std::string where;
  std::string sort;
  int64_t limit = INT64_MAX;
  std::function<Outcome()> action;

  // The database that --db, FOLDMILL_DB or the default name.
  std::filesystem::path database_path() const;
  // The coordinator that --coordinator or FOLDMILL_COORDINATOR name; empty: work on the database.
  std::string coordinator_address() const;

  // " --db FILE" or " --coordinator ADDRESS" as they were given, for commands that are suggested.
  std::string source_flag() const;

  Result<std::unique_ptr<StudySource>> open_source() const;
  Status print(Listing listing) const;  // with `output`
};

// A coordinator for verbs that change something: the one named, the one that holds the database, or
// one started for the moment.
class Writer {
 public:
  static Result<Writer> open(const Context& context);
  CoordinatorClient& client() { return remote_ ? *remote_ : access_.client(); }

 private:
  std::unique_ptr<CoordinatorClient> remote_;
  DatabaseAccess access_;
};

void add_source_options(CLI::App& command, Context& context);  // --db, --coordinator, --tls-…
void add_output_options(CLI::App& command, Context& context);  // -o, --columns, --no-header
void add_list_options(CLI::App& command, Context& context);    // --where, --sort, --limit
void add_limit_option(CLI::App& command, Context& context);

// "study/17" or "study/17.3".
struct TrialId {
  std::string study;
  TrialNumber trial;
  std::optional<FoldIndex> fold;
};
Result<TrialId> parse_trial_id(const std::string& text);

// "study/17", or "study/best": the trial itself, with its curves. not_found, also for a study that
// has no best trial.
Result<FoundTrial> find_trial(StudySource& source, const std::string& text);

// The study of that name (or unique prefix); without a name the youngest one.
Result<StudyRow> find_study(StudySource& source, const std::string& name);

// One function per noun; each hangs its commands into the tree.
void add_run_command(CLI::App& app, Context& context);
void add_study_commands(CLI::App& app, Context& context);
void add_importance_command(CLI::App& noun, Context& context);  // study importance
void add_trial_commands(CLI::App& app, Context& context);
void add_folds_commands(CLI::App& app, Context& context);
void add_final_commands(CLI::App& app, Context& context);
void add_folds_run_command(CLI::App& noun, Context& context);  // folds run
void add_lineage_command(CLI::App& noun, Context& context);    // study lineage
void add_wait_command(CLI::App& noun, Context& context);       // study wait
void add_ask_command(CLI::App& app, Context& context);
void add_tell_command(CLI::App& app, Context& context);
void add_held_trial_commands(CLI::App& noun, Context& context);  // trial report, renew
void add_enqueue_command(CLI::App& noun, Context& context);      // trial enqueue
void add_compare_command(CLI::App& noun, Context& context);      // trial compare
void add_worker_commands(CLI::App& app, Context& context);
void add_best_command(CLI::App& app, Context& context);
void add_watch_command(CLI::App& app, Context& context);
void add_simulate_command(CLI::App& app, Context& context);
void add_query_command(CLI::App& app, Context& context);
void add_export_command(CLI::App& app, Context& context);
void add_server_commands(CLI::App& app, Context& context);
void add_info_commands(CLI::App& app, Context& context);

}  // namespace foldmill::cli
