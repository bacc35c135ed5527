# SPDX-License-Identifier: AGPL-3.0-or-later
# tandem_flags: what every source file of ours is compiled with. Code of others (llhttp) does not link it.
add_library(tandem_flags INTERFACE)
target_include_directories(tandem_flags INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
target_compile_definitions(tandem_flags INTERFACE _GNU_SOURCE)
target_compile_options(tandem_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wundef -Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wnull-dereference -Werror)

# Our names stay ours: a library that has a function of the same name keeps calling its own.
target_compile_options(tandem_flags INTERFACE -fvisibility=hidden)

# __FILE__ from the source root, so that log lines and assertions name no folder of the build machine.
add_compile_options("-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")

set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g -DNDEBUG")
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # Debug information too, so that two checkouts give the same binary.
  add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
  target_compile_options(tandem_flags INTERFACE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro -Wl,-z,now)
endif()

if(TANDEM_SANITIZE)
  add_compile_options("-fsanitize=${TANDEM_SANITIZE}" -fno-omit-frame-pointer -fno-optimize-sibling-calls -O1)
  add_link_options("-fsanitize=${TANDEM_SANITIZE}")
  if(TANDEM_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=all)
    add_link_options(-fno-sanitize-recover=all)
  endif()
  # An overrun between two arena allocations is only seen when each has its own red zone.
  target_compile_definitions(tandem_flags INTERFACE ARENA_EACH_ALLOCATION_IS_A_MALLOC=1)
endif()

if(TANDEM_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "TANDEM_FUZZ needs clang, which brings libFuzzer; use the preset fuzz.")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(TANDEM_COVERAGE)
  target_compile_options(tandem_flags INTERFACE --coverage)
  add_link_options(--coverage)
endif()
