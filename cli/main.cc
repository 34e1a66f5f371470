#include <clocale>
#include <iostream>

#include "cli/command_line.h"
#include "cli/exit_code.h"

int main(int argc, char** argv) {
  // Only for the width of characters; numbers are always read and written in the C locale.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  const int code = foldmill::cli::run_command_line({argv + 1, argv + argc}, std::cout, std::cerr);
  if (std::cout.flush()) return code;
  std::cerr << "error: standard output could not be written; is the disk full?\n";
  return code != 0 ? code : static_cast<int>(foldmill::cli::ExitCode::kFailed);
}
