#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "core/check.h"

namespace foldmill {

// The text form of an enum, written down once for both directions.
template <class Enum, size_t size>
using EnumNames = std::array<std::pair<Enum, std::string_view>, size>;

template <class Enum, size_t size>
std::string_view name_in(const EnumNames<Enum, size>& names, Enum value) {
  for (const auto& [candidate, name] : names)
    if (candidate == value) return name;
  FOLDMILL_CHECK(false, "an enum value that its table of names lacks");
}

template <class Enum, size_t size>
std::optional<Enum> value_in(const EnumNames<Enum, size>& names, std::string_view text) {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  return std::nullopt;
}

}  // namespace foldmill
