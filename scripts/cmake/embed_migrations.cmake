# SPDX-License-Identifier: AGPL-3.0-or-later
# cmake -DFILES=a.sql;b.sql -DOUT=migrations.c -P embed_migrations.cmake
# Writes the table that server/db/migrations.h declares. SQL becomes byte lists: no limit on the length of a literal applies.
set(bodies "")
set(rows "")
set(expected 1)
string(REPEAT "." 80 line) # 16 bytes
list(SORT FILES)
foreach(file IN LISTS FILES)
  get_filename_component(base "${file}" NAME)
  if(NOT base MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "${file}: a migration is named NNNN_what.sql (four digits, then small letters, digits and _)")
  endif()
  set(digits "${CMAKE_MATCH_1}")
  set(name "${digits}_${CMAKE_MATCH_2}")
  math(EXPR number "1${digits} - 10000")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: migrations are numbered without gaps or doubles; number ${expected} was expected here")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" digits_count)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  if(digits_count EQUAL 0 OR bytes MATCHES "0x00,")
    message(FATAL_ERROR "${file}: a migration is text, neither empty nor with NUL bytes")
  endif()
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND bodies "static const unsigned char sql_${digits}[] = {\n${bytes}\n0x00};\n\n")
  string(APPEND rows "  {${number}, \"${name}\", (const char *)sql_${digits}},\n")
endforeach()
math(EXPR count "${expected} - 1")
file(WRITE "${OUT}" "// Written by scripts/cmake/embed_migrations.cmake at build time.
#include \"server/db/migrations.h\"

#include <stddef.h>

${bodies}// The last row only ends the table; it is not counted.
const struct migration migrations[] = {
${rows}  {0, NULL, NULL},
};
const size_t migration_count = ${count};
")
