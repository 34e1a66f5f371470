#include "core/study_checks.h"

#include <algorithm>

#include "core/text.h"

namespace foldmill::study_checks {

Status unknown_word(std::string_view where, std::string_view word,
                    const std::vector<std::string>& allowed) {
  const std::optional<std::string> match = closest_match(word, allowed);
  return invalid_argument(concat(where, ": '", word, "' is not known; ",
                                 match ? concat("did you mean '", *match, "'?")
                                       : concat("choose one of ", join(allowed, ", "))));
}

Status check_word(std::string_view where, const std::string& word,
                  const std::vector<std::string>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return ok_status();
  return unknown_word(where, word, allowed);
}

Status check_at_least(std::string_view where, int64_t value, int64_t least) {
  if (value >= least) return ok_status();
  return invalid_argument(concat(where, ": must be at least ", least, ", got ", value));
}

Status check_within(std::string_view where, int64_t value, int64_t least, int64_t most) {
  if (value <= most) return check_at_least(where, value, least);
  return invalid_argument(concat(where, ": must be at most ", most, ", got ", value));
}

}  // namespace foldmill::study_checks
