#pragma once

#include <span>
#include <string_view>

namespace foldmill::storage {

struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

// storage/schema/*.sql, made part of the program at build time: migrations ("0001_initial.sql", …)
// in order, then the views.
std::span<const EmbeddedFile> embedded_schema();

}  // namespace foldmill::storage
