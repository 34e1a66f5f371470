#pragma once

#include <cstdint>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "core/rows.h"

namespace foldmill::storage {

using foldmill::StudyRow;
using foldmill::EpochRow;
using foldmill::AttemptRow;
using foldmill::ArtifactRow;
using foldmill::FoldRow;
using foldmill::TrialRow;
using foldmill::WorkerRow;
using foldmill::Page;
using foldmill::TrialQuery;
using foldmill::Cell;
using foldmill::Table;

// The read side: typed queries, read-only, never blocks the writer. One thread at a time.
// Errors: not_found names the study or trial, with the nearest name there is.
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

}  // namespace foldmill::storage
