#include "cli/run/warm_start.h"

#include <algorithm>
#include <vector>

#include "core/text.h"

namespace foldmill::cli {
namespace {

// What of `point` can be tried in `space`.
ParameterSet fitting_part(const ParameterSet& point, const SearchSpace& space) {
  ParameterSet part;
  for (const size_t index : space.sampling_order()) {
    const std::string& name = space.parameters()[index].name;
    const ParameterValue* value = point.find(name);
    if (value == nullptr) continue;
    ParameterSet longer = part;
    longer.set(name, *value);
    if (space.validate_partial(longer).ok()) part = std::move(longer);
  }
  return part;
}

}  // namespace

Result<std::optional<WarmStart>> parse_warm_start(std::string_view text) {
  if (text.empty()) return std::optional<WarmStart>();
  const size_t colon = text.rfind(':');
  WarmStart from{std::string(text.substr(0, colon)), WarmStart().trials};
  std::optional<int64_t> trials = from.trials;
  if (colon != std::string_view::npos) trials = parse_int(text.substr(colon + 1));
  if (from.study.empty() || !trials || *trials < 1)
    return invalid_argument(concat("--warm-start: '", text,
                                   "' is neither STUDY nor STUDY:COUNT\n  try: --warm-start "
                                   "fashion-cae:5 (its 5 best points first)"));
  from.trials = *trials;
  return std::optional(std::move(from));
}

Status add_warm_start(StudySource& source, const WarmStart& from, StudySpec& spec) {
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow other, source.get_study(from.study));
  TrialQuery query;
  query.where = "state = completed and violation = 0";
  query.sort = other.spec.objective.direction == Direction::kMinimize ? "value" : "-value";
  FOLDMILL_ASSIGN_OR_RETURN(const std::vector<TrialRow> best,
                            all_trials(source, other.spec.name, query, from.trials));
  bool fits = false;
  for (const TrialRow& trial : best) {
    const ParameterSet point = fitting_part(trial.params, spec.space);
    fits = fits || !point.empty();
    if (point.empty() ||
        std::find(spec.enqueue.begin(), spec.enqueue.end(), point) != spec.enqueue.end())
      continue;
    spec.enqueue.push_back(point);
  }
  if (fits) return ok_status();
  return failed_precondition(concat("--warm-start: ", other.spec.name, " has no completed trial",
                                    best.empty() ? "" : " with a parameter that is searched here",
                                    "\n  see: foldmill trial list ", other.spec.name));
}

}  // namespace foldmill::cli
