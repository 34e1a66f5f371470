// Writes the example study to the file named on the command line, for tests in other languages.

#include <cmath>
#include <iostream>

#include "tests/support/example_database.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  foldmill::test::ExampleDatabase database;
  database.fill();
  database.apply({foldmill::test::reported(4, foldmill::test::fold_key(2), 1, std::nan(""))});
  database.close();
  std::filesystem::copy_file(database.path(), argv[1]);
  return ::testing::Test::HasFailure() ? 1 : 0;
}
