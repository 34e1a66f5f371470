#include "cli/follow/follower.h"

#include <chrono>
#include <optional>
#include <thread>

#include "cli/follow/progress.h"
#include "cli/terminal/live_region.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLookEvery{200};
constexpr std::chrono::seconds kSayEvery{5};
constexpr std::chrono::seconds kPatience{60};

// The two ways to show progress: in place on a terminal, as lines elsewhere.
class View {
 public:
  explicit View(const FollowOptions& options) : options_(options) {
    if (options.terminal.interactive) region_.emplace(options.err, options.terminal.columns);
  }

  void show(const Progress& progress) {
    for (const TrialRow& trial : progress.ended) say(describe_ended(progress.study.spec, trial));
    if (region_) {
      region_->draw(live_lines(progress, options_.terminal.columns));
    } else if (SteadyClock::now() - said_ >= kSayEvery) {
      say(describe_standing(progress));
    }
  }

  void say(const std::string& line) {
    said_ = SteadyClock::now();
    if (region_)
      region_->print_above(line);
    else
      options_.err << line << std::endl;
  }

 private:
  const FollowOptions& options_;
  std::optional<LiveRegion> region_;
  SteadyClock::time_point said_ = SteadyClock::now();
};

}  // namespace

Result<FollowEnd> follow(StudySource& source, const std::string& study,
                         const InterruptWatch& interrupts, const FollowOptions& options) {
  ProgressReader reader(source, study);
  View view(options);
  auto last_answer = SteadyClock::now();
  bool away = false;
  while (true) {
    if (interrupts.count() > 0) return FollowEnd::kInterrupted;
    FOLDMILL_RETURN_IF_ERROR(options.still_fine());
    const auto progress = reader.look();
    if (progress.ok()) {
      last_answer = SteadyClock::now();
      away = false;
      view.show(*progress);
      if (is_finished(progress->study.state)) return FollowEnd::kFinished;
    } else if (progress.status().code() != StatusCode::kUnavailable ||
               SteadyClock::now() - last_answer > kPatience) {
      return progress.status();
    } else if (!away) {
      away = true;
      view.say(concat(progress.status().message(), "; trying again"));
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace foldmill::cli
