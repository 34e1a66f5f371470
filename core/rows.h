#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/artifact.h"
#include "core/attempt.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/parameter.h"
#include "core/study.h"
#include "core/trial.h"

// What a reader of the database gets, whether from the file or by wire: plain rows, complete in
// themselves. In core so that the reader (storage), the codec (proto) and the CLI share them.
namespace foldmill {

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
  // With several objectives there is no best: the feasible completed trials that no other such one
  // dominates, in order of the first objective, the best in front.
  std::vector<TrialNumber> front;
  int64_t epochs = 0;        // fold-epochs trained and kept
  int64_t epochs_saved = 0;  // fold-epochs that pruning made unnecessary
  double seconds = 0;        // sum of epoch times over all attempts
};

struct EpochRow {
  int64_t epoch = 0;
  double value = 0;
  MetricValues metrics;
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
  std::vector<EpochRow> curve;         // only when asked for
  std::vector<ArtifactRow> artifacts;  // of the attempt that counts
};

struct TrialRow {
  TrialNumber number;
  TrialState state = TrialState::kRunning;
  ParameterSet params;
  bool enqueued = false;
  std::optional<double> value;
  MetricValues metrics;    // what it is judged by beside `value`: StudySpec::further_metrics()
  double violation = 0;    // of the study's constraints; 0: feasible, or not yet known
  bool estimated = false;  // it was stopped between folds: `value` is what it was heading for
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
  std::string where;    // filter expression (docs/filters.md); empty: all
  std::string sort;     // "value", "-value", "lr,-number"; default: number
  int64_t limit = 100;  // rows per page at most, 1 … 1000; fewer where curves are long
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

}  // namespace foldmill
