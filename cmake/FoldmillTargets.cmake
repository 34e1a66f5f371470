# One function makes a library, one a program, one a test. There are no global include paths,
# definitions or flags: everything a target needs stands in its own call.

# foldmill_library(NAME SOURCES … HEADERS … [PUBLIC dep…] [PRIVATE dep…])
# Makes foldmill_NAME and the alias foldmill::NAME. HEADERS are a file set, so that
# `ninja all_verify_interface_header_sets` compiles each of them alone.
function(foldmill_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
  add_library(foldmill_${name} STATIC ${arg_SOURCES})
  add_library(foldmill::${name} ALIAS foldmill_${name})
  target_sources(foldmill_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}
                 FILES ${arg_HEADERS})
  target_link_libraries(foldmill_${name} PUBLIC ${arg_PUBLIC}
                        PRIVATE ${arg_PRIVATE} foldmill_warnings foldmill_sanitizers foldmill_coverage)
  set_target_properties(foldmill_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# foldmill_program(NAME SOURCES … [LINK dep…]): lands in bin/NAME.
function(foldmill_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINK} foldmill_warnings foldmill_sanitizers foldmill_coverage)
endfunction()

# foldmill_test(NAME LABEL unit|contract|integration|e2e|slow SOURCES … [LINK dep…] [TIMEOUT s]
#               [ENV VAR=value…] [RUN_SERIAL] [WHOLE])
# One ctest test per gtest case; WHOLE makes the executable one test (suites with costly set-up).
function(foldmill_test name)
  cmake_parse_arguments(arg "RUN_SERIAL;WHOLE" "LABEL;TIMEOUT" "SOURCES;LINK;ENV" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock GTest::gtest_main
                        foldmill_warnings foldmill_sanitizers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  set(properties LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} RUN_SERIAL ${arg_RUN_SERIAL})
  if(arg_ENV)
    list(APPEND properties ENVIRONMENT "${arg_ENV}")
  endif()
  if(arg_LABEL MATCHES "^(unit|contract|integration)$")
    set_property(GLOBAL APPEND PROPERTY FOLDMILL_SANITIZED_TESTS ${name})
  endif()
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    include(GoogleTest)
    gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  endif()
endfunction()
