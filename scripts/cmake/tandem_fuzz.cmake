# SPDX-License-Identifier: AGPL-3.0-or-later
# tests/fuzz/fuzz_NAME.c: with TANDEM_FUZZ a libFuzzer program, else a program and a ctest that give the target every file
# of tests/fuzz/corpus/NAME once (replay.c), so that what was found once is tried in every build, by gcc too.

# A target of a lower layer links that layer only, as the tests do.
function(tandem_fuzz_libraries name out)
  if(name STREQUAL "fuzz_course")
    set(library tandem_common)
  elseif(name STREQUAL "fuzz_connection")
    set(library tandem_http)
  elseif(name STREQUAL "fuzz_roster")
    set(library tandem_courses)
  else()
    set(library tandem_commands)
  endif()
  set(${out} ${library} PARENT_SCOPE)
endfunction()

function(tandem_fuzz_program path)
  get_filename_component(name "${path}" NAME_WE)
  string(REGEX REPLACE "^fuzz_" "" corpus "${name}")
  tandem_fuzz_libraries(${name} library)
  add_executable(${name} "${path}")
  target_link_libraries(${name} PRIVATE tandem_flags ${library})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
  add_dependencies(${name} tandem_version_header)
  if(name STREQUAL "fuzz_connection")
    # The writer's place is taken by a queue that the input empties.
    target_link_options(${name} PRIVATE -Wl,--wrap=work_submit)
  endif()
  if(TANDEM_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c")
  set(folders "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${corpus}")
  if(name STREQUAL "fuzz_course")
    list(APPEND folders "${CMAKE_SOURCE_DIR}/tests/unit/common/course/broken")
  endif()
  add_test(NAME ${name} COMMAND ${name} ${folders})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120 WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" LABELS fuzz
    ENVIRONMENT "${tandem_test_environment}")
endfunction()

file(GLOB tandem_fuzz_programs CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_*.c")
foreach(path IN LISTS tandem_fuzz_programs)
  tandem_fuzz_program("${path}")
endforeach()
