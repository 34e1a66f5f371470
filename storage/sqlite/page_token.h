#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/rows.h"

namespace foldmill::storage {

// Where a page ended: the last row's sort values and number. Opaque to whoever passes it on. The
// `question` (study, filter, order) is part of it, so that it fits no other list.
std::string make_page_token(const std::string& question, const std::vector<Cell>& position);
// Nothing for a token of another question, or one that was not made here.
std::optional<std::vector<Cell>> parse_page_token(const std::string& question,
                                                  const std::string& token, size_t cells);

}  // namespace foldmill::storage
