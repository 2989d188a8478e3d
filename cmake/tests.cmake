# Test programs. A folder's unit tests are one program, which costs one link and
# compiles a rule pack once for the tests of a file. ctest runs each source file
# of the program by itself, so that files run in parallel and a failure names
# its file. (One process for each of 700 tests would load packs 700 times.)

# The suites that a test's source file defines, as a filter of GoogleTest.
function(sluice_suites_of file result)
  file(STRINGS ${file} lines REGEX "^TEST(_F|_P)?\\(")
  list(TRANSFORM lines REPLACE "^TEST[_FP]*\\(([A-Za-z0-9_]+).*" "\\1")
  list(REMOVE_DUPLICATES lines)
  if(NOT lines)
    message(FATAL_ERROR "${file} has no TEST at the beginning of a line")
  endif()
  set(filter)
  foreach(suite ${lines})
    string(APPEND filter "${suite}.*:*/${suite}.*:")
  endforeach()
  set(${result} ${filter} PARENT_SCOPE)
endfunction()

# sluice_tests(<name> [RELEASE] SRCS <files>... [THREADS <files>...] [ALONE
# <files>...] DEPS <targets>...): a folder's unit tests, label `unit`, optimised as
# the folder's SLUICE_TEST_LEVEL says. RELEASE: a sanitizer finds too little there
# for its minutes, label `release`. unity.cmake says which of the files are ALONE. Only
# THREADS start threads, in the test or in what it tests: the others have no race
# that ThreadSanitizer could find, and are left out for it. ctest starts SLOW
# ones, which are listed a second time, before others: it knows how long tests
# take only when it has run them.
function(sluice_tests name)
  cmake_parse_arguments(ARG "RELEASE" "" "SRCS;THREADS;ALONE;SLOW;DEPS" ${ARGN})
  if(ARG_RELEASE AND SLUICE_SANITIZE)
    return()
  endif()
  set(label unit)
  if(ARG_RELEASE)
    set(label release)
  endif()
  set(every_file ${ARG_SRCS} ${ARG_THREADS})
  if(SLUICE_SANITIZE STREQUAL "thread")
    set(ARG_SRCS)
  endif()
  list(APPEND ARG_SRCS ${ARG_THREADS})
  add_executable(${name} ${ARG_SRCS})
  sluice_unity(${name} FILES ${every_file} ALONE ${ARG_ALONE})
  target_compile_options(${name} PRIVATE ${SLUICE_TEST_LEVEL})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock
                                        GTest::gtest_main sluice_warnings)
  sluice_take_headers(${name})
  foreach(file ${ARG_SRCS})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    sluice_suites_of(${CMAKE_CURRENT_SOURCE_DIR}/${file} filter)
    string(REGEX REPLACE "(.*/)?(.*)_test\\.cc" "\\2" part ${file})
    string(REGEX REPLACE "_test$" "" folder ${name})
    add_test(NAME ${folder}.${part} COMMAND ${name} --gtest_filter=${filter}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${folder}.${part} PROPERTIES LABELS ${label})
    if(file IN_LIST ARG_SLOW)
      set_tests_properties(${folder}.${part} PROPERTIES COST 50)
    endif()
  endforeach()
  string(TOUPPER SLUICE_${label}_TESTS tests)
  set_property(GLOBAL APPEND PROPERTY ${tests} ${name})
endfunction()

# sluice_simulation(<name> [THREADS] [LONG <variable>=<value>...] SRCS <file>
# DEPS <targets>...): a test that mostly computes, optimised as the product is,
# label `simulation`; it starts before unit tests. THREADS: it starts threads,
# as above. LONG runs it a second time with these variables, label `long`.
# RELEASE: a sanitizer would make it pointless, label `release`.
function(sluice_simulation name)
  cmake_parse_arguments(ARG "RELEASE;THREADS" "" "LONG;SRCS;DEPS" ${ARGN})
  if(SLUICE_SANITIZE STREQUAL "thread" AND NOT ARG_THREADS)
    return()
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest_main
                                        sluice_warnings)
  if(SLUICE_SHARED_HEADERS)
    target_precompile_headers(${name} REUSE_FROM sluice_simulation_headers)
  endif()
  add_test(NAME ${name} COMMAND ${name}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set(label simulation)
  if(ARG_RELEASE)
    set(label release)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${label} COST 100)
  if(ARG_LONG)
    add_test(NAME ${name}.long COMMAND ${name}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name}.long PROPERTIES
                         LABELS long COST 100 ENVIRONMENT "${ARG_LONG}")
  endif()
  set_property(GLOBAL APPEND PROPERTY SLUICE_SIMULATIONS ${name})
endfunction()
