#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/parameter.h"

namespace foldmill::cli {

// What scalars mean here: YAML 1.2 core rules with the traps closed. A quoted scalar is a string.
// Plain: true and false; decimal integers; decimal numbers (1e-4 is one); everything else is a
// string, except what other readers take for something else (yes, no, on, off, True, 017, 1_000,
// 0x1F, .inf), which is an error that names the fix.
//
// All of these report to `diagnostics` and return nothing when the node is not as expected.
std::optional<ParameterValue> read_scalar(const DocNode& node, Diagnostics& diagnostics);

std::optional<bool> read_bool(const DocNode& node, Diagnostics& diagnostics);
std::optional<int64_t> read_int(const DocNode& node, Diagnostics& diagnostics,
                                int64_t low = std::numeric_limits<int64_t>::min(),
                                int64_t high = std::numeric_limits<int64_t>::max());
std::optional<double> read_number(const DocNode& node, Diagnostics& diagnostics);
// A scalar's text as written; numbers are fine.
std::optional<std::string> read_text(const DocNode& node, Diagnostics& diagnostics);
// "90s", "30m", "8h", "2d", "1h30m" as seconds.
std::optional<int64_t> read_duration(const DocNode& node, Diagnostics& diagnostics);

// "512MiB", "4GiB", "1.5TiB" as bytes.
std::optional<int64_t> read_size(const DocNode& node, Diagnostics& diagnostics);

// The seconds of "1h30m"; nothing when it is not a duration above 0. Also for flags.
std::optional<int64_t> parse_duration(std::string_view text);

}  // namespace foldmill::cli
