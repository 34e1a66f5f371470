#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace foldmill::cli {

// The whole program but its streams: parses, acts, prints, and gives the exit code of
// exit_code.h. `arguments` do not hold the program's name.
int run_command_line(const std::vector<std::string>& arguments, std::ostream& out,
                     std::ostream& err);

}  // namespace foldmill::cli
