# SPDX-License-Identifier: AGPL-3.0-or-later
# cmake -DVERSION=… -DSOURCE=… -DOUT=… -P write_version.cmake
set(build "unknown")
# A tarball unpacked inside another repository must not take that repository's commit for its own.
if(EXISTS "${SOURCE}/.git")
  execute_process(COMMAND git --no-optional-locks -C "${SOURCE}" describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit RESULT_VARIABLE status ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(status EQUAL 0 AND commit MATCHES "^[0-9a-f]+(-dirty)?$")
    set(build "${commit}")
  endif()
endif()
set(text "// Written by scripts/cmake/write_version.cmake at build time.
#pragma once

#define TANDEM_VERSION \"${VERSION}\"
// The commit, or \"unknown\" outside git.
#define TANDEM_BUILD \"${build}\"
")
set(old "")
if(EXISTS "${OUT}")
  file(READ "${OUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUT}" "${text}")
endif()
