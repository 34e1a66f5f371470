#include "cli/study_source.h"

#include <algorithm>

namespace foldmill::cli {

Result<std::vector<StudyRow>> all_studies(StudySource& source) {
  return list_all<StudyRow>([&](const std::string& page) { return source.list_studies(page); });
}

Result<std::optional<StudyRow>> find_exactly(StudySource& source, const std::string& name) {
  Result<StudyRow> found = source.get_study(name);
  // The beginning of several names is no exact match of any of them.
  if (found.status().code() == StatusCode::kNotFound ||
      found.status().code() == StatusCode::kInvalidArgument)
    return std::optional<StudyRow>();
  if (!found.ok()) return found.status();
  // The beginning of a name finds a study too.
  if (found->spec.name != name) return std::optional<StudyRow>();
  return std::optional(std::move(found).value());
}

Result<std::vector<TrialRow>> all_trials(StudySource& source, const std::string& study,
                                         TrialQuery query, int64_t limit) {
  query.limit = std::clamp<int64_t>(limit, 1, kPageRows);
  return list_all<TrialRow>(
      [&](const std::string& page) {
        query.page = page;
        return source.list_trials(study, query);
      },
      limit);
}

Result<std::vector<WorkerRow>> all_workers(StudySource& source) {
  return list_all<WorkerRow>([&](const std::string& page) { return source.list_workers(page); });
}

}  // namespace foldmill::cli
