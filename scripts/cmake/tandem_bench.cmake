# SPDX-License-Identifier: AGPL-3.0-or-later
# tests/bench/*.c: each file is a program. evhttp (libevent_extra) is there only to be measured against.
file(GLOB tandem_bench_programs CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/bench/*.c")
foreach(path IN LISTS tandem_bench_programs)
  get_filename_component(name "${path}" NAME_WE)
  add_executable(${name} "${path}")
  target_link_libraries(${name} PRIVATE tandem_flags tandem_commands PkgConfig::libevent_extra)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  add_dependencies(${name} tandem_version_header)
endforeach()
