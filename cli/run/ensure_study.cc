#include "cli/run/ensure_study.h"

#include <algorithm>
#include <sstream>

#include "cli/commands/study_check.h"
#include "core/asked_trial.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

void append_missing(const std::vector<std::string>& lines, const std::vector<std::string>& other,
                    std::string_view mark, std::string& out) {
  for (const std::string& line : lines)
    if (std::find(other.begin(), other.end(), line) == other.end())
      out += concat("  ", mark, " ", line, "\n");
}

Status refuse(const StudySpec& stored, const StudySpec& wanted, const std::string& difference) {
  return failed_precondition(
      concat("there is a study '", stored.name, "' already, and it asks for something else\n",
             difference, "  try: --name NEW for a study of its own",
             wanted.trials > stored.trials
                 ? concat(", or foldmill study extend ", stored.name, " --trials ", wanted.trials)
                 : ""));
}

}  // namespace

std::string spec_difference(const StudySpec& stored, const StudySpec& wanted) {
  StudySpec same_budget = wanted;
  same_budget.trials = std::max(stored.trials, wanted.trials);
  if (extends_queue(stored.enqueue, wanted.enqueue)) same_budget.enqueue = stored.enqueue;
  const std::vector<std::string> before = lines_of(describe_spec(stored));
  const std::vector<std::string> after = lines_of(describe_spec(same_budget));
  std::string out;
  append_missing(before, after, "-", out);
  append_missing(after, before, "+", out);
  return out;
}

std::string describe_start(const EnsuredStudy& ensured) {
  const StudySpec& spec = ensured.study.spec;
  const int64_t done = ensured.study.completed + ensured.study.pruned;
  return concat(
      "study ", spec.name, " ", ensured.note, " · ",
      done > 0 ? concat(done, " of ", spec.trials, " trials done") : concat(spec.trials, " trials"),
      " · ", spec.sampler.type, " · ", spec.pruning.type == "none" ? "no" : spec.pruning.type,
      " pruning · ", spec.folds.k == 1 ? "hold-out" : concat(spec.folds.k, " folds"), " · seed ",
      spec.seed);
}

Result<EnsuredStudy> ensure_study(CoordinatorClient& client, const StudySpec& spec,
                                  const std::optional<WarmStart>& warm_start) {
  FOLDMILL_ASSIGN_OR_RETURN(auto found, find_exactly(client, spec.name));
  if (!found) {
    StudySpec created = spec;
    if (warm_start) FOLDMILL_RETURN_IF_ERROR(add_warm_start(client, *warm_start, created));
    FOLDMILL_RETURN_IF_ERROR(client.create(created).status());
    FOLDMILL_ASSIGN_OR_RETURN(StudyRow study, client.get_study(spec.name));
    return EnsuredStudy{std::move(study), "created"};
  }
  const std::string difference = spec_difference(found->spec, spec);
  if (!difference.empty()) return refuse(found->spec, spec, difference);
  if (found->state == StudyState::kActive) return EnsuredStudy{std::move(*found), "goes on"};
  const bool done = found->completed + found->pruned >= found->spec.trials;
  if (found->state == StudyState::kCompleted && done)
    return EnsuredStudy{std::move(*found), "is done"};
  FOLDMILL_RETURN_IF_ERROR(client.command(spec.name, StudyVerb::kResume).status());
  FOLDMILL_ASSIGN_OR_RETURN(StudyRow study, client.get_study(spec.name));
  return EnsuredStudy{std::move(study), "goes on"};
}

}  // namespace foldmill::cli
