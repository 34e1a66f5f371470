#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <string>
#include <vector>

namespace foldmill::testing {

// All rows of all tables as text, for comparing; not when migrations were applied, which depends on
// the clock. Throws SQLite::Exception.
inline std::string content_of_database(const std::filesystem::path& path) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  std::vector<std::string> tables;
  SQLite::Statement names(database,
                          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN"
                          " ('schema_file', 'sqlite_sequence') ORDER BY name");
  while (names.executeStep()) tables.push_back(names.getColumn(0).getString());
  std::string text;
  for (const std::string& table : tables) {
    text += "-- " + table + "\n";
    SQLite::Statement rows(database, "SELECT * FROM \"" + table + "\"");
    while (rows.executeStep()) {
      for (int i = 0; i < rows.getColumnCount(); ++i)
        text += (rows.isColumnNull(i) ? "NULL" : rows.getColumn(i).getString()) + "|";
      text += "\n";
    }
  }
  return text;
}

}  // namespace foldmill::testing
