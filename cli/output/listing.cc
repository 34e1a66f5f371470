#include "cli/output/listing.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "cli/output/format.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kGap = 2;

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string shown(const ListingCell& cell) {
  return cell.text.empty() ? table_text(cell.value) : cell.text;
}

std::vector<size_t> column_widths(const Listing& listing, bool header) {
  std::vector<size_t> widths;
  for (size_t c = 0; c < listing.columns.size(); ++c) {
    size_t width = header ? display_width(listing.columns[c].name) : 1;
    for (const auto& row : listing.rows)
      width = std::max(width, display_width(printable(shown(row[c]))));
    widths.push_back(width);
  }
  return widths;
}

size_t total_width(const std::vector<size_t>& widths, const std::vector<bool>& kept) {
  size_t total = 0;
  for (size_t c = 0; c < widths.size(); ++c)
    if (kept[c]) total += widths[c] + (total > 0 ? kGap : 0);
  return total;
}

// The kept column of lowest priority, the rightmost of several.
size_t least_useful(const Listing& listing, const std::vector<bool>& kept) {
  size_t found = kept.size();
  for (size_t c = 0; c < kept.size(); ++c)
    if (kept[c] &&
        (found == kept.size() || listing.columns[c].priority <= listing.columns[found].priority))
      found = c;
  return found;
}

Status select_columns(Listing& listing, const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const ListingColumn& column : listing.columns) names.push_back(column.name);
  std::vector<size_t> indices;
  for (const std::string& name : wanted) {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) {
      const auto nearest = closest_match(name, names);
      return invalid_argument(concat("there is no column '", name, "'",
                                     nearest ? concat("; did you mean '", *nearest, "'?") : "",
                                     "\n  columns: ", join(names, ",")));
    }
    indices.push_back(static_cast<size_t>(it - names.begin()));
  }
  Listing selected;
  for (const size_t index : indices) selected.columns.push_back(listing.columns[index]);
  for (const auto& row : listing.rows) {
    auto& cells = selected.rows.emplace_back();
    for (const size_t index : indices) cells.push_back(row[index]);
  }
  selected.json = std::move(listing.json);
  listing = std::move(selected);
  return ok_status();
}

void print_csv(const Listing& listing, bool header, std::ostream& out) {
  const auto print_row = [&](size_t count, const auto& cell) {
    for (size_t i = 0; i < count; ++i) out << (i ? "," : "") << csv_field(cell(i));
    out << '\n';
  };
  if (header) print_row(listing.columns.size(), [&](size_t i) { return listing.columns[i].name; });
  for (const auto& row : listing.rows)
    print_row(row.size(), [&](size_t i) { return cell_text(row[i].value); });
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string layout_table(const Listing& listing, bool header, size_t columns,
                         std::vector<std::string>* dropped) {
  std::vector<size_t> widths = column_widths(listing, header);
  std::vector<bool> kept(widths.size(), true);
  while (std::count(kept.begin(), kept.end(), true) > 1 && total_width(widths, kept) > columns)
    kept[least_useful(listing, kept)] = false;
  for (size_t c = 0; c < kept.size(); ++c) {
    if (!kept[c]) dropped->push_back(listing.columns[c].name);
    widths[c] = std::min(widths[c], columns);
  }
  std::string out;
  const auto add_row = [&](const auto& cell) {
    std::string line;
    for (size_t c = 0; c < kept.size(); ++c) {
      if (!kept[c]) continue;
      if (!line.empty()) line += std::string(kGap, ' ');
      const std::string text = truncate_to(printable(cell(c)), widths[c]);
      line += listing.columns[c].numeric ? pad_left(text, widths[c]) : pad_right(text, widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  if (header) add_row([&](size_t c) { return upper(listing.columns[c].name); });
  for (const auto& row : listing.rows) add_row([&](size_t c) { return shown(row[c]); });
  return out;
}

Status print_listing(Listing listing, const OutputOptions& options, const Terminal& terminal,
                     std::ostream& out, std::ostream& err) {
  if (!options.columns.empty()) FOLDMILL_RETURN_IF_ERROR(select_columns(listing, options.columns));
  if (options.format == Format::kJson) {
    out << listing.json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return ok_status();
  }
  if (options.format == Format::kCsv) {
    print_csv(listing, options.header, out);
    return ok_status();
  }
  // Piped or with columns asked for: nothing is left out.
  const size_t room =
      options.columns.empty() ? terminal.line_width() : std::numeric_limits<size_t>::max();
  std::vector<std::string> dropped;
  out << layout_table(listing, options.header, room, &dropped);
  if (!dropped.empty())
    err << "columns left out to fit: " << join(dropped, ",") << "   (-o csv, a wider terminal or "
        << "--columns " << dropped.front() << ",… shows them)\n";
  return ok_status();
}

}  // namespace foldmill::cli
