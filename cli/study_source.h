#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/rows.h"

namespace foldmill::cli {

// Where reading commands read: a database file, or a coordinator. The same calls, the same rows and
// the same errors. One thread. Lists are paged as in StudyReader; see list_all() for whole ones.
class StudySource {
 public:
  virtual ~StudySource() = default;
  virtual Result<Page<StudyRow>> list_studies(const std::string& page) = 0;
  virtual Result<StudyRow> get_study(const std::string& name) = 0;  // a unique prefix will do
  virtual Result<Page<TrialRow>> list_trials(const std::string& study, const TrialQuery& query) = 0;
  virtual Result<TrialRow> get_trial(const std::string& study, TrialNumber trial) = 0;
  virtual Result<Page<WorkerRow>> list_workers(const std::string& page) = 0;
  virtual Result<Table> query(const std::string& sql, int64_t row_cap, Milliseconds time_cap) = 0;
  // Copies a file of the artifact store to `destination`, which is replaced in one step.
  virtual Status fetch(const ArtifactRef& artifact, const std::filesystem::path& destination) = 0;
};

inline constexpr int64_t kPageRows = 500;

// All rows that `next_page(page)` gives, page by page, at most `limit`.
template <class Row, class NextPage>
Result<std::vector<Row>> list_all(NextPage next_page, int64_t limit = INT64_MAX) {
  std::vector<Row> rows;
  std::string page;
  do {
    Result<Page<Row>> answer = next_page(page);
    if (!answer.ok()) return answer.status();
    for (Row& row : answer->rows) {
      if (static_cast<int64_t>(rows.size()) >= limit) return rows;
      rows.push_back(std::move(row));
    }
    page = answer->next;
  } while (!page.empty());
  return rows;
}

Result<std::vector<StudyRow>> all_studies(StudySource& source);
// Nothing when there is no study of exactly that name.
Result<std::optional<StudyRow>> find_exactly(StudySource& source, const std::string& name);
Result<std::vector<TrialRow>> all_trials(StudySource& source, const std::string& study,
                                         TrialQuery query, int64_t limit = INT64_MAX);
Result<std::vector<WorkerRow>> all_workers(StudySource& source);

}  // namespace foldmill::cli
