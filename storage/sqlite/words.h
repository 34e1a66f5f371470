#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/text.h"
#include "storage/sqlite/errors.h"

namespace foldmill::storage {

// A stored word as its enum: word(text, parse_trial_state). data_loss for one we do not know.
template <class Enum>
Enum word(const std::string& text, std::optional<Enum> (*parse)(std::string_view)) {
  const auto parsed = parse(text);
  if (!parsed)
    throw StatusError{data_loss(concat("the database holds the unknown word '", text, "'"))};
  return *parsed;
}

}  // namespace foldmill::storage
