#pragma once

#include <concepts>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/terminal/terminal.h"
#include "core/rows.h"
#include "core/status.h"

namespace foldmill::cli {

// Keys keep the order in which they were set: output is for people too.
using Json = nlohmann::ordered_json;

enum class Format { kTable, kJson, kCsv };

struct OutputOptions {
  Format format = Format::kTable;
  std::vector<std::string> columns;  // empty: the listing's own choice
  bool header = true;
};

struct ListingColumn {
  std::string name;
  bool numeric = false;  // aligned to the right
  int priority = 0;      // the lowest is dropped first on a narrow terminal
};

// One cell: CSV shows it whole, tables round what is no integer.
struct ListingCell {
  template <class T>
  requires std::constructible_from<Cell, T> ListingCell(T&& cell) : value(std::forward<T>(cell)) {}
  // One that tables show as `text`.
  static ListingCell shown_as(Cell cell, std::string text) {
    ListingCell made(std::move(cell));
    made.text = std::move(text);
    return made;
  }

  Cell value;
  std::string text;  // empty: `value`
  friend bool operator==(const ListingCell&, const ListingCell&) = default;
};

// One answer in every form it can be asked for.
struct Listing {
  std::vector<ListingColumn> columns;
  std::vector<std::vector<ListingCell>> rows;
  Json json = Json::array();  // the whole answer as JSON
};

// Prints to `out`; what is left out is said on `err`. `terminal` describes `out`.
// invalid_argument: a column that is not there.
Status print_listing(Listing listing, const OutputOptions& options, const Terminal& terminal,
                     std::ostream& out, std::ostream& err);

// A table of at most `columns` width; drops columns of low priority where it must and names them
// in `dropped`. The last column left is cut.
std::string layout_table(const Listing& listing, bool header, size_t columns,
                         std::vector<std::string>* dropped);

// RFC 4180: quoted where it holds a comma, a quote or a line end.
std::string csv_field(const std::string& text);

}  // namespace foldmill::cli
