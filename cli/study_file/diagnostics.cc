#include "cli/study_file/diagnostics.h"

#include <algorithm>
#include <utility>

#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kMostErrors = 20;
constexpr size_t kMostSnippet = 120;  // bytes of a line that are shown
constexpr size_t kGutter = 5;

struct Snippet {
  std::string text;
  size_t column;  // where the caret goes, in bytes from 0
};

// A long line (a JSON file on one line) is cut to a window around the place.
Snippet cut(std::string_view line, size_t column) {
  column = std::min(column, line.size());
  if (line.size() <= kMostSnippet) return {printable(line), column};
  const size_t start = column > kMostSnippet / 2 ? column - kMostSnippet / 2 : 0;
  const std::string head = start > 0 ? "…" : "";
  const std::string_view window = line.substr(start, kMostSnippet);
  const std::string tail = start + window.size() < line.size() ? "…" : "";
  return {head + printable(window) + tail, column - start + head.size()};
}

size_t caret_length(const DocNode& at, const Snippet& snippet) {
  if (at.kind != DocNode::Kind::kScalar || at.scalar.empty()) return 1;
  const size_t available =
      snippet.text.size() > snippet.column ? snippet.text.size() - snippet.column : 1;
  const size_t wanted = at.scalar.size() + (at.quoted ? 2 : 0);
  return std::min(wanted, available);
}

std::string render_place(const DocNode& at, const std::string& hint) {
  const Snippet snippet =
      cut(at.source->line(at.line), static_cast<size_t>(std::max(at.column - 1, 0)));
  const std::string number = std::to_string(at.line);
  const std::string_view shown = snippet.text;
  const size_t indent = display_width(shown.substr(0, snippet.column));
  const size_t length =
      std::max<size_t>(1, display_width(shown.substr(snippet.column, caret_length(at, snippet))));
  const size_t pad = kGutter > number.size() ? kGutter - number.size() : 0;
  return concat(std::string(pad, ' '), number, " | ", shown, "\n", std::string(kGutter, ' '), " | ",
                std::string(indent, ' '), std::string(length, '^'), hint.empty() ? "" : " ", hint,
                "\n");
}

}  // namespace

void Diagnostics::error(const DocNode& at, std::string message, std::string hint,
                        std::vector<std::string> notes) {
  std::string text = concat("error: ", at.source->name, ":", at.line, ":", at.column, ": ", message,
                            "\n", render_place(at, hint));
  for (const std::string& note : notes) text += concat("   ", note, "\n");
  Error found{at.line, at.column, std::move(text)};
  // The same alias used twice would say the same thing twice.
  if (std::find(errors_.begin(), errors_.end(), found) == errors_.end())
    errors_.push_back(std::move(found));
}

void Diagnostics::error_in(const std::string& file, std::string message) {
  errors_.push_back({0, 0, concat("error: ", file, ": ", message, "\n")});
}

Status Diagnostics::status() const {
  if (ok()) return ok_status();
  std::vector<Error> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Error& a, const Error& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  const size_t shown = std::min(sorted.size(), kMostErrors);
  std::string text;
  for (size_t i = 0; i < shown; ++i) text += sorted[i].rendered;
  if (shown < sorted.size()) text += concat("error: and ", sorted.size() - shown, " more errors\n");
  text.pop_back();  // the last line end is the printer's
  return invalid_argument(std::move(text));
}

}  // namespace foldmill::cli
