#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/status.h"

namespace foldmill::coordinator {

// Writes one address a line. Whoever reads the file sees all of it or no file: it is written under
// another name and renamed.
Status write_address_file(const std::filesystem::path& path,
                          const std::vector<std::string>& addresses);

}  // namespace foldmill::coordinator
