#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace foldmill::storage {

// What a database needs beside its coordinator: `foldmill server backup`, `check` and `compact`.
// Errors of all three: those of open_reader().

struct FileTotals {
  int64_t files = 0;
  int64_t bytes = 0;
};

struct Finding {
  std::string check;   // which rule was broken: "fold-held"
  std::string place;   // "fashion/17.3"; empty: the database as a whole
  std::string what;    // what is wrong there
  std::string advice;  // what to do about it
};

struct Backup {
  int64_t bytes = 0;     // of the copied database
  FileTotals artifacts;  // copied beside it, now or by an earlier try
  // Checkpoints that were replaced while they were copied, or are damaged: the copy does not name
  // them, and their folds go on from an earlier epoch.
  int64_t checkpoints_left_out = 0;
  std::vector<Finding> left_out;  // other files that are not there, or damaged
};

// Copies a database, one moment of it, whether a coordinator writes to it or not, and the files
// that it names into the artifact directory of `destination`. The copy appears under its name last,
// when all of it is on disk. already_exists: there is something of that name, or the log (-wal,
// -shm, -journal) of a database that had it; failed_precondition: its artifact directory is that of
// `database`; resource_exhausted: no room. What a failed backup has copied of the files stays, for
// the next try.
Result<Backup> back_up(const std::filesystem::path& database,
                       const std::filesystem::path& destination, bool with_artifacts);

struct CheckOptions {
  // Compares the sizes of artifacts only, and leaves out what reads every page of every index.
  bool quick = false;
};

struct Check {
  std::vector<Finding> findings;  // empty: sound
  FileTotals artifacts;           // that the database names
  FileTotals unreferenced;        // in the artifact directory, named by nothing: no harm, no use
};

// Reads everything and says what does not fit: pages, indexes and foreign keys, the rules that a
// coordinator keeps and no constraint expresses, and the files. Changes nothing, so a running
// coordinator is no obstacle.
Result<Check> check_database(const std::filesystem::path& database, const CheckOptions& options);

struct Compaction {
  int64_t bytes_before = 0;  // the database with its -wal
  int64_t bytes_after = 0;
  FileTotals removed;  // artifacts that nothing named, older than a day
};

// Gives back the room of what was deleted. Needs as much free space as the database takes.
// failed_precondition: a coordinator holds the database (named), or it is of another version;
// data_loss: it is damaged, and is left as it is.
Result<Compaction> compact_database(const std::filesystem::path& database);

}  // namespace foldmill::storage
