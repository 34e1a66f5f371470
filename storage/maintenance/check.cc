#include <SQLiteCpp/Transaction.h>

#include <algorithm>

#include "core/text.h"
#include "storage/maintenance.h"
#include "storage/maintenance/artifact_rules.h"
#include "storage/maintenance/row_rules.h"
#include "storage/maintenance/value_rules.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/load_snapshot.h"
#include "storage/sqlite/read_only.h"
#include "storage/study_reader.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostOfARule = 20;  // findings; one mistake can break a rule a thousand times
constexpr const char* kDamaged =
    "stop the coordinator, keep this file aside and restore the last sound backup; what can still "
    "be read of it: sqlite3 FILE .recover";

class Checker {
 public:
  Checker(const fs::path& path, SQLite::Database& database, const CheckOptions& options)
      : path_(path), database_(database), sql_(database), options_(options) {}

  Check run() {
    std::vector<ReferencedArtifact> references;
    {
      const SQLite::Transaction one_moment(database_);
      guard("pages", [&] { check_pages(); });
      guard("foreign-keys", [&] { check_foreign_keys(); });
      for (const RowRule& rule : row_rules()) guard(rule.name, [&] { check_rows(rule); });
      guard("load", [&] { add(check_values(load_snapshot(sql_))); });
      guard("artifacts", [&] { references = referenced_artifacts(sql_); });
    }
    guard("artifacts", [&] { check_files(references); });
    return std::move(check_);
  }

 private:
  // What cannot be read is a finding, and no reason to leave the other checks out.
  template <class Body>
  void guard(std::string_view name, Body body) {
    const Status status = guarded(path_, [&] {
      body();
      return ok_status();
    });
    if (!status.ok())
      check_.findings.push_back({std::string(name), "", status.message(), kDamaged});
  }

  void add(std::vector<Finding> findings) {
    const size_t more = findings.size() > kMostOfARule ? findings.size() - kMostOfARule : 0;
    findings.resize(findings.size() - more);
    if (more > 0)
      findings.push_back({findings.back().check, "", concat("and ", more, " more like these"),
                          findings.back().advice});
    std::move(findings.begin(), findings.end(), std::back_inserter(check_.findings));
  }

  void check_pages() {
    Query row = sql_.query(options_.quick ? "PRAGMA quick_check" : "PRAGMA integrity_check");
    while (row.next())
      if (row.text(0) != "ok") check_.findings.push_back({"pages", "", row.text(0), kDamaged});
  }

  void check_foreign_keys() {
    std::vector<Finding> findings;
    Query row = sql_.query(
        "SELECT \"table\", count(*), parent FROM pragma_foreign_key_check"
        " GROUP BY 1, 3");
    while (row.next())
      findings.push_back({"foreign-keys", "",
                          concat(row.integer(1), " rows of ", row.text(0), " point to a row of ",
                                 row.text(2), " that is not there"),
                          kDamaged});
    add(std::move(findings));
  }

  void check_rows(const RowRule& rule) {
    std::vector<Finding> findings;
    Query row = sql_.query(rule.sql);
    while (row.next()) findings.push_back({rule.name, row.text(0), row.text(1), rule.advice});
    add(std::move(findings));
  }

  void check_files(const std::vector<ReferencedArtifact>& references) {
    const fs::path directory = artifact_directory(path_);
    check_.artifacts = total_of(references);
    const auto faulty = find_faulty_artifacts(directory, references, !options_.quick);
    // A coordinator may have replaced a checkpoint meanwhile, and removed its file.
    const auto now = faulty.empty() ? references : referenced_artifacts(sql_);
    std::vector<Finding> findings;
    for (const FaultyArtifact& each : faulty)
      if (std::ranges::count(now, each.reference) > 0) findings.push_back(describe(each));
    add(std::move(findings));
    check_.unreferenced = total_of(value_or_throw(unreferenced_files(directory, now)));
  }

  const fs::path& path_;
  SQLite::Database& database_;
  StatementCache sql_;
  const CheckOptions& options_;
  Check check_;
};

}  // namespace

Result<Check> check_database(const fs::path& path, const CheckOptions& options) {
  return guarded(path, [&]() -> Result<Check> {
    FOLDMILL_ASSIGN_OR_RETURN(auto database, open_read_only(path));
    return Checker(path, database, options).run();
  });
}

}  // namespace foldmill::storage
