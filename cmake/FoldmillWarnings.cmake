# Warnings as an interface target, linked privately: nothing leaks to those who link us.
add_library(foldmill_warnings INTERFACE)
option(FOLDMILL_WERROR "treat warnings as errors" OFF)
target_compile_options(foldmill_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  $<$<BOOL:${FOLDMILL_WERROR}>:-Werror>)
