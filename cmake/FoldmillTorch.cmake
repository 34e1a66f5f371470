# Finds libtorch and wraps it as foldmill::torch, for worker/trainer alone.
#
# FOLDMILL_WITH_TORCH  AUTO: use it where it is found; ON: stop without it; OFF: do not look.
# FOLDMILL_TORCH       cache or environment: the directory of an official libtorch 2.x. Without it
#                      the system's libtorch is taken (Debian 12: 1.13).

set(FOLDMILL_TORCH "$ENV{FOLDMILL_TORCH}" CACHE PATH "directory of a libtorch to prefer to the system's")

function(foldmill_check_torch_abi)
  if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
    message(FATAL_ERROR
      "The libtorch in ${TORCH_INSTALL_PREFIX} was built with the old C++ ABI and cannot be linked. "
      "Take the download named \"cxx11 ABI\" and set FOLDMILL_TORCH to its directory.")
  endif()
endfunction()

# Makes foldmill::torch, or leaves it out where FOLDMILL_WITH_TORCH allows that. A function, so that
# the many variables of Torch's own configuration end here.
function(foldmill_find_torch)
  if(NOT FOLDMILL_WITH_TORCH)
    message(STATUS "foldmill-trainer: not built, FOLDMILL_WITH_TORCH is OFF")
    return()
  endif()
  if(FOLDMILL_TORCH)
    list(PREPEND CMAKE_PREFIX_PATH "${FOLDMILL_TORCH}")
  endif()
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)  # tests link it from another directory
  find_package(Torch QUIET)
  if(NOT Torch_FOUND)
    if(FOLDMILL_WITH_TORCH STREQUAL "AUTO")
      message(STATUS "foldmill-trainer: not built, no libtorch found (set FOLDMILL_TORCH to its directory)")
      return()
    endif()
    message(FATAL_ERROR "FOLDMILL_WITH_TORCH is ON, but no libtorch was found. Install libtorch-dev, "
                        "or set FOLDMILL_TORCH to the directory of an official libtorch.")
  endif()
  foldmill_check_torch_abi()
  message(STATUS "foldmill-trainer: libtorch ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX}")
  add_library(foldmill_torch INTERFACE)
  add_library(foldmill::torch ALIAS foldmill_torch)
  # A torch with CUDA: its own targets bring the toolkit's headers along.
  target_link_libraries(foldmill_torch INTERFACE ${TORCH_LIBRARIES}
    $<TARGET_NAME_IF_EXISTS:torch_cuda> $<TARGET_NAME_IF_EXISTS:c10_cuda>)
  target_include_directories(foldmill_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
endfunction()

# foldmill_precompile_torch(TARGET [REUSE_FROM TARGET])
# torch alone costs half a minute per source: its header is compiled once and shared. ccache passes
# by precompiled headers unless it is told which of their properties do not matter.
function(foldmill_precompile_torch target)
  cmake_parse_arguments(arg "" "REUSE_FROM" "" ${ARGN})
  if(arg_REUSE_FROM)
    target_precompile_headers(${target} REUSE_FROM ${arg_REUSE_FROM})
  else()
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/worker/trainer/torch_compat.h)
  endif()
  if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
    set(sloppiness pch_defines,time_macros,include_file_mtime,include_file_ctime)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=${sloppiness};${CMAKE_CXX_COMPILER_LAUNCHER}")
  endif()
endfunction()
