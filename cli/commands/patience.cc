#include "cli/commands/patience.h"

#include "cli/study_file/scalar.h"
#include "core/text.h"

namespace foldmill::cli {

void Patience::add_option(CLI::App& command, const char* help) {
  command.add_option("--wait", wait_, help);
}

Status Patience::check() const {
  if (wait_.empty() || parse_duration(wait_)) return ok_status();
  return invalid_argument(concat("--wait: '", wait_, "' is not a duration; for example 90s or 8h"));
}

int64_t Patience::seconds() const { return wait_.empty() ? 0 : parse_duration(wait_).value_or(0); }

}  // namespace foldmill::cli
