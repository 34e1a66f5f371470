#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/study.h"

namespace foldmill::cli {

// Reads a study file with its `extends:` chain and `--set key.path=value` overrides applied.
// Failures: not_found or unavailable (a file cannot be read), invalid_argument (what is wrong in
// it). The message is fully rendered: one or more "error: file:line:col: …" with snippets.
// spec.source is the file's text; overrides are appended to it as comments.
Result<StudySpec> read_study_file(const std::filesystem::path& path,
                                  const std::vector<std::string>& overrides = {});

// All studies of a file: one, or those of its `stages:` list, each on top of what else the file
// says. An encoder from an earlier stage is waited for.
Result<std::vector<StudySpec>> read_studies(const std::filesystem::path& path,
                                            const std::vector<std::string>& overrides = {});

// The same for text at hand; `extends:` is looked up beside `name`.
Result<StudySpec> read_study_text(const std::string& name, const std::string& text,
                                  const std::vector<std::string>& overrides = {});

}  // namespace foldmill::cli
