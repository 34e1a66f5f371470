#pragma once

#include <string>
#include <vector>

#include "cli/commands/context.h"
#include "core/study.h"

namespace foldmill::cli {

// Reads a study file for a command. `name` replaces the file's when it is not empty.
Result<StudySpec> read_study(const std::string& file, const std::vector<std::string>& overrides,
                             const std::string& name);

// The overrides, and the name among them when it is not empty.
std::vector<std::string> with_name(std::vector<std::string> overrides, const std::string& name);

// Prints what read_study() found wrong; not found, or a bad study file.
ExitCode report_unreadable(const Status& status, std::ostream& err);

// The spec with every default made visible, a line per part. Complete: two studies that ask for the
// same have the same description, and others have not (names, texts and tags apart).
std::string describe_spec(const StudySpec& spec);

// `foldmill study check`.
Outcome check_study(const std::string& file, const std::vector<std::string>& overrides,
                    const std::string& name, Context& context);

}  // namespace foldmill::cli
