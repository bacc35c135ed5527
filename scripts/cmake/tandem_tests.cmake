# SPDX-License-Identifier: AGPL-3.0-or-later
# tests/unit/**/test_*.c, tests/http/test_*.c and tests/faults/test_*.c: each file is an executable and a ctest of its name.
# tests/**/test_*.sh and test_*.py are ctests of their file name. Every test runs in the source root.

set(tandem_test_environment
  "TANDEM_BINARY=${CMAKE_BINARY_DIR}/tandem" "TANDEM_SOURCE_DIR=${CMAKE_SOURCE_DIR}" "TANDEM_BUILD_DIR=${CMAKE_BINARY_DIR}")
if(TANDEM_SANITIZE MATCHES "address")
  list(APPEND tandem_test_environment "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
elseif(TANDEM_SANITIZE MATCHES "thread")
  list(APPEND tandem_test_environment "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")
endif()

# A test of a lower layer links that layer only, so that it cannot come to need a higher one unnoticed.
function(tandem_test_libraries path out)
  if(path MATCHES "^tests/unit/common/")
    set(libraries tandem_common)
  elseif(path MATCHES "^tests/unit/server/db/")
    set(libraries tandem_db)
  elseif(path MATCHES "^tests/faults/")
    set(libraries tandem_fault_vfs tandem_test_support tandem_commands)
  elseif(path MATCHES "^tests/unit/server/work/")
    set(libraries tandem_work)
  elseif(path MATCHES "^tests/unit/server/http/")
    set(libraries tandem_http)
  else()
    set(libraries tandem_test_support tandem_commands)
  endif()
  set(${out} ${libraries} PARENT_SCOPE)
endfunction()

function(tandem_test_properties name path)
  string(REGEX REPLACE "^tests/([^/]+)/.*$" "\\1" label "${path}")
  set(seconds 600) # ends what hangs, and nothing else: a busy machine is several times slower
  if(label STREQUAL "faults")
    set(seconds 900) # every position of every fault, some hundred times slower under a sanitizer
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" LABELS "${label}"
    ENVIRONMENT "${tandem_test_environment}")
endfunction()

function(tandem_test_program path)
  get_filename_component(name "${path}" NAME_WE)
  if(TARGET ${name})
    # Two folders may hold a file of the same name; the second then carries its folder's name too.
    get_filename_component(folder "${path}" DIRECTORY)
    get_filename_component(folder "${folder}" NAME)
    set(name "${folder}_${name}")
  endif()
  tandem_test_libraries("${path}" libraries)
  add_executable(${name} "${path}")
  target_link_libraries(${name} PRIVATE tandem_flags ${libraries} PkgConfig::cmocka)
  target_compile_definitions(${name} PRIVATE "TANDEM_BINARY=\"${CMAKE_BINARY_DIR}/tandem\"")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_dependencies(${name} tandem_version_header)
  add_test(NAME ${name} COMMAND ${name})
  tandem_test_properties(${name} "${path}")
endfunction()

function(tandem_test_script path interpreter)
  get_filename_component(name "${path}" NAME)
  add_test(NAME ${name} COMMAND "${interpreter}" "${CMAKE_SOURCE_DIR}/${path}")
  tandem_test_properties(${name} "${path}")
endfunction()

if(EXISTS "${CMAKE_SOURCE_DIR}/tests/faults/fault_vfs.c")
  # The shim, and what its tests share: every .c of the folder that is no test itself.
  file(GLOB tandem_fault_sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/faults/*.c")
  list(FILTER tandem_fault_sources EXCLUDE REGEX "/test_[^/]*$")
  add_library(tandem_fault_vfs STATIC ${tandem_fault_sources})
  target_link_libraries(tandem_fault_vfs PUBLIC tandem_test_support tandem_commands PRIVATE tandem_flags)
endif()
tandem_library(tandem_test_support FOLDERS tests/support LINKS tandem_commands PkgConfig::cmocka)

file(GLOB_RECURSE tandem_test_programs CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/unit/test_*.c")
file(GLOB tandem_found CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}"
  "${CMAKE_SOURCE_DIR}/tests/http/test_*.c" "${CMAKE_SOURCE_DIR}/tests/faults/test_*.c")
list(APPEND tandem_test_programs ${tandem_found})
foreach(path IN LISTS tandem_test_programs)
  tandem_test_program("${path}")
endforeach()

# The system's python first: a shim of a version manager starts slowly and may choose by working directory.
find_program(TANDEM_PYTHON python3 HINTS /usr/bin)
find_program(TANDEM_BASH bash)
mark_as_advanced(TANDEM_PYTHON TANDEM_BASH)
file(GLOB_RECURSE tandem_test_scripts CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/test_*.sh")
foreach(path IN LISTS tandem_test_scripts)
  tandem_test_script("${path}" "${TANDEM_BASH}")
endforeach()
file(GLOB_RECURSE tandem_test_scripts CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/test_*.py")
if(tandem_test_scripts AND NOT TANDEM_PYTHON)
  message(FATAL_ERROR "The tests need python3 (Debian package python3). Run scripts/install test, then configure again.")
endif()
foreach(path IN LISTS tandem_test_scripts)
  tandem_test_script("${path}" "${TANDEM_PYTHON}")
endforeach()
