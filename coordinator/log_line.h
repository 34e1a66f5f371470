#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foldmill::coordinator {

// One event: what happened, in the past tense, then keys in the order study, trial, fold, attempt,
// worker, others. Units are part of a key's name.
//
//   attempt leased   study=7 trial=42 fold=1 attempt=130 worker=gpu-a/0
//
// Values with spaces, quotes or line ends are quoted, so that a line stays one line and can be
// taken apart again: the JSON format does that.
using LogFields = std::vector<std::pair<std::string_view, std::string>>;
std::string log_line(std::string_view event, const LogFields& fields = {});

struct ParsedLogLine {
  std::string event;
  std::vector<std::pair<std::string, std::string>> fields;
};
// The reverse of log_line. Text in another form is all event.
ParsedLogLine parse_log_line(std::string_view line);

}  // namespace foldmill::coordinator
