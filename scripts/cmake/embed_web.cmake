# SPDX-License-Identifier: AGPL-3.0-or-later
# cmake -DROOT=server/web -DFILES=a.html;assets/b.js -DWORK=DIR -DOUT=web_files.c -P embed_web.cmake
# Writes the table that server/http/static_files.h declares. What stands under assets/ gets a hash of its content into its
# name, and every "/assets/NAME" in the others is rewritten to it; so an asset may be kept forever.
cmake_minimum_required(VERSION 3.25)
set(media_html "text/html; charset=utf-8")
set(media_css "text/css; charset=utf-8")
set(media_js "text/javascript; charset=utf-8")
set(media_svg "image/svg+xml")
set(media_txt "text/plain; charset=utf-8")
string(REPEAT "." 80 line) # 16 bytes
set(bodies "")
set(rows "")
set(number 0)
set(hashed "") # assets whose paths are known
set(paths "")

function(write_bytes name file out_size)
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" digits)
  if(name MATCHES "^gzip")
    # The time of the build stands there (RFC 1952 2.3.1); without it two builds give the same bytes.
    string(SUBSTRING "${hex}" 0 8 magic)
    string(SUBSTRING "${hex}" 16 -1 rest)
    set(hex "${magic}00000000${rest}")
  endif()
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  set(bodies "${bodies}static const unsigned char ${name}[] = {\n${bytes}\n0x00};\n\n" PARENT_SCOPE)
  math(EXPR size "${digits} / 2")
  set(${out_size} ${size} PARENT_SCOPE)
endfunction()

# The text comes by its variable: as an argument it would be taken apart.
function(embed name)
  math(EXPR number "${number} + 1")
  string(REGEX REPLACE "^.*\\." "" ending "${name}")
  if(NOT DEFINED media_${ending})
    message(FATAL_ERROR "${ROOT}/${name}: embed_web.cmake knows no media type for .${ending}")
  endif()
  file(WRITE "${WORK}/${number}" "${text}")
  file(SHA256 "${WORK}/${number}" digest)
  string(SUBSTRING "${digest}" 0 16 digest)
  set(is_immutable false)
  if(name STREQUAL "index.html")
    set(path "/")
  elseif(name STREQUAL "not-found.html")
    set(path "")
  elseif(ending STREQUAL "html")
    string(REGEX REPLACE "^(.*)\\.html$" "/\\1" path "${name}")
  elseif(name MATCHES "^assets/(.*)\\.([a-z]+)$")
    set(path "/assets/${CMAKE_MATCH_1}.${digest}.${CMAKE_MATCH_2}")
    set(is_immutable true)
    list(APPEND hashed "${name}")
    set(hashed "${hashed}" PARENT_SCOPE)
    list(APPEND paths "${path}")
    set(paths "${paths}" PARENT_SCOPE)
  else()
    set(path "/${name}")
  endif()
  write_bytes(plain_${number} "${WORK}/${number}" size)
  file(ARCHIVE_CREATE OUTPUT "${WORK}/${number}.gz" PATHS "${WORK}/${number}" FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  write_bytes(gzip_${number} "${WORK}/${number}.gz" gzip_size)
  set(number ${number} PARENT_SCOPE)
  set(bodies "${bodies}" PARENT_SCOPE)
  set(rows "${rows}  {\"${path}\", \"${media_${ending}}\", plain_${number}, ${size}, gzip_${number}, ${gzip_size}, \"\\\"${digest}\\\"\", \"\\\"${digest}-gzip\\\"\", ${is_immutable}},\n" PARENT_SCOPE)
endfunction()

# An asset that names others waits until their names are known.
list(SORT FILES)
set(pending "${FILES}")
while(pending)
  set(waiting "")
  foreach(name IN LISTS pending)
    file(READ "${ROOT}/${name}" text)
    foreach(asset path IN ZIP_LISTS hashed paths)
      string(REPLACE "\"/${asset}\"" "\"${path}\"" text "${text}")
    endforeach()
    if(text MATCHES "\"/assets/([a-z-]+\\.[a-z]+)\"")
      set(missing "${ROOT}/${name} names /assets/${CMAKE_MATCH_1}, which does not exist or names it back")
      list(APPEND waiting "${name}")
    else()
      embed("${name}")
    endif()
  endforeach()
  list(LENGTH pending before)
  list(LENGTH waiting after)
  if(before EQUAL after)
    message(FATAL_ERROR "${missing}")
  endif()
  set(pending "${waiting}")
endwhile()

file(WRITE "${OUT}" "// Written by scripts/cmake/embed_web.cmake at build time.
#include \"server/http/static_files.h\"

#include <stddef.h>

${bodies}const struct static_file static_files[] = {
${rows}};
const size_t static_file_count = ${number};
")
