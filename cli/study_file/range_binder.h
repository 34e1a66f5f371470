#pragma once

#include <optional>

#include "cli/study_file/diagnostics.h"
#include "cli/study_file/doc_node.h"
#include "core/distribution.h"
#include "core/knob.h"

namespace foldmill::cli {

// Both report and return nothing when the node is not what the knob can have. A null `knob` (model
// type command) takes any value and any range.

// One value, in the knob's own type: 1 given for a float knob becomes 1.0.
std::optional<ParameterValue> bind_value(const DocNode& node, const KnobInfo* knob,
                                         Diagnostics& diagnostics);

// {int: [8, 64], step: 8}, {float: [1e-4, 1e-1], log: true}, {choice: [a, b]}, {bool: any}, each
// with an optional `when`, which is left to the caller.
std::optional<Distribution> bind_range(const DocNode& node, const KnobInfo* knob,
                                       Diagnostics& diagnostics);

}  // namespace foldmill::cli
