#include <clocale>
#include <iostream>

#include "cli/command_line.h"

int main(int argc, char** argv) {
  // Only for the width of characters; numbers are always read and written in the C locale.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return foldmill::cli::run_command_line({argv + 1, argv + argc}, std::cout, std::cerr);
}
