#include "cli/commands/simulation_flags.h"

#include <sstream>
#include <utility>

#include "cli/study_file/scalar.h"
#include "coordinator/simulation/closed_form.h"
#include "coordinator/simulation/program_curves.h"
#include "coordinator/simulation/replay.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

using simulation::FleetAct;

Result<double> read_seconds(std::string_view flag, const std::string& text) {
  const auto seconds = parse_duration(text);
  if (!seconds)
    return invalid_argument(
        concat(flag, ": '", text, "' is not a time\n  try: 90s, 30m, 8h or 1h30m"));
  return static_cast<double>(*seconds);
}

Result<FleetAct> read_act(const std::string& text) {
  std::istringstream words(text);
  std::string time, kind, count, rest;
  words >> time >> kind >> count >> rest;
  const auto number = parse_int(count);
  FleetAct act;
  if (kind == "lose")
    act.kind = FleetAct::Kind::kLose;
  else if (kind == "drain")
    act.kind = FleetAct::Kind::kDrain;
  else if (kind != "join")
    return invalid_argument(
        concat("--at: '", text, "' has no join, lose or drain", "\n  try: --at '2h join 4'"));
  if (!number || *number < 1 || !rest.empty())
    return invalid_argument(concat("--at: '", text, "' does not end with a number of workers",
                                   "\n  try: --at '2h join 4'"));
  act.count = *number;
  FOLDMILL_ASSIGN_OR_RETURN(act.seconds, read_seconds("--at", time));
  return act;
}

simulation::RecordedTrial record_of(const TrialRow& trial) {
  simulation::RecordedTrial record;
  record.params = trial.params;
  record.completed = trial.state == TrialState::kCompleted;
  for (const FoldRow& fold : trial.folds) {
    std::vector<double>& curve = record.curves.emplace_back();
    for (const EpochRow& epoch : fold.curve) curve.push_back(epoch.value);
  }
  if (trial.epochs > 0) record.epoch_seconds = trial.seconds / static_cast<double>(trial.epochs);
  return record;
}

Result<std::unique_ptr<simulation::Curves>> replay(const std::string& name,
                                                   const Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, name));
  TrialQuery query;
  query.with_curves = true;
  FOLDMILL_ASSIGN_OR_RETURN(const auto trials, all_trials(*source, study.spec.name, query));
  simulation::Recording recording{study.spec.name, study.spec.objective.direction, {}};
  for (const TrialRow& trial : trials) recording.trials.push_back(record_of(trial));
  return simulation::make_replay(std::move(recording));
}

bool is_all(const std::vector<std::string>& words) {
  return words == std::vector<std::string>{"all"};
}

Result<std::vector<FoldOrder>> wanted_orders(const SimulationFlags& flags, const StudySpec& spec) {
  if (flags.orders.empty()) return std::vector{spec.schedule.order};
  if (is_all(flags.orders))
    return std::vector{FoldOrder::kFirstFoldFirst, FoldOrder::kTrialFirst, FoldOrder::kInterleave};
  std::vector<FoldOrder> orders;
  for (const std::string& word : flags.orders) {
    const auto order = parse_fold_order(word);
    if (!order)
      return invalid_argument(concat("--orders: there is no order '", word, "'",
                                     "\n  there are first_fold_first, trial_first, interleave"));
    orders.push_back(*order);
  }
  return orders;
}

std::vector<std::string> wanted_pruners(const SimulationFlags& flags, const StudySpec& spec) {
  if (flags.pruners.empty()) return {spec.pruning.type};
  return is_all(flags.pruners) ? pruning_types() : flags.pruners;
}

Result<std::vector<bool>> wanted_races(const SimulationFlags& flags, const StudySpec& spec) {
  if (flags.races.empty()) return std::vector{spec.schedule.race.has_value()};
  std::vector<bool> races;
  for (const std::string& word : flags.races) {
    if (word != "on" && word != "off")
      return invalid_argument(concat("--race: '", word, "' is not on, off or both: on,off"));
    races.push_back(word == "on");
  }
  return races;
}

