#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "core/rows.h"
#include "storage/lock_holder.h"

namespace foldmill::storage {

using foldmill::ArtifactRow;
using foldmill::AttemptRow;
using foldmill::Cell;
using foldmill::EpochRow;
using foldmill::FoldRow;
using foldmill::Page;
using foldmill::StudyRow;
using foldmill::Table;
using foldmill::TrialQuery;
using foldmill::TrialRow;
using foldmill::WorkerRow;

// The read side: typed queries, read-only, never blocks the writer. One thread at a time. Each call
// sees one moment. Errors: not_found names the study or trial, with the nearest name there is;
// invalid_argument: a filter, sort key, page or SQL that is wrong (with position and suggestion);
// deadline_exceeded: the time cap of query().
class StudyReader {
 public:
  virtual ~StudyReader() = default;
  virtual Result<Page<StudyRow>> list_studies(int64_t limit, const std::string& page) = 0;
  virtual Result<StudyRow> get_study(const std::string& name) = 0;  // a unique prefix will do
  virtual Result<Page<TrialRow>> list_trials(const std::string& study, const TrialQuery& query) = 0;
  virtual Result<TrialRow> get_trial(const std::string& study, TrialNumber trial) = 0;  // all of it
  virtual Result<Page<WorkerRow>> list_workers(int64_t limit, const std::string& page) = 0;
  // Read-only SQL over the views of docs/schema.md. Refuses everything that is not one SELECT.
  virtual Result<Table> query(const std::string& sql, int64_t row_cap, Milliseconds time_cap) = 0;
};

// Opens an existing database for reading, whether a coordinator writes to it or nothing runs. Never
// migrates. not_found: no such file; failed_precondition: of another version or another program;
// data_loss: not a database, or damaged.
Result<std::unique_ptr<StudyReader>> open_reader(const std::filesystem::path& database);

// Where the files of a database are: "DIR/study.artifacts" for "DIR/study.db",
// "DIR/exp-0.1-artifacts" for "DIR/exp-0.1". No two databases share one: each takes the other's
// files for its own otherwise. By what a symlink leads to, as SQLite's log and the lock.
std::filesystem::path artifact_directory(const std::filesystem::path& database);
// Where one of them is, whether or not it exists. The digest must be sound (is_sha256_hex).
std::filesystem::path artifact_path(const std::filesystem::path& database,
                                    const ArtifactRef& artifact);

}  // namespace foldmill::storage
