#include "tests/e2e/cluster.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <sstream>

namespace foldmill::e2e {
namespace {

std::string join_lines(std::initializer_list<std::string> lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

std::string ScriptedStudy::yaml() const {
  return join_lines({
             "version: 1",
             "name: " + name,
             "seed: 11",
             "model: {type: command, run: [" + built_program("scripted_trainer") + "]}",
             "params:",
             "  x: {float: [-1.0, 1.0]}",
             "  lr: {float: [1.0e-4, 1.0e-1], log: true}",
             ms_per_epoch == 0 ? "" : "  ms_per_epoch: " + std::to_string(ms_per_epoch),
             "  epochs: " + std::to_string(epochs),
             "objective: {metric: val_loss, direction: minimize}",
             "search: {sampler: {type: " + sampler +
                 ", startup_trials: 3}, trials: " + std::to_string(trials) + "}",
             "pruning: {type: " + pruning + "}",
             "folds: {k: " + std::to_string(folds) + ", stratified: false}",
         }) +
         extra;
}

Cluster::Cluster(ClusterOptions options) : options_(std::move(options)) {}

std::map<std::string, std::string> Cluster::env() const {
  const std::string home = (directory_ / "home").string();
  return {{"HOME", home},
          {"XDG_DATA_HOME", home + "/data"},
          {"XDG_STATE_HOME", home + "/state"},
          {"XDG_CACHE_HOME", home + "/cache"},
          {"XDG_CONFIG_HOME", home + "/config"},
          {"XDG_RUNTIME_DIR", (directory_ / "run").string()},
          {"NO_COLOR", "1"}};
}

std::map<std::string, std::string> Cluster::daemon_env() const {
  std::map<std::string, std::string> all = env();
  all["FOLDMILL_SCRIPT_LOG"] = (directory_ / "trained").string();
  for (const auto& [name, value] : options_.env) all[name] = value;
  return all;
}

void Cluster::spawn_coordinator() {
  coordinator_.reset();
  std::vector<std::string> argv = {built_program("foldmill-coordinator"),
                                   "--db",
                                   database().string(),
                                   "--unix",
                                   (directory_ / "c.sock").string(),
                                   "--address-file",
                                   (directory_ / "address").string()};
  const std::vector<std::string> timing = timing_arguments();
  argv.insert(argv.end(), timing.begin(), timing.end());
  if (!options_.listen.empty())
    argv.insert(argv.end(), {"--listen", options_.listen, "--insecure"});
  coordinator_.emplace(testing::Process::Options{
      .argv = std::move(argv), .env = daemon_env(), .log = directory_ / "coordinator.log"});
}

std::vector<std::string> Cluster::timing_arguments() const {
  return {"--lease-ms", std::to_string(options_.lease_ms), "--heartbeat-ms",
          std::to_string(options_.heartbeat_ms)};
}

void Cluster::start_coordinator() {
  spawn_coordinator();
  ASSERT_TRUE(testing::eventually([this] {
    return cli({"study", "list"}).exit_code == 0;
  })) << logs();
}

void Cluster::kill_coordinator() {
  coordinator_->signal(SIGKILL);
  coordinator_->wait_for(std::chrono::seconds(10));
}

bool Cluster::coordinator_runs() { return coordinator_ && coordinator_->running(); }

testing::Process& Cluster::start_worker(const std::string& name, int slots,
                                        const WorkerPlace& place) {
  std::vector<std::string> argv = place.under;
  argv.insert(argv.end(), {built_program("foldmill-worker"), "--coordinator",
                           place.coordinator.empty() ? address() : place.coordinator, "--name",
                           name, "--slots", std::to_string(slots), "--trainer", options_.trainer,
                           "--cache", (directory_ / ("cache-" + name)).string()});
  if (!place.coordinator.empty()) argv.emplace_back("--insecure");
  workers_.push_back(std::make_unique<testing::Process>(testing::Process::Options{
      .argv = std::move(argv), .env = daemon_env(), .log = directory_ / (name + ".log")}));
  return *workers_.back();
}

std::vector<Cluster::TrainedEpoch> Cluster::trained() const {
  std::vector<TrainedEpoch> epochs;
  std::ifstream file(directory_ / "trained");
  for (TrainedEpoch each;
       file >> each.study >> each.trial >> each.fold >> each.epoch >> each.attempt;)
    epochs.push_back(each);
  return epochs;
}

testing::Output Cluster::cli(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), built_program("foldmill"));
  arguments.insert(arguments.end(), {"--coordinator", address()});
  return testing::run_program(arguments, env());
}

testing::Output Cluster::cli_on_file(std::vector<std::string> arguments) {
  const std::vector<std::string> database = database_arguments();
  arguments.insert(arguments.begin(), built_program("foldmill"));
  arguments.insert(arguments.end(), database.begin(), database.end());
  return testing::run_program(arguments, env());
}

std::vector<std::string> Cluster::database_arguments() { return {"--db", database().string()}; }

std::string Cluster::query(const std::string& sql) {
  return cli_on_file({"query", sql, "-o", "csv", "--no-header"}).out;
}

std::string Cluster::outcome() {
  return query("select study, state, budget from study_list order by 1") +
         query("select study, number, state, value, estimated from trial_list order by 1, 2") +
         query("select study, trial, name, value from parameter_list order by 1, 2, 3") +
         query("select study, number from trial_list order by study, created, number") +
         query(
             "select study, trial, fold, epoch, name, value from metric_list"
             " order by 1, 2, 3, 4, 5");
}

std::optional<double> Cluster::number(const std::string& sql) {
  const testing::Output answer = cli_on_file({"query", sql, "-o", "csv", "--no-header"});
  std::istringstream text(answer.out);
  double value = 0;
  if (answer.exit_code != 0 || !(text >> value)) return std::nullopt;
  return value;
}

std::filesystem::path Cluster::write_file(const std::string& name, const std::string& text) {
  const std::filesystem::path path = directory_ / name;
  std::ofstream(path) << text;
  return path;
}

void Cluster::create(const ScriptedStudy& study) {
  const testing::Output output =
      cli({"study", "create", write_file(study.name + ".yaml", study.yaml()).string()});
  ASSERT_EQ(output.exit_code, 0) << output.out << output.err << logs();
}

std::string Cluster::state_of(const std::string& study) {
  const std::string answer = query("select state from study_list where study = '" + study + "'");
  return answer.substr(0, answer.find('\n'));
}

bool Cluster::wait_completed(const std::string& study) {
  return testing::eventually([&] { return state_of(study) == "completed"; });
}

std::string Cluster::logs() const {
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
    if (entry.path().extension() == ".log")
      text += "--- " + entry.path().filename().string() + "\n" + testing::read_file(entry.path());
  return text;
}

void expect_exactly_once(Cluster& cluster, const std::string& study, int trials, int folds,
                         int epochs) {
  const std::string of_study = " where study = '" + study + "'";
  const std::string reports = " from metric_list" + of_study + " and name = 'val_loss'";
  EXPECT_EQ(cluster.number("select count(*) from trial_list" + of_study +
                           " and state in ('completed', 'pruned')"),
            trials);
  EXPECT_EQ(cluster.number("select count(*) from trial_list" + of_study), trials);
  EXPECT_EQ(cluster.number("select count(*) from fold_list" + of_study +
                           " and state in ('pending', 'leased')"),
            0);
  EXPECT_EQ(cluster.number("select count(*) from (select trial, fold, epoch" + reports +
                           " group by 1, 2, 3 having count(*) > 1)"),
            0);
  EXPECT_EQ(cluster.number("select count(*) from (select trial, fold, max(epoch) m, count(*) n" +
                           reports + " group by 1, 2 having m <> n)"),
            0);
  const std::optional<double> completed =
      cluster.number("select count(*) from trial_list" + of_study + " and state = 'completed'");
  ASSERT_TRUE(completed);
  EXPECT_EQ(
      cluster.number("select count(*) from (select f.trial, f.fold from fold_list f join "
                     "metric_list m on m.study = f.study and m.trial = f.trial and m.fold = "
                     "f.fold and m.name = 'val_loss' where f.study = '" +
                     study + "' and f.state = 'completed' group by 1, 2 having count(*) = " +
                     std::to_string(epochs) + ")"),
      cluster.number("select count(*) from fold_list" + of_study + " and state = 'completed'"));
  EXPECT_GE(cluster.number("select count(*) from fold_list" + of_study + " and state = 'completed'")
                .value_or(-1),
            *completed * folds);
  const testing::Output check = cluster.cli_on_file({"server", "check"});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
}

void expect_fenced(Cluster& cluster, const std::string& study) {
  const std::string of_study = " where study = '" + study + "'";
  const std::string accepted =
      "(select distinct trial, fold, epoch, attempt, reported from "
      "metric_list" +
      of_study + ")";
  EXPECT_EQ(cluster.query("select trial, fold, a.attempt, b.attempt from attempt_list a join "
                          "attempt_list b using (study, trial, fold)" +
                          of_study +
                          " and b.number = a.number + 1 and (a.ended is null or "
                          "b.leased < a.ended)"),
            "")
      << "leased again before the attempt before had ended";
  EXPECT_EQ(cluster.query("select m.trial, m.fold, m.epoch, m.attempt from " + accepted +
                          " m join attempt_list a using (attempt) where m.reported > a.ended or "
                          "m.reported < a.leased"),
            "")
      << "reports of attempts that did not hold the fold";
  EXPECT_EQ(
      cluster.query("select b.trial, b.fold, b.epoch from " + accepted + " a join " + accepted +
                    " b on a.trial = b.trial and a.fold = b.fold and "
                    "b.epoch = a.epoch + 1 where b.attempt < a.attempt"),
      "")
      << "epochs of an older attempt after those of a younger one";
}

void expect_sound(Cluster& cluster) {
  const testing::Output check =
      cluster.cli_on_file({"server", "check", "-o", "csv", "--no-header"});
  // Files that nothing names are no damage: of superseded attempts, or of kills between two steps.
  EXPECT_EQ(check.out, "") << check.err;
}

int most_epochs_trained_again(Cluster& cluster, const std::string& study) {
  return static_cast<int>(
      cluster
          .number("select max(a.first_epoch + a.epochs - b.first_epoch) from attempt_list a join "
                  "attempt_list b using (study, trial, fold) where study = '" +
                  study + "' and b.number = a.number + 1")
          .value_or(0));
}

}  // namespace foldmill::e2e
