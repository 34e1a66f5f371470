# FOLDMILL_COVERAGE counts which lines and branches of the libraries and programs run (deploy/coverage
# shows them). Tests, and code that protoc makes, are not counted.
option(FOLDMILL_COVERAGE "count lines and branches with gcov" OFF)
add_library(foldmill_coverage INTERFACE)
if(FOLDMILL_COVERAGE)
  # Threads count at the same time.
  target_compile_options(foldmill_coverage INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(foldmill_coverage INTERFACE --coverage)
endif()
