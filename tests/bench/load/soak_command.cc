#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <utility>

#include "core/text.h"
#include "tests/bench/command.h"
#include "tests/bench/load/fleet.h"
#include "tests/bench/load/load_options.h"

namespace foldmill::bench {
namespace {

struct SoakOptions : LoadOptions {
  double minutes = 60;
  double interval = 30;  // seconds between two looks
  double reports_per_second = 200;
  double most_wal_mb = 16;
  std::string samples;  // file that gets each look at once; empty: none
};

struct Look {
  double seconds = 0;  // since the start
  int64_t reports = 0;
  int64_t reconnects = 0;
  ProcessFigures process;
  double wal_mb = 0;
  double decision_ms_p99 = 0;
};

// Of the straight line that lies best among the points, in units of y per unit of x.
double slope(const std::vector<Look>& looks, const std::function<double(const Look&)>& x,
             const std::function<double(const Look&)>& y) {
  double mean_x = 0, mean_y = 0;
  for (const Look& look : looks) {
    mean_x += x(look) / static_cast<double>(looks.size());
    mean_y += y(look) / static_cast<double>(looks.size());
  }
  double together = 0, square = 0;
  for (const Look& look : looks) {
    together += (x(look) - mean_x) * (y(look) - mean_y);
    square += (x(look) - mean_x) * (x(look) - mean_x);
  }
  return square > 0 ? together / square : 0;
}

nlohmann::ordered_json to_json(const Look& look) {
  return {{"seconds", look.seconds},
          {"reports", look.reports},
          {"reconnects", look.reconnects},
          {"rss_mb", look.process.rss_mb},
          {"descriptors", look.process.descriptors},
          {"threads", look.process.threads},
          {"wal_mb", look.wal_mb},
          {"cpu_seconds", look.process.cpu_seconds},
          {"decision_ms_p99", look.decision_ms_p99}};
}

Look look_at(const CoordinatorProcess& coordinator, Fleet& fleet, SteadyTime start) {
  Look look{
      .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
      .reports = fleet.reports(),
      .reconnects = fleet.reconnects(),
      .process = coordinator.figures(),
      .wal_mb = coordinator.wal_mb()};
  nlohmann::ordered_json times;
  add_times(&times, "ms", fleet.take_tally().decision_ms);
  if (times.contains("ms_p99")) look.decision_ms_p99 = times["ms_p99"];
  return look;
}

// What curves and trials need is needed by a coordinator that has just read them as well; more than
// that, with some room for the heap's holes, has leaked.
constexpr double kHeapRoom = 1.3;
constexpr double kHeapRoomMb = 16;

Status check_flat(const SoakOptions& options, const std::vector<Look>& looks,
                  double rss_mb_after_restart) {
  // In between there may be more: a worker's old and new connection.
  if (looks.back().process.descriptors > looks.front().process.descriptors + 3)
    return internal_error(concat("descriptors went from ", looks.front().process.descriptors,
                                 " to ", looks.back().process.descriptors));
  const double rss_mb = looks.back().process.rss_mb;
  if (rss_mb > kHeapRoom * rss_mb_after_restart + kHeapRoomMb)
    return internal_error(concat("memory has grown to ", format_number(rss_mb),
                                 " MB, where a fresh start needs ",
                                 format_number(rss_mb_after_restart), " MB for the same database"));
  for (const Look& look : looks)
    if (look.wal_mb > options.most_wal_mb)
      return internal_error(concat("the WAL has ", format_number(look.wal_mb), " MB after ",
                                   format_number(look.seconds), " s"));
  return ok_status();
}

// Of a coordinator that goes on with the same database and as many workers.
Result<double> measure_fresh_start(const SoakOptions& options, const Scratch& scratch) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto coordinator, start_coordinator(options, scratch));
  Fleet fleet(coordinator->address(), options.workers, {});
  FOLDMILL_RETURN_IF_ERROR(fleet.join(std::chrono::seconds(120)));
  FOLDMILL_RETURN_IF_ERROR(fleet.run_for(std::chrono::seconds(5)));
  const double rss_mb = coordinator->figures().rss_mb;
  FOLDMILL_RETURN_IF_ERROR(fleet.come_to_rest(std::chrono::seconds(60)));
  FOLDMILL_RETURN_IF_ERROR(coordinator->stop());
  return rss_mb;
}

