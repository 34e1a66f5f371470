#include "cli/study_source.h"

#include <algorithm>

namespace foldmill::cli {

Result<std::vector<StudyRow>> all_studies(StudySource& source) {
  return list_all<StudyRow>([&](const std::string& page) { return source.list_studies(page); });
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