// FoldSchedule::top of each.
Result<std::vector<int64_t>> wanted_tops(const SimulationFlags& flags, const StudySpec& spec) {
  if (flags.whens.empty()) return std::vector{spec.schedule.top};
  constexpr std::string_view kTop = "top:";
  std::vector<int64_t> tops;
  for (const std::string& word : flags.whens) {
    const auto number = word == "every_trial"    ? 0
                        : word == "best"         ? 1
                        : word.starts_with(kTop) ? parse_int(word.substr(kTop.size()))
                                                 : std::nullopt;
    if (!number || (*number < 1 && word != "every_trial"))
      return invalid_argument(concat("--when: '", word, "' is not every_trial, best or top:N",
                                     "\n  try: --when every_trial,top:5"));
    tops.push_back(*number);
  }
  return tops;
}

// Every combination that there is: where trials run one fold there is no race between folds.
std::vector<simulation::Variant> combine(const std::vector<FoldOrder>& orders,
                                         const std::vector<std::string>& pruners,
                                         const std::vector<bool>& races,
                                         const std::vector<int64_t>& tops) {
  std::vector<simulation::Variant> variants;
  for (const FoldOrder order : orders)
    for (const std::string& pruner : pruners)
      for (const bool race : races)
        for (const int64_t top : tops)
          if (!(race && top > 0 && races.size() * tops.size() > 1))
            variants.push_back({order, pruner, race, top});
  return variants;
}

}  // namespace

Result<simulation::Fleet> make_fleet(const SimulationFlags& flags) {
  simulation::Fleet fleet;
  fleet.workers = flags.workers;
  fleet.epoch_seconds = flags.epoch_seconds;
  if (!flags.speeds.empty()) fleet.speeds = flags.speeds;
  fleet.speed_spread = flags.speed_spread;
  if (!flags.mean_up.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(fleet.mean_up_seconds, read_seconds("--mean-up", flags.mean_up));
  }
  if (!flags.mean_down.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(fleet.mean_down_seconds,
                              read_seconds("--mean-down", flags.mean_down));
  }
  for (const std::string& text : flags.acts) {
    FOLDMILL_ASSIGN_OR_RETURN(const FleetAct act, read_act(text));
    fleet.acts.push_back(act);
  }
  FOLDMILL_RETURN_IF_ERROR(fleet.validate());
  return fleet;
}

Result<std::vector<simulation::Variant>> make_variants(const SimulationFlags& flags,
                                                       const StudySpec& spec) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto orders, wanted_orders(flags, spec));
  FOLDMILL_ASSIGN_OR_RETURN(const auto races, wanted_races(flags, spec));
  FOLDMILL_ASSIGN_OR_RETURN(const auto tops, wanted_tops(flags, spec));
  std::vector<simulation::Variant> variants;
  for (simulation::Variant& variant : combine(orders, wanted_pruners(flags, spec), races, tops)) {
    const Status sound = variant.applied_to(spec).validate();
    if (sound.ok())
      variants.push_back(std::move(variant));
    else if (!is_all(flags.pruners))
      return sound.with_context(concat("comparing ", variant.describe()));
  }
  return variants;
}

Result<std::unique_ptr<simulation::Curves>> make_curves(const std::string& source,
                                                        const Context& context) {
  constexpr std::string_view kStudy = "study:", kCommand = "command:";
  if (source.starts_with(kStudy)) return replay(source.substr(kStudy.size()), context);
  if (source.starts_with(kCommand))
    return simulation::make_program_curves(source.substr(kCommand.size()));
  if (source.find_first_of(" /") != std::string::npos)
    return simulation::make_program_curves(source);
  return simulation::make_closed_form(source);
}

}  // namespace foldmill::cli