Result<std::vector<Look>> watch(const SoakOptions& options, const CoordinatorProcess& coordinator,
                                Fleet& fleet) {
  std::ofstream samples(options.samples);
  std::vector<Look> looks;
  const SteadyTime start = std::chrono::steady_clock::now();
  while (looks.empty() || looks.back().seconds < 60 * options.minutes) {
    FOLDMILL_RETURN_IF_ERROR(fleet.run_for(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(options.interval))));
    looks.push_back(look_at(coordinator, fleet, start));
    samples << to_json(looks.back()).dump() << std::endl;
  }
  return looks;
}

Result<Report> run_soak(const SoakOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto scratch, Scratch::make(options.directory));
  FOLDMILL_ASSIGN_OR_RETURN(const auto coordinator, start_coordinator(options, *scratch));
  FOLDMILL_RETURN_IF_ERROR(coordinator->create_study(make_load_study(options)));
  const OnCore pinned(options.workers_core());
  Fleet fleet(coordinator->address(), options.workers,
              {.epoch = std::chrono::nanoseconds(
                   static_cast<int64_t>(1e9 * options.workers / options.reports_per_second))});
  FOLDMILL_RETURN_IF_ERROR(fleet.join(std::chrono::seconds(120)));
  FOLDMILL_ASSIGN_OR_RETURN(std::vector<Look> looks, watch(options, *coordinator, fleet));
  FOLDMILL_RETURN_IF_ERROR(fleet.come_to_rest(std::chrono::seconds(60)));
  FOLDMILL_RETURN_IF_ERROR(coordinator->stop());
  FOLDMILL_RETURN_IF_ERROR(
      check_recorded(coordinator->database(), fleet.reports(), fleet.uncertain()));
  FOLDMILL_ASSIGN_OR_RETURN(const double fresh, measure_fresh_start(options, *scratch));
  FOLDMILL_RETURN_IF_ERROR(check_flat(options, looks, fresh));

  // The first quarter is the start: caches fill, the heap finds its size.
  const Look first = looks.front();
  looks.erase(looks.begin(), looks.begin() + static_cast<std::ptrdiff_t>(looks.size() / 4));
  const auto hours = [](const Look& look) { return look.seconds / 3600; };
  const auto reports = [](const Look& look) { return static_cast<double>(look.reports); };
  const auto rss = [](const Look& look) { return look.process.rss_mb; };
  const double bytes_per_report = slope(looks, reports, rss) * (1 << 20);
  nlohmann::ordered_json input = describe(options);
  input["minutes"] = options.minutes;
  input["reports_per_second"] = options.reports_per_second;
  return Report{
      "soak",
      std::move(input),
      {{"acknowledged_and_recorded", fleet.reports()},
       {"reconnects", fleet.reconnects()},
       {"rss_mb_first", first.process.rss_mb},
       {"rss_mb_last", looks.back().process.rss_mb},
       {"rss_mb_fresh", fresh},
       {"rss_mb_per_hour", slope(looks, hours, rss)},
       {"rss_bytes_per_report", bytes_per_report},
       {"descriptors", looks.back().process.descriptors},
       {"descriptors_per_hour",
        slope(looks, hours,
              [](const Look& look) { return static_cast<double>(look.process.descriptors); })},
       {"wal_mb", looks.back().wal_mb},
       {"wal_mb_per_hour", slope(looks, hours, [](const Look& look) { return look.wal_mb; })},
       {"decision_ms_p99_last", looks.back().decision_ms_p99}}};
}

}  // namespace

Command add_soak_command(CLI::App& app) {
  auto options = std::make_shared<SoakOptions>();
  options->workers = 100;
  options->trials = kMaxTrials;
  options->folds = 5;
  CLI::App* command = app.add_subcommand(
      "soak", "hours of modest load: fails if memory, descriptors or the write-ahead log grow");
  add_place_options(command, options.get());
  add_study_options(command, options.get());
  command->add_option("--minutes", options->minutes)
      ->check(CLI::Range(0.05, 1e5))
      ->capture_default_str();
  command->add_option("--interval", options->interval, "seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_option("--reports-per-second", options->reports_per_second, "of all workers")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  command->add_option("--wal-mb", options->most_wal_mb, "the write-ahead log's size at most")
      ->capture_default_str();
  command->add_option("--samples", options->samples, "a file for every look, one a line");
  return {command, [options] { return run_soak(*options); }};
}

}  // namespace foldmill::bench
