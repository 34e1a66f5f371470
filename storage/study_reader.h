#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/change.h"
#include "core/result.h"

namespace foldmill::storage {

struct StudyRow {
  StudyId id;
  StudySpec spec;
  StudyState state = StudyState::kActive;
  std::string reason;
  WallTime created;
  std::optional<WallTime> ended;
  int64_t completed = 0, pruned = 0, failed = 0, cancelled = 0, running = 0;  // trials by state
  std::optional<TrialNumber> best;
  std::optional<double> best_value;
  int64_t epochs = 0;        // fold-epochs trained and kept
  int64_t epochs_saved = 0;  // fold-epochs that pruning made unnecessary
  double seconds = 0;        // sum of epoch times over all attempts
};

struct EpochRow {
  int64_t epoch = 0;
  double value = 0;
  std::vector<std::pair<std::string, double>> metrics;
  double seconds = 0;
  AttemptId attempt;
};

struct AttemptRow {
  AttemptId id;
  int64_t number = 1;
  std::string worker;
  int64_t slot = 0;
  AttemptState state = AttemptState::kLeased;
  EndCause cause = EndCause::kNone;
  std::string message;
  int64_t first_epoch = 1;
  WallTime leased;
  std::optional<WallTime> ended;
};

struct ArtifactRow {
  std::string name;
  ArtifactRef artifact;
};

struct FoldRow {
  FoldIndex fold;
  FoldState state = FoldState::kPending;
  std::optional<double> value;
  int64_t epochs = 0;
  double seconds = 0;
  std::vector<AttemptRow> attempts;
  std::vector<EpochRow> curve;          // only when asked for
  std::vector<ArtifactRow> artifacts;   // of the attempt that counts
};

struct TrialRow {
  TrialNumber number;
  TrialState state = TrialState::kRunning;
  ParameterSet params;
  bool enqueued = false;
  std::optional<double> value;
  EndCause cause = EndCause::kNone;
  std::string message;
  std::optional<PruneDecision> decision;
  WallTime created;
  std::optional<WallTime> ended;
  int64_t epochs = 0;  // over all folds
  double seconds = 0;
  std::vector<FoldRow> folds;
};

struct WorkerRow {
  WorkerId id;
  std::string name;
  std::string state;  // ready, draining, lost, gone
  int64_t slots = 0;
  int64_t busy = 0;  // live attempts
  std::map<std::string, std::string> labels;
  std::string version;
  WallTime seen;
};

// One page of a list. `next` is empty on the last page; else pass it back to go on.
template <class Row>
struct Page {
  std::vector<Row> rows;
  std::string next;
};

struct TrialQuery {
  std::string where;  // filter expression (docs/filters.md); empty: all
  std::string sort;   // "value", "-value", "lr,-number"; default: number
  int64_t limit = 100;  // rows per page, 1 … 1000
  std::string page;     // Page::next of the page before
  bool with_curves = false;
};

// A cell of a SQL answer.
using Cell = std::variant<std::monostate, int64_t, double, std::string>;
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  bool truncated = false;  // the row cap was reached
};

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
